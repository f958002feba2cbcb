package redis

import (
	"context"
	"sync"

	"portico/internal/session"
	"portico/internal/token"
)

// hintChannel is where scripts publish the key of tokens that others may wait for. It is one for all numbered databases of a server: a hint too many does no harm.
const hintChannel = prefix + "hints"

// hints passes on what is published. It subscribes when the first one waits.
type hints struct {
	token.Watchers
	once sync.Once
	end  func()
}

// Watch implements [token.Hinter].
func (t tokens) Watch(id session.ID) (<-chan struct{}, func()) {
	t.hints.once.Do(t.subscribe)
	return t.hints.Watch(keysOf(id)[1])
}

func (t tokens) subscribe() {
	sub := t.client.Subscribe(context.Background(), hintChannel) // reconnects by itself
	t.hints.end = func() { _ = sub.Close() }
	messages := sub.Channel()
	go func() {
		for m := range messages {
			t.hints.Tell(m.Payload)
		}
	}()
}

func (h *hints) close() {
	h.once.Do(func() {}) // nobody subscribes any more
	if h.end != nil {
		h.end()
	}
}
