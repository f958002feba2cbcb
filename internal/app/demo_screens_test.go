//go:build !nodemo

package app

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"portico/internal/config"
	"portico/internal/demo/fault"
)

var (
	codeShown   = regexp.MustCompile(`data-pair="code">([0-9A-Z]{4}-[0-9A-Z]{4})<`)
	formRequest = regexp.MustCompile(`name="id" value="([^"]+)"`)
)

// code opens the screen's page and returns the code that it shows.
func (v *visitor) code() string {
	v.Helper()
	where, status, body := v.open("/screen")
	m := codeShown.FindStringSubmatch(body)
	if status != http.StatusOK || where.Path != "/screen" || m == nil {
		v.Fatalf("/screen leads to %s, %d, without a code", where, status)
	}
	v.want("the screen's page", status, http.StatusOK, body, `http-equiv="refresh"`, `class="qr-ink"`, "/pair")
	return m[1]
}

// approve approves a screen as whom the identity server knows under this id, and returns where that leads.
func (v *visitor) approve(code, persona string, form url.Values) (where *url.URL, status int, body string) {
	v.Helper()
	values := url.Values{"code": {code}, "name": {"Control room"}, "board": {controlRoom}, "every": {"10"}, "life": {"86400"}, "rights": {"own"}}
	for name, list := range form {
		values[name] = list
	}
	where, status, body = v.post("/pair", values)
	if where.Host != strings.TrimPrefix(v.d.IdentityURL, "http://") {
		return where, status, body
	}
	v.want("a fresh sign-in", status, http.StatusOK, body, "Olivia Peeters", "Control room screen")
	login := url.Values{"id": {formRequest.FindStringSubmatch(body)[1]}, "persona": {persona}}
	req, _ := http.NewRequest(http.MethodPost, v.d.IdentityURL+"/login", strings.NewReader(login.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.do(req)
}

const (
	personaOperator = "d3a1f2c0-operator"
	personaViewer   = "7be40911-viewer"
	personaScreen   = "19c6ab52-screen"
)

// A screen shows a code, a person types it, sees what will be shown, signs in once more as the application user, and the screen goes on by itself. The person's own session stays as it was.
func TestDemoPairsAScreen(t *testing.T) {
	t.Parallel()
	v := visitDemo(t)
	tv := v.another()
	code := tv.code()
	if again := tv.code(); again != code {
		t.Errorf("the screen shows %s and then %s", code, again)
	}
	v.signIn("Sign in as operator")
	_, status, body := v.open("/pair?code=" + url.QueryEscape(" "+strings.ToLower(strings.ReplaceAll(code, "-", " "))))
	v.want("what will be shown", status, http.StatusOK, body, code, "Control room", "Those of whoever signs in now")
	where, status, body := v.approve(code, personaScreen, nil)
	v.want("after the sign-in", status, http.StatusOK, body, "is paired", "Control room screen", "Olivia Peeters")
	if where.Path != "/pair" || !where.Query().Has("done") {
		t.Fatalf("the sign-in leads to %s", where)
	}
	id := where.Query().Get("done")
	where, status, body = tv.open("/screen")
	tv.want("the screen", status, http.StatusOK, body, `data-screen="`+id+`"`, "Cold store")
	if where.Path != "/tv/list/"+id {
		t.Errorf("the screen is led to %s", where)
	}
	if strings.Contains(body, `<a href="/alarms`) || strings.Contains(body, `href="/sites`) || strings.Contains(body, `href="/variables`) {
		t.Error("the screen is shown ways to pages that do not open for it")
	}
	if where, _, _ = tv.open("/overview"); where.Path == "/overview" {
		t.Error("the screen opens a person's page")
	}
	// The code was used up.
	if _, status, _ = v.open("/pair?code=" + code); status != http.StatusNotFound {
		t.Errorf("a used code: %d", status)
	}
	_, status, body = v.open("/settings/sessions")
	v.want("my screens", status, http.StatusOK, body, "Control room", "/settings/screens/"+id)
	_, status, body = v.open("/settings/screens/" + id)
	v.want("the screen's settings", status, http.StatusOK, body, "Control room screen", "Olivia Peeters", "Revoke")
	// Pointed elsewhere and renamed, it stays the same screen; revoked, it shows a code.
	_, status, body = v.post("/settings/screens/"+id, url.Values{"do": {"save"}, "name": {"Lobby"}, "board": {controlRoom}, "every": {"60"}})
	v.want("renamed", status, http.StatusOK, body, "Lobby", "Saved")
	_, status, body = v.post("/settings/screens/"+id, url.Values{"do": {"revoke"}})
	v.want("asked first", status, http.StatusOK, body, "Revoke “Lobby”?")
	before := v.d.Identity.Refreshes()
	_, status, body = v.post("/settings/screens/"+id, url.Values{"do": {"revoke"}, "sure": {"1"}})
	v.want("revoked", status, http.StatusOK, body, "was revoked")
	if next := tv.code(); next == code {
		t.Error("a code comes twice")
	}
	if _, status, _ = v.open("/overview"); status != http.StatusOK || v.d.Identity.Refreshes() != before {
		t.Errorf("the person's own session suffers: %d", status)
	}
}

// A code pairs one screen; somebody who was not faster is told so. An account that is not the approver's gives no rights, and guessing ends soon.
func TestDemoRefusesAPairing(t *testing.T) {
	t.Parallel()
	v := visitDemo(t)
	v.signIn("Sign in as operator")
	tv := v.another()
	code := tv.code()
	for name, form := range map[string]url.Values{"no dashboard": {"board": nil}, "one that there is not": {"board": {"aaaaaaaaaaaaaaaa"}}, "no name": {"name": {" "}}} {
		if _, status, body := v.approve(code, personaOperator, form); status != http.StatusBadRequest || !strings.Contains(body, code) {
			t.Errorf("%s: %d", name, status)
		}
	}
	for name, form := range map[string]url.Values{"life": {"life": {"5"}}, "every": {"every": {"1"}}, "rights": {"rights": {"application"}}} {
		if _, status, _ := v.approve(code, personaOperator, form); status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, status)
		}
	}
	other := v.another()
	other.signIn("Sign in as viewer")
	if where, _, _ := other.approve(code, personaViewer, nil); !where.Query().Has("done") {
		t.Fatalf("approved by the viewer: %s", where)
	}
	if _, status, _ := v.approve(code, personaOperator, nil); status != http.StatusNotFound {
		t.Errorf("a second approval: %d", status)
	}
	tries := 0
	for ; tries < 30; tries++ {
		if _, status, _ := v.open("/pair?code=" + url.QueryEscape("0000-000"+string("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[tries]))); status == http.StatusTooManyRequests {
			break
		}
	}
	if tries > 10 {
		t.Errorf("%d codes can be tried", tries)
	}
}

// The grant of a screen is revoked at the identity server: the screen shows a code instead of its picture, and whoever types it makes it the same screen again, as it was.
func TestDemoRevokedGrantShowsTheCodeAgain(t *testing.T) {
	t.Parallel()
	const life = 3 * time.Second
	v := visitDemo(t, func(c *config.Demo) { c.AccessTokenLifetime.Duration = life })
	v.signIn("Sign in as operator")
	tv := v.another()
	where, _, _ := v.approve(tv.code(), personaScreen, nil)
	id := where.Query().Get("done")
	if where, _, _ = tv.open("/screen"); where.Path != "/tv/list/"+id {
		t.Fatalf("the screen is led to %s", where)
	}
	whose := fault.Whose{Subject: personaScreen}
	time.Sleep(life)
	if where, status, _ := tv.open("/tv/list/" + id); status != http.StatusOK || where.Path != "/tv/list/"+id {
		t.Fatalf("after a token expired the screen is led to %s, %d", where, status)
	}
	tv.post("/tv/report", url.Values{"screen": {id}}) // is refreshed once more
	v.d.Identity.RevokeTokens(whose)
	time.Sleep(life)
	_, _, told := tv.post("/tv/report", url.Values{"screen": {id}})
	tv.want("the report", http.StatusOK, http.StatusOK, told, `"do":"ended"`, `"pair":{"code":"`)
	where, _, body := tv.open("/tv/list/" + id)
	if where.Path != "/screen" {
		t.Fatalf("refused, the screen is led to %s", where)
	}
	code := codeShown.FindStringSubmatch(body)[1]
	_, status, body := v.open("/pair?code=" + code)
	v.want("the form as it was", status, http.StatusOK, body, "It was a screen here before", `value="Control room"`)
	if where, _, _ = v.approve(code, personaScreen, nil); where.Query().Get("done") != id {
		t.Errorf("approved again: %s, was %s", where, id)
	}
	if where, status, _ = tv.open("/screen"); status != http.StatusOK || where.Path != "/tv/list/"+id {
		t.Errorf("the screen is led to %s, %d", where, status)
	}
	// Whoever signs out the user of the grant everywhere ends the screen, too.
	other := v.another()
	other.signIn("Sign in as screen")
	_, status, body = other.open("/settings/sessions")
	other.want("the screens that read with one's rights", status, http.StatusOK, body, "/settings/screens/"+id)
	other.post("/settings/sessions", url.Values{"end": {"all"}})
	if where, _, _ = tv.open("/tv/list/" + id); where.Path != "/screen" {
		t.Errorf("signed out everywhere, the screen is led to %s", where)
	}
}

// One browser is the person's and the screen's, in two tabs, as the tour has it: neither disturbs the other.
func TestDemoPairsInTheSameBrowser(t *testing.T) {
	t.Parallel()
	v := visitDemo(t)
	v.signIn("Sign in as operator")
	_, status, body := v.open("/pair?board=" + controlRoom + "&tour=6")
	v.want("the tour's stop", status, http.StatusOK, body, "Stop 6 of 8", "/screen", `name="code"`)
	where, _, _ := v.approve(v.code(), personaOperator, nil)
	id := where.Query().Get("done")
	where, status, body = v.open("/screen")
	v.want("the second tab", status, http.StatusOK, body, `data-screen="`+id+`"`)
	if where.Path != "/tv/list/"+id {
		t.Errorf("the second tab is led to %s", where)
	}
	_, status, body = v.open("/overview")
	v.want("the first tab", status, http.StatusOK, body, "Olivia Peeters")
	v.post("/auth/logout", nil)
	if where, status, _ = v.open("/tv/list/" + id); status != http.StatusOK || where.Path != "/tv/list/"+id {
		t.Errorf("signed out in the first tab, the second is led to %s, %d", where, status)
	}
}
