package token

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"time"

	"portico/internal/session"
)

// flight is one refresh of one session in this process. Everybody who needs its result waits on done; nobody's leaving stops it.
type flight struct {
	done chan struct{}
	got  *held // after done, when err is nil
	err  error
}

// fly joins the session's flight or starts one, on a context of its own. lost says that there is no valid access token left to lose.
func (m *Manager) fly(ctx context.Context, h session.Handle, cur *held, reason string, lost bool) *flight {
	m.mu.Lock()
	defer m.mu.Unlock()
	id := h.ID()
	if f := m.flights[id]; f != nil {
		return f
	}
	f := &flight{done: make(chan struct{})}
	if m.closed {
		f.err = &UnavailableError{RetryAfter: retryDefault, Err: errors.New("shutting down")}
		close(f.done)
		return f
	}
	m.flights[id] = f
	m.running.Add(1)
	go func() {
		defer m.running.Done()
		ctx, done := m.c.Flight(context.WithoutCancel(ctx))
		f.got, f.err = m.safely(ctx, h, cur, reason, lost)
		done(f.err)
		m.mu.Lock()
		delete(m.flights, id)
		m.mu.Unlock()
		close(f.done)
	}()
	return f
}

// safely is refresh, of which a panic ends one refresh and not the process with everybody in it. What it claimed ends with its lease.
func (m *Manager) safely(ctx context.Context, h session.Handle, cur *held, reason string, lost bool) (got *held, err error) {
	defer func() {
		if p := recover(); p != nil { // of its words only the type is told: they may hold a token
			m.c.Log.ErrorContext(ctx, "refresh panicked", "session", h.ID(), "panic", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			got, err = nil, &UnavailableError{RetryAfter: retryDefault, Err: errors.New("the refresh panicked")}
		}
	}()
	return m.refresh(ctx, h, cur, reason, lost)
}

// wants reports whether a flight could do anything now; if not, a valid access token is served and nobody is bothered.
func (m *Manager) wants(cur *held, now time.Time, lost bool) bool {
	_, verdict := m.plan(&cur.Record, lost)
	return verdict == planClaim && !runs(cur.NotBefore, now) && !m.breaker.open(now)
}

type planned int

const (
	planClaim planned = iota // ask for the claim
	planServe                // not now: the access token still serves, and presenting again could cost it
	planBury                 // nothing is left to try: claim it once more, only to declare it dead
)

// plan decides, by policy, how often the current refresh token may have been presented before it is presented (again). After a lost answer a strict
// provider is asked again only when there is nothing left to lose: presenting a consumed token kills what is dead already, and a token that was not
// consumed, because a proxy or an outage swallowed the request, brings the session back. No number of lost answers ends a session; see docs/adr/0004.
func (m *Manager) plan(r *Record, lost bool) (maxPresented int, p planned) {
	const tries = 6 // within a grace period
	policy := m.policy()
	switch {
	case r.Presented == 0:
		return 1, planClaim
	case policy == Reusable, policy == Grace && r.Presented < tries, policy != Never && lost:
		return math.MaxInt, planClaim
	case lost:
		return math.MaxInt, planBury
	}
	return 0, planServe
}

// refresh brings a session's tokens forward: it claims the record, or finds that somebody else did and waits for them.
func (m *Manager) refresh(ctx context.Context, h session.Handle, cur *held, reason string, lost bool) (*held, error) {
	deadline := m.c.Now().Add(m.c.PollWait)
	var others *poll
	for {
		lost = lost || !cur.valid(m.c.Now())
		limit, p := m.plan(&cur.Record, lost)
		if err := m.hindered(cur); err != nil {
			return nil, err
		}
		if p == planServe {
			return cur, nil
		}
		asked, attempt := m.c.Now(), attemptID()
		verdict, found, err := m.claim(ctx, h, ClaimRequest{ID: h.ID(), Seen: cur.Version, Attempt: attempt, Owner: m.c.Owner, Reason: reason, Lease: m.c.Lease, MaxPresented: limit})
		if err != nil {
			return nil, err
		}
		cur = found
		switch verdict {
		case ClaimOK:
			if p == planBury {
				return nil, m.bury(ctx, h, cur, attempt, "the answer was lost")
			}
			return m.attempt(ctx, h, cur, attempt, asked)
		case ClaimNewer:
			if cur.valid(m.c.Now()) {
				return cur, nil
			}
			continue // newer, and expired as well
		case ClaimDead:
			return nil, ErrLoginRequired
		case ClaimSpent, ClaimWait:
			continue // plan again with what the claim found
		}
		if !lost || !m.c.Now().Before(deadline) { // ClaimBusy: another process is at it
			return nil, &UnavailableError{RetryAfter: retryDefault, Underway: true, Err: errors.New("another process refreshes")}
		}
		if others == nil {
			others = m.newPoll(h.ID())
			defer others.stop()
		}
		others.wait()
		if cur, err = m.load(ctx, h); err != nil {
			return nil, err
		}
		if cur.valid(m.c.Now()) && cur.Version > found.Version {
			return cur, nil
		}
	}
}

// hindered says why nothing is presented for now, nil when nothing is in the way.
func (m *Manager) hindered(cur *held) error {
	now := m.c.Now()
	switch {
	case m.unsavedOf(cur.ID) != nil:
		return &UnavailableError{RetryAfter: retryDefault, Err: errors.New("the last answer is not saved yet")}
	case m.breaker.open(now):
		return &UnavailableError{RetryAfter: m.breaker.wait(now), Err: errors.New("the provider refuses this client")}
	case runs(cur.NotBefore, now):
		return &UnavailableError{RetryAfter: cur.NotBefore.Sub(now), Err: errors.New("waiting after: " + cur.LastError)}
	}
	return nil
}

// claim asks for the turn to refresh, and opens what the store has. Errors: ErrGone, *StoreError, and those of open.
func (m *Manager) claim(ctx context.Context, h session.Handle, c ClaimRequest) (Verdict, *held, error) {
	verdict, r, err := m.c.Store.Claim(ctx, c)
	switch {
	case errors.Is(err, ErrGone):
		return verdict, nil, ErrGone
	case err != nil:
		return verdict, nil, &StoreError{err}
	}
	m.c.Observer.Claimed(verdict.String())
	found, err := m.open(ctx, h, r)
	return verdict, found, err
}

// bury declares a session's tokens dead: they are wiped, and the person signs in again.
func (m *Manager) bury(ctx context.Context, h session.Handle, cur *held, attempt, why string) error {
	err := m.c.Store.Release(ctx, h.ID(), attempt, Outcome{State: Dead, LastError: why})
	m.c.Log.InfoContext(ctx, "refresh token given up", "session", h.ID(), "reason", why)
	if err != nil && !errors.Is(err, ErrGone) && !errors.Is(err, ErrLost) {
		return &StoreError{err}
	}
	if err == nil {
		m.c.Ended(ctx, h.ID(), cur.Identity, "given-up")
	}
	return ErrLoginRequired
}
