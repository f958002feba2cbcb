package memory

import (
	"context"
	"slices"
	"time"

	"portico/internal/session"
	"portico/internal/token"
)

type tokens struct{ *Store }

func (t tokens) Create(_ context.Context, r token.Record) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, taken := t.tokens[r.ID]; taken {
		return token.ErrExists
	}
	r.Version, r.State, r.Sealed = 1, token.Fresh, slices.Clone(r.Sealed)
	t.tokens[r.ID] = r
	return nil
}

func (t tokens) Load(_ context.Context, id session.ID) (token.Record, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r, ok := t.tokens[id]
	if !ok {
		return token.Record{}, token.ErrGone
	}
	return cloneTokens(r), nil
}

func (t tokens) LoadMany(_ context.Context, ids []session.ID) ([]token.Record, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var rs []token.Record
	for _, id := range ids {
		if r, ok := t.tokens[id]; ok {
			rs = append(rs, cloneTokens(r))
		}
	}
	return rs, nil
}

func (t tokens) Claim(_ context.Context, c token.ClaimRequest) (token.Verdict, token.Record, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r, ok := t.tokens[c.ID]
	if !ok {
		return 0, token.Record{}, token.ErrGone
	}
	now := t.now()
	v := r.Judge(c, now)
	if v == token.ClaimOK {
		r.State = token.Claimed
		r.Attempt = token.Attempt{ID: c.Attempt, Owner: c.Owner, Reason: c.Reason, Started: now, LeaseUntil: now.Add(c.Lease)}
	}
	t.tokens[c.ID] = r
	return v, cloneTokens(r), nil
}

func (t tokens) Renew(_ context.Context, id session.ID, attempt string, lease time.Duration) error {
	return t.held(id, attempt, func(r *token.Record) error {
		r.Attempt.LeaseUntil = t.now().Add(lease)
		return nil
	})
}

func (t tokens) Send(_ context.Context, id session.ID, attempt string) error {
	return t.held(id, attempt, func(r *token.Record) error {
		if r.State != token.Claimed || !t.now().Before(r.Attempt.LeaseUntil) {
			return token.ErrLost
		}
		r.State = token.Sent
		r.Presented++
		return nil
	})
}

func (t tokens) Commit(_ context.Context, id session.ID, _ string, n token.NewTokens) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	r, ok := t.tokens[id]
	if !ok {
		return token.ErrGone
	}
	if r.Version != n.Seen {
		return token.ErrLost
	}
	t.tokens[id] = token.Record{
		ID: id, Version: n.Seen + 1, State: token.Fresh,
		AccessIssued: n.AccessIssued, AccessExpiry: n.AccessExpiry, Until: n.Until, Sealed: slices.Clone(n.Sealed),
	}
	return nil
}

func (t tokens) Release(_ context.Context, id session.ID, attempt string, o token.Outcome) error {
	return t.held(id, attempt, func(r *token.Record) error {
		r.Release(o)
		return nil
	})
}

// held runs change on the record if attempt holds it, under the lock.
func (t tokens) held(id session.ID, attempt string, change func(*token.Record) error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	r, ok := t.tokens[id]
	if !ok {
		return token.ErrGone
	}
	if !r.HeldBy(attempt) {
		return token.ErrLost
	}
	if err := change(&r); err != nil {
		return err
	}
	t.tokens[id] = r
	return nil
}

func cloneTokens(r token.Record) token.Record {
	r.Sealed = slices.Clone(r.Sealed)
	return r
}
