package pages

import (
	"container/list"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"portico/internal/crew"
)

// Who says whose data something is. What was read for one is never shown to another, nor to the same person in another account or, but for the pictures of their walls, in another session.
type Who struct{ Issuer, Subject, Account, Session string }

const (
	keptBytes = 48 << 20      // of all people together, roughly
	lastGood  = 2 * time.Hour // how old data may be that are shown while the Data Hub does not answer
)

// kept holds what the Data Hub answered to people, each person's apart; what has not been used for longest makes room.
type kept struct {
	noting  sync.Mutex // held by who changes what is remembered of absences
	mu      sync.Mutex
	entries map[keptKey]*list.Element // of *keptEntry
	order   *list.List                // the last used first
	bytes   int
	flights singleflight.Group // questions that are on their way, and pictures that are being made, by key
}

// keptKey names an answer. what is written so that no two questions have the same.
type keptKey struct {
	who  Who
	what string
}

type keptEntry struct {
	key   keptKey
	value any // never changed once it is here: its readers share it
	at    time.Time
	bytes int
	life  time.Duration // after which it is forgotten
}

func newKept() *kept { return &kept{entries: map[keptKey]*list.Element{}, order: list.New()} }

// get returns what was put last, if its life is not over.
func (k *kept) get(key keptKey, now time.Time) (value any, at time.Time, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e := k.entries[key]
	if e == nil {
		return nil, time.Time{}, false
	}
	entry := e.Value.(*keptEntry)
	if entry.over(now) {
		k.drop(e)
		return nil, time.Time{}, false
	}
	k.order.MoveToFront(e)
	return entry.value, entry.at, true
}

// put keeps an answer for as long as it may stand in for a newer one.
func (k *kept) put(key keptKey, value any, bytes int, now time.Time) {
	k.keep(key, value, bytes, now, lastGood)
}

func (k *kept) keep(key keptKey, value any, bytes int, now time.Time, life time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if e := k.entries[key]; e != nil {
		k.drop(e)
	}
	k.entries[key] = k.order.PushFront(&keptEntry{key: key, value: value, at: now, bytes: bytes, life: life})
	k.bytes += bytes
	for last := k.order.Back(); last != nil && (k.bytes > keptBytes || last.Value.(*keptEntry).over(now)); last = k.order.Back() {
		k.drop(last)
	}
}

// once calls ask for all who want the same at this moment; shared says that there were others.
func (k *kept) once(key keptKey, ask func() (any, error)) (value any, err error, shared bool) {
	return k.flights.Do(fmt.Sprintf("%q", key), func() (any, error) {
		defer crew.Carry()
		return ask()
	})
}

func (e *keptEntry) over(now time.Time) bool { return now.Sub(e.at) > e.life }

func (k *kept) drop(e *list.Element) {
	entry := k.order.Remove(e).(*keptEntry)
	delete(k.entries, entry.key)
	k.bytes -= entry.bytes
}

// forget drops what was read in a session.
func (k *kept) forget(session string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for e := k.order.Front(); e != nil; {
		next := e.Next()
		if e.Value.(*keptEntry).key.who.Session == session {
			k.drop(e)
		}
		e = next
	}
}
