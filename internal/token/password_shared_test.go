package token_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"portico/internal/rp"
	"portico/internal/secret"
	"portico/internal/session"
	"portico/internal/store/memory"
	"portico/internal/token"
)

// appProvider is a strict provider for an application user: a refresh token is good once, and each grant takes a second.
type appProvider struct {
	mu                 sync.Mutex
	passwords, granted int
	atOnce, most       int // grants under way
	presented          map[string]int
	fail               error // of all grants
	lose               bool  // the answer to the next refresh is lost
}

func (p *appProvider) grant(offline bool) (rp.Tokens, error) {
	p.mu.Lock()
	p.atOnce++
	p.most = max(p.most, p.atOnce)
	p.mu.Unlock()
	time.Sleep(time.Second)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.atOnce--
	if p.fail != nil {
		return rp.Tokens{}, p.fail
	}
	p.granted++
	t := rp.Tokens{Access: secret.New(fmt.Sprint("access-", p.granted)), ExpiresIn: 5 * time.Minute, Asked: time.Now()}
	if offline {
		t.Refresh = secret.New(fmt.Sprint("refresh-", p.granted))
	}
	return t, nil
}

func (p *appProvider) Password(_ context.Context, _ string, _ secret.Text, _ string, offline bool) (rp.Tokens, error) {
	p.mu.Lock()
	p.passwords++
	p.mu.Unlock()
	return p.grant(offline)
}

func (p *appProvider) Refresh(_ context.Context, refresh secret.Text, _ string) (rp.Tokens, error) {
	p.mu.Lock()
	p.presented[refresh.Reveal()]++
	again, lose := p.presented[refresh.Reveal()] > 1, p.lose
	p.lose = false
	p.mu.Unlock()
	t, err := p.grant(true)
	switch {
	case again:
		return rp.Tokens{}, &rp.GrantError{Class: rp.Refused, Code: "invalid_grant"}
	case lose:
		return rp.Tokens{}, &rp.GrantError{Class: rp.Unknown}
	}
	return t, err
}

// processes are two portals on one store.
func processes(t *testing.T, p *appProvider, refresh bool) (store *memory.Store, all []*token.PasswordSource, keys *session.Keyring) {
	t.Helper()
	keys, err := session.NewKeyring(session.NewKey(time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	p.presented, store = map[string]int{}, memory.New(nil)
	for range 2 {
		all = append(all, token.NewPassword(token.PasswordConfig{Granter: p, Store: store.Tokens(), Keys: keys, User: "app", Password: secret.New("word"), UseRefresh: refresh}))
	}
	return store, all, keys
}

func wantAccess(t *testing.T, s *token.PasswordSource, want string) {
	t.Helper()
	if got, err := s.Token(t.Context()); err != nil || got.Reveal() != want {
		t.Errorf("Token = %q, %v, want %s", got.Reveal(), err, want)
	}
}

// Whichever process needs a token: one of them signs in, the others have what it was given.
func TestProcessesSignInTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &appProvider{}
		_, all, _ := processes(t, p, false)
		for n := range 3 {
			var wg sync.WaitGroup
			for i := range 40 {
				wg.Go(func() { wantAccess(t, all[i%2], fmt.Sprint("access-", n+1)) })
			}
			wg.Wait()
			time.Sleep(5 * time.Minute)
		}
		if p.passwords != 3 || p.most != 1 {
			t.Errorf("%d sign-ins in three lives of a token, %d at once", p.passwords, p.most)
		}
	})
}

// A process that comes later has what is there.
func TestAProcessComesLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &appProvider{}
		_, all, _ := processes(t, p, false)
		wantAccess(t, all[0], "access-1")
		time.Sleep(time.Minute)
		wantAccess(t, all[1], "access-1")
	})
}

// A token that the Data Hub refuses is replaced once, whoever meets with it.
func TestProcessesReplaceARejectedToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &appProvider{}
		_, all, _ := processes(t, p, false)
		wantAccess(t, all[0], "access-1")
		if _, err := all[1].Renew(t.Context(), secret.New("access-1")); !errors.Is(err, token.ErrRejected) {
			t.Errorf("Renew of what another process was given just now = %v, want ErrRejected", err)
		}
		time.Sleep(time.Minute)
		for _, s := range all {
			if got, err := s.Renew(t.Context(), secret.New("access-1")); err != nil || got.Reveal() != "access-2" {
				t.Errorf("Renew = %q, %v, want access-2", got.Reveal(), err)
			}
		}
		if _, err := all[1].Renew(t.Context(), secret.New("access-2")); !errors.Is(err, token.ErrRejected) {
			t.Errorf("Renew of a token just made = %v, want ErrRejected", err)
		}
	})
}

// Refresh tokens go from process to process, and none is presented twice; when an answer is lost the password is used, by whoever comes next.
func TestProcessesPresentARefreshTokenOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &appProvider{}
		_, all, _ := processes(t, p, true)
		for n := range 6 {
			wantAccess(t, all[n%2], fmt.Sprint("access-", n+1))
			time.Sleep(5 * time.Minute)
		}
		if p.passwords != 1 || len(p.presented) != 5 {
			t.Errorf("%d sign-ins and %d refreshes in six lives of a token, want one and five", p.passwords, len(p.presented))
		}
		p.lose = true
		if _, err := all[0].Token(t.Context()); err != nil || p.passwords != 2 {
			t.Errorf("after a lost answer: %v and %d sign-ins, want a second one", err, p.passwords)
		}
		time.Sleep(5 * time.Minute)
		p.lose, p.fail = true, &rp.GrantError{Class: rp.Unknown}
		_, _ = all[0].Token(t.Context())
		time.Sleep(10 * time.Second)
		p.fail = nil
		if _, err := all[1].Token(t.Context()); err != nil {
			t.Error(err)
		}
		for refresh, n := range p.presented {
			if n > 1 {
				t.Errorf("%s was presented %d times", refresh, n)
			}
		}
	})
}

// A locked account is not hammered, by all processes together; it is told, and found again when somebody unlocked it.
func TestALockedAccountIsNotHammered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &appProvider{fail: &rp.GrantError{Class: rp.Refused, Code: "invalid_grant"}}
		_, all, _ := processes(t, p, false)
		for start := time.Now(); time.Since(start) < 20*time.Minute; time.Sleep(time.Second) {
			for _, s := range all {
				if _, err := s.Token(t.Context()); !errors.Is(err, token.ErrLoginRequired) {
					t.Fatalf("Token = %v, want ErrLoginRequired", err)
				}
			}
		}
		if p.passwords < 3 || p.passwords > 10 {
			t.Errorf("%d sign-ins in twenty minutes", p.passwords)
		}
		for _, s := range all {
			if got := s.Trouble(); !strings.Contains(got, "app") || !strings.Contains(got, "refused invalid_grant") {
				t.Errorf("Trouble = %q", got)
			}
		}
		p.fail = nil
		time.Sleep(6 * time.Minute)
		wantAccess(t, all[0], "access-1")
		wantAccess(t, all[1], "access-1")
		if got := all[0].Trouble() + all[1].Trouble(); got != "" {
			t.Errorf("afterwards there is trouble: %q", got)
		}
	})
}

// A process that ends in the middle of a sign-in holds the others up for as long as its claim lasts, and no longer.
func TestAProcessEndsWhileItSignsIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &appProvider{}
		store, all, keys := processes(t, p, true)
		wantAccess(t, all[0], "access-1")
		time.Sleep(5 * time.Minute)
		id := keys.OwnHandle("application user\x00app\x00").ID()
		if v, _, err := store.Tokens().Claim(t.Context(), token.ClaimRequest{ID: id, Seen: 2, Attempt: "ended", Lease: 40 * time.Second, MaxPresented: 1}); err != nil || v != token.ClaimOK {
			t.Fatalf("Claim = %v, %v", v, err)
		}
		if err := store.Tokens().Send(t.Context(), id, "ended"); err != nil {
			t.Fatal(err)
		}
		if _, err := all[1].Token(t.Context()); err == nil {
			t.Error("somebody signs in while another process may be at it")
		}
		time.Sleep(15 * time.Second)
		if _, err := all[1].Token(t.Context()); err != nil || len(p.presented) != 0 {
			t.Errorf("afterwards: %v; presented %v, want the password: nobody knows what became of the refresh token", err, p.presented)
		}
	})
}

// Somebody changed the record in the store: it is refused, and the next sign-in writes over it.
func TestADamagedRecordIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &appProvider{}
		store, all, keys := processes(t, p, false)
		now := time.Now()
		damaged := token.Record{ID: keys.OwnHandle("application user\x00app\x00").ID(), AccessIssued: now, AccessExpiry: now.Add(time.Hour), Until: now.Add(time.Hour), Sealed: []byte("damaged")}
		if err := store.Tokens().Create(t.Context(), damaged); err != nil {
			t.Fatal(err)
		}
		wantAccess(t, all[0], "access-1")
		wantAccess(t, all[1], "access-1")
	})
}
