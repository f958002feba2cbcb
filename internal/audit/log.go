package audit

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"portico/internal/limit"
)

const (
	reserved      = 4096 // events that wait for the store, a few megabytes at most
	batchMost     = 100
	appendTimeout = 5 * time.Second
	retryFirst    = 100 * time.Millisecond
	retryMost     = 5 * time.Second
	closingWait   = 200 * time.Millisecond // between tries while the program ends

	textMost    = 256 // bytes of a text
	detailsMost = 64  // of an event

	// Strangers cause some kinds of events. Of each, a client is heard ten times and then every six seconds; all strangers together two hundred times and then twice a second.
	clientBurst, clientEvery = 10, 6 * time.Second
	allBurst, allEvery       = 200, 500 * time.Millisecond
	clientsKnown             = 4096
)

// Observer hears what a [Log] does, for metrics. Its methods return quickly and may be called concurrently.
type Observer interface {
	// Audited is told each event that was added.
	Audited(kind string)
	// AuditLost is told of events that the store will never have: dropped, because it takes none, or sampled, because strangers cause too many.
	AuditLost(why string, n int)
}

// Config is what a Log is built from.
type Config struct {
	Store     Store         // nil: events go to Logger only
	Retention time.Duration // events that are older go; 0 means that they stay
	Logger    *slog.Logger  // gets each event as a line, too
	Observer  Observer      // nil means nobody
	Now       func() time.Time
}

// Log takes events. Adding one never waits: a store that is slow or down fills a buffer of a fixed size, and what does not fit is counted and dropped, while the line in the
// log stays. It is safe for concurrent use.
type Log struct {
	c       Config
	clients *limit.Rate[string]
	all     *limit.Rate[struct{}]
	queue   chan Event
	quit    chan struct{}
	done    chan struct{}

	mu     sync.Mutex
	closed bool
	last   uint64 // what the last id began with
	lost   int    // since Close
}

// New returns a Log that writes in the background until Close.
func New(c Config) *Log {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Observer == nil {
		c.Observer = nobody{}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	l := &Log{c: c, clients: limit.NewRate[string](clientBurst, clientEvery, clientsKnown, c.Now), all: limit.NewRate[struct{}](allBurst, allEvery, 1, c.Now),
		queue: make(chan Event, reserved), quit: make(chan struct{}), done: make(chan struct{})}
	if c.Store == nil {
		close(l.done)
		return l
	}
	go l.write()
	return l
}

type nobody struct{}

func (nobody) Audited(string)        {}
func (nobody) AuditLost(string, int) {}

// Add completes e with an id, the time and the origin that ctx holds, and takes it. A line goes to the log at once.
func (l *Log) Add(ctx context.Context, e Event) {
	o := originOf(ctx)
	e.Request, e.Client = cmp.Or(e.Request, o.Request), cmp.Or(e.Client, o.Client)
	if e.Kind.anybody() && (l.clients.Take(string(e.Kind)+" "+e.Client) > 0 || l.all.Take(struct{}{}) > 0) {
		l.c.Observer.AuditLost("sampled", 1)
		return
	}
	e.Time = l.c.Now().UTC().Truncate(time.Millisecond)
	e = e.clean()
	l.c.Observer.Audited(string(e.Kind))
	l.c.Logger.LogAttrs(ctx, slog.LevelInfo, "audit", e.attrs()...)
	if l.c.Store == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	e.ID = l.newID(e.Time)
	if !l.closed {
		select {
		case l.queue <- e:
			return
		default:
		}
	}
	l.c.Observer.AuditLost("dropped", 1)
}

// newID returns the time in milliseconds, which never goes back within a process, and random digits. The lock is held.
func (l *Log) newID(t time.Time) string {
	var b [16]byte
	l.last = max(l.last+1, uint64(t.UnixMilli())<<16)
	binary.BigEndian.PutUint64(b[:], l.last)
	_, _ = rand.Read(b[8:])
	return hex.EncodeToString(b[:])
}

// List returns events newest first, those that still wait for the store excepted.
func (l *Log) List(ctx context.Context, f Filter) ([]Event, error) {
	if l.c.Store == nil {
		return nil, nil
	}
	return l.c.Store.List(ctx, f)
}

// Sweep removes up to limit events that are older than the retention.
func (l *Log) Sweep(ctx context.Context, limit int) (int, error) {
	if l.c.Store == nil || l.c.Retention == 0 {
		return 0, nil
	}
	return l.c.Store.DeleteBefore(ctx, l.c.Now().Add(-l.c.Retention), limit)
}

// Close takes no event any more and returns when those that were taken are written, or ctx ends. The error says how many are not.
func (l *Log) Close(ctx context.Context) error {
	l.mu.Lock()
	first := !l.closed
	l.closed = true
	l.mu.Unlock()
	if first {
		close(l.quit)
	}
	select {
	case <-l.done:
	case <-ctx.Done():
		return fmt.Errorf("audit: %d events or more are not written: %w", len(l.queue), ctx.Err())
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lost > 0 {
		return fmt.Errorf("audit: %d events are not written", l.lost)
	}
	return nil
}

// write takes events from the queue to the store, as many at a time as there are.
func (l *Log) write() {
	defer close(l.done)
	for {
		select {
		case e := <-l.queue:
			l.append(l.batch(e))
		case <-l.quit:
			for {
				select {
				case e := <-l.queue:
					l.append(l.batch(e))
					continue
				default:
				}
				return
			}
		}
	}
}

func (l *Log) batch(first Event) []Event {
	batch := []Event{first}
	for len(batch) < batchMost {
		select {
		case e := <-l.queue:
			batch = append(batch, e)
		default:
			return batch
		}
	}
	return batch
}

// append tries until the store has the batch; while the program ends, three times.
func (l *Log) append(batch []Event) {
	wait, failed, last := retryFirst, false, 3
	for {
		ctx, cancel := context.WithTimeout(context.Background(), appendTimeout)
		err := l.c.Store.Append(ctx, batch)
		cancel()
		if err == nil {
			if failed {
				l.c.Logger.Info("audit store takes events again")
			}
			return
		}
		if !failed {
			l.c.Logger.Error("audit events not written, trying again", "error", err)
		}
		failed = true
		select {
		case <-l.quit:
			if last--; last <= 0 {
				l.mu.Lock()
				l.lost += len(batch)
				l.mu.Unlock()
				l.c.Observer.AuditLost("dropped", len(batch))
				return
			}
			time.Sleep(closingWait)
		case <-time.After(wait):
			wait = min(2*wait, retryMost)
		}
	}
}
