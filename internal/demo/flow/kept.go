package flow

import (
	"sync"

	"portico/internal/session"
)

// Bounds of what is kept in all. The one that was not used for longest leaves first.
const (
	sessionsKept = 64
	attemptsKept = 256
)

// kept finds journeys: by session, and before there is one by the state of the sign-in. It is safe for concurrent use.
type kept struct {
	mu       sync.Mutex
	sessions lru[session.ID, *journey]
	attempts lru[string, attempt] // by state
}

// attempt is a sign-in under way.
type attempt struct {
	journey *journey
	after   int    // number of the last exchange before it
	subject string // whom the journey was about before it
}

func newKept() *kept {
	return &kept{sessions: lru[session.ID, *journey]{most: sessionsKept}, attempts: lru[string, attempt]{most: attemptsKept}}
}

// session returns the journey of a session, nil when there is none.
func (k *kept) session(id session.ID) *journey {
	k.mu.Lock()
	defer k.mu.Unlock()
	j, _ := k.sessions.get(id)
	return j
}

// begin notes that a sign-in with a state has begun.
func (k *kept) begin(state string, a attempt) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.attempts.put(state, a)
}

// take returns the sign-in of a state, once.
func (k *kept) take(state string) (attempt, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	a, ok := k.attempts.get(state)
	k.attempts.drop(state)
	return a, ok
}

// start keeps the journey of a session that has begun.
func (k *kept) start(id session.ID, j *journey) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.sessions.put(id, j)
}

// end forgets a session.
func (k *kept) end(id session.ID) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.sessions.drop(id)
}

// lru is a small map that forgets what was not used for longest. The zero map with most set is empty.
type lru[K comparable, V any] struct {
	most  int
	clock int64
	items map[K]*lruItem[V]
}

type lruItem[V any] struct {
	value V
	used  int64
}

func (l *lru[K, V]) get(k K) (v V, ok bool) {
	item, ok := l.items[k]
	if !ok {
		return v, false
	}
	l.clock++
	item.used = l.clock
	return item.value, true
}

func (l *lru[K, V]) put(k K, v V) {
	if l.items == nil {
		l.items = map[K]*lruItem[V]{}
	}
	l.clock++
	l.items[k] = &lruItem[V]{value: v, used: l.clock}
	for len(l.items) > l.most {
		var oldest K
		at := l.clock + 1
		for key, item := range l.items {
			if item.used < at {
				oldest, at = key, item.used
			}
		}
		delete(l.items, oldest)
	}
}

func (l *lru[K, V]) drop(k K) { delete(l.items, k) }
