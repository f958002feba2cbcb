// Package golden holds records as a program wrote them on 26 November 2026, as they stand in each database, sealed. Whatever the stores and packages session and token become, they must read these records, and write
// them anew. While processes are exchanged old and new programs work side by side: what a newer one adds to a record must disturb nobody.
package golden

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"portico/internal/audit"
	"portico/internal/rp"
	"portico/internal/secret"
	"portico/internal/session"
	"portico/internal/token"
)

var update = flag.Bool("update", false, "write the records anew, as this program makes them: who has older ones must sign in again")

var (
	written = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	later   = written.Add(2 * time.Minute) // when the records are read
	key     = session.Key{ID: "20261126-golden", Secret: secret.New("kU3zq0v9mYc1XoTn5rJbWd7aHs2LpEgQ4fVi8uZxKyM")}
)

const (
	issuer = "https://identity.example/realms/opinum"
	// The cookies of a session that goes on, and of one that was ended.
	alive = "1.8dQzYkq0mJ4s1vXw7bTnR2cLh5pGfUeA9oKiZyVxW3Ekq1Nd0uBt6JmS4rHgCzPvYx8LwQa7oTfIe2Rn5bXc9w"
	ended = "1.Zx7LwQa7oTfIe2Rn5bXc9wkq1Nd0uBt6JmS4rHgCzPvY8dQzYkq0mJ4s1vXw7bTnR2cLh5pGfUeA9oKiZyVxWw"
)

var (
	who    = session.Identity{Issuer: issuer, Subject: "alice", SID: "sid-1", Name: "Alice Peeters", Email: "alice@noordzee.example", Account: "101", AccountName: "Noordzee Energie", Role: "manager", AuthTime: written}
	about  = session.About{Browser: "Firefox", System: "Windows", Address: "192.0.2.7"}
	values = map[string]string{"lang": "nl"}
	event  = audit.Event{ID: "0199aabbccddeeff0123456789abcdef", Time: written, Kind: audit.SignIn, Reason: "why", Request: "a1b2", Client: "192.0.2.7", Issuer: issuer, Person: "p1", Session: "s1", Details: map[string]string{"prompt": "none"}}
)

const (
	accessToken  = "eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJpc3MiOiJodHRwczovL2lkZW50aXR5LmV4YW1wbGUiLCJzdWIiOiJhbGljZSJ9.AAECAwQFBgcICQoLDA0ODw"
	refreshToken = "rt.GOLDEN"
)

// database is one that is open.
type database interface {
	Sessions() session.Store
	Tokens() token.Store
	Close() error
}

// audited is a database that keeps the audit log as well.
type audited interface{ Audit() audit.Store }

// program is the part of the portal that reads and writes records.
type program struct {
	*testing.T
	store   database
	cookies *session.Cookies
	tokens  *token.Manager
}

func start(t *testing.T, store database, now time.Time) *program {
	t.Helper()
	p := &program{T: t, store: store}
	keys, err := session.NewKeyring(key)
	p.must(err)
	clock := func() time.Time { return now }
	p.cookies, err = session.NewCookies(session.Config{Store: store.Sessions(), Keys: keys, Secure: true, Now: clock})
	p.must(err)
	p.tokens, err = token.New(token.Config{Store: store.Tokens(), Keys: keys, Refresher: refresher{now}, End: store.Sessions().Delete, Now: clock})
	p.must(err)
	t.Cleanup(func() { p.must(errors.Join(p.tokens.Close(context.Background()), store.Close())) })
	return p
}

func (p *program) must(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

// refresher is an identity server that gives new tokens for the golden refresh token.
type refresher struct{ now time.Time }

func (r refresher) Refresh(_ context.Context, presented secret.Text, _ string) (rp.Tokens, error) {
	if presented.Reveal() != refreshToken {
		return rp.Tokens{}, &rp.GrantError{Class: rp.Refused}
	}
	return rp.Tokens{Access: secret.New("the next one"), ExpiresIn: time.Hour, Refresh: secret.New("rt.next"), Asked: r.now}, nil
}
func (refresher) CheckRefreshed(context.Context, rp.Tokens, rp.Identity) error { return nil }
func (refresher) Revoke(context.Context, secret.Text, string) error            { return nil }

func (p *program) handle(cookie string) session.Handle {
	p.Helper()
	h, err := session.ParseHandle(cookie)
	p.must(err)
	return h
}

// write makes the records: two sessions with tokens, one of them ended, a mark that something happened, an event.
func (p *program) write() {
	p.Helper()
	for _, cookie := range []string{alive, ended} {
		h := p.handle(cookie)
		given := rp.Tokens{Access: secret.New(accessToken), ExpiresIn: time.Hour, Refresh: secret.New(refreshToken), Scopes: []string{"openid", "datahub-api"}, Asked: written}
		p.must(p.tokens.Start(p.Context(), h, given, rp.Identity{Issuer: issuer, Subject: "alice", SID: "sid-1", Account: "101", NonceHash: "bm9uY2U"}, p.cookies.UntilLimit(false)))
		_, err := p.cookies.Start(p.Context(), httptest.NewRecorder(), h, who, session.StartOptions{LoginStarted: written, Values: values, About: about})
		p.must(err)
	}
	p.must(p.store.Sessions().Delete(p.Context(), p.handle(ended).ID(), session.ReasonLogout))
	_, err := p.store.Sessions().Once(p.Context(), "golden", 10*time.Minute)
	p.must(err)
	if s, ok := p.store.(audited); ok {
		p.must(s.Audit().Append(p.Context(), []audit.Event{event}))
	}
}

// read looks at all records.
func (p *program) read() *session.Session {
	p.Helper()
	s := p.load()
	if diff := cmp.Diff(who, s.Identity); diff != "" {
		p.Errorf("identity: -want +got\n%s", diff)
	}
	if diff := cmp.Diff(values, s.Values); diff != "" || !s.Created.Equal(written) || !s.LastSeen.Equal(written) {
		p.Errorf("values, created %v, seen %v: -want +got\n%s", s.Created, s.LastSeen, diff)
	}
	keys, _ := session.NewKeyring(key)
	list, err := p.store.Sessions().List(p.Context(), session.Match{Issuer: issuer, SID: "sid-1"})
	if err != nil || len(list) != 1 || keys.OpenAbout(list[0]) != about {
		p.Errorf("List = %+v, %v", list, err)
	}
	if access, err := p.tokens.Source(p.handle(alive)).Token(p.Context()); err != nil || access.Reveal() != accessToken {
		p.Errorf("Token = %q, %v", access.Reveal(), err)
	}
	var gone *session.EndedError
	if _, err := p.store.Sessions().Load(p.Context(), p.handle(ended).ID()); !errors.As(err, &gone) || gone.Reason != session.ReasonLogout {
		p.Errorf("Load of what was ended = %v", err)
	}
	if first, err := p.store.Sessions().Once(p.Context(), "golden", time.Minute); first || err != nil {
		p.Errorf("Once = %t, %v: it happened already", first, err)
	}
	if s, ok := p.store.(audited); ok {
		events, err := s.Audit().List(p.Context(), audit.Filter{Limit: 10})
		if diff := cmp.Diff([]audit.Event{event}, events); err != nil || diff != "" {
			p.Errorf("audit: %v, -want +got\n%s", err, diff)
		}
	}
	return s
}

func (p *program) load() *session.Session {
	p.Helper()
	r := httptest.NewRequest(http.MethodGet, "https://portal.example/", nil)
	r.AddCookie(&http.Cookie{Name: p.cookies.Name(), Value: alive})
	s, err := p.cookies.Load(r)
	p.must(err)
	return s
}

// rewrite changes the records as a request, a refresh and a person do.
func (p *program) rewrite(s *session.Session) {
	p.Helper()
	p.must(p.cookies.SaveValues(p.Context(), s, func(values map[string]string) { values["theme"] = "dark" }))
	p.must(p.cookies.Touch(p.Context(), p.load()))
	if again := p.load(); again.Values["theme"] != "dark" || again.Values["lang"] != "nl" || !again.LastSeen.Equal(later) {
		p.Errorf("after Save and Touch: %v, seen %v", again.Values, again.LastSeen)
	}
	if access, err := p.tokens.Source(p.handle(alive)).Renew(p.Context(), secret.New(accessToken)); err != nil || access.Reveal() != "the next one" {
		p.Errorf("Renew = %q, %v", access.Reveal(), err)
	}
}

// end ends what was rewritten.
func (p *program) end() {
	p.Helper()
	ids, err := p.store.Sessions().DeleteMatching(p.Context(), session.Match{Issuer: issuer, Subject: "alice"}, session.ReasonOperator)
	if err != nil || len(ids) != 1 || ids[0] != p.handle(alive).ID() {
		p.Errorf("DeleteMatching = %v, %v", ids, err)
	}
}

// file returns the path of a file of golden records and what stands in it.
func file(t *testing.T, name string) (path, text string) {
	t.Helper()
	path = filepath.Join("testdata", name)
	b, err := os.ReadFile(path)
	if err != nil && !*update {
		t.Fatal(err)
	}
	return path, string(b)
}

// keep writes the records of a store that is new.
func keep(t *testing.T, name, text string) {
	t.Helper()
	path, _ := file(t, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
		t.Fatal(fmt.Errorf("writing %s: %w", name, err))
	}
}
