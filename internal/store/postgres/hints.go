package postgres

import (
	"context"
	"encoding/hex"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"portico/internal/session"
	"portico/internal/token"
)

// hintChannel is where processes tell each other whose tokens changed.
const hintChannel = "portico_tokens"

// hints passes on what is notified. It listens, on a connection of its own, when the first one waits.
type hints struct {
	token.Watchers
	once   sync.Once
	end    context.CancelFunc
	ending sync.WaitGroup
}

// Watch implements [token.Hinter].
func (t tokens) Watch(id session.ID) (<-chan struct{}, func()) {
	t.hints.once.Do(func() {
		ctx, cancel := context.WithCancel(context.Background())
		t.hints.end = cancel
		t.hints.ending.Go(func() { t.listen(ctx) })
	})
	return t.hints.Watch(hex.EncodeToString(id[:]))
}

// listen hears notifications until ctx ends, on another connection when one breaks.
func (s *Store) listen(ctx context.Context) {
	for ctx.Err() == nil {
		_ = s.hear(ctx)
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

func (s *Store) hear(ctx context.Context) error {
	c, err := pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTimeout)
		defer cancel()
		_ = c.Close(ctx)
	}()
	if _, err := c.Exec(ctx, "LISTEN "+hintChannel); err != nil {
		return err
	}
	for {
		n, err := c.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		s.hints.Tell(n.Payload)
	}
}

// hint tells the other processes, after the change and beside it: as a part of it, all who notify would wait for each other's disks.
func (s *Store) hint(id session.ID) {
	s.hints.ending.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
		defer cancel()
		_, _ = s.pool.Exec(ctx, "SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, $2)", hintChannel, hex.EncodeToString(id[:]))
	})
}

func (h *hints) close() {
	h.once.Do(func() {}) // nobody listens any more
	if h.end != nil {
		h.end()
	}
	h.ending.Wait()
}
