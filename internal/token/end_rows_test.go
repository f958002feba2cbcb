package token_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"portico/internal/faultpoint"
	"portico/internal/secret"
	"portico/internal/session"
	. "portico/internal/token"
)

func TestF21LogoutDuringRefresh(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		endDuringRefresh(b, m, func() error { return b.sessions.Delete(context.Background(), b.h.ID(), session.ReasonLogout) })
	})
}

func TestF22BackChannelLogoutDuringRefresh(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		endDuringRefresh(b, m, func() error {
			_, err := b.sessions.DeleteMatching(context.Background(), session.Match{Issuer: "https://op", SID: "s1"}, session.ReasonBackChannel)
			return err
		})
		err := b.sessions.Create(context.Background(), session.Record{ID: session.NewHandle().ID(), Issuer: "https://op", Subject: "alice", SID: "s1", LoginStarted: time.Now().Add(-time.Minute)})
		if _, ended := errors.AsType[*session.EndedError](err); !ended {
			t.Errorf("a sign-in that began before the logout finishes: %v", err)
		}
	})
}

func endDuringRefresh(b *bench, m *Manager, end func() error) {
	b.t.Helper()
	b.provider.gate = make(chan struct{})
	b.expire()
	got := make(chan error, 1)
	go func() { _, err := m.Source(b.h).Token(context.Background()); got <- err }()
	synctest.Wait()
	if err := end(); err != nil {
		b.t.Fatal(err)
	}
	close(b.provider.gate)
	if err := <-got; !errors.Is(err, ErrGone) {
		b.t.Errorf("Token = %v, want ErrGone", err)
	}
	if _, err := b.store.Load(context.Background(), b.h.ID()); !errors.Is(err, ErrGone) {
		b.t.Errorf("the record came back: %v", err)
	}
	if _, err := m.Source(b.h).Token(context.Background()); !errors.Is(err, ErrGone) {
		b.t.Errorf("afterwards: Token = %v, want ErrGone", err)
	}
	synctest.Wait()
	if !b.provider.revoked["rt-1"] || !b.provider.revoked["at-1"] {
		b.t.Errorf("late tokens were not revoked: %v", b.provider.revoked)
	}
}

// gone reports whether err says that the session has ended, and not that nobody knows.
func gone(err error) bool {
	_, nobodyKnows := errors.AsType[*StoreError](err)
	return errors.Is(err, ErrGone) && !nobodyKnows
}

// A request read its record, or has claimed it, just before the session ended: nothing is sent any more.
func TestF21LogoutBeforeSending(t *testing.T) {
	end := func(b *bench) { _ = b.sessions.Delete(context.Background(), b.h.ID(), session.ReasonLogout) }
	for name, before := range map[string]func(b *bench, m *Manager){
		"read": func(b *bench, m *Manager) { r := b.record(); b.outside[m].stale.Store(&r); end(b) },
		"claimed": func(b *bench, m *Manager) {
			b.at(m, func(p faultpoint.Point) bool {
				if p == faultpoint.RefreshLocked {
					end(b)
				}
				return false
			})
		},
	} {
		bubble(t, func(b *bench, m *Manager) {
			b.expire()
			before(b, m)
			if _, err := m.Source(b.h).Token(context.Background()); !gone(err) || b.provider.count() != 0 {
				t.Errorf("%s: Token = %v after %d requests, want ErrGone after none", name, err, b.provider.count())
			}
		})
	}
}

func TestF26TokensAreNotInTheSession(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		r, err := b.sessions.Load(context.Background(), b.h.ID())
		if err != nil {
			t.Fatal(err)
		}
		b.expire()
		b.wantToken(m, "at-1")
		r.Version++
		if err := b.sessions.Save(context.Background(), r); err != nil { // a slow request writes its session back
			t.Fatal(err)
		}
		b.wantToken(m, "at-1")
	})
}

func TestNothingSecretIsPrinted(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		tokens, err := m.Tokens(context.Background(), b.h)
		if err != nil {
			t.Fatal(err)
		}
		if s := fmt.Sprintf("%v %+v %#v", tokens, tokens, tokens); len(s) == 0 || contains(s, "at-0") || contains(s, "rt-0") {
			t.Errorf("printed: %s", s)
		}
		if r := b.record(); contains(string(r.Sealed), "rt-0") {
			t.Error("the store holds the refresh token in the clear")
		}
	})
}

func TestIDTokensAreKeptOnlyWhenTheyAreNeeded(t *testing.T) {
	for _, keep := range []bool{false, true} {
		bubble(t, func(b *bench, _ *Manager) {
			m, err := New(Config{Store: b.store, Keys: b.keys, Refresher: b.provider, End: b.sessions.Delete, KeepIDTokens: keep})
			if err != nil {
				t.Fatal(err)
			}
			b.h = session.NewHandle()
			first := b.provider.first()
			first.IDToken = secret.New("id-0")
			if err := m.Start(context.Background(), b.h, first, b.identity(), time.Now().Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
			kept := func() bool {
				tokens, err := m.Tokens(context.Background(), b.h)
				return err == nil && tokens.IDToken.Reveal() == "id-0"
			}
			before := kept()
			b.expire()
			b.wantToken(m, "at-1") // without a new ID token
			if after := kept(); before != keep || after != keep {
				t.Errorf("KeepIDTokens %t: kept %t, after a refresh %t", keep, before, after)
			}
		})
	}
}
