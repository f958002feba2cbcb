package fault

import (
	"net/http"
	"sync"
	"time"
)

// Switch holds the rules of a server, and how far its clock is off. Its zero value has none and is right. It is safe for concurrent use.
type Switch struct {
	mu      sync.Mutex
	rules   []*active
	ids     int
	struck  int
	offset  time.Duration
	changed chan struct{} // closed when something is switched; nil while nobody waits
}

// State is a rule as it is.
type State struct {
	Rule
	ID     int
	From   time.Time // when it begins, or has begun; when it comes again, the next time or the present one
	Until  time.Time // zero: until it is ended
	Struck int       // requests so far
	On     bool      // it is in force now
}

// Set replaces all rules. Without any, everything works.
func (s *Switch) Set(rules ...Rule) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules, s.struck = nil, 0
	s.add(rules)
}

// Add puts rules behind those that there are. Rules that are over are forgotten.
func (s *Switch) Add(rules ...Rule) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tidy()
	s.add(rules)
}

func (s *Switch) add(rules []Rule) {
	for _, r := range rules {
		s.ids++
		s.rules = append(s.rules, &active{Rule: r, id: s.ids, set: time.Now()})
	}
	s.tell()
}

// End takes one rule away, if it is there.
func (s *Switch) End(id int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = without(s.rules, func(a *active) bool { return a.id == id })
	s.tell()
}

// Clear ends everything: the rules, and what is wrong with the clock.
func (s *Switch) Clear() {
	s.Set()
	s.SetOffset(0)
}

// SetOffset puts the server's clock ahead, or behind with a negative offset.
func (s *Switch) SetOffset(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.offset = d
}

// Offset is how far the server's clock is ahead.
func (s *Switch) Offset() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.offset
}

// Rules returns the rules that are in force or will be, the oldest first.
func (s *Switch) Rules() []State {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tidy()
	now := time.Now()
	var list []State
	for _, a := range s.rules {
		from, to, _ := a.span(a.set, now)
		list = append(list, State{Rule: a.Rule, ID: a.id, From: from, Until: to, Struck: a.struck, On: a.on(now)})
	}
	return list
}

// Struck returns how many requests have been struck since Set or Clear was called.
func (s *Switch) Struck() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.struck
}

// Pick returns what goes wrong with a request: the delays of all rules that match, and the rest of the first one that has more than a delay.
func (s *Switch) Pick(r *http.Request) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	var f Fault
	for _, a := range s.rules {
		if !a.matches(r) {
			continue
		}
		a.struck++
		s.struck++
		delay, jitter := f.Delay+a.Delay, f.Jitter+a.Jitter
		if !f.lost() && f.Truncate == 0 {
			f = a.Fault
		}
		f.Delay, f.Jitter = delay, jitter
	}
	return f
}

// Down reports whether the server is to be down, until when that cannot change by itself (zero: for ever), and a channel that is closed when something is switched.
func (s *Switch) Down() (down bool, until time.Time, changed <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	for _, a := range s.rules {
		next, to, ok := a.span(a.set, now)
		if !a.Rule.Down || !ok {
			continue
		}
		if !now.Before(next) {
			down, next = true, to
		}
		if until.IsZero() || next.Before(until) {
			until = next
		}
	}
	if s.changed == nil {
		s.changed = make(chan struct{})
	}
	return down, until, s.changed
}

// tell wakes those who wait for a change. The lock is held.
func (s *Switch) tell() {
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}

// tidy forgets rules that are over. The lock is held.
func (s *Switch) tidy() {
	now := time.Now()
	s.rules = without(s.rules, func(a *active) bool { return a.over(now) })
}

func without(rules []*active, gone func(*active) bool) []*active {
	var kept []*active
	for _, a := range rules {
		if !gone(a) {
			kept = append(kept, a)
		}
	}
	return kept
}
