package interop

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"portico/internal/testserver"
	"portico/internal/visitor"
)

// window is a Chromium with one tab.
type window struct {
	t      *testing.T
	ctx    context.Context
	portal string
}

func openWindow(t *testing.T, portal string) *window {
	t.Helper()
	ctx := testserver.Chromium(t)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1280, 860)); err != nil { // starts the browser, which lives as long as this context
		t.Fatal(err)
	}
	return &window{t: t, ctx: ctx, portal: portal}
}

func (w *window) do(steps ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 2*time.Minute)
	defer cancel()
	for _, step := range steps {
		err := visitor.Steadily(func() error { return chromedp.Do(ctx, step) })
		if err == nil {
			continue
		}
		shown, _ := chromedp.Run(w.ctx, chromedp.Text(chromedp.CSS("body")))
		at, _ := chromedp.Run(w.ctx, chromedp.Location())
		w.t.Fatalf("%v; at %s, on the screen:\n%s", err, at, shown)
	}
}

// open goes to a page of the portal and waits for something there, or on the way.
func (w *window) open(path string, next chromedp.CSS) {
	w.t.Helper()
	w.do(chromedp.Navigate(w.portal+path), chromedp.WaitVisible(next))
}

// click presses what is at a selector and waits for what it leads to.
func (w *window) click(selector, next chromedp.CSS) {
	w.t.Helper()
	within(time.Minute, func() bool { // what moves away while a page gets its style sheet and fonts is not hit
		done, err := chromedp.Run(w.ctx, chromedp.Evaluate[bool](`document.readyState === "complete" && document.fonts.status === "loaded"`))
		return done && err == nil
	})
	w.do(chromedp.Click(selector, chromedp.NodeVisible), chromedp.WaitVisible(next))
}

// sees waits for texts on the screen: pages fill in what comes late.
func (w *window) sees(patterns ...string) {
	w.t.Helper()
	text := ""
	if !within(time.Minute, func() bool {
		if err := visitor.Steadily(func() (err error) { text, err = chromedp.Run(w.ctx, chromedp.Text(chromedp.CSS("body"))); return err }); err != nil {
			w.t.Fatal(err)
		}
		text = strings.Join(strings.Fields(text), " ")
		return !slices.ContainsFunc(patterns, func(p string) bool { return !regexp.MustCompile(p).MatchString(text) })
	}) {
		w.t.Errorf("the screen does not show all of %q but: %s", patterns, text)
	}
}

// at wants the tab to be at a path of the portal.
func (w *window) at(path string) {
	w.t.Helper()
	if at, err := chromedp.Run(w.ctx, chromedp.Location()); err != nil || !strings.HasPrefix(at, w.portal+path) {
		w.t.Errorf("at %s, want %s: %v", at, path, err)
	}
}

const (
	keycloakForm = chromedp.CSS("#kc-login")
	pageOfPortal = chromedp.CSS("main#content")
	signedOut    = chromedp.CSS(`main a[href^="/auth/login"]`)
	pageSaysSo   = chromedp.CSS(`[data-watch-state="ended"]:not([hidden])`) // that its session is over
)

// signIn fills in Keycloak's form.
func (w *window) signIn(u user) {
	w.t.Helper()
	w.do(chromedp.SendKeys(chromedp.CSS("#username"), u.name), chromedp.SendKeys(chromedp.CSS("#password"), u.password))
	w.click(keycloakForm, pageOfPortal)
}

// signOut presses the portal's button. Keycloak asks whether it should, unless the portal's revocation has ended its session before the browser comes.
func (w *window) signOut() {
	w.t.Helper()
	w.click(".account > summary", `form[action="/auth/logout"] button`)
	w.click(`form[action="/auth/logout"] button`, "#kc-logout, "+signedOut)
	if at, err := chromedp.Run(w.ctx, chromedp.Location()); err == nil && !strings.HasPrefix(at, w.portal) {
		testserver.Picture(w.t, w.ctx, "5-keycloak-asks-to-sign-out")
		w.click("#kc-logout", signedOut)
	}
	w.at("/auth/signed-out")
	w.sees("signed you out as well")
}

// inBrowser is what a person does with Keycloak, in a browser that knows of SameSite, of Secure cookies and of forms that send themselves.
func inBrowser(t *testing.T) {
	r := &registration{realm: platformRealm(t)}
	d := deploy(t, r, settings{life: short, reuse: oneTime}, "PORTICO_RESPONSE_MODE=form_post")
	w := openWindow(t, d.portal)
	w.open("/sites?q=meuse", keycloakForm)
	testserver.Picture(w.t, w.ctx, "1-keycloak-asks")
	w.signIn(operator)
	w.at("/sites?q=meuse")
	w.sees("Cold store Meuse", "Olivia Peeters")
	testserver.Picture(w.t, w.ctx, "2-signed-in")

	expire()
	w.open("/sites", pageOfPortal)
	w.at("/sites")
	if answered, again := d.refreshes(); answered < 1 || again != 0 {
		t.Errorf("%d refreshes, %d presentations of a used refresh token", answered, again)
	}
	w.open("/auth/account", "#account")
	w.do(chromedp.SendKeys(chromedp.CSS("#account"), "102"))
	testserver.Picture(w.t, w.ctx, "3-another-account")
	w.click(".account-form button[type=submit]", ".places a[aria-current]")
	w.sees("Meuse Services")
	testserver.Picture(w.t, w.ctx, "4-in-another-account")

	w.signOut()
	testserver.Picture(w.t, w.ctx, "6-signed-out")

	w.open("/sites", keycloakForm)
	w.signIn(operator)
	w.at("/sites")
	d.end(t, nil, operator)
	eventually(t, "the portal hears of the sign-out", func() bool { return d.log.Count(`"event":"sign-out"`, "back-channel", `"sessions":"1"`) == 1 })
	w.do(chromedp.WaitVisible(pageSaysSo))
	testserver.Picture(w.t, w.ctx, "7-signed-out-there-the-open-page")
	w.open("/sites/204486", keycloakForm)
	testserver.Picture(w.t, w.ctx, "8-signed-out-there")
}

// withHint is a portal that names the session at sign-out, so that Keycloak need not ask.
func withHint(t *testing.T) {
	d := deploy(t, &registration{}, settings{life: time.Minute, reuse: oneTime}, "PORTICO_LOGOUT_HINT=true")
	w := openWindow(t, d.portal)
	w.open("/sites", keycloakForm)
	w.signIn(viewer)
	w.signOut()
	testserver.Picture(w.t, w.ctx, "9-with-a-hint")
	w.open("/sites", keycloakForm)
}

// inFrames is a portal that Keycloak tells of sign-outs by a frame in its own page.
func inFrames(t *testing.T) {
	r := &registration{}
	r.changes = append(r.changes, func(client, attributes map[string]any) {
		client["frontchannelLogout"] = true
		attributes["frontchannel.logout.url"] = client["rootUrl"].(string) + "/auth/frontchannel-logout"
		attributes["frontchannel.logout.session.required"] = "true"
		delete(attributes, "backchannel.logout.url")
	})
	d := deploy(t, r, settings{life: time.Minute, reuse: oneTime})
	w := openWindow(t, d.portal)
	w.open("/sites", keycloakForm)
	w.signIn(viewer)
	w.do(chromedp.Navigate(d.origin+"/realms/"+r.realm.name+"/protocol/openid-connect/logout"), chromedp.WaitVisible(chromedp.CSS("#kc-logout")))
	testserver.Picture(w.t, w.ctx, "10-keycloak-asks-by-itself")
	w.do(chromedp.Click(chromedp.CSS("#kc-logout"), chromedp.NodeVisible))
	eventually(t, "the frame ends the session", func() bool { return d.log.Count(`"event":"sign-out"`, "front-channel", `"sessions":"1"`) == 1 })
	testserver.Picture(w.t, w.ctx, "11-signed-out-in-a-frame")
	w.open("/sites", keycloakForm)
}
