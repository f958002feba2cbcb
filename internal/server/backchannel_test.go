package server

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"portico/internal/rp"
	"portico/internal/secret"
	"portico/internal/session"
	"portico/internal/store/storetest"
	"portico/internal/token"
)

// oddSID holds punctuation, as the conformance suite's session ids do.
const oddSID = "s-1!\"/(?&;=+%"

// fromProvider is the header of a request by the identity server itself: no cookie, no Accept, nothing that browsers send.
var fromProvider = []string{"Cookie", "", "Accept", ""}

// deliver posts a logout token as the identity server does, with a parameter that is to be ignored.
func (b *bench) deliver(logoutToken string) answer {
	b.Helper()
	a := b.ask("POST", "/auth/backchannel-logout", url.Values{"logout_token": {logoutToken}, "ignored_parameter": {"x"}}.Encode(), fromProvider...)
	if a.Header.Get("Cache-Control") != "no-store" {
		b.Errorf("Cache-Control %q on %d", a.Header.Get("Cache-Control"), a.StatusCode)
	}
	return a
}

func aliceOf(sid string) session.Identity {
	return session.Identity{Subject: "alice", Name: "Alice", SID: sid}
}

// The rows of the conformance suite's plan for back-channel logout. Each one signs in, signs out, and gets the logout token while the browser's own request is under way at the
// identity server. A bad token is refused, and ends nobody's session either.
func TestConformanceBackChannelLogout(t *testing.T) {
	t.Parallel()
	p := newSuite(t)
	b := newBenchAt(t, "https://portal.example", p.issuer, away{})
	b.server.config.LogoutHint = true
	unsigned := func() string {
		payload, _ := json.Marshal(p.claims(nil))
		return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString(payload) + "."
	}
	const module = "oidcc-client-test-rp-backchannel-rpinitlogout"
	for row, c := range map[string]struct {
		token  string
		status int
	}{
		"":             {p.token(t, nil), http.StatusOK},
		"-alg-none":    {unsigned(), http.StatusBadRequest},
		"-wrong-alg":   {p.sign(t, jose.ES256, "ec-1", p.claims(nil)), http.StatusBadRequest},
		"-no-event":    {p.token(t, map[string]any{"events": nil}), http.StatusBadRequest},
		"-wrong-event": {p.token(t, map[string]any{"events": map[string]any{"http://schemas.openid.net/event/foobar": map[string]any{}}}), http.StatusBadRequest},
		"-with-nonce":  {p.token(t, map[string]any{"nonce": "n"}), http.StatusBadRequest},
		"-wrong-aud":   {p.token(t, map[string]any{"aud": "porticoINVALID"}), http.StatusBadRequest},
		"-wrong-iss":   {p.token(t, map[string]any{"iss": p.issuer + "INVALID"}), http.StatusBadRequest},
	} {
		t.Run(module+row, func(t *testing.T) {
			mine, other := b.start(aliceOf("own-"+row), session.About{}), b.start(aliceOf(oddSID), session.About{})
			out := b.ask("POST", "/auth/logout", "", with(mine)...)
			out.want(t, "own sign-out", http.StatusSeeOther)
			end, _ := url.Parse(out.Header.Get("Location"))
			if q := end.Query(); !strings.HasPrefix(end.String(), p.issuer+"end_session_endpoint?") || q.Get("id_token_hint") != "id-token-secret" || q.Get("post_logout_redirect_uri") != "https://portal.example/auth/signed-out" {
				t.Errorf("sent to %s", end)
			}
			a := b.deliver(c.token)
			if a.StatusCode != c.status {
				t.Errorf("answered %d, want %d", a.StatusCode, c.status)
			}
			if c.status != http.StatusOK && a.body != "{\"error\":\"invalid_request\"}\n" {
				t.Errorf("a refusal tells %s", a.body)
			}
			state := end.Query().Get("state")
			b.get("/auth/signed-out?state="+state, "Cookie", cookieLine(out)).want(t, "back at the portal", http.StatusOK, "The sign-in service has signed you out as well.")
			want := http.StatusOK
			if c.status == http.StatusOK {
				want = http.StatusSeeOther
			}
			b.get("/sites", with(other)...).want(t, "the session that the token names", want)
		})
	}
}

// cookieLine is what a browser would send after an answer.
func cookieLine(a answer) string {
	var list []string
	for _, c := range a.Cookies() {
		if c.MaxAge >= 0 {
			list = append(list, c.Name+"="+c.Value)
		}
	}
	return strings.Join(list, "; ")
}

func TestBackChannelLogoutEndsWhatItNames(t *testing.T) {
	t.Parallel()
	p := newSuite(t)
	for name, c := range map[string]struct {
		change map[string]any
		ended  []string // browsers
	}{
		"sid and subject":    {map[string]any{"sid": "s1"}, []string{"a1", "a1 too"}},
		"sid only":           {map[string]any{"sid": "s1", "sub": nil}, []string{"a1", "a1 too"}},
		"subject only":       {map[string]any{"sid": nil}, []string{"a1", "a1 too", "a2"}},
		"sid of nobody":      {map[string]any{"sid": "s9"}, nil},
		"subject of nobody":  {map[string]any{"sid": nil, "sub": "nobody"}, nil},
		"audience in a list": {map[string]any{"sid": "s2", "aud": []string{"portico"}}, []string{"a2"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBenchAt(t, "https://portal.example", p.issuer, away{})
			browsers := map[string]*http.Cookie{"a1": b.start(aliceOf("s1"), session.About{}), "a1 too": b.start(aliceOf("s1"), session.About{}), "a2": b.start(aliceOf("s2"), session.About{}),
				"bob": b.start(session.Identity{Subject: "bob", SID: "s3"}, session.About{})}
			b.deliver(p.token(t, c.change)).want(t, "token", http.StatusOK)
			for browser, cookie := range browsers {
				want := http.StatusOK
				for _, ended := range c.ended {
					if ended == browser {
						want = http.StatusSeeOther
					}
				}
				b.get("/sites", with(cookie)...).want(t, browser, want)
			}
			if !strings.Contains(b.log.String(), `"event":"sign-out","reason":"back-channel"`) || strings.Contains(b.log.String(), "eyJ") {
				t.Errorf("the log lacks the audit line, or holds the token:\n%s", b.log)
			}
		})
	}
}

func TestBackChannelLogoutRequests(t *testing.T) {
	t.Parallel()
	p := newSuite(t)
	b := newBenchAt(t, "https://portal.example", p.issuer, away{})
	cookie := b.start(aliceOf(oddSID), session.About{})
	form := func(t *testing.T) url.Values { return url.Values{"logout_token": {p.token(t, nil)}} }
	post := func(body string, header ...string) answer {
		a := b.ask("POST", "/auth/backchannel-logout", body, append(fromProvider, header...)...)
		if a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("Cache-Control %q on %d", a.Header.Get("Cache-Control"), a.StatusCode)
		}
		return a
	}
	for name, a := range map[string]answer{
		"no body":             post(""),
		"no token":            post("x=1"),
		"two tokens":          post(form(t).Encode() + "&" + form(t).Encode()),
		"JSON":                post(`{"logout_token":"`+p.token(t, nil)+`"}`, "Content-Type", "application/json"),
		"no content type":     post(form(t).Encode(), "Content-Type", ""),
		"multipart":           post(form(t).Encode(), "Content-Type", "multipart/form-data; boundary=x"),
		"in the query":        b.ask("POST", "/auth/backchannel-logout?"+form(t).Encode(), "x=1", fromProvider...),
		"more than 16 KiB":    post(form(t).Encode() + "&x=" + strings.Repeat("a", 16<<10)),
		"an ID token":         post(url.Values{"logout_token": {p.token(t, map[string]any{"events": nil, "nonce": "n", "jti": nil})}}.Encode()),
		"an access token":     post(url.Values{"logout_token": {p.token(t, map[string]any{"events": nil, "scope": "openid"})}}.Encode()),
		"neither sub nor sid": post(url.Values{"logout_token": {p.token(t, map[string]any{"sub": nil, "sid": nil})}}.Encode()),
		"no jti":              post(url.Values{"logout_token": {p.token(t, map[string]any{"jti": nil})}}.Encode()),
		"issued last week":    post(url.Values{"logout_token": {p.token(t, map[string]any{"iat": time.Now().Add(-7 * 24 * time.Hour).Unix()})}}.Encode()),
		"expired":             post(url.Values{"logout_token": {p.token(t, map[string]any{"exp": time.Now().Add(-2 * time.Minute).Unix()})}}.Encode()),
		"a malformed form":    post("logout_token=%zz"),
	} {
		a.want(t, name, http.StatusBadRequest)
	}
	b.get("/auth/backchannel-logout", fromProvider...).want(t, "GET", http.StatusMethodNotAllowed)
	b.ask("POST", "/auth/backchannel-logout", form(t).Encode(), "Cookie", "", "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example").want(t, "another website", http.StatusForbidden)
	b.get("/sites", with(cookie)...).want(t, "the session", http.StatusOK)
	post(form(t).Encode(), "Content-Type", "application/x-www-form-urlencoded; charset=utf-8").want(t, "with a charset", http.StatusOK)
	b.get("/sites", with(cookie)...).want(t, "the session, after a good token", http.StatusSeeOther)
	p.Close()
	b.serve()
	if a := b.deliver(p.token(t, nil)); a.StatusCode != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" {
		t.Errorf("without keys: %d, Retry-After %q, want 503: it may be sent again", a.StatusCode, a.Header.Get("Retry-After"))
	}
}

// The same token counts once, whichever replica it comes to, and however many copies come at a time.
func TestBackChannelLogoutOnTwoReplicas(t *testing.T) {
	t.Parallel()
	p := newSuite(t)
	one := newBenchAt(t, "https://portal.example", p.issuer, away{})
	two := *one
	two.serve()
	cookie := one.start(aliceOf(oddSID), session.About{})
	logoutToken := p.token(t, nil)
	two.deliver(logoutToken).want(t, "at the second replica", http.StatusOK)
	one.get("/sites", with(cookie)...).want(t, "at the first", http.StatusSeeOther)
	again := one.start(aliceOf(oddSID), session.About{})
	for _, replica := range []*bench{one, &two} {
		replica.deliver(logoutToken).want(t, "replayed", http.StatusBadRequest)
	}
	one.get("/sites", with(again)...).want(t, "a later session of the same name", http.StatusOK)

	several := p.token(t, nil)
	var wg sync.WaitGroup
	statuses := make(chan int, 8)
	for i := range 8 {
		wg.Go(func() { statuses <- []*bench{one, &two}[i%2].deliver(several).StatusCode })
	}
	wg.Wait()
	close(statuses)
	taken := 0
	for status := range statuses {
		if status == http.StatusOK {
			taken++
		}
	}
	if taken != 1 {
		t.Errorf("%d of 8 copies were taken, want 1", taken)
	}
}

// A store that fails for a moment does not eat the token.
func TestBackChannelLogoutWhileTheStoreFails(t *testing.T) {
	t.Parallel()
	p := newSuite(t)
	b := newBenchAt(t, "https://portal.example", p.issuer, away{})
	cookie := b.start(aliceOf(oddSID), session.About{})
	b.store.Always(storetest.Fault{Before: storetest.Fail(nil)}, storetest.SessionOnce)
	logoutToken := p.token(t, nil)
	b.deliver(logoutToken).want(t, "the store is down", http.StatusServiceUnavailable)
	b.store.Heal()
	b.store.Next(storetest.SessionDeleteMatching, 1, storetest.Fault{Before: storetest.Fail(nil)})
	b.deliver(logoutToken).want(t, "sent again, and one more failure", http.StatusOK)
	b.get("/sites", with(cookie)...).want(t, "the session", http.StatusSeeOther)
}

// refreshing is a token endpoint that answers when it is told to.
type refreshing struct {
	away
	asked, answer chan struct{}
	mu            sync.Mutex
	revoked       []string
}

func (r *refreshing) Refresh(context.Context, secret.Text, string) (rp.Tokens, error) {
	r.asked <- struct{}{}
	<-r.answer
	return rp.Tokens{Access: secret.New("access-2"), Refresh: secret.New("refresh-2"), ExpiresIn: time.Hour, Asked: time.Now()}, nil
}

func (r *refreshing) Revoke(_ context.Context, t secret.Text, _ string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.revoked = append(r.revoked, t.Reveal())
	return nil
}

// The identity server signs somebody out while their tokens are being refreshed: the session stays ended, and what arrives late is given back.
func TestBackChannelLogoutDuringARefresh(t *testing.T) {
	t.Parallel()
	p := newSuite(t)
	r := &refreshing{asked: make(chan struct{}), answer: make(chan struct{})}
	b := newBenchAt(t, "https://portal.example", p.issuer, r)
	b.lifetime = time.Nanosecond
	cookie := b.start(aliceOf(oddSID), session.About{})
	done := make(chan error, 1)
	go func() { _, err := b.tokens.Source(handleOf(t, cookie)).Token(context.Background()); done <- err }()
	<-r.asked
	b.deliver(p.token(t, nil)).want(t, "token", http.StatusOK)
	b.get("/sites", with(cookie)...).want(t, "while the refresh is under way", http.StatusSeeOther)
	close(r.answer)
	if err := <-done; err != token.ErrGone {
		t.Errorf("the refresh ends with %v, want ErrGone", err)
	}
	b.must(b.tokens.Close(t.Context()))
	b.get("/sites", with(cookie)...).want(t, "after the refresh", http.StatusSeeOther)
	if r.mu.Lock(); strings.Join(r.revoked, " ") != "refresh-2 access-2" {
		t.Errorf("given back: %v, want what came late", r.revoked)
	}
	r.mu.Unlock()
}
