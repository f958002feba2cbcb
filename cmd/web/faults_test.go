package main

import (
	"flag"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// away is how long the demo's identity server is down while somebody reads pages.
var away = flag.Duration("away", 6*time.Second, "how long the identity server is down")

// hanging also waits for an answer that never comes, which takes as long as the portal does.
var hanging = flag.Bool("hanging", false, "wait for the answer of a refresh that never comes: a minute")

// broken is a form of the page /demo/faults.
func (p *person) broken(server, do string, fields ...string) {
	p.t.Helper()
	form := url.Values{"server": {server}, "do": {do}}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	if a := p.post("/demo/faults", form); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/demo/faults#now" {
		p.t.Fatalf("%v: %d to %q %s", form, a.StatusCode, a.Header.Get("Location"), a.Body)
	}
}

// TestIdentityServerDownWhileAPageIsOpen: pages come while the access token lasts, then say that they cannot, and then come again by themselves. Nobody signs in again.
func TestIdentityServerDownWhileAPageIsOpen(t *testing.T) {
	t.Parallel()
	d := demo(t, "--access-token-lifetime=3s")
	p := newPerson(t, d.urls["portal"])
	began := time.Now()
	p.signIn("/sites/204486", "viewer").want(t, http.StatusOK, "Cold store Meuse")
	p.broken("identity", "down", "what", away.String())
	eventually(t, "the identity server is down", func() bool { return d.log.Count("demo server goes down", "id.localhost") == 1 })
	if a := p.get("/sites/204486"); time.Since(began) < 3*time.Second {
		a.want(t, http.StatusOK)
	}
	p.get("/demo/faults").want(t, http.StatusOK, "Identity server: refuses connections", "identity="+away.String())
	waited := 0
	for began = time.Now(); d.log.Count("demo server is back", "id.localhost") == 0; time.Sleep(200 * time.Millisecond) {
		switch a := p.get("/sites/204486"); {
		case a.StatusCode == http.StatusServiceUnavailable && a.Header.Get("Retry-After") != "":
			waited++
		case a.StatusCode != http.StatusOK:
			t.Fatalf("meanwhile: %d %s\n%s", a.StatusCode, a.Header.Get("Location"), a.Body)
		}
		if time.Since(began) > *away+time.Minute {
			t.Fatal("the identity server does not come back")
		}
	}
	eventually(t, "the page heals", func() bool { return p.get("/sites/204486").StatusCode == http.StatusOK })
	if n := d.log.Count("refresh token presented again"); waited == 0 || n != 0 {
		t.Errorf("%d requests found no identity server, %d refresh tokens were presented twice", waited, n)
	}
	p.get("/demo/faults").want(t, http.StatusOK, "everything works")
}

// TestFaultsOfTheDataHubFromThePage looks at pages that were not read before: what was read is kept, and shown while the Data Hub is away.
func TestFaultsOfTheDataHubFromThePage(t *testing.T) {
	t.Parallel()
	d := demo(t)
	p := newPerson(t, d.urls["portal"])
	p.signIn("/sites", "viewer").want(t, http.StatusOK, "Kouter Offices")
	p.broken("hub", "fault", "what", "429", "much", "", "where", "", "long", "@for:2m")
	if a := p.get("/sources/6044861"); a.StatusCode != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" {
		t.Errorf("while the Data Hub answers 429: %d, Retry-After %q", a.StatusCode, a.Header.Get("Retry-After"))
	}
	p.get("/sites").want(t, http.StatusOK, "Kouter Offices")
	status := p.get("/demo/faults")
	status.want(t, http.StatusOK, "Data Hub: answers 429, come again in 2", "hub=429@retry:2s@for:2m")
	id := regexp.MustCompile(`name="id" value="([0-9]+)"`).FindStringSubmatch(status.Body)
	p.broken("hub", "end", "id", id[1])
	heals := func(path string) func() bool { return func() bool { return p.get(path).StatusCode == http.StatusOK } }
	eventually(t, "the Data Hub is asked again", heals("/sources/6044861"))

	p.broken("hub", "fault", "what", "truncate", "where", "", "long", "")
	if a := p.get("/sources/6044881"); a.StatusCode != http.StatusBadGateway && a.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("half an answer: %d", a.StatusCode)
	}
	p.broken("", "clear")
	eventually(t, "whole answers", heals("/sources/6044881"))

	p.broken("hub", "fault", "what", "delay", "much", ":1")
	began := time.Now()
	p.get("/sources/6044832").want(t, http.StatusOK)
	if took := time.Since(began); took < 1500*time.Millisecond {
		t.Errorf("a late answer came after %v", took)
	}
}

// TestAnswerOfARefreshIsLost: the identity server renews the tokens and nobody hears of it (refresh.md, unknown outcome). The person loses nothing but the time of a silent sign-in.
func TestAnswerOfARefreshIsLost(t *testing.T) {
	t.Parallel()
	losses := []string{"cut-after", "502-after"}
	if *hanging {
		losses = append(losses, "hang-after")
	}
	for _, what := range losses {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			d := demo(t, "--access-token-lifetime=3s")
			p := newPerson(t, d.urls["portal"])
			p.signIn("/sites", "viewer").want(t, http.StatusOK)
			p.broken("identity", "fault", "what", what, "much", ":1", "where", "@path:/token", "long", "")
			time.Sleep(3 * time.Second)
			var a answer
			for began := time.Now(); time.Since(began) < 90*time.Second; time.Sleep(300 * time.Millisecond) {
				if a, _ = p.open("/sites?q=kouter"); a.StatusCode == http.StatusOK {
					break
				}
				if a.StatusCode != http.StatusServiceUnavailable || strings.Contains(a.Body, `name="password"`) {
					t.Fatalf("meanwhile: %d at %s\n%s", a.StatusCode, a.Request.URL, a.Body)
				}
			}
			a.want(t, http.StatusOK, "Kouter Offices")
			if at := a.Request.URL.RequestURI(); at != "/sites?q=kouter" {
				t.Errorf("ended at %s", at)
			}
			if n := d.log.Await(1, "refresh token taken"); n != 1 {
				t.Errorf("%d refreshes had an effect, want the one whose answer was lost", n)
			}
			if n := d.log.Count("refresh token presented again"); n > 1 {
				t.Errorf("a used refresh token was presented %d times", n)
			}
		})
	}
}

func TestOwnTokensFromThePage(t *testing.T) {
	t.Parallel()
	d := demo(t)
	p, other := newPerson(t, d.urls["portal"]), newPerson(t, d.urls["portal"])
	p.signIn("/sites", "viewer").want(t, http.StatusOK)
	other.signIn("/sites", "viewer").want(t, http.StatusOK)
	p.broken("", "expire")
	p.get("/sites/204486").want(t, http.StatusOK, "Cold store Meuse")
	if n := d.log.Await(1, "refresh token taken"); n != 1 {
		t.Errorf("%d refreshes after a token had expired, want 1", n)
	}
	p.broken("", "revoke")
	a, redirects := p.open("/sites/204481")
	a.want(t, http.StatusOK, "Kouter Offices")
	if redirects == 0 {
		t.Error("tokens that were taken back still count")
	}
	if a := other.get("/sites"); a.StatusCode != http.StatusOK {
		t.Errorf("another browser of the same person: %d", a.StatusCode)
	}
	p.post("/demo/flow", url.Values{"do": {"busy"}})
	p.get("/demo/faults").want(t, http.StatusOK, "Data Hub, for you alone: answers 429")
	other.get("/demo/faults").want(t, http.StatusOK, "everything works")
	p.broken("", "clear")
	p.get("/demo/faults").want(t, http.StatusOK, "everything works")
	p.broken("identity", "rotate")
	p.broken("identity", "clock", "ahead", "5m")
	newPerson(t, d.urls["portal"]).get("/demo/faults").want(t, http.StatusOK, "Identity server: clock 5", "ahead", "Nobody is signed in")
	p.broken("", "clear")
	stranger := newPerson(t, d.urls["portal"])
	if a := stranger.post("/demo/faults", url.Values{"do": {"expire"}}); a.StatusCode != http.StatusBadRequest {
		t.Errorf("nobody's tokens: %d", a.StatusCode)
	}
	for _, form := range []url.Values{{"do": {"fault"}, "server": {"hub"}, "what": {"slow"}}, {"do": {"fault"}, "server": {"hub"}, "what": {"30s"}}, {"do": {"down"}, "server": {"identity"}, "what": {"429"}}, {"do": {"down"}, "server": {"portal"}, "what": {"30s"}},
		{"do": {"clock"}, "server": {"hub"}, "ahead": {"3d"}}, {"do": {"end"}, "server": {"hub"}, "id": {"x"}}, {"do": {"x"}, "server": {"hub"}}, {}} {
		if a := stranger.post("/demo/faults", form); a.StatusCode != http.StatusBadRequest {
			t.Errorf("%v: %d, want 400", form, a.StatusCode)
		}
	}
	req, err := http.NewRequest(http.MethodPost, stranger.At("/demo/faults"), strings.NewReader("do=clear"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	if a := stranger.do(req); a.StatusCode != http.StatusForbidden {
		t.Errorf("a form of another site: %d", a.StatusCode)
	}
}

// TestOpenPageOutlivesAnOutage is the same in a browser: a page stays while the identity server is away, the next one says what is the matter, and "try again" leads to it when the server is back.
func TestOpenPageOutlivesAnOutage(t *testing.T) {
	t.Parallel()
	d := demo(t, "--access-token-lifetime=3s")
	w := openWindow(t, true)
	w.signIn(d)
	person := newPerson(t, d.urls["portal"])
	person.broken("identity", "down", "what", "2m")
	eventually(t, "the identity server is down", func() bool { return d.log.Count("demo server goes down", "id.localhost") == 1 })
	w.sees("h1", "^Cold store Meuse$")
	time.Sleep(4 * time.Second) // the access token expires
	w.do(chromedp.Navigate(d.urls["portal"]+"/sites/204481"), chromedp.WaitVisible(chromedp.CSS("main#content h1")))
	w.sees("main#content", "503", "Try again")
	person.broken("", "clear")
	eventually(t, "the identity server is back", func() bool { return d.log.Count("demo server is back", "id.localhost") == 1 })
	for end := time.Now().Add(time.Minute); w.value(`document.querySelector("h1")?.innerText ?? ""`) != "Kouter Offices" && time.Now().Before(end); {
		w.click(`.actions a[href="/sites/204481"]`, "main#content h1")
		time.Sleep(200 * time.Millisecond)
	}
	w.sees("h1", "^Kouter Offices$")
	if at, _ := chromedp.Run(w.ctx, chromedp.Location()); at != d.urls["portal"]+"/sites/204481" {
		t.Errorf("ended at %s", at)
	}
	if n := d.log.Count("refresh token presented again"); n != 0 {
		t.Errorf("%d refresh tokens were presented twice", n)
	}
}
