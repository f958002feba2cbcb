package token

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"time"

	"portico/internal/pause"
	"portico/internal/secret"
	"portico/internal/session"
)

// sharedGrant is the record in which all processes keep the tokens of the application user, under a handle that they make of their keys. Its claim is the turn to sign in, its back-off is everybody's.
type sharedGrant struct {
	store  Store
	keys   *session.Keyring
	handle session.Handle
	owner  string
	log    *slog.Logger
	now    func() time.Time
}

const (
	sharedLife  = 24 * time.Hour                 // of the record, from the last sign-in on
	sharedLease = signInTimeout + 10*time.Second // nobody renews it
	sharedEvery = 100 * time.Millisecond         // between two looks at what another process does
)

// share is bring with the other processes.
func (s *PasswordSource) share(ctx context.Context, rejected secret.Text) error {
	for {
		cur, err := s.shared.load(ctx)
		if err != nil {
			return err
		}
		now := s.c.Now()
		switch {
		case cur.valid(now) && !cur.Access.Equal(rejected), cur.valid(now) && now.Sub(cur.AccessIssued) < tooYoung:
			s.take(grantTokens{cur.Access, cur.Tokens.Refresh, cur.AccessIssued, cur.AccessExpiry})
			return nil
		case runs(cur.NotBefore, now):
			return s.heard(cur.NotBefore, cur.LastError)
		}
		attempt := attemptID()
		verdict, r, err := s.shared.store.Claim(ctx, ClaimRequest{ID: cur.ID, Seen: cur.Version, Attempt: attempt, Owner: s.shared.owner, Reason: "application user", Lease: sharedLease, MaxPresented: math.MaxInt})
		if err != nil {
			return &StoreError{err}
		}
		if verdict == ClaimOK {
			cur.Record = r
			return s.signInForAll(ctx, cur, attempt)
		}
		if !pause.For(ctx, sharedEvery) {
			return &UnavailableError{RetryAfter: retryDefault, Err: errors.New("another process signs the application user in")}
		}
	}
}

// signInForAll signs in while the record is claimed, and tells the others what came of it. A refresh token that may have been presented is not presented again, by nobody.
func (s *PasswordSource) signInForAll(ctx context.Context, cur *held, attempt string) error {
	refresh := cur.Tokens.Refresh
	if cur.Presented > 0 {
		refresh = secret.Text{}
	}
	if s.c.UseRefresh && !refresh.Empty() {
		if err := s.shared.store.Send(ctx, cur.ID, attempt); err != nil {
			_ = s.shared.store.Release(ctx, cur.ID, attempt, Outcome{State: Fresh}) // the lease ends by itself otherwise
			return &StoreError{err}
		}
		cur.Presented++
	}
	t, err := s.signIn(ctx, refresh)
	if err != nil {
		until, failed := s.fail(err)
		o := Outcome{State: Fresh, NotBefore: until, LastError: wordsOf(classOf(err))}
		if cur.Presented > 0 {
			o.State = Unknown
		}
		if err := s.shared.store.Release(context.WithoutCancel(ctx), cur.ID, attempt, o); err != nil {
			s.c.Log.WarnContext(ctx, "failed sign-in of the application user not told to other processes", "error", err)
		}
		return failed
	}
	s.take(t)
	if err := s.shared.commit(context.WithoutCancel(ctx), cur, attempt, t); err != nil {
		s.c.Log.WarnContext(ctx, "tokens of the application user not saved, this process has them", "error", err)
	}
	return nil
}

// load reads the record, and makes it when there is none. One that does not open, because somebody changed it, counts as one without tokens: the next sign-in writes over it.
func (g *sharedGrant) load(ctx context.Context) (*held, error) {
	id := g.handle.ID()
	r, err := g.store.Load(ctx, id)
	if errors.Is(err, ErrGone) {
		if err := g.create(ctx); err != nil {
			return nil, err
		}
		r, err = g.store.Load(ctx, id)
	}
	if err != nil {
		return nil, &StoreError{err}
	}
	cur, err := open(g.keys, g.handle, r)
	if err != nil {
		g.log.WarnContext(ctx, "record of the application user refused", "error", err)
		r.AccessExpiry = time.Time{}
		return &held{Record: r}, nil
	}
	return cur, nil
}

func (g *sharedGrant) create(ctx context.Context) error {
	sealed, err := seal(g.keys, g.handle, 1, Tokens{})
	if err != nil {
		return err
	}
	now := g.now()
	err = g.store.Create(ctx, Record{ID: g.handle.ID(), State: Fresh, AccessIssued: now, AccessExpiry: now, Until: now.Add(sharedLife), Sealed: sealed})
	if err != nil && !errors.Is(err, ErrExists) {
		return &StoreError{err}
	}
	return nil
}

func (g *sharedGrant) commit(ctx context.Context, cur *held, attempt string, t grantTokens) error {
	sealed, err := seal(g.keys, g.handle, cur.Version+1, Tokens{Access: t.access, Refresh: t.refresh})
	if err != nil {
		return err
	}
	return g.store.Commit(ctx, cur.ID, attempt, NewTokens{Seen: cur.Version, AccessIssued: t.issued, AccessExpiry: t.expires, Until: g.now().Add(sharedLife), Sealed: sealed})
}
