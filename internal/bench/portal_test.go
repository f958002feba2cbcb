// Package bench measures the portal against floors in the same run: what the machine does with the least code is the unit, so that
// figures mean the same everywhere. Nothing here is asserted.
package bench

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"portico/internal/datahub"
	"portico/internal/demo/energy"
	"portico/internal/demo/hub"
	"portico/internal/rp"
	"portico/internal/secret"
	"portico/internal/server"
	"portico/internal/session"
	"portico/internal/shelf"
	"portico/internal/store/memory"
	"portico/internal/store/sqlite"
	"portico/internal/token"
)

// stores are the two views of one database.
type stores interface {
	Sessions() session.Store
	Tokens() token.Store
}

// open makes a store of each kind that is built in.
var open = map[string]func(b *testing.B) stores{
	"memory": func(*testing.B) stores { return memory.New(nil) },
	"sqlite": func(b *testing.B) stores {
		s, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "portal.db"), nil)
		must(b, err)
		b.Cleanup(func() { _ = s.Close() })
		return s
	},
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// portal is the whole server over a store, with a demo Data Hub behind it and one person signed in.
type portal struct {
	handler http.Handler
	cookies *session.Cookies
	tokens  *token.Manager
	hub     *datahub.Hub
	shelf   *shelf.Keeper
	asked   atomic.Int64 // questions to the Data Hub
	cookie  *http.Cookie
}

// longToken is as long as Keycloak's access tokens are.
var longToken = strings.Repeat("eyJhbGciOiJSUzI1NiIs", 70)

// silentRefresher is asked for nothing: the access tokens outlive the benchmark.
type silentRefresher struct{}

func (silentRefresher) Refresh(context.Context, secret.Text, string) (rp.Tokens, error) {
	return rp.Tokens{}, errors.New("bench: no refresh was expected")
}
func (silentRefresher) CheckRefreshed(context.Context, rp.Tokens, rp.Identity) error { return nil }
func (silentRefresher) Revoke(context.Context, secret.Text, string) error            { return nil }

func newPortal(b *testing.B, s stores) *portal {
	b.Helper()
	log := slog.New(slog.NewJSONHandler(io.Discard, nil))
	p := &portal{}
	world := hub.New(hub.Config{World: energy.New(1), Log: log, Check: func(string) (string, int64, []string, bool) {
		return "bench", 101, []string{"datahub-api"}, true
	}})
	data := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.asked.Add(1)
		world.ServeHTTP(w, r)
	}))
	b.Cleanup(data.Close)
	keys, err := session.NewKeyring(session.NewKey(time.Now()))
	must(b, err)
	p.shelf = shelf.New(memory.New(nil).Shelf(), keys, nil)
	p.hub, err = datahub.New(datahub.Config{BaseURL: data.URL})
	must(b, err)
	p.cookies, err = session.NewCookies(session.Config{Store: s.Sessions(), Keys: keys, Log: log, MaxPerSubject: 1 << 30})
	must(b, err)
	p.tokens, err = token.New(token.Config{Store: s.Tokens(), Keys: keys, Refresher: silentRefresher{}, End: s.Sessions().Delete, Log: log})
	must(b, err)
	b.Cleanup(func() { _ = p.tokens.Close(context.Background()) })
	client, err := rp.New(rp.Config{Issuer: "http://127.0.0.1:9", ClientID: "bench", ClientSecret: secret.New("bench"), RedirectURL: "http://localhost/auth/callback"})
	must(b, err)
	base := &url.URL{Scheme: "http", Host: "localhost"}
	portico, err := server.New(server.Config{BaseURL: base, RP: client, Cookies: p.cookies, Store: s.Sessions(), Keys: keys, Tokens: p.tokens, Hub: p.hub, Tries: memory.New(nil).Tries(), Shelf: p.shelf, Log: log, Version: "bench"})
	must(b, err)
	p.handler = portico.Handler()
	p.cookie = p.signIn(b, "bench")
	return p
}

// signIn makes a session with tokens as a sign-in does and returns its cookie.
func (p *portal) signIn(b *testing.B, subject string) *http.Cookie {
	b.Helper()
	h, w := session.NewHandle(), httptest.NewRecorder()
	t := rp.Tokens{Access: secret.New(longToken), ExpiresIn: 24 * time.Hour, Refresh: secret.New(longToken[:300]), IDToken: secret.New(longToken[:900]), Asked: time.Now()}
	must(b, p.tokens.Start(b.Context(), h, t, rp.Identity{Issuer: "https://id.example", Subject: subject}, p.cookies.UntilLimit(false)))
	_, err := p.cookies.Start(b.Context(), w, h, session.Identity{Issuer: "https://id.example", Subject: subject, SID: "s", Name: "Olivia Peeters", Account: "101"}, session.StartOptions{LoginStarted: time.Now()})
	must(b, err)
	return w.Result().Cookies()[0]
}

// request is what the signed-in browser asks for.
func (p *portal) request(path string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil)
	r.RequestURI = path
	r.URL.Scheme, r.URL.Host = "", ""
	r.AddCookie(p.cookie)
	r.Header.Set("Accept", "text/html")
	return r
}

// against runs a floor and ours in turns, so that both see the same machine, and reports ours as a multiple of the floor.
func against(b *testing.B, floor, ours func()) {
	b.Helper()
	var least, most time.Duration
	for b.Loop() {
		start := time.Now()
		floor()
		middle := time.Now()
		ours()
		least += middle.Sub(start)
		most += time.Since(middle)
	}
	b.ReportMetric(float64(least.Nanoseconds())/float64(b.N), "floor-ns/op")
	b.ReportMetric(float64(most.Nanoseconds())/float64(b.N), "ours-ns/op")
	b.ReportMetric(float64(most)/float64(least), "x-floor")
	b.ReportMetric(0, "ns/op")
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(values))
	return s[len(s)/2]
}
