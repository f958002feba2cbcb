package token

import (
	"context"
	"errors"
	"sync"
	"time"

	"portico/internal/faultpoint"
	"portico/internal/rp"
	"portico/internal/session"
)

// attempt presents the refresh token of a record that it has claimed, and brings home what comes back. claimed is the time before the claim, from
// which the lease is counted here: a moment too early, never too late.
func (m *Manager) attempt(ctx context.Context, h session.Handle, cur *held, attempt string, claimed time.Time) (*held, error) {
	faultpoint.Reach(faultpoint.RefreshLocked)
	if !m.breaker.probe(m.c.Now()) {
		_ = m.c.Store.Release(ctx, h.ID(), attempt, m.before(cur, Outcome{LastError: "breaker"}))
		return nil, &UnavailableError{RetryAfter: retryDefault, Err: errors.New("the provider refuses this client")}
	}
	l := m.keepLease(ctx, h.ID(), attempt, claimed)
	defer l.stop()
	if err := m.markSent(ctx, h, cur, attempt, l); err != nil {
		return nil, err
	}
	faultpoint.Reach(faultpoint.RefreshMarked)
	request, cancel := context.WithTimeout(faultpoint.WhenAnswered(ctx, faultpoint.RefreshSent), m.c.AnswerTimeout)
	asked := m.c.Now()
	t, err := m.c.Refresher.Refresh(request, cur.Tokens.Refresh, cur.Identity.Account)
	cancel()
	m.c.Observer.Refreshed(outcome(err), m.c.Now().Sub(asked))
	if err != nil {
		return m.failed(ctx, h, cur, attempt, err)
	}
	faultpoint.Reach(faultpoint.RefreshReceived)
	m.breaker.success()
	m.c.Observer.ClientRefused(false)
	m.backoff.success()
	return m.save(ctx, h, cur, attempt, t)
}

// markSent writes, durably, that the token may have been presented from now on, unless the lease would end before the request does.
func (m *Manager) markSent(ctx context.Context, h session.Handle, cur *held, attempt string, l *lease) error {
	release := func() {
		_ = m.c.Store.Release(ctx, h.ID(), attempt, m.before(cur, Outcome{LastError: "lease too short"})) // the lease ends by itself otherwise
	}
	if !l.lasts(m.c.RequestTimeout) {
		release()
		return &UnavailableError{RetryAfter: retryDefault, Err: errors.New("the claim was lost before sending")}
	}
	switch err := m.c.Store.Send(ctx, h.ID(), attempt); {
	case errors.Is(err, ErrGone):
		return ErrGone
	case errors.Is(err, ErrLost):
		return &UnavailableError{RetryAfter: retryDefault, Err: err}
	case err != nil:
		release()
		return &StoreError{err}
	}
	if !l.lasts(m.c.RequestTimeout) {
		_ = m.c.Store.Release(ctx, h.ID(), attempt, m.before(cur, Outcome{NotPresented: true, LastError: "lease too short"}))
		return &UnavailableError{RetryAfter: retryDefault, Err: errors.New("the claim was lost before sending")}
	}
	return nil
}

// before completes an outcome with the state that the record had before the attempt.
func (m *Manager) before(cur *held, o Outcome) Outcome {
	o.State = Fresh
	if cur.Presented > 0 {
		o.State = Unknown
	}
	return o
}

// failed files an answer without tokens under its class.
func (m *Manager) failed(ctx context.Context, h session.Handle, cur *held, attempt string, err error) (*held, error) {
	now := m.c.Now()
	e := classOf(err)
	m.c.Log.WarnContext(ctx, "access token not refreshed", "session", h.ID(), "class", string(e.Class), "error", e)
	note := string(e.Class) + " " + e.Code
	var o Outcome
	switch e.Class {
	case rp.Refused:
		return m.refused(ctx, h, cur, attempt)
	case rp.NotSent:
		o = m.before(cur, Outcome{NotPresented: true, LastError: note, NotBefore: now.Add(max(m.backoff.next(), e.RetryAfter))})
	case rp.Configuration:
		m.breaker.trip(now)
		m.c.Observer.ClientRefused(true)
		o = m.before(cur, Outcome{NotPresented: true, LastError: note, NotBefore: now.Add(retryDefault)})
	default:
		o = Outcome{State: Unknown, LastError: note, NotBefore: now.Add(max(m.backoff.next(), e.RetryAfter))}
	}
	if rerr := m.c.Store.Release(ctx, h.ID(), attempt, o); errors.Is(rerr, ErrGone) {
		return nil, ErrGone
	} else if errors.Is(rerr, ErrLost) {
		return m.movedOn(ctx, h, cur, err)
	}
	return nil, &UnavailableError{RetryAfter: max(o.NotBefore.Sub(now), retryDefault), Err: e}
}

// refused handles invalid_grant.
func (m *Manager) refused(ctx context.Context, h session.Handle, cur *held, attempt string) (*held, error) {
	return m.dead(ctx, h, cur, attempt, "refused", "refused invalid_grant")
}

// dead ends a session whose refresh token is worth nothing any more, unless the record moved on meanwhile; then the claim is lost, and what is there counts.
func (m *Manager) dead(ctx context.Context, h session.Handle, cur *held, attempt, reason, lastError string) (*held, error) {
	err := m.c.Store.Release(ctx, h.ID(), attempt, Outcome{State: Dead, LastError: lastError})
	switch {
	case err == nil:
		m.c.Log.InfoContext(ctx, "refresh token ended", "session", h.ID(), "subject", cur.Identity.Subject, "reason", reason)
		m.c.Ended(ctx, h.ID(), cur.Identity, reason)
		return nil, ErrLoginRequired
	case errors.Is(err, ErrGone):
		return nil, ErrGone
	case errors.Is(err, ErrLost):
		return m.movedOn(ctx, h, cur, ErrLoginRequired)
	}
	return m.movedOn(ctx, h, cur, ErrLoginRequired) // nobody knows what became of it: what is there counts
}

// movedOn returns the record if it is newer than what was presented, else the error.
func (m *Manager) movedOn(ctx context.Context, h session.Handle, cur *held, otherwise error) (*held, error) {
	newer, err := m.load(ctx, h)
	switch {
	case err != nil:
		return nil, err
	case newer.Version > cur.Version:
		return newer, nil
	case errors.Is(otherwise, ErrLoginRequired):
		return nil, otherwise
	}
	return nil, &UnavailableError{RetryAfter: retryDefault, Err: otherwise}
}

// lease renews a claim while its attempt lives.
type lease struct {
	m    *Manager
	quit chan struct{}
	once sync.Once
	mu   sync.Mutex
	ends time.Time
}

func (m *Manager) keepLease(ctx context.Context, id session.ID, attempt string, claimed time.Time) *lease {
	l := &lease{m: m, quit: make(chan struct{}), ends: claimed.Add(m.c.Lease)}
	go func() {
		tick := time.NewTicker(m.c.RenewEvery)
		defer tick.Stop()
		for {
			select {
			case <-l.quit:
				return
			case <-tick.C:
			}
			asked := m.c.Now()
			err := m.c.Store.Renew(ctx, id, attempt, m.c.Lease)
			if errors.Is(err, ErrLost) || errors.Is(err, ErrGone) {
				l.set(time.Time{})
				return
			}
			if err == nil {
				l.set(asked.Add(m.c.Lease))
			}
		}
	}()
	return l
}

func (l *lease) set(ends time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ends = ends
}

// lasts reports whether the lease is known to last for d more.
func (l *lease) lasts(d time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.m.c.Now().Add(d).Before(l.ends)
}

func (l *lease) stop() { l.once.Do(func() { close(l.quit) }) }
