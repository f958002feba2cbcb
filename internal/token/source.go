package token

import (
	"context"
	"errors"
	"hash/fnv"
	"sync"
	"time"

	"portico/internal/secret"
	"portico/internal/session"
)

const (
	refreshAt    = 0.80             // share of an access token's life after which it is refreshed in the background
	refreshSpan  = 0.05             // jitter around it
	tooYoung     = 30 * time.Second // a rejected access token that a refresh brought is not refreshed again at this age, unless Config.Young says otherwise
	minBetween   = 10 * time.Second // between two background refreshes of one session
	retryDefault = time.Second
)

// Source gives the access tokens of one session to one request or stream; it satisfies datahub.TokenSource. It is safe for
// concurrent use and remembers what it read.
type Source struct {
	m *Manager
	h session.Handle

	mu  sync.Mutex
	cur *held
}

// Source returns a source for the session of h. Nothing is read yet.
func (m *Manager) Source(h session.Handle) *Source { return &Source{m: m, h: h} }

// Token returns an access token that is not known to be expired. While one is valid nobody waits: from 80 % of its life on, the
// first call starts a refresh in the background. When it has expired the call waits, bounded, for a refresh.
// Errors: ErrLoginRequired, ErrGone, *UnavailableError, *StoreError.
func (s *Source) Token(ctx context.Context) (secret.Text, error) {
	cur, err := s.current(ctx)
	if err != nil {
		return secret.Text{}, err
	}
	now := s.m.c.Now()
	if cur.valid(now) {
		if cur.refreshable(now) && !now.Before(dueAt(cur)) && s.m.wants(cur, now, false) {
			s.m.fly(ctx, s.h, cur, "due", false)
		}
		return cur.Access, nil
	}
	return s.await(ctx, cur, "expired", true)
}

// Renew returns an access token other than the rejected one: the newer one, if there is one, and otherwise the result of one refresh.
// What a refresh brought is not refreshed again while it is too young, see Config.Young: ErrRejected.
func (s *Source) Renew(ctx context.Context, rejected secret.Text) (secret.Text, error) {
	cur, err := s.m.load(ctx, s.h)
	if err != nil {
		return secret.Text{}, err
	}
	s.remember(cur)
	now := s.m.c.Now()
	switch {
	case cur.valid(now) && !cur.Access.Equal(rejected):
		return cur.Access, nil
	case !cur.refreshable(now):
		return secret.Text{}, ErrLoginRequired
	case cur.valid(now) && s.m.young(cur, now):
		return secret.Text{}, ErrRejected
	}
	return s.await(ctx, cur, "rejected", true)
}

// Refresh returns an access token of a refresh that the person asked for, whatever the age of the present one; within ten seconds of the last refresh, or while an answer is lost, the present one.
// Errors: as Token.
func (s *Source) Refresh(ctx context.Context) (secret.Text, error) {
	cur, err := s.m.load(ctx, s.h)
	if err != nil {
		return secret.Text{}, err
	}
	s.remember(cur)
	now := s.m.c.Now()
	if lately := cur.Version > 1 && now.Sub(cur.AccessIssued) < minBetween; cur.valid(now) && (lately || !cur.refreshable(now) || !s.m.wants(cur, now, false)) {
		return cur.Access, nil
	}
	return s.await(ctx, cur, "asked", false)
}

// young reports whether a refresh brought the access token so lately that another one would fare no better. The first token of a session is worth a try at any age: it may have been revoked, or signed with
// a key that the Data Hub does not know yet. One that seems to come from the future is not young: the clock was set back since.
func (m *Manager) young(cur *held, now time.Time) bool {
	age := now.Sub(cur.AccessIssued)
	return cur.Version > 1 && age >= 0 && age < m.c.Young
}

// current returns what the source knows, reading it when it knows nothing or something expired. A store that is down does not take a valid token away.
func (s *Source) current(ctx context.Context) (*held, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cur != nil && s.cur.valid(s.m.c.Now()) {
		return s.cur, nil
	}
	cur, err := s.m.load(ctx, s.h)
	if err != nil {
		return nil, err
	}
	s.cur = cur
	return cur, nil
}

func (s *Source) remember(cur *held) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cur = cur
}

// await joins or starts the session's flight and waits for what it brings. lost says that the present access token is of no use any more.
func (s *Source) await(ctx context.Context, cur *held, reason string, lost bool) (secret.Text, error) {
	if !cur.refreshable(s.m.c.Now()) {
		return secret.Text{}, ErrLoginRequired
	}
	f := s.m.fly(ctx, s.h, cur, reason, lost)
	began := s.m.c.Now()
	defer func() { s.m.c.Observer.Waited(s.m.c.Now().Sub(began)) }()
	limit := time.NewTimer(s.m.c.FlightWait)
	defer limit.Stop()
	select {
	case <-f.done:
	case <-limit.C:
		return secret.Text{}, &UnavailableError{RetryAfter: retryDefault, Underway: true, Err: errors.New("the refresh takes long")}
	case <-ctx.Done():
		return secret.Text{}, ctx.Err()
	}
	if f.err != nil {
		return secret.Text{}, f.err
	}
	s.remember(f.got)
	if !f.got.valid(s.m.c.Now()) {
		return secret.Text{}, &UnavailableError{RetryAfter: retryDefault, Err: errors.New("the access token expired while waiting")}
	}
	return f.got.Access, nil
}

// dueAt is when a background refresh is due: 80 % of the token's life, a little different for each session and version so that they do
// not all come at once, and not within ten seconds of the last one.
func dueAt(cur *held) time.Time {
	life := cur.AccessExpiry.Sub(cur.AccessIssued)
	f := fnv.New64a()
	_, _ = f.Write(recordData(cur.ID, cur.Version))
	jitter := (float64(f.Sum64()%1000)/1000*2 - 1) * refreshSpan
	return cur.AccessIssued.Add(max(time.Duration(float64(life)*(refreshAt+jitter)), minBetween))
}
