package server

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"portico/internal/board"
	"portico/internal/datahub"
	"portico/internal/demo/fault"
	"portico/internal/demo/hub"
	"portico/internal/grant"
	"portico/internal/rp"
	"portico/internal/screen"
	"portico/internal/secret"
	"portico/internal/session"
	"portico/internal/store/storetest"
)

var screenDays = flag.Int("screen-days", 2, "simulated days of TestAScreenLastsForDays; portal.md names fourteen")

// tokenServer gives one-time refresh tokens and remembers each that was presented. away makes it unreachable, refuses lets it refuse them all.
type tokenServer struct {
	life time.Duration

	mu            sync.Mutex
	n             int
	issued        time.Time
	away, refuses bool
	replays       int
	revoked       []string
}

func (s *tokenServer) next() rp.Tokens {
	s.n++
	s.issued = time.Now()
	return rp.Tokens{Access: secret.New(fmt.Sprint("access-", s.n)), Refresh: secret.New(fmt.Sprint("refresh-", s.n)), ExpiresIn: s.life, Asked: time.Now(), Scopes: []string{"datahub-api", "offline_access"}}
}

// Refresh implements token.Refresher.
func (s *tokenServer) Refresh(_ context.Context, refresh secret.Text, _ string) (rp.Tokens, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.away:
		return rp.Tokens{}, &rp.GrantError{Class: rp.NotSent, Err: errors.New("connection refused")}
	case s.refuses:
		return rp.Tokens{}, &rp.GrantError{Class: rp.Refused, Code: "invalid_grant"}
	case refresh.Reveal() != fmt.Sprint("refresh-", s.n):
		s.replays++
		return rp.Tokens{}, &rp.GrantError{Class: rp.Refused, Code: "invalid_grant"}
	}
	return s.next(), nil
}

// CheckRefreshed implements token.Refresher.
func (*tokenServer) CheckRefreshed(context.Context, rp.Tokens, rp.Identity) error { return nil }

// Revoke implements token.Refresher.
func (s *tokenServer) Revoke(_ context.Context, t secret.Text, _ string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoked = append(s.revoked, t.Reveal())
	return nil
}

func (s *tokenServer) set(away, refuses bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away, s.refuses = away, refuses
}

// good reports whether an access token is the present one and not expired.
func (s *tokenServer) good(access string) (string, int64, []string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return "alice", 101, []string{"datahub-api"}, access == fmt.Sprint("access-", s.n) && time.Since(s.issued) < s.life
}

// direct carries requests to a handler without a network, for bubbles.
type direct struct{ http.Handler }

// RoundTrip implements http.RoundTripper.
func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w.Result(), nil
}

// wallBench is a portal in a bubble, with a screen that shows open alarms by the grant of a token server.
type wallBench struct {
	*bench
	op     *tokenServer
	screen screen.Screen
	cookie *http.Cookie
	loaded time.Time
}

func newWallBench(t *testing.T, life time.Duration) *wallBench {
	t.Helper()
	s := &tokenServer{life: life}
	b := &bench{T: t, base: "https://portal.example", issuer: "http://127.0.0.1:9", provider: s, lifetime: life, cookie: &http.Cookie{Name: "nobody"}, faults: &fault.Switch{}, log: &strings.Builder{}, logger: slog.New(slog.DiscardHandler)}
	b.remember()
	var err error
	b.hub, err = datahub.New(datahub.Config{BaseURL: "http://127.0.0.1:9", Timeout: time.Second, Transport: direct{hub.New(hub.Config{World: world, Check: s.good})}})
	b.must(err)
	b.serve()
	d, err := board.NewLibrary(b.server.config.Shelf, nil).Create(t.Context(), alice, board.Board{Title: "Control room", Widgets: []board.Widget{{ID: "alarms", Kind: board.AlarmWall, W: 6, H: 6}}})
	b.must(err)
	w := &wallBench{bench: b, op: s}
	w.pair(d.ID)
	w.load()
	return w
}

// pair approves the screen as the callback of a sign-in does, through the code that it shows.
func (w *wallBench) pair(boards ...string) {
	w.Helper()
	var jar []*http.Cookie
	if w.cookie != nil {
		jar = append(jar, w.cookie)
	}
	page := w.get("/screen", "Cookie", cookies(jar...))
	page.want(w.T, "the screen's page", http.StatusOK, `data-pair="code"`)
	_, rest, _ := strings.Cut(page.body, `data-pair="code">`)
	code, ok := screen.ParseCode(rest[:9])
	if !ok {
		w.Fatalf("no code in %.20q", rest)
	}
	t := w.op.next()
	who := session.Identity{Issuer: w.issuer, Subject: "alice", Name: "Alice Peeters", Account: "101"}
	scr, err := w.server.approve(httptest.NewRequestWithContext(w.Context(), http.MethodGet, w.base+"/pair", nil), wish{By: alice, Screen: &screenWish{Code: code, Settings: screen.Settings{Name: "Wall", Boards: boards, Every: time.Minute}}, Life: 365 * 24 * time.Hour},
		granted{rights: grant.Own, who: who, started: time.Now(), tokens: &t, about: rp.Identity{Issuer: w.issuer, Subject: "alice", Account: "101"}})
	w.must(err)
	w.screen = scr
	page = w.get("/screen", "Cookie", cookies(append(jar, page.Cookies()...)...))
	if page.StatusCode != http.StatusSeeOther || page.Header.Get("Location") != "/tv/list/"+scr.ID {
		w.Fatalf("the approved screen gets %d to %q", page.StatusCode, page.Header.Get("Location"))
	}
	for _, c := range page.Cookies() {
		if c.Name == "__Host-portico-screen" {
			w.cookie = c
		}
	}
}

// load opens the page, which must come, and with the alarms in it if they can be had.
func (w *wallBench) load() answer {
	w.Helper()
	a := w.get("/tv/list/"+w.screen.ID, "Cookie", cookies(w.cookie))
	w.loaded = time.Now()
	if a.StatusCode != http.StatusOK || len(a.Cookies()) > 0 || strings.Contains(a.body, "/auth/login") {
		w.Fatalf("after %v the screen gets %d to %q, cookies %v", time.Since(w.screen.Created), a.StatusCode, a.Header.Get("Location"), a.Cookies())
	}
	return a
}

func (w *wallBench) tell() wallAnswer {
	w.Helper()
	return w.bench.report(w.cookie, url.Values{"screen": {w.screen.ID}, "page": {"/tv/list/" + w.screen.ID}, "loaded": {strconv.FormatInt(w.loaded.UnixMilli(), 10)}})
}

// A wall runs for weeks: access tokens of a minute, a report each twenty seconds, its page now and then, a new process each night. It never sees a sign-in, and each refresh token is presented once.
func TestAScreenLastsForDays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWallBench(t, time.Minute)
		first := w.op.n
		const step = 20 * time.Second
		days := *screenDays
		if testing.Short() {
			days = 1
		}
		for day := range days {
			for at := step; at <= 24*time.Hour; at += step {
				time.Sleep(step)
				if a := w.tell(); a.Do != "" || a.Trouble != "" {
					t.Fatalf("day %d, %v: told %+v", day, at, a)
				}
				if at%time.Hour == 0 {
					w.load()
				}
			}
			w.serve() // the portal is restarted, on the same store and with the same keys
			w.load()
		}
		want := days * 24 * 60
		if got := w.op.n - first; got < want-1 || got > want+1 || w.op.replays != 0 {
			t.Errorf("%d refreshes, want %d ± 1; %d tokens presented twice", got, want, w.op.replays)
		}
		synctest.Wait()
	})
}

// While the identity server is away the session stays, however long; the screen is told why nothing is new, and it goes on by itself within half a minute.
func TestAnOutageEndsNoScreen(t *testing.T) {
	t.Parallel()
	for _, long := range []time.Duration{time.Second, time.Minute, 30 * time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			w := newWallBench(t, time.Minute)
			time.Sleep(50 * time.Second) // a refresh is due
			w.op.set(true, false)
			for end := time.Now().Add(long); time.Now().Before(end); time.Sleep(min(20*time.Second, max(time.Until(end), time.Millisecond))) {
				a := w.tell()
				if a.Do != "" || a.Pair != nil {
					t.Fatalf("away for %v: told %+v", long, a)
				}
				if expired := time.Since(w.op.issued) > time.Minute; expired != (a.Trouble == "sign-in") {
					t.Errorf("away for %v, the access token is %v old: told %+v", long, time.Since(w.op.issued), a)
				}
				w.load()
			}
			w.op.set(false, false)
			time.Sleep(20 * time.Second)
			a := w.tell()
			if a.Trouble != "" {
				time.Sleep(5 * time.Second)
				a = w.tell()
			}
			if a.Do != "" || a.Trouble != "" || w.op.replays != 0 {
				t.Errorf("after %v: told %+v, %d tokens presented twice", long, a, w.op.replays)
			}
			scr, err := w.server.register.Get(t.Context(), w.screen.ID)
			w.must(err)
			if !scr.Report.Refused.IsZero() {
				t.Errorf("after %v the register calls the rights refused", long)
			}
			synctest.Wait()
		})
	}
}

// A store that does not answer is no refusal: the cookie stays, and the page is asked for again.
func TestAStoreThatIsDownEndsNoScreen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWallBench(t, time.Minute)
		w.store.Always(storetest.Fault{Before: storetest.Fail(nil)}, append(storetest.Reads(), storetest.Writes()...)...)
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			path := map[string]string{http.MethodGet: "/tv/list/" + w.screen.ID, http.MethodPost: "/tv/report"}[method]
			a := w.ask(method, path, "screen="+w.screen.ID, "Sec-Fetch-Site", "same-origin", "Cookie", cookies(w.cookie))
			if a.StatusCode != http.StatusServiceUnavailable || len(a.Cookies()) > 0 {
				t.Errorf("%s %s: %d, cookies %v", method, path, a.StatusCode, a.Cookies())
			}
			if method == http.MethodGet && !strings.Contains(a.body, `http-equiv="refresh"`) {
				t.Error("the page that stands in does not ask again")
			}
		}
		w.store.Heal()
		w.load()
		synctest.Wait()
	})
}

// A refusal ends it within one access token's life: the screen shows a code, and whoever types it makes it the same screen again.
func TestARefusalShowsTheCodeAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWallBench(t, time.Minute)
		id, key := w.screen.ID, mustKey(t, &w.screen).ID()
		w.op.set(false, true)
		began := time.Now()
		var a wallAnswer
		for a.Do == "" {
			time.Sleep(20 * time.Second)
			a = w.tell()
		}
		if took := time.Since(began); took > time.Minute+20*time.Second || a.Do != "ended" || a.Pair == nil || a.Pair.Code == "" || a.Pair.Picture.Path == "" {
			t.Fatalf("after %v told %+v", took, a)
		}
		page := w.get("/tv/list/"+id, "Cookie", cookies(w.cookie))
		if page.StatusCode != http.StatusSeeOther || page.Header.Get("Location") != "/screen" {
			t.Errorf("without a script: %d to %q", page.StatusCode, page.Header.Get("Location"))
		}
		row, err := w.server.register.Get(t.Context(), id)
		w.must(err)
		if row.Report.Refused.IsZero() {
			t.Error("the register knows nothing of the refusal")
		}
		w.op.set(false, false)
		w.pair(w.screen.Boards...)
		if w.screen.ID != id {
			t.Errorf("paired again it is %s, was %s", w.screen.ID, id)
		}
		w.load()
		if a := w.tell(); a.Do != "" {
			t.Errorf("paired again, and told %+v", a)
		}
		if _, err := w.store.Sessions().Load(t.Context(), key); err == nil {
			t.Error("the session before is still there")
		}
		synctest.Wait()
	})
}

// Signed out by the identity server over the back channel, or everywhere by the person: what ends somebody's sessions ends their screens. A grant that outlives the provider's session is not of it.
func TestCentralSignOutReachesScreens(t *testing.T) {
	t.Parallel()
	p := newSuite(t)
	b := newBenchAt(t, "https://portal.example", p.issuer, away{})
	ended := func(c *http.Cookie, scr screen.Screen) bool {
		return b.report(c, url.Values{"screen": {scr.ID}}).Do == "ended"
	}
	scr, c := b.onScreen(b.board("Shown"))
	if a := b.deliver(p.token(t, map[string]any{"sid": oddSID, "sub": nil})); a.StatusCode != http.StatusOK || ended(c, scr) {
		t.Errorf("the sign-out of some session of the provider's: %d, ended %v", a.StatusCode, ended(c, scr))
	}
	if a := b.deliver(p.token(t, map[string]any{"sid": nil})); a.StatusCode != http.StatusOK || !ended(c, scr) {
		t.Errorf("the sign-out of the person: %d, ended %v", a.StatusCode, ended(c, scr))
	}
	b.signIn()
	scr, c = b.onScreen(b.board("Shown"))
	if a := b.ask("POST", "/settings/sessions", "end=others", "Sec-Fetch-Site", "same-origin"); a.StatusCode != http.StatusSeeOther || ended(c, scr) {
		t.Errorf("the person's other browsers: %d, ended %v", a.StatusCode, ended(c, scr))
	}
	if a := b.ask("POST", "/settings/sessions", "end=all", "Sec-Fetch-Site", "same-origin"); a.StatusCode != http.StatusSeeOther || !ended(c, scr) {
		t.Errorf("everywhere: %d, ended %v", a.StatusCode, ended(c, scr))
	}
}
