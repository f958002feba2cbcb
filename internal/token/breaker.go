package token

import (
	"math/rand/v2"
	"sync"
	"time"
)

// breaker stops refreshes while the provider refuses the client itself: no session can be helped, none must end, and nobody is hammered.
type breaker struct {
	mu    sync.Mutex
	until time.Time // zero: closed
}

const breakerWait = 15 * time.Second

func (b *breaker) open(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return now.Before(b.until)
}

func (b *breaker) wait(now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.until.Sub(now)
}

func (b *breaker) trip(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.until = now.Add(breakerWait)
}

// probe lets everybody pass while the breaker is closed, nobody while it is open, and one at a time when it was open.
func (b *breaker) probe(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now.Before(b.until) {
		return false
	}
	if !b.until.IsZero() {
		b.until = now.Add(breakerWait)
	}
	return true
}

func (b *breaker) success() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.until = time.Time{}
}

// backoff grows with each failure in a row, so that a provider that comes back is found within seconds and not overrun before.
type backoff struct {
	mu       sync.Mutex
	failures int
}

const (
	backoffFirst = 250 * time.Millisecond
	backoffMost  = 3 * time.Second
)

// next returns the wait after one more failure: 250 ms doubling to 3 s, plus or minus a quarter.
func (b *backoff) next() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	d := min(backoffFirst<<min(b.failures, 8), backoffMost)
	b.failures++
	return d*3/4 + rand.N(d/2)
}

func (b *backoff) success() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failures = 0
}
