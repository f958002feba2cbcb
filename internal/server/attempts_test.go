package server

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"portico/internal/rp"
	"portico/internal/session"
)

// tabs is a browser in which several sign-ins begin.
type tabs struct {
	a       attempts
	now     time.Time
	cookies map[string]string
}

func newTabs(t *testing.T) *tabs {
	t.Helper()
	keys, err := session.NewKeyring(session.NewKey(time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	b := &tabs{now: time.Now(), cookies: map[string]string{}}
	b.a = attempts{jar{keys: keys, secure: true}}
	return b
}

func (b *tabs) request() *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	return r
}

func (b *tabs) take(w *httptest.ResponseRecorder) {
	for _, c := range w.Result().Cookies() {
		if b.cookies[c.Name] = c.Value; c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
}

func (b *tabs) begin(t *testing.T, state string) {
	t.Helper()
	w := httptest.NewRecorder()
	if err := b.a.put(w, b.request(), rp.Attempt{State: state, Started: b.now}); err != nil {
		t.Fatal(err)
	}
	for _, c := range w.Result().Cookies() {
		if !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.MaxAge != 600 && c.MaxAge != -1 {
			t.Errorf("cookie %v", c)
		}
	}
	b.take(w)
}

func (b *tabs) knows(state string) bool {
	_, found := b.a.find(b.request(), state)
	return found
}

func TestOldestOfSixSignInsGivesWay(t *testing.T) {
	t.Parallel()
	b := newTabs(t)
	for i := range 6 {
		b.begin(t, "state-"+strconv.Itoa(i))
		b.now = b.now.Add(time.Second)
	}
	if len(b.cookies) != maxAttempts {
		t.Errorf("%d cookies, want %d", len(b.cookies), maxAttempts)
	}
	for i := range 6 {
		if got := b.knows("state-" + strconv.Itoa(i)); got != (i > 0) {
			t.Errorf("attempt %d found: %t", i, got)
		}
	}
	for _, state := range []string{"", "x", "state-1x"} {
		if b.knows(state) {
			t.Errorf("state %q found", state)
		}
	}
}

// Tabs that begin at the same moment send no cookies of each other.
func TestS04TabsThatBeginTogetherKeepTheirSignIns(t *testing.T) {
	t.Parallel()
	b := newTabs(t)
	r := b.request()
	for i := range maxAttempts {
		w := httptest.NewRecorder()
		if err := b.a.put(w, r, rp.Attempt{State: "state-" + strconv.Itoa(i), Started: b.now}); err != nil {
			t.Fatal(err)
		}
		b.take(w)
	}
	for i := range maxAttempts {
		if !b.knows("state-" + strconv.Itoa(i)) {
			t.Errorf("attempt %d is lost", i)
		}
	}
	for range 20 {
		b.begin(t, "later")
	}
	b.cookies["__Host-portico-login-garbage"] = "x"
	b.begin(t, "last")
	if len(b.cookies) != maxAttempts || !b.knows("last") || b.cookies["__Host-portico-login-garbage"] != "" {
		t.Errorf("%d cookies, want the youngest %d: %v", len(b.cookies), maxAttempts, b.cookies)
	}
}

func TestS41AttemptFitsACookie(t *testing.T) {
	t.Parallel()
	for what, path := range map[string]string{"ampersands": "/?" + strings.Repeat("&", 2000), "quotes": "/?" + strings.Repeat(`"`, 2000)} {
		b := newTabs(t)
		w := httptest.NewRecorder()
		if err := b.a.put(w, b.request(), rp.Attempt{State: strings.Repeat("s", 43), Nonce: strings.Repeat("n", 43), Started: b.now, LoginOptions: rp.LoginOptions{ReturnTo: path}}); err != nil {
			t.Fatal(err)
		}
		if line := w.Header().Get("Set-Cookie"); len(line) > maxCookie {
			t.Errorf("%s: a cookie of %d bytes", what, len(line))
		}
		b.take(w)
		at, found := b.a.find(b.request(), strings.Repeat("s", 43))
		if want := map[bool]string{true: path, false: "/"}[what == "ampersands"]; !found || at.ReturnTo != want {
			t.Errorf("%s: found %t, back to %.20q", what, found, at.ReturnTo)
		}
	}
}

func TestAttemptsAreSealedAndBound(t *testing.T) {
	t.Parallel()
	b := newTabs(t)
	b.begin(t, "state")
	var name, value string
	for name, value = range b.cookies {
		break
	}
	for what, change := range map[string]func(){
		"altered":          func() { b.cookies[name] = flipped(value) },
		"cut":              func() { b.cookies[name] = value[:len(value)-4] },
		"in another place": func() { delete(b.cookies, name); b.cookies[b.a.name("other")] = value },
		"empty":            func() { b.cookies[name] = "" },
	} {
		clear(b.cookies)
		b.cookies[name] = value
		change()
		if b.knows("state") {
			t.Errorf("%s: found", what)
		}
	}
	clear(b.cookies)
	b.cookies[name] = value
	r := b.request()
	r.AddCookie(&http.Cookie{Name: name, Value: value})
	if _, found := b.a.find(r, "state"); found {
		t.Error("two cookies of one name: found")
	}
	at, found := b.a.find(b.request(), "state")
	if !found || expired(at, b.now) {
		t.Fatalf("found %t", found)
	}
	b.now = b.now.Add(attemptLife + time.Second)
	if !expired(at, b.now) {
		t.Error("an attempt of eleven minutes is not expired")
	}
	b.now = b.now.Add(-time.Hour)
	if !expired(at, b.now) {
		t.Error("an attempt of the future is not expired")
	}
	w := httptest.NewRecorder()
	b.a.clear(w, at)
	b.take(w)
	if b.knows("state") {
		t.Error("found after it was cleared")
	}
}
