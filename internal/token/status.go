package token

import (
	"context"
	"time"

	"portico/internal/session"
)

// Status is what a person may know of their tokens.
type Status struct {
	State        State
	AccessIssued time.Time
	AccessExpiry time.Time
	Scopes       []string
	Refreshable  bool
	RefreshUntil time.Time // end of the refresh token; zero when the provider does not say
	LastError    string
}

// Status returns the state of a session's tokens, or ErrGone.
func (m *Manager) Status(ctx context.Context, h session.Handle) (Status, error) {
	cur, err := m.load(ctx, h)
	if err != nil {
		return Status{}, err
	}
	return cur.status(m.c.Now()), nil
}

// Statuses returns the same for many sessions, in one read. Those whose tokens are gone are missing; those whose tokens nobody can open are Dead.
func (m *Manager) Statuses(ctx context.Context, hs []session.Handle) (map[session.ID]Status, error) {
	found := map[session.ID]Status{}
	if len(hs) == 0 {
		return found, nil
	}
	handles, ids := map[session.ID]session.Handle{}, make([]session.ID, len(hs))
	for n, h := range hs {
		ids[n] = h.ID()
		handles[ids[n]] = h
	}
	records, err := m.c.Store.LoadMany(ctx, ids)
	if err != nil {
		return found, &StoreError{err}
	}
	for _, r := range records {
		cur, err := m.open(ctx, handles[r.ID], r)
		if err != nil {
			found[r.ID] = Status{State: Dead}
			continue
		}
		found[r.ID] = cur.status(m.c.Now())
	}
	return found, nil
}

func (h *held) status(now time.Time) Status {
	return Status{State: h.State, AccessIssued: h.AccessIssued, AccessExpiry: h.AccessExpiry, Scopes: h.Scopes, Refreshable: h.refreshable(now), RefreshUntil: h.RefreshUntil, LastError: h.LastError}
}
