package memory

import (
	"cmp"
	"context"
	"slices"
	"time"

	"portico/internal/session"
	"portico/internal/token"
)

// Sessions returns the view that implements [session.Store].
func (s *Store) Sessions() session.Store { return sessions{s} }

type sessions struct{ *Store }

func (s sessions) Create(_ context.Context, r session.Record) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, taken := s.sessions[r.ID]; taken {
		return session.ErrExists
	}
	if e, ok := s.endedSince(r); ok {
		return &session.EndedError{Reason: e.reason}
	}
	r.Version = 1
	r.LoginStarted = time.Time{}
	s.sessions[r.ID] = clone(r)
	return nil
}

// endedSince finds what ended the record's group after its sign-in began. The lock is held.
func (s sessions) endedSince(r session.Record) (ending, bool) {
	groups := []group{{}, {issuer: r.Issuer, subject: r.Subject}}
	if r.SID != "" {
		groups = append(groups, group{issuer: r.Issuer, sid: r.SID})
	}
	for _, g := range groups {
		if e, ok := s.ended[g]; ok && !r.LoginStarted.After(e.at) && s.now().Before(e.at.Add(session.TombstoneLife)) {
			return e, true
		}
	}
	return ending{}, false
}

func (s sessions) Load(_ context.Context, id session.ID) (session.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.sessions[id]
	if ok {
		return clone(r), nil
	}
	if t, ok := s.tombstones[id]; ok && s.now().Before(t.until) {
		return session.Record{}, &session.EndedError{Reason: t.reason}
	}
	return session.Record{}, session.ErrNotFound
}

func (s sessions) Save(_ context.Context, r session.Record) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, ok := s.sessions[r.ID]
	if !ok {
		return session.ErrNotFound
	}
	if old.Version != r.Version-1 {
		return session.ErrConflict
	}
	old.Version, old.SID, old.Sealed, old.About = r.Version, r.SID, slices.Clone(r.Sealed), slices.Clone(r.About)
	if r.Until.After(old.Until) {
		old.Until = r.Until
	}
	s.sessions[r.ID] = old
	return nil
}

func (s sessions) Touch(_ context.Context, id session.ID, seen time.Time, tag []byte, until time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.sessions[id]
	if !ok {
		return session.ErrNotFound
	}
	if seen.After(r.LastSeen) {
		r.LastSeen, r.SeenTag, r.Until = seen, slices.Clone(tag), until
		s.sessions[id] = r
	}
	return nil
}

func (s sessions) Delete(_ context.Context, id session.ID, reason string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.end(id, reason)
	return nil
}

func (s sessions) DeleteMatching(_ context.Context, m session.Match, reason string) ([]session.ID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ids []session.ID
	for id, r := range s.sessions {
		if m.Holds(r) {
			s.end(id, reason)
			ids = append(ids, id)
		}
	}
	s.ended[groupOf(m)] = ending{reason, s.now()}
	return ids, nil
}

func (s sessions) DeleteExpired(_ context.Context, now time.Time, limit int) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for id, r := range s.sessions {
		if n < limit && r.Until.Before(now) {
			s.end(id, session.ReasonExpired)
			n++
		}
	}
	sweep(s.tokens, limit, func(r token.Record) bool { return r.Until.Before(now) })
	sweep(s.tombstones, limit, func(t tombstone) bool { return t.until.Before(now) })
	sweep(s.ended, limit, func(e ending) bool { return e.at.Add(session.TombstoneLife).Before(now) })
	sweep(s.once, limit, func(until time.Time) bool { return until.Before(now) })
	sweep(s.tries, limit, func(full time.Time) bool { return full.Before(now) })
	return n, nil
}

func (s sessions) List(_ context.Context, m session.Match) ([]session.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var rs []session.Record
	for _, r := range s.sessions {
		if m.Holds(r) {
			r.Sealed = nil
			rs = append(rs, clone(r))
		}
	}
	slices.SortFunc(rs, func(a, b session.Record) int {
		return cmp.Or(a.LastSeen.Compare(b.LastSeen), slices.Compare(a.ID[:], b.ID[:]))
	})
	return rs, nil
}

func (s sessions) Once(_ context.Context, key string, ttl time.Duration) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if until, seen := s.once[key]; seen && now.Before(until) {
		return false, nil
	}
	s.once[key] = now.Add(ttl)
	return true, nil
}

func (s sessions) Ping(context.Context) error { return nil }

func (s sessions) Now(context.Context) (time.Time, error) {
	return s.now().UTC().Truncate(time.Millisecond), nil
}
