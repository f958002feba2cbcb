// Package audited tells the audit log which sessions of a store end, and why.
package audited

import (
	"context"
	"strconv"
	"time"

	"portico/internal/audit"
	"portico/internal/session"
)

// eachMost is how many sessions that end at once have an event each; more have one together.
const eachMost = 200

// Sessions returns a store that does what s does and tells log; keys make the references in it.
func Sessions(s session.Store, keys *session.Keyring, log *audit.Log) session.Store {
	return sessions{s, keys, log}
}

type sessions struct {
	session.Store
	keys *session.Keyring
	log  *audit.Log
}

// Delete looks first whose session it is: afterwards nobody can tell.
func (s sessions) Delete(ctx context.Context, id session.ID, reason string) error {
	r, unknown := s.Load(ctx, id)
	err := s.Store.Delete(ctx, id, reason)
	if err == nil && unknown == nil {
		s.ended(ctx, r, reason)
	}
	return err
}

// DeleteMatching tells of sessions that nobody saw before, too: they began in the meantime.
func (s sessions) DeleteMatching(ctx context.Context, m session.Match, reason string) ([]session.ID, error) {
	before, _ := s.List(ctx, m) // without it the events say less
	ids, err := s.Store.DeleteMatching(ctx, m, reason)
	if len(ids) > eachMost {
		s.many(ctx, len(ids), reason)
		return ids, err
	}
	known := map[session.ID]session.Record{}
	for _, r := range before {
		known[r.ID] = r
	}
	for _, id := range ids {
		r := known[id]
		r.ID = id
		s.ended(ctx, r, reason)
	}
	return ids, err
}

// DeleteExpired has one event for all: the store does not say whose sessions they were.
func (s sessions) DeleteExpired(ctx context.Context, now time.Time, limit int) (int, error) {
	n, err := s.Store.DeleteExpired(ctx, now, limit)
	if n > 0 {
		s.many(ctx, n, session.ReasonExpired)
	}
	return n, err
}

func (s sessions) ended(ctx context.Context, r session.Record, reason string) {
	e := audit.Event{Kind: audit.SessionEnd, Reason: reason, Session: s.keys.SessionReferences(r.ID.String())[0]}
	if r.Subject != "" {
		e.Issuer, e.Person = r.Issuer, s.keys.PersonReferences(r.Issuer, r.Subject)[0]
	}
	s.log.Add(ctx, e)
}

func (s sessions) many(ctx context.Context, n int, reason string) {
	s.log.Add(ctx, audit.Event{Kind: audit.SessionEnd, Reason: reason, Details: map[string]string{"sessions": strconv.Itoa(n)}})
}
