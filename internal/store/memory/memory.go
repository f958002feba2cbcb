// Package memory keeps sessions, tokens, shelves, counts of guesses and the audit log in the memory of one process: for the demo, for tests, and as the model
// that the other stores are compared with. Everything is lost when the process ends.
package memory

import (
	"context"
	"slices"
	"sync"
	"time"

	"portico/internal/session"
	"portico/internal/token"
)

// Store holds the records of one process. Its two views share one lock, so that ending a session and its tokens is one step.
// The zero Store is not usable; call New.
type Store struct {
	now func() time.Time

	mu         sync.Mutex
	sessions   map[session.ID]session.Record
	tokens     map[session.ID]token.Record
	tombstones map[session.ID]tombstone
	ended      map[group]ending     // what DeleteMatching was asked for → when and why
	once       map[string]time.Time // key → when it may be forgotten
	tries      map[try]time.Time    // what is counted → when nothing is any more

	events events
	items  items
}

type tombstone struct {
	reason string
	until  time.Time
}

type ending struct {
	reason string
	at     time.Time
}

// group is what DeleteMatching was asked to end; exactly one of sid and subject is set, or none for everyone.
type group struct{ issuer, sid, subject string }

// New returns an empty store whose clock is now; nil means time.Now.
func New(now func() time.Time) *Store {
	if now == nil {
		now = time.Now
	}
	return &Store{
		now:        now,
		sessions:   map[session.ID]session.Record{},
		tokens:     map[session.ID]token.Record{},
		tombstones: map[session.ID]tombstone{},
		ended:      map[group]ending{},
		once:       map[string]time.Time{},
		tries:      map[try]time.Time{},
	}
}

// Tokens returns the view that implements [token.Store].
func (s *Store) Tokens() token.Store { return tokens{s} }

// end removes a session with its tokens and leaves a tombstone. The lock is held.
func (s *Store) end(id session.ID, reason string) {
	if _, ok := s.sessions[id]; ok {
		s.tombstones[id] = tombstone{reason: reason, until: s.now().Add(session.TombstoneLife)}
	}
	delete(s.sessions, id)
	delete(s.tokens, id)
}

func groupOf(m session.Match) group {
	switch {
	case m.Everyone:
		return group{}
	case m.SID != "":
		return group{issuer: m.Issuer, sid: m.SID}
	default:
		return group{issuer: m.Issuer, subject: m.Subject}
	}
}

func sweep[K comparable, V any](m map[K]V, limit int, over func(V) bool) {
	for k, v := range m {
		if limit == 0 {
			return
		}
		if over(v) {
			delete(m, k)
			limit--
		}
	}
}

func clone(r session.Record) session.Record {
	r.Sealed, r.SeenTag, r.About = slices.Clone(r.Sealed), slices.Clone(r.SeenTag), slices.Clone(r.About)
	return r
}

// CountKeys counts the records of sessions, of tokens and of shelves by the key that they are sealed under.
func (s *Store) CountKeys(context.Context) (map[string]int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	counts := map[string]int{}
	for _, r := range s.sessions {
		counts[session.KeyID(r.Sealed)]++
	}
	for _, r := range s.tokens {
		if r.Sealed != nil {
			counts[session.KeyID(r.Sealed)]++
		}
	}
	s.items.mu.Lock()
	defer s.items.mu.Unlock()
	for _, i := range s.items.all {
		counts[session.KeyID(i.Sealed)]++
	}
	return counts, nil
}
