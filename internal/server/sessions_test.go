package server

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"portico/internal/locale"
	"portico/internal/session"
	"portico/internal/store/storetest"
)

// browserOf signs subject in with another browser.
func (b *bench) browserOf(subject string, about session.About) *http.Cookie {
	b.Helper()
	return b.start(session.Identity{Subject: subject, Name: subject}, about)
}

// with is the header of a request from another browser.
func with(c *http.Cookie) []string { return []string{"Cookie", c.Name + "=" + c.Value} }

// ref is the name of a browser's session in forms.
func ref(t *testing.T, c *http.Cookie) string {
	t.Helper()
	h, err := session.ParseHandle(c.Value)
	if err != nil {
		t.Fatal(err)
	}
	return h.ID().String()
}

var (
	phone  = session.About{Browser: "Safari", System: "iPhone", Address: "192.0.2.7"}
	laptop = session.About{Browser: "Firefox", System: "Windows", Address: "2001:db8::7"}
)

func TestListOfOnesOwnSessions(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	mine, foreign := b.browserOf("alice", phone), b.browserOf("mallory", session.About{Browser: "Opera", System: "Tizen", Address: "203.0.113.9"})
	b.browserOf("alice", laptop)
	a := b.get("/settings/sessions", with(mine)...)
	a.want(t, "list", http.StatusOK, "Safari on iPhone", "192.0.2.7", "Firefox on Windows", "2001:db8::7", "Unknown browser", "this browser", "Sign out all others", "Sign out everywhere")
	if here, other := strings.Index(a.body, "Safari on iPhone"), strings.Index(a.body, "Firefox on Windows"); here > other {
		t.Error("this browser is not the first")
	}
	if n := strings.Count(a.body, `<li class="browser"`); n != 3 {
		t.Errorf("%d browsers, want alice's three", n)
	}
	for _, secret := range []string{mine.Value, mine.Value[2:45], "Opera", "203.0.113.9", ref(t, foreign), "access-secret"} {
		if strings.Contains(a.body, secret) {
			t.Errorf("the list shows %q", secret)
		}
	}
	for l, text := range map[locale.Lang]string{locale.French: "Firefox sous Windows", locale.Dutch: "Firefox op Windows", locale.German: "Firefox unter Windows"} {
		b.get("/settings/sessions", append(with(mine), "Accept-Language", string(l))...).want(t, string(l), http.StatusOK, text)
	}
	alone := b.get("/settings/sessions", with(foreign)...)
	if strings.Contains(alone.body, "Sign out all others") {
		t.Error("all others are offered to somebody with one browser")
	}
}

func TestSigningOutAnotherBrowser(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	other, third, foreign := b.browserOf("alice", phone), b.browserOf("alice", laptop), b.browserOf("mallory", phone)
	end := func(which string) answer {
		return b.ask("POST", "/settings/sessions", url.Values{"end": {which}}.Encode())
	}
	for which, want := range map[string]string{ref(t, foreign): "0", "x": "0", ref(t, b.cookie): "0", ref(t, other): "1"} {
		a := end(which)
		a.want(t, which, http.StatusSeeOther)
		if got := a.Header.Get("Location"); got != "/settings/sessions?ended="+want {
			t.Errorf("%s leads to %s, want ended=%s", which, got, want)
		}
	}
	b.get("/sites", with(other)...).want(t, "the other browser", http.StatusSeeOther)
	for name, c := range map[string]*http.Cookie{"this browser": b.cookie, "a third": third, "somebody else's": foreign} {
		b.get("/sites", with(c)...).want(t, name, http.StatusOK)
	}
	if _, err := b.tokens.Tokens(t.Context(), handleOf(t, other)); err == nil {
		t.Error("the other browser's tokens are still there")
	}
	b.get("/settings/sessions?ended=1").want(t, "done", http.StatusOK, "1 browser was signed out.")
	b.get("/settings/sessions?ended=0").want(t, "nothing done", http.StatusOK, "had ended already")
	for _, wrong := range []string{"x", "-1", "99999", "1&ended=2"} {
		b.get("/settings/sessions?ended="+wrong).want(t, wrong, http.StatusBadRequest)
	}
	b.ask("POST", "/settings/sessions", "").want(t, "no choice", http.StatusBadRequest)
	if !strings.Contains(b.log.String(), `"event":"sign-out","reason":"elsewhere"`) || !strings.Contains(b.log.String(), `"ended":"`+b.server.config.Keys.SessionReferences(ref(t, other))[0]+`"`) {
		t.Error("no audit line")
	}
	end("others").want(t, "others", http.StatusSeeOther)
	b.get("/sites", with(third)...).want(t, "the third, after others", http.StatusSeeOther)
	b.get("/sites").want(t, "this browser, after others", http.StatusOK)
	b.get("/sites", with(foreign)...).want(t, "somebody else's, after others", http.StatusOK)
}

func handleOf(t *testing.T, c *http.Cookie) session.Handle {
	t.Helper()
	h, err := session.ParseHandle(c.Value)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestSigningOutEverywhere(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	other, foreign := b.browserOf("alice", phone), b.browserOf("mallory", phone)
	began := time.Now()
	a := b.ask("POST", "/settings/sessions", "end=all")
	a.want(t, "everywhere", http.StatusSeeOther)
	if a.Header.Get("Clear-Site-Data") == "" || len(a.Cookies()) == 0 || a.Cookies()[0].MaxAge >= 0 {
		t.Errorf("Clear-Site-Data %q, cookies %v", a.Header.Get("Clear-Site-Data"), a.Cookies())
	}
	b.get("/sites").want(t, "this browser", http.StatusSeeOther)
	b.get("/sites", with(other)...).want(t, "the other browser", http.StatusSeeOther)
	b.get("/sites", with(foreign)...).want(t, "somebody else's", http.StatusOK)
	_, err := b.cookies.Start(t.Context(), httptest.NewRecorder(), session.NewHandle(), session.Identity{Issuer: b.issuer, Subject: "alice"}, session.StartOptions{LoginStarted: began.Add(-time.Second)})
	if err == nil {
		t.Error("a sign-in that was under way has finished")
	}
	if !strings.Contains(b.log.String(), `"event":"sign-out","reason":"everywhere"`) {
		t.Error("no audit line")
	}
}

func TestSessionsPageWhenTheStoreIsDown(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	other := b.browserOf("alice", phone)
	b.store.Always(storetest.Fault{Before: storetest.Fail(nil)}, storetest.SessionList, storetest.SessionDelete, storetest.SessionDeleteMatching)
	b.get("/settings/sessions").want(t, "list", http.StatusServiceUnavailable)
	for _, which := range []string{"all", "others", ref(t, other)} {
		if a := b.ask("POST", "/settings/sessions", "end="+which); a.StatusCode != http.StatusServiceUnavailable || len(a.Cookies()) > 0 {
			t.Errorf("%s: %d, cookies %v", which, a.StatusCode, a.Cookies())
		}
	}
	b.store.Heal()
	b.get("/sites", with(other)...).want(t, "the other browser", http.StatusOK)
}

func TestDevices(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                           "Firefox on Windows",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0":              "Edge on Windows",
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36":                                      "Chrome on Linux",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Safari/605.1.15":                      "Safari on macOS",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Mobile/15E148 Safari/604.1":    "Safari on iPhone",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1":     "Chrome on iPhone",
		"Mozilla/5.0 (Linux; Android 15; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36": "Samsung Internet on Android",
		"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 OPR/120.0.0.0":               "Opera on ChromeOS",
		"curl/8.14.1": "Unknown browser", "": "Unknown browser", "<script>Windows": "Browser on Windows", strings.Repeat("a", 4000): "Unknown browser",
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("User-Agent", agent)
		if got := deviceName(b.server.aboutBrowser(r), locale.For(locale.English)); got != want {
			t.Errorf("%q is %q, want %q", agent, got, want)
		}
	}
}
