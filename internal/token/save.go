package token

import (
	"context"
	"errors"
	"time"

	"portico/internal/faultpoint"
	"portico/internal/rp"
	"portico/internal/session"
)

// saveEvery is how often a store that took no answer is asked again: when it comes back, nobody else should be faster.
const saveEvery = 500 * time.Millisecond

// save writes the tokens that came back, first of all, and judges them afterwards: a token that is not written down is a session lost.
func (m *Manager) save(ctx context.Context, h session.Handle, cur *held, attempt string, t rp.Tokens) (*held, error) {
	issued, expiry := lifetime(t, m.c.Now())
	next := &held{Tokens: m.following(cur, t), Record: Record{ID: h.ID(), Version: cur.Version + 1, State: Fresh, AccessIssued: issued, AccessExpiry: expiry, Until: cur.Until}}
	m.learned.Store(next.Tokens.Refresh.Equal(cur.Tokens.Refresh))
	sealed, err := seal(m.c.Keys, h, next.Version, next.Tokens)
	if errors.Is(err, ErrTooLarge) { // the old refresh token is used up, and nothing can follow it
		m.giveBack(ctx, next.Tokens)
		return m.dead(ctx, h, cur, attempt, "too-large", "too large to be kept")
	}
	if err != nil {
		return nil, err
	}
	next.Sealed = sealed
	switch err := m.commit(ctx, cur, next, attempt); {
	case errors.Is(err, ErrGone):
		return nil, m.tooLate(ctx, h, next)
	case errors.Is(err, ErrLost):
		return m.movedOn(ctx, h, cur, err)
	case err != nil:
		m.keepUnsaved(ctx, h, cur, next, attempt, err)
	default:
		faultpoint.Reach(faultpoint.RefreshSaved)
	}
	m.c.Log.InfoContext(ctx, "access token refreshed", "session", h.ID(), "subject", cur.Identity.Subject, "expires_in", expiry.Sub(issued), "rotated", !next.Tokens.Refresh.Equal(cur.Tokens.Refresh), "generation", next.Version)
	return m.judge(ctx, h, cur, next, t)
}

// following are the tokens after a refresh: those that came, and of cur what did not come again.
func (m *Manager) following(cur *held, t rp.Tokens) Tokens {
	next := m.kept(t, cur.Identity)
	if next.Refresh.Empty() { // RFC 6749 section 6: without a new refresh token the old one is kept
		next.Refresh = cur.Tokens.Refresh
		if next.RefreshUntil.IsZero() {
			next.RefreshUntil = cur.RefreshUntil
		}
	}
	if next.IDToken.Empty() && m.c.KeepIDTokens {
		next.IDToken = cur.IDToken
	}
	if len(next.Scopes) == 0 {
		next.Scopes = cur.Scopes
	}
	return next
}

func (m *Manager) commit(ctx context.Context, cur, next *held, attempt string) error {
	return m.c.Store.Commit(ctx, next.ID, attempt, NewTokens{Seen: cur.Version, AccessIssued: next.AccessIssued, AccessExpiry: next.AccessExpiry, Until: next.Until, Sealed: next.Sealed})
}

// judge looks at the ID token that came with the tokens. Somebody else's ends the session; any other fault leaves the old claims in force.
func (m *Manager) judge(ctx context.Context, h session.Handle, cur, next *held, t rp.Tokens) (*held, error) {
	err := m.c.Refresher.CheckRefreshed(ctx, t, cur.Identity)
	switch {
	case errors.Is(err, rp.ErrOtherSubject):
		m.c.Log.ErrorContext(ctx, "refreshed ID token is about somebody else, session ended", "session", h.ID(), "subject", cur.Identity.Subject, "error", err)
		if err := m.c.End(ctx, h.ID(), session.ReasonRefused); err != nil {
			return nil, &StoreError{err}
		}
		m.c.Ended(ctx, h.ID(), cur.Identity, "other-subject")
		m.giveBack(ctx, next.Tokens)
		return nil, ErrLoginRequired
	case err != nil:
		m.c.Log.WarnContext(ctx, "refreshed ID token refused, the old claims stay", "session", h.ID(), "error", err)
	}
	return next, nil
}

// tooLate gives back tokens that arrived after the session had ended.
func (m *Manager) tooLate(ctx context.Context, h session.Handle, next *held) error {
	m.c.Log.InfoContext(ctx, "tokens arrived after the session had ended, given back", "session", h.ID())
	m.giveBack(ctx, next.Tokens)
	return ErrGone
}

// giveBack revokes tokens that nobody will use, while nobody waits for it.
func (m *Manager) giveBack(ctx context.Context, t Tokens) {
	m.running.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
		defer cancel()
		if err := m.Revoke(ctx, t); err != nil {
			m.c.Log.WarnContext(ctx, "tokens not revoked", "error", err)
		}
	})
}

// keepUnsaved serves an answer from memory while the store refuses it, and tries to save it for as long as the session may last: when the access token is over, its refresh token
// still is the only good one. The lease is kept alive meanwhile, so that nobody presents the old one again.
func (m *Manager) keepUnsaved(ctx context.Context, h session.Handle, cur, next *held, attempt string, cause error) {
	m.c.Log.ErrorContext(ctx, "refreshed tokens not saved, served from memory", "session", h.ID(), "error", cause)
	m.mu.Lock()
	m.unsaved[h.ID()] = next
	m.mu.Unlock()
	m.running.Add(1)
	kept := m.keepLease(ctx, h.ID(), attempt, m.c.Now())
	go func() {
		defer m.running.Done()
		defer kept.stop()
		defer func() {
			m.mu.Lock()
			delete(m.unsaved, h.ID())
			m.mu.Unlock()
		}()
		wait := 100 * time.Millisecond
		for m.c.Now().Before(next.Until) {
			time.Sleep(wait)
			wait = min(wait*2, saveEvery)
			switch err := m.commit(ctx, cur, next, attempt); {
			case err == nil:
				m.c.Log.InfoContext(ctx, "refreshed tokens saved late", "session", h.ID())
				return
			case errors.Is(err, ErrGone):
				_ = m.tooLate(ctx, h, next)
				return
			case errors.Is(err, ErrLost):
				return
			}
		}
		m.c.Log.ErrorContext(ctx, "refreshed tokens lost, the store took none until the session was over", "session", h.ID())
	}()
}
