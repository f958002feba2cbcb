package token

import (
	"math/rand/v2"
	"sync"
	"time"

	"portico/internal/session"
)

// Hinter is a [Store] that can tell when a record may have changed, so that who waits for another process need not look for it blindly. A hint may come late, twice, for
// nothing or not at all: only the length of a wait depends on it.
type Hinter interface {
	// Watch returns a channel on which something arrives when the record of id may have changed, until stop is called.
	Watch(id session.ID) (hints <-chan struct{}, stop func())
}

// Watchers are those of one process who wait for hints, by topic: whatever a store calls a record in them. The zero Watchers are ready for use, concurrently.
type Watchers struct {
	mu      sync.Mutex
	waiting map[string]map[chan struct{}]bool
}

// Watch is [Hinter.Watch] by topic.
func (w *Watchers) Watch(topic string) (hints <-chan struct{}, stop func()) {
	c := make(chan struct{}, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.waiting == nil {
		w.waiting = map[string]map[chan struct{}]bool{}
	}
	if w.waiting[topic] == nil {
		w.waiting[topic] = map[chan struct{}]bool{}
	}
	w.waiting[topic][c] = true
	return c, func() { w.forget(topic, c) }
}

func (w *Watchers) forget(topic string, c chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.waiting[topic], c)
	if len(w.waiting[topic]) == 0 {
		delete(w.waiting, topic)
	}
}

// Tell gives everybody who waits for topic a hint. It never waits.
func (w *Watchers) Tell(topic string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.waiting[topic] {
		select {
		case c <- struct{}{}:
		default: // there is one that was not taken yet
		}
	}
}

// Waits for another process.
const (
	pollFirst = 25 * time.Millisecond
	pollMost  = 250 * time.Millisecond // and up to as much again, by chance
)

// poll paces the looks at a record that another process is at. The zero value of hints is nobody who hints.
type poll struct {
	hints    <-chan struct{}
	interval time.Duration
	stop     func()
}

// newPoll begins to listen. Without hints the first looks come quickly.
func (m *Manager) newPoll(id session.ID) *poll {
	if m.c.Hints == nil {
		return &poll{interval: pollFirst, stop: func() {}}
	}
	hints, stop := m.c.Hints.Watch(id)
	return &poll{hints: hints, interval: 0, stop: stop}
}

// wait returns when it is time for the next look. With hints the first look is at once: what happened before anybody listened gave no hint.
func (p *poll) wait() {
	if p.interval > 0 {
		t := time.NewTimer(p.interval + rand.N(p.interval))
		defer t.Stop()
		select {
		case <-p.hints:
		case <-t.C:
		}
	}
	if p.interval *= 2; p.interval > pollMost || p.hints != nil {
		p.interval = pollMost
	}
}
