package token

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"portico/internal/rp"
	"portico/internal/secret"
)

// granter is a provider for an application user. Each grant takes a second and gives the next token.
type granter struct {
	mu        sync.Mutex
	passwords int
	refreshes []string // refresh tokens as they were presented
	offline   bool     // the last password grant asked for a refresh token
	account   string
	fail      error
	hang      bool
	generous  bool // gives refresh tokens that nobody asked for
}

func (g *granter) grant(ctx context.Context) (rp.Tokens, error) {
	g.mu.Lock()
	fail, hang, n := g.fail, g.hang, g.passwords+len(g.refreshes)
	g.mu.Unlock()
	if hang {
		<-ctx.Done()
		return rp.Tokens{}, &rp.GrantError{Class: rp.Unknown, Err: ctx.Err()}
	}
	time.Sleep(time.Second)
	if fail != nil {
		return rp.Tokens{}, fail
	}
	t := rp.Tokens{Access: secret.New(fmt.Sprint("access-", n)), ExpiresIn: 5 * time.Minute, Asked: time.Now()}
	if g.offline || g.generous {
		t.Refresh = secret.New(fmt.Sprint("refresh-", n))
	}
	return t, nil
}

func (g *granter) Password(ctx context.Context, user string, password secret.Text, account string, offline bool) (rp.Tokens, error) {
	g.mu.Lock()
	g.passwords++
	g.offline, g.account = offline, account
	g.mu.Unlock()
	if user != "app" || password.Reveal() != "word" {
		return rp.Tokens{}, &rp.GrantError{Class: rp.Refused}
	}
	return g.grant(ctx)
}

func (g *granter) Refresh(ctx context.Context, refresh secret.Text, _ string) (rp.Tokens, error) {
	g.mu.Lock()
	g.refreshes = append(g.refreshes, refresh.Reveal())
	g.mu.Unlock()
	return g.grant(ctx)
}

func passwordSource(g *granter, useRefresh bool) *PasswordSource {
	return NewPassword(PasswordConfig{Granter: g, User: "app", Password: secret.New("word"), Account: "101", UseRefresh: useRefresh})
}

func wantToken(t *testing.T, s *PasswordSource, want string) {
	t.Helper()
	if got, err := s.Token(t.Context()); err != nil || got.Reveal() != want {
		t.Fatalf("Token = %q, %v, want %s", got.Reveal(), err, want)
	}
}

func TestPasswordSignsInOnceForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &granter{}
		s := passwordSource(g, false)
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() { wantToken(t, s, "access-1") })
		}
		wg.Wait()
		if g.passwords != 1 || g.offline || g.account != "101" {
			t.Errorf("%d sign-ins, offline %t, account %q; want one, no refresh token asked for, account 101", g.passwords, g.offline, g.account)
		}
		time.Sleep(5 * time.Minute)
		wantToken(t, s, "access-2")
	})
}

// Some providers give a refresh token unasked. It is not used unless somebody wanted that.
func TestPasswordRefreshTokenUnasked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &granter{generous: true}
		s := passwordSource(g, false)
		wantToken(t, s, "access-1")
		time.Sleep(5 * time.Minute)
		wantToken(t, s, "access-2")
		if len(g.refreshes) > 0 {
			t.Errorf("refresh tokens presented %v", g.refreshes)
		}
	})
}

func TestPasswordRenew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &granter{}
		s := passwordSource(g, false)
		wantToken(t, s, "access-1")
		if _, err := s.Renew(t.Context(), secret.New("access-1")); !errors.Is(err, ErrRejected) {
			t.Errorf("Renew of a token just made = %v, want ErrRejected: another would be rejected too", err)
		}
		time.Sleep(time.Minute)
		if got, err := s.Renew(t.Context(), secret.New("access-1")); err != nil || got.Reveal() != "access-2" {
			t.Errorf("Renew = %q, %v", got.Reveal(), err)
		}
		if got, err := s.Renew(t.Context(), secret.New("access-1")); err != nil || got.Reveal() != "access-2" || g.passwords != 2 {
			t.Errorf("Renew of an older token = %q, %v after %d sign-ins, want what is there", got.Reveal(), err, g.passwords)
		}
	})
}

func TestPasswordRefreshesWhenAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &granter{}
		s := passwordSource(g, true)
		wantToken(t, s, "access-1")
		time.Sleep(5 * time.Minute)
		wantToken(t, s, "access-2")
		if fmt.Sprint(g.refreshes) != "[refresh-1]" || g.passwords != 1 {
			t.Errorf("refresh tokens presented %v, %d sign-ins", g.refreshes, g.passwords)
		}
		g.fail = &rp.GrantError{Class: rp.Unknown}
		time.Sleep(5 * time.Minute)
		_, _ = s.Token(t.Context())
		g.fail = nil
		time.Sleep(5 * time.Minute)
		wantToken(t, s, "access-5")
		if fmt.Sprint(g.refreshes) != "[refresh-1 refresh-2]" {
			t.Errorf("refresh tokens presented %v: one was presented twice or kept after an unknown outcome", g.refreshes)
		}
	})
}

func TestPasswordFailuresAreNotHammered(t *testing.T) {
	for name, tt := range map[string]struct {
		fail  error
		most  int // sign-ins in ten seconds of asking every 100 ms
		login bool
	}{
		"refused":     {&rp.GrantError{Class: rp.Refused}, 1, true},
		"bad client":  {&rp.GrantError{Class: rp.Configuration}, 1, true},
		"unavailable": {&rp.GrantError{Class: rp.NotSent}, 6, false},
		"slow down":   {&rp.GrantError{Class: rp.NotSent, RetryAfter: time.Minute}, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := &granter{fail: tt.fail}
				s := passwordSource(g, false)
				for start := time.Now(); time.Since(start) < 10*time.Second; time.Sleep(100 * time.Millisecond) {
					_, err := s.Token(t.Context())
					if _, unavailable := errors.AsType[*UnavailableError](err); errors.Is(err, ErrLoginRequired) != tt.login || unavailable == tt.login {
						t.Fatalf("Token = %v", err)
					}
				}
				if g.passwords < 1 || g.passwords > tt.most {
					t.Errorf("%d sign-ins within ten seconds, want 1 to %d", g.passwords, tt.most)
				}
				g.fail = nil
				time.Sleep(2 * time.Minute)
				if _, err := s.Token(t.Context()); err != nil {
					t.Errorf("the provider is back: %v", err)
				}
			})
		})
	}
}

func TestPasswordSignInEndsThoughNobodyAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := passwordSource(&granter{hang: true}, false)
		start := time.Now()
		if _, err := s.Token(t.Context()); err == nil || time.Since(start) > time.Minute {
			t.Errorf("Token = %v after %v", err, time.Since(start))
		}
		waiting, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		done := make(chan error, 1)
		time.Sleep(time.Minute)
		go func() { _, err := s.Token(t.Context()); done <- err }()
		synctest.Wait()
		if _, err := s.Token(waiting); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("who waits for another's sign-in may leave: %v", err)
		}
		<-done
	})
}
