package server

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	"portico/internal/datahub"
	"portico/internal/demo/energy"
	"portico/internal/demo/fault"
	"portico/internal/demo/hub"
	"portico/internal/limit"
	"portico/internal/rp"
	"portico/internal/secret"
	"portico/internal/session"
	"portico/internal/shelf"
	"portico/internal/store/memory"
	"portico/internal/store/storetest"
	"portico/internal/token"
)

// bench is a portal over a store and a Data Hub that fail on demand, with an identity server that is away.
type bench struct {
	*testing.T
	base     string
	issuer   string // of the identity server
	provider token.Refresher
	hub      *datahub.Hub
	hubURL   string
	keys     *session.Keyring
	server   *Server
	handler  http.Handler
	store    *storetest.Faulty
	items    shelf.Store
	tries    limit.Store
	cookies  *session.Cookies
	tokens   *token.Manager
	faults   *fault.Switch // of the Data Hub
	log      *strings.Builder
	logger   *slog.Logger  // that writes it
	cookie   *http.Cookie  // of the person who is signed in
	lifetime time.Duration // of access tokens
	pages    []Page        // further ones
	front    string        // one of them
	frame    Frame
}

// away is an identity server that refuses nothing and answers nothing.
type away struct{}

func (away) Refresh(context.Context, secret.Text, string) (rp.Tokens, error) {
	return rp.Tokens{}, &rp.GrantError{Class: rp.NotSent, Err: errors.New("away")}
}
func (away) CheckRefreshed(context.Context, rp.Tokens, rp.Identity) error { return nil }
func (away) Revoke(context.Context, secret.Text, string) error            { return nil }

var world = energy.New(1)

func newBench(t *testing.T, base string) *bench {
	t.Helper()
	return newBenchAt(t, base, "http://127.0.0.1:9", away{})
}

// newBenchAt is a portal whose people sign in at issuer; provider is its token endpoint.
func newBenchAt(t *testing.T, base, issuer string, provider token.Refresher) *bench {
	t.Helper()
	b := &bench{T: t, base: base, issuer: issuer, provider: provider, lifetime: time.Hour, faults: &fault.Switch{}, log: &strings.Builder{}}
	data := httptest.NewServer(hub.New(hub.Config{World: world, Check: func(string) (string, int64, []string, bool) { return "alice", 101, []string{"datahub-api"}, true },
		Fault: b.faults.Pick}))
	t.Cleanup(data.Close)
	b.logger = slog.New(slog.NewJSONHandler(&lockedWriter{w: b.log}, nil))
	b.remember()
	b.hubURL = data.URL
	var err error
	b.hub, err = datahub.New(datahub.Config{BaseURL: data.URL, Timeout: 20 * time.Second})
	b.must(err)
	b.serve()
	b.signIn()
	return b
}

// remember gives the bench stores in memory, and a key.
func (b *bench) remember() {
	b.Helper()
	inMemory := memory.New(nil)
	b.store, b.items, b.tries = storetest.NewFaulty(inMemory.Sessions(), inMemory.Tokens()), inMemory.Shelf(), inMemory.Tries()
	var err error
	b.keys, err = session.NewKeyring(session.NewKey(time.Now()))
	b.must(err)
}

// wait gives the Data Hub as long as it takes: a delay that is wanted must not come near the limit of a call.
func (b *bench) wait() { b.waitFor(time.Minute) }

// waitFor gives each call of the Data Hub so long.
func (b *bench) waitFor(most time.Duration) {
	b.Helper()
	var err error
	b.hub, err = datahub.New(datahub.Config{BaseURL: b.hubURL, Timeout: most})
	b.must(err)
	b.serve()
}

// between lets f answer in front of the Data Hub, which is behind it, and gives each call as long as it takes.
func (b *bench) between(f func(w http.ResponseWriter, r *http.Request, behind http.Handler)) {
	b.Helper()
	u, err := url.Parse(b.hubURL)
	b.must(err)
	behind := httputil.NewSingleHostReverseProxy(u)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { f(w, r, behind) }))
	b.Cleanup(front.Close)
	b.hubURL = front.URL
	b.wait()
}

// serve makes a replica of the portal and lets the bench ask it.
func (b *bench) serve() {
	b.Helper()
	log := b.logger
	u, err := url.Parse(b.base)
	b.must(err)
	b.cookies, err = session.NewCookies(session.Config{Store: b.store.Sessions(), Keys: b.keys, Secure: u.Scheme == "https", StayAbsolute: 30 * 24 * time.Hour, Log: log})
	b.must(err)
	tokens, err := token.New(token.Config{Store: b.store.Tokens(), Keys: b.keys, Refresher: b.provider, End: b.store.Sessions().Delete, KeepIDTokens: true, Log: log})
	b.must(err)
	b.tokens = tokens
	b.Cleanup(func() { _ = tokens.Close(context.Background()) })
	client, err := rp.New(rp.Config{Issuer: b.issuer, ClientID: "portico", ClientSecret: secret.New("s"), RedirectURL: b.base + "/auth/callback", PostLogoutRedirectURL: b.base + "/auth/signed-out"})
	b.must(err)
	b.server, err = New(Config{BaseURL: u, StaySignedIn: 30 * 24 * time.Hour, RP: client, Cookies: b.cookies, Store: b.store.Sessions(), Tries: b.tries, Keys: b.keys, Tokens: b.tokens, Hub: b.hub, Shelf: shelf.New(b.items, b.keys, nil), Pages: b.pages, Front: b.front, Frame: b.frame, ShareLinks: true, Log: log, Version: "test"})
	b.must(err)
	b.handler = b.server.Handler()
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// signIn makes a session of Alice's, whose browser the bench is from now on.
func (b *bench) signIn() {
	b.Helper()
	b.cookie = b.start(session.Identity{Subject: "alice", Name: "Alice Peeters", Account: "101", AccountName: "Noordzee"}, session.About{})
}

// start makes a session of some browser's, as the callback does, and returns its cookie.
func (b *bench) start(who session.Identity, about session.About) *http.Cookie {
	b.Helper()
	who.Issuer = b.issuer
	h, w := session.NewHandle(), httptest.NewRecorder()
	b.must(b.tokens.Start(b.Context(), h, rp.Tokens{Access: secret.New("access-secret"), ExpiresIn: b.lifetime, Refresh: secret.New("refresh-secret"), IDToken: secret.New("id-token-secret"), Asked: time.Now()},
		rp.Identity{Issuer: who.Issuer, Subject: who.Subject}, b.cookies.UntilLimit(false)))
	_, err := b.cookies.Start(b.Context(), w, h, who, session.StartOptions{LoginStarted: time.Now(), About: about})
	b.must(err)
	return w.Result().Cookies()[0]
}

// answer is a response with its body.
type answer struct {
	*http.Response
	body string
}

// ask sends a request of the signed-in person. header is pairs of names and values; an empty value removes the header, and Cookie "" the session.
func (b *bench) ask(method, target, body string, header ...string) answer {
	b.Helper()
	r := httptest.NewRequest(method, b.server.config.BaseURL.String()+target, strings.NewReader(body))
	r.RequestURI, r.URL.Scheme, r.URL.Host = target, "", ""
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Cookie", b.cookie.Name+"="+b.cookie.Value)
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(header); i += 2 {
		switch {
		case header[i] == "Host":
			r.Host = header[i+1]
		case header[i+1] == "":
			r.Header.Del(header[i])
		default:
			r.Header.Set(header[i], header[i+1])
		}
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	text, _ := io.ReadAll(w.Result().Body)
	return answer{w.Result(), string(text)}
}

func (b *bench) get(target string, header ...string) answer {
	b.Helper()
	return b.ask(http.MethodGet, target, "", header...)
}

// want compares the status and looks for texts.
func (a answer) want(t *testing.T, what string, status int, texts ...string) {
	t.Helper()
	if a.StatusCode != status {
		t.Errorf("%s: status %d, want %d\n%.600s", what, a.StatusCode, status, a.body)
		return
	}
	for _, text := range texts {
		if !strings.Contains(a.body, text) {
			t.Errorf("%s: lacks %q in\n%.3000s", what, text, a.body)
		}
	}
}
