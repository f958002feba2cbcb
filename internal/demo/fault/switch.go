package fault

import (
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Rule says which requests a fault strikes. The zero Rule's fault strikes all of them.
type Rule struct {
	Fault
	Path  string        // part of the path, such as /token or /data; "": any
	Share float64       // of the requests that match, up to 1; 0: all
	Count int           // the rule is over when it has struck so often; 0: it goes on
	For   time.Duration // the rule is over so long after it was set; 0: it goes on
}

// Switch holds the rules in force. Its zero value has none. It is safe for concurrent use.
type Switch struct {
	mu    sync.Mutex
	rules []*active
}

// active is a rule in force.
type active struct {
	Rule
	set    time.Time
	struck int
}

// Set replaces all rules. Without any, everything works.
func (s *Switch) Set(rules ...Rule) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = nil
	for _, r := range rules {
		s.rules = append(s.rules, &active{Rule: r, set: time.Now()})
	}
}

// Struck returns how many requests the rules in force have struck.
func (s *Switch) Struck() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, a := range s.rules {
		n += a.struck
	}
	return n
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
		delay, jitter := f.Delay+a.Delay, f.Jitter+a.Jitter
		if !f.lost() && f.Truncate == 0 {
			f = a.Fault
		}
		f.Delay, f.Jitter = delay, jitter
	}
	return f
}

func (a *active) matches(r *http.Request) bool {
	switch {
	case !strings.Contains(r.URL.Path, a.Path):
	case a.Count > 0 && a.struck >= a.Count:
	case a.For > 0 && time.Since(a.set) >= a.For:
	default:
		return a.Share == 0 || rand.Float64() < a.Share
	}
	return false
}
