package redis_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"portico/internal/rp"
	"portico/internal/secret"
	"portico/internal/session"
	"portico/internal/store/redis"
	"portico/internal/store/storetest"
	"portico/internal/testserver"
	"portico/internal/token"
)

// strict is a token endpoint with one-time refresh tokens. A used one that is presented again ends the session there.
type strict struct {
	mu        sync.Mutex
	n         int
	dead      bool
	presented map[string]int
}

func (p *strict) answer() rp.Tokens {
	return rp.Tokens{Access: secret.New(fmt.Sprint("at-", p.n)), Refresh: secret.New(fmt.Sprint("rt-", p.n)), ExpiresIn: time.Second}
}

func (p *strict) Refresh(_ context.Context, refresh secret.Text, _ string) (rp.Tokens, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.presented[refresh.Reveal()]++
	if p.dead = p.dead || refresh.Reveal() != fmt.Sprint("rt-", p.n); p.dead {
		return rp.Tokens{}, &rp.GrantError{Class: rp.Refused, Code: "invalid_grant", Status: 400}
	}
	p.n++
	return p.answer(), nil
}

func (p *strict) CheckRefreshed(context.Context, rp.Tokens, rp.Identity) error { return nil }
func (p *strict) Revoke(context.Context, secret.Text, string) error            { return nil }

func (p *strict) most() (most int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, n := range p.presented {
		most = max(most, n)
	}
	return most
}

// The store lies in each way about each step of a refresh: it fails before or after the step, or confirms and forgets it as in a failover. Two processes go on refreshing: no token is presented twice
// while the store remembers that it was, and only where it forgot an answer the person signs in again.
func TestRefreshesOnALyingStore(t *testing.T) {
	t.Parallel()
	server := testserver.StartRedis(t)
	s := open(t, redis.Config{Addresses: []string{server.Address()}})
	var wg sync.WaitGroup // side by side: they wait more than they work
	for _, op := range []storetest.Op{storetest.TokenClaim, storetest.TokenSend, storetest.TokenCommit, storetest.TokenRenew, storetest.TokenLoad} {
		for name, fault := range map[string]storetest.Fault{"fails before": {Before: storetest.Fail(nil)}, "fails after": {After: storetest.Fail(nil)}, "forgets": {Lose: true, Stale: true}} {
			wg.Go(func() {
				faulty := storetest.NewFaulty(s.Sessions(), s.Tokens())
				if err := refreshes(t.Context(), faulty, func() { faulty.Next(op, 1, fault) }, op == storetest.TokenCommit && fault.Lose); err != nil {
					t.Errorf("%s %s: %v", op, name, err)
				}
			})
		}
	}
	wg.Wait()
}

// refreshes takes a session through three lives of an access token, with a fault at the end of the first one.
func refreshes(ctx context.Context, store *storetest.Faulty, fault func(), forgotten bool) error {
	keys, err := session.NewKeyring(session.NewKey(time.Now()))
	if err != nil {
		return err
	}
	p := &strict{presented: map[string]int{}}
	var managers []*token.Manager
	for range 2 {
		m, err := token.New(token.Config{Store: store.Tokens(), Keys: keys, Refresher: p, End: store.Sessions().Delete, Lease: 2 * time.Second, RenewEvery: 500 * time.Millisecond, RequestTimeout: time.Second})
		if err != nil {
			return err
		}
		managers = append(managers, m)
	}
	h := session.NewHandle()
	if err := managers[0].Start(ctx, h, p.answer(), rp.Identity{Issuer: "https://op", Subject: "alice"}, time.Now().Add(time.Hour)); err != nil {
		return err
	}
	ended := false
	for life := range 3 {
		time.Sleep(1100 * time.Millisecond)
		if life == 0 {
			fault()
		}
		if !eventually(func() bool {
			_, err := managers[life%2].Source(h).Token(ctx)
			ended = ended || errors.Is(err, token.ErrLoginRequired)
			return err == nil || ended
		}) {
			return fmt.Errorf("life %d: no token", life)
		}
	}
	err = errors.Join(managers[0].Close(ctx), managers[1].Close(ctx))
	switch most := p.most(); {
	case ended != forgotten:
		return errors.Join(err, fmt.Errorf("signed out: %t; the store forgot an answer: %t", ended, forgotten))
	case most > 1 && !forgotten || most > 2:
		return errors.Join(err, fmt.Errorf("a refresh token was presented %d times", most))
	}
	return err
}
