// Package live shares what changes among the open streams of a portal. Streams that want the same for the same person share one poll; an answer that is the same as the one
// before is no event; who comes back with an event's id gets what they missed, or is told to read everything again; and who reads slowly holds nobody up.
//
// It knows neither HTTP nor the Data Hub: a topic brings the function that asks, and a stream hands over events to be sent.
package live

import (
	"bytes"
	"context"
	crand "crypto/rand"
	"errors"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"time"
)

// ErrClosed says that the process is going away; clients come back to another one.
var ErrClosed = errors.New("live: closed")

// Config sets a Hub's measures. What is zero gets the default.
type Config struct {
	Heartbeat time.Duration    // between two signs of life of a stream; 20 s
	Linger    time.Duration    // how long what was learned is kept after the last reader left; 2 min
	Timeout   time.Duration    // of one poll; 15 s
	Keep      int              // events of a feed that can be caught up with; 32
	Queue     int              // events that may wait for one reader; 16
	Polls     int              // at a time; 64
	Build     string           // told in each heartbeat, so that pages notice a new version
	Contract  int              // between pages and the process, told too: pages of another one cannot go on
	Now       func() time.Time // told in each heartbeat; time.Now
}

// Topic is what a stream wants to hear of.
type Topic struct {
	Name  string        // of the events
	Key   string        // person and query: topics with the same key share one poll
	Every time.Duration // between two polls
	// Poll asks for the present state, as JSON without line breaks. It is called with the rights of one of the readers, in turns after a failure, and never twice at a time for one key.
	Poll func(ctx context.Context) ([]byte, error)
}

// Event is one message of a stream. ID "" leaves the reader's place where it is.
type Event struct {
	ID    string
	Name  string
	Data  []byte        // one line
	Retry time.Duration // how long to wait before coming back, 0 to leave it
}

// Hub holds the feeds of a process. Its methods may be called concurrently.
type Hub struct {
	c      Config
	epoch  string // of this process: ids of another one mean nothing here
	closed chan struct{}
	slots  chan struct{}

	mu    sync.Mutex
	seq   uint64           // of the latest event of all feeds
	feeds map[string]*feed // by key
}

// feed is one poll and its readers. Its fields are guarded by Hub.mu.
type feed struct {
	key, name string
	every     time.Duration
	readers   []reader
	kept      []numbered // oldest first
	floor     uint64     // events up to this one cannot be caught up with
	asked     time.Time  // when the latest poll ended
	confirmed time.Time  // when the latest answer came
	failed    int        // polls in a row without one
	polling   bool
	timer     *time.Timer // of the next poll, or of the end when nobody reads
}

type reader struct {
	stream *Stream
	poll   func(ctx context.Context) ([]byte, error)
}

type numbered struct {
	seq   uint64
	event Event
}

// New returns a Hub.
func New(c Config) *Hub {
	def := func(d *time.Duration, otherwise time.Duration) {
		if *d == 0 {
			*d = otherwise
		}
	}
	num := func(n *int, otherwise int) {
		if *n == 0 {
			*n = otherwise
		}
	}
	def(&c.Heartbeat, 20*time.Second)
	def(&c.Linger, 2*time.Minute)
	def(&c.Timeout, 15*time.Second)
	num(&c.Keep, 32)
	num(&c.Queue, 16)
	num(&c.Polls, 64)
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Hub{c: c, epoch: newEpoch(), closed: make(chan struct{}), slots: make(chan struct{}, c.Polls), feeds: map[string]*feed{}}
}

func newEpoch() string { return strings.ToLower(crand.Text()[:8]) }

// Close ends all streams: they say goodbye with the time after which to come back, and no poll is begun any more.
func (h *Hub) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case <-h.closed:
		return
	default:
	}
	close(h.closed)
	for _, f := range h.feeds {
		f.timer.Stop()
	}
}

// place reads an event's id: the number of the latest event that its reader has seen. It is false for ids of other processes, and for what is none.
func (h *Hub) place(id string) (uint64, bool) {
	epoch, number, _ := strings.Cut(id, "-")
	n, err := strconv.ParseUint(number, 10, 64)
	return n, err == nil && epoch == h.epoch && n <= h.seq
}

func (h *Hub) id(seq uint64) string { return h.epoch + "-" + strconv.FormatUint(seq, 10) }

// join adds a reader to the feed of a topic. The caller holds mu.
func (h *Hub) join(t Topic, s *Stream) *feed {
	f, known := h.feeds[t.Key]
	if !known {
		f = &feed{key: t.Key, name: t.Name, every: t.Every, floor: h.seq}
		h.feeds[t.Key] = f
	}
	f.readers = append(f.readers, reader{s, t.Poll})
	if len(f.readers) == 1 {
		h.schedule(f, max(0, f.every-time.Since(f.asked)))
	}
	return f
}

// leave takes a reader out. The last one stops the polls; the feed stays for a while for those who come back. The caller holds mu.
func (h *Hub) leave(f *feed, s *Stream) {
	for i, r := range f.readers {
		if r.stream == s {
			f.readers = append(f.readers[:i], f.readers[i+1:]...)
			break
		}
	}
	if len(f.readers) == 0 {
		h.set(f, h.c.Linger, func() {
			h.mu.Lock()
			defer h.mu.Unlock()
			if len(f.readers) == 0 && h.feeds[f.key] == f {
				delete(h.feeds, f.key)
			}
		})
	}
}

func (h *Hub) schedule(f *feed, wait time.Duration) { h.set(f, wait, func() { h.poll(f) }) }

func (h *Hub) set(f *feed, wait time.Duration, do func()) {
	if f.timer != nil {
		f.timer.Stop()
	}
	f.timer = time.AfterFunc(wait, do)
}

// poll asks once with the rights of the first reader.
func (h *Hub) poll(f *feed) {
	h.mu.Lock()
	if len(f.readers) == 0 || f.polling || h.isClosed() {
		h.mu.Unlock()
		return
	}
	f.polling = true
	ask := f.readers[0].poll
	h.mu.Unlock()

	data, err := h.ask(ask)

	h.mu.Lock()
	defer h.mu.Unlock()
	f.polling, f.asked = false, time.Now()
	if err != nil {
		f.failed++
		if len(f.readers) > 1 {
			f.readers = append(f.readers[1:], f.readers[0])
		}
	} else {
		f.failed = 0
		h.publish(f, data)
	}
	if len(f.readers) > 0 && !h.isClosed() {
		h.schedule(f, spread(f.every<<min(f.failed, 3)))
	}
}

// ask calls a topic's function with a limit, when its turn has come. A panic of it is an error like others.
func (h *Hub) ask(poll func(context.Context) ([]byte, error)) (data []byte, err error) {
	select {
	case h.slots <- struct{}{}:
	case <-h.closed:
		return nil, ErrClosed
	}
	defer func() {
		<-h.slots
		if p := recover(); p != nil {
			err = errors.New("live: poll panicked")
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), h.c.Timeout)
	defer cancel()
	return poll(ctx)
}

// publish makes an event of an answer that says something new, and hands it to all readers. The caller holds mu.
func (h *Hub) publish(f *feed, data []byte) {
	f.confirmed = time.Now()
	if n := len(f.kept); n > 0 && bytes.Equal(f.kept[n-1].event.Data, data) {
		return
	}
	h.seq++
	e := numbered{h.seq, Event{ID: h.id(h.seq), Name: f.name, Data: data}}
	if len(f.kept) == h.c.Keep {
		f.floor = f.kept[0].seq
		f.kept = append(f.kept[:0], f.kept[1:]...)
	}
	f.kept = append(f.kept, e)
	for _, r := range f.readers {
		r.stream.push(e.event)
	}
}

func (h *Hub) isClosed() bool {
	select {
	case <-h.closed:
		return true
	default:
		return false
	}
}

// spread is d, give or take a tenth, so that what began together does not stay together.
func spread(d time.Duration) time.Duration {
	return d - d/10 + rand.N(d/5+1)
}
