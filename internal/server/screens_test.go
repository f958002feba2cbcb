package server

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"portico/internal/board"
	"portico/internal/rp"
	"portico/internal/screen"
	"portico/internal/secret"
	"portico/internal/session"
)

var alice = board.Person{Issuer: "http://127.0.0.1:9", Subject: "alice", Account: "101", Name: "Alice Peeters"}

// board keeps a dashboard of Alice's and returns its id.
func (b *bench) board(title string) string {
	b.Helper()
	s, err := board.NewLibrary(b.server.shelf, nil).Create(b.Context(), alice, board.Board{Title: title, Widgets: []board.Widget{{ID: "clock", Kind: board.Clock, W: 3, H: 2, Title: "Clock of " + title}}})
	b.must(err)
	return s.ID
}

// onScreen pairs a screen that shows these dashboards with Alice's rights, and returns its cookie.
func (b *bench) onScreen(boards ...string) (screen.Screen, *http.Cookie) {
	b.Helper()
	h, w, now := session.NewHandle(), httptest.NewRecorder(), time.Now().UTC()
	scr := screen.Screen{ID: screen.NewID(), Settings: screen.Settings{Name: "Control room", Boards: boards, Every: 20 * time.Second}, Owner: alice, Rights: screen.Own, Issuer: b.issuer, Subject: "alice", As: "Alice Peeters", Created: now, Until: now.Add(24 * time.Hour)}
	scr.SetKey(h)
	b.must(b.tokens.Start(b.Context(), h, rp.Tokens{Access: secret.New("access-secret"), ExpiresIn: b.lifetime, Refresh: secret.New("refresh-secret"), Asked: now}, rp.Identity{Issuer: b.issuer, Subject: "alice"}, scr.Until))
	sess, err := b.server.screens.Create(b.Context(), h, session.Identity{Issuer: b.issuer, Subject: "alice", Name: "Alice Peeters", Account: "101"},
		session.StartOptions{LoginStarted: time.Now(), StaySignedIn: true, Life: 24 * time.Hour, Values: map[string]string{screenValue: scr.ID}, About: session.About{Screen: scr.Name}})
	b.must(err)
	b.must(b.server.register.Put(b.Context(), scr))
	b.server.screens.Hand(w, sess)
	return scr, w.Result().Cookies()[0]
}

func cookies(list ...*http.Cookie) string {
	var pairs []string
	for _, c := range list {
		pairs = append(pairs, c.Name+"="+c.Value)
	}
	return strings.Join(pairs, "; ")
}

// A screen sees what is on its list. Every other page is closed to it, whatever the method, and its cookie is nobody's who is signed in.
func TestAScreenSeesItsListAndNothingElse(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	shown, other := b.board("Shown"), b.board("Other")
	scr, c := b.onScreen(shown)
	if c.Name != "__Host-portico-screen" || !c.Secure || !c.HttpOnly || c.Path != "/" || c.MaxAge < 86000 {
		t.Errorf("cookie %v", c)
	}
	for path, want := range map[string]string{"/tv/list/" + scr.ID: "Clock of Shown", "/tv/" + shown: "Clock of Shown", "/tv/" + shown + "?screen=" + scr.ID: "Clock of Shown"} {
		b.get(path, "Cookie", cookies(c)).want(t, path, http.StatusOK, want, `data-screen="`+scr.ID+`"`)
	}
	for _, path := range []string{"/tv/" + other, "/tv/list/" + screen.NewID()} {
		if a := b.get(path, "Cookie", cookies(c)); a.StatusCode != http.StatusNotFound && a.Header.Get("Location") != "/screen" {
			t.Errorf("%s answers %d to %q", path, a.StatusCode, a.Header.Get("Location"))
		}
	}
	for _, path := range []string{"/overview", "/sites", "/dashboards", "/dashboards/" + shown, "/dashboards/" + shown + "/edit", "/settings/sessions", "/alarms", "/exports", "/search?q=x", "/auth/account"} {
		if a := b.get(path, "Cookie", cookies(c)); a.StatusCode == http.StatusOK || !strings.HasPrefix(a.Header.Get("Location"), "/auth/login") {
			t.Errorf("%s answers a screen %d to %q", path, a.StatusCode, a.Header.Get("Location"))
		}
	}
	for _, path := range []string{"/dashboards", "/dashboards/" + shown, "/alarms/ack", "/stars", "/exports", "/events", "/settings/sessions", "/auth/session", "/auth/session/extend"} {
		if a := b.ask("POST", path, "do=delete&sure=1", "Sec-Fetch-Site", "same-origin", "Cookie", cookies(c)); a.StatusCode != http.StatusUnauthorized {
			t.Errorf("POST %s answers a screen %d, want 401", path, a.StatusCode)
		}
	}
	for _, method := range []string{"POST", "PUT", "DELETE"} {
		if a := b.ask(method, "/tv/"+shown, "", "Sec-Fetch-Site", "same-origin", "Cookie", cookies(c)); a.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%s of a wall answers %d", method, a.StatusCode)
		}
	}
}

// Neither cookie opens what the other does, also under the other's name.
func TestScreenAndPersonAreApart(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	scr, c := b.onScreen(b.board("Shown"))
	if a := b.get("/overview", "Cookie", b.cookie.Name+"="+c.Value); a.StatusCode != http.StatusSeeOther {
		t.Errorf("a screen's cookie under a person's name opens /overview: %d", a.StatusCode)
	}
	if a := b.get("/tv/list/"+scr.ID, "Cookie", c.Name+"="+b.cookie.Value); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/screen" {
		t.Errorf("a person's cookie under a screen's name: %d to %q", a.StatusCode, a.Header.Get("Location"))
	}
	// One browser may have both: of the screen's tab and of the person's.
	b.get("/overview", "Cookie", cookies(b.cookie, c)).want(t, "the person's page", http.StatusOK, "Alice Peeters")
	b.get("/tv/list/"+scr.ID, "Cookie", cookies(b.cookie, c)).want(t, "the screen's page", http.StatusOK, `data-screen="`+scr.ID+`"`)
	b.get("/tv/list/"+scr.ID).want(t, "whoever approved the screen looks at its list", http.StatusOK, "Clock of Shown", `data-screen=""`)
	bob := b.start(session.Identity{Subject: "bob", Name: "Bob", Account: "101"}, session.About{})
	if a := b.get("/tv/list/"+scr.ID, "Cookie", cookies(bob)); a.StatusCode != http.StatusNotFound {
		t.Errorf("somebody else sees the screen's list: %d", a.StatusCode)
	}
}

func (b *bench) report(c *http.Cookie, form url.Values) (a wallAnswer) {
	b.Helper()
	got := b.ask("POST", "/tv/report", form.Encode(), "Sec-Fetch-Site", "same-origin", "Accept", "application/json", "Cookie", cookies(c))
	if got.StatusCode != http.StatusOK {
		b.Fatalf("the report is answered by %d %s", got.StatusCode, got.body)
	}
	b.must(json.Unmarshal([]byte(got.body), &a))
	return a
}

// What a wall tells stands in the register, and it is told what people asked of it, until its page is newer than that.
func TestAScreenReportsAndIsTold(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	scr, c := b.onScreen(b.board("Shown"))
	loaded := time.Now().UnixMilli()
	form := url.Values{"screen": {scr.ID}, "page": {"/tv/list/" + scr.ID + "?page=2"}, "build": {"test"}, "now": {strconv.FormatInt(time.Now().Add(90*time.Second).UnixMilli(), 10)}, "loaded": {strconv.FormatInt(loaded, 10)}, "heap": {"123456789"}, "up": {"3600"}, "problem": {"widget\x00 failed"}}
	if a := b.report(c, form); a.Do != "" || a.Trouble != "" || a.Build != "test" {
		t.Errorf("nothing is asked of it, and it is told %+v", a)
	}
	got, err := b.server.register.Get(t.Context(), scr.ID)
	b.must(err)
	if r := got.Report; r.Page != "/tv/list/"+scr.ID+"?page=2" || r.Heap != 123456789 || r.Up != time.Hour || r.Problem != "widget failed" || r.Skew.Round(time.Second) != 90*time.Second || time.Since(r.Seen) > time.Minute {
		t.Errorf("the register has %+v", r)
	}
	change := func(f func(*screen.Screen)) {
		_, err := b.server.register.Change(t.Context(), scr.ID, func(s *screen.Screen) error { f(s); return nil })
		b.must(err)
	}
	change(func(s *screen.Screen) { s.Reload = time.Now().Add(time.Second) })
	if a := b.report(c, form); a.Do != "reload" {
		t.Errorf("told %+v, want reload", a)
	}
	change(func(s *screen.Screen) { s.Changed = time.Now().Add(time.Second) })
	if a := b.report(c, form); a.Do != "go" || a.To != "/tv/list/"+scr.ID {
		t.Errorf("told %+v, want go", a)
	}
	form.Set("loaded", strconv.FormatInt(time.Now().Add(2*time.Second).UnixMilli(), 10))
	if a := b.report(c, form); a.Do != "" {
		t.Errorf("a newer page is told %+v", a)
	}
	b.must(b.store.Sessions().Delete(t.Context(), mustKey(t, &scr).ID(), session.ReasonElsewhere))
	if a := b.report(c, form); a.Do != "ended" || a.To != "/screen" {
		t.Errorf("after its end it is told %+v", a)
	}
	form.Set("now", "x")
	if got := b.ask("POST", "/tv/report", form.Encode(), "Sec-Fetch-Site", "cross-site", "Cookie", cookies(c)); got.StatusCode != http.StatusForbidden {
		t.Errorf("a report from elsewhere is answered by %d", got.StatusCode)
	}
}

func mustKey(t *testing.T, scr *screen.Screen) session.Handle {
	t.Helper()
	h, err := scr.Key()
	if err != nil {
		t.Fatal(err)
	}
	return h
}
