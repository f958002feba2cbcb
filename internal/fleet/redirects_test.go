package fleet

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"portico/internal/demo/fault"
)

const (
	mostRedirects = 5
	signInForm    = `name="password"` // of the identity server
)

// whatever cookie a browser brings, and whatever the identity server does, a page is reached within five redirects: the one that was asked for, the identity server's form, or one that
// says what is wrong.
func TestR58RedirectsEnd(t *testing.T) {
	t.Parallel()
	f := newFleet(t, Config{Store: stores[0].new(t), Replicas: 2, People: 2, AccessTokenLifetime: time.Minute})
	other := newFleet(t, Config{Store: stores[0].new(t), Replicas: 1, People: 1, AccessTokenLifetime: time.Minute})
	signedIn(t, other.People[0])
	cookies := map[string]func(p *Person) string{
		"none":     func(*Person) string { return "" },
		"empty":    func(*Person) string { return `""` },
		"garbage":  func(*Person) string { return "x" },
		"unknown":  func(*Person) string { return "1." + strings.Repeat("A", 86) },
		"too long": func(*Person) string { return strings.Repeat("b", 3000) },
		"foreign":  func(*Person) string { return sessionCookie(other.People[0]) }, // of another portal
		"replaced": func(p *Person) string { // by a newer session of the same browser
			old := sessionCookie(p)
			if a, err := p.Open("/auth/login"); err != nil || sessionCookie(p) == old {
				t.Errorf("signing in again: %s", describe(a, err))
			}
			return old
		},
		"ended": func(p *Person) string { // from elsewhere: whoever it is must authenticate again
			if out, err := f.Command("sessions", "end", "--everyone"); err != nil {
				t.Errorf("sessions end: %v\n%s", err, out)
			}
			return sessionCookie(p)
		},
	}
	for state, tt := range map[string]struct {
		set    func()
		known  bool // the identity server knows who it is
		status int
		holds  string
	}{
		"knows the person":  {func() {}, true, http.StatusOK, ""},
		"asks who is there": {func() {}, false, http.StatusOK, signInForm},
		"answers 503":       {func() { f.IdentityFaults.Set(fault.Rule{Fault: fault.Fault{Status: 503}}) }, true, http.StatusServiceUnavailable, "sign-in-down"},
		"gives no tokens":   {func() { f.IdentityFaults.Set(fault.Rule{Path: "/token", Fault: fault.Fault{Status: 500}}) }, true, http.StatusServiceUnavailable, "sign-in-down"},
		"takes no line":     {func() { _ = f.IdentityLine.Refuse() }, true, http.StatusServiceUnavailable, "sign-in-down"},
	} {
		for name, value := range cookies {
			p := newPerson(f, f.People[0].user)
			signedIn(t, p)
			cookie := value(p)
			p.forget("portico", "portico-recent")
			if !tt.known {
				p = newPerson(f, f.People[0].user) // a browser that was never there
			}
			if cookie != "" {
				p.SetCookie("portico", cookie)
			}
			status, holds := tt.status, tt.holds
			if name == "ended" && state == "gives no tokens" || name == "ended" && state == "knows the person" {
				status, holds = http.StatusOK, signInForm
			}
			tt.set()
			a, err := p.Open(p.Page)
			f.IdentityFaults.Set()
			if err := f.IdentityLine.Heal(); err != nil {
				t.Fatal(err)
			}
			if err != nil || len(a.Way) > mostRedirects || a.StatusCode != status || !strings.Contains(a.Body, holds) || holds == "" && !p.Owns(a) {
				t.Errorf("identity server %s, cookie %s: %s", state, name, describe(a, err))
			}
		}
	}
	p := f.People[1]
	for n := range 12 {
		p.SetCookie("portico-"+strings.Repeat("x", n), strings.Repeat("c", 4000))
	}
	if a, err := p.Open(p.Page); err != nil || a.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("cookies of 48 kB: %s", describe(a, err))
	}
}

func sessionCookie(p *Person) string { return p.Cookies()["portico"] }

// forget removes cookies of the portal.
func (p *Person) forget(names ...string) {
	for _, name := range names {
		p.SetCookie(name, "")
	}
}

// a browser that would be signed in again and again is signed in twice within a minute; then a page says why it does not go on, and offers a way.
func TestR58LoopsStopAndSayWhy(t *testing.T) {
	t.Parallel()
	t.Run("the browser loses the cookie", func(t *testing.T) {
		t.Parallel()
		f := newFleet(t, Config{Store: stores[0].new(t), Replicas: 1, People: 1, AccessTokenLifetime: time.Minute})
		p := f.People[0]
		signedIn(t, p)
		loops(t, f, p, "sign-in-loop", func() { p.forget("portico") })
	})
	t.Run("the processes share no database", func(t *testing.T) {
		t.Parallel()
		f := newFleet(t, Config{Store: stores[0].new(t), Replicas: 1, People: 1, AccessTokenLifetime: time.Minute})
		p := f.People[0]
		signedIn(t, p)
		stranger := f.StartAside("PORTICO_DATABASE=" + sqliteFile(t))
		at := f.Processes()[0]
		loops(t, f, p, "sign-in-lost", func() {
			at, stranger = stranger, at
			p.Use(at)
		})
	})
	t.Run("the identity server renews nothing", func(t *testing.T) {
		t.Parallel()
		f := newFleet(t, Config{Store: stores[0].new(t), Replicas: 1, People: 1, AccessTokenLifetime: 8 * time.Second, Env: []string{"PORTICO_OFFLINE_ACCESS=never"}})
		p := f.People[0]
		signedIn(t, p)
		loops(t, f, p, "sign-in-brief", func() { time.Sleep(8 * time.Second) })
	})
}

// loops breaks a person's session before each look at their page until the portal stops.
func loops(t *testing.T, f *Fleet, p *Person, kind string, breaks func()) {
	t.Helper()
	before := f.Identity.TokenRequests() - 1 // the first sign-in counts as well
	for range 4 {
		breaks()
		a, err := p.Open(p.Page)
		if err == nil && a.StatusCode == http.StatusForbidden {
			if n := f.Identity.TokenRequests() - before; n != 2 || len(a.Way) > mostRedirects || !strings.Contains(a.Body, kind) || !strings.Contains(a.Body, "/auth/login?return_to=") {
				t.Errorf("after %d sign-ins: %s\n%s", n, describe(a, nil), a.Body)
			}
			return
		}
		if err != nil || !p.Owns(a) {
			t.Errorf("on the way round: %s", describe(a, err))
		}
	}
	t.Error("the portal does not stop")
}
