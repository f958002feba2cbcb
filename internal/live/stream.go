package live

import (
	"cmp"
	"context"
	"encoding/json"
	"math/rand/v2"
	"sync"
	"time"
)

// Names of the events that are no topic's.
const (
	Heartbeat = "heartbeat"  // signs of life, with the server's time and build
	Resync    = "resync"     // events were missed: read everything again
	SignedOut = "signed-out" // the session has ended; the stream ends, and coming back is of no use
	Reconnect = "reconnect"  // the process goes away; come back after retry
)

// Stream is one reader's place in the feeds of its topics. Run must be called once.
type Stream struct {
	hub   *Hub
	feeds []*feed // by topic; guarded by hub.mu
	ready chan struct{}

	mu    sync.Mutex
	queue []Event
	lost  string // why events were left out; "" when none were
}

// Open joins the topics' feeds. last is the id of the latest event that the reader has seen, "" for a new one: what came since then is sent again, and when that is not known any
// more the first event is a resync. It returns ErrClosed after Close.
func (h *Hub) Open(topics []Topic, last string) (*Stream, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.isClosed() {
		return nil, ErrClosed
	}
	s := &Stream{hub: h, ready: make(chan struct{}, 1)}
	seen, known := h.place(last)
	for _, t := range topics {
		f := h.join(t, s)
		s.feeds = append(s.feeds, f)
		if known && seen >= f.floor {
			s.catchUp(f, seen)
			continue
		}
		if last != "" {
			s.drop("old")
		} else if n := len(f.kept); n > 0 {
			s.push(f.kept[n-1].event)
		}
	}
	if last != "" && !known {
		s.drop("old")
	}
	return s, nil
}

// catchUp queues what a feed kept since an event.
func (s *Stream) catchUp(f *feed, seen uint64) {
	for _, e := range f.kept {
		if e.seq > seen {
			s.push(e.event)
		}
	}
}

// push queues an event, or gives the queue up when the reader is too slow for it.
func (s *Stream) push(e Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.lost != "":
	case len(s.queue) == s.hub.c.Queue:
		s.queue, s.lost = nil, "slow"
	default:
		s.queue = append(s.queue, e)
	}
	s.wake()
}

// drop makes the next event a resync.
func (s *Stream) drop(why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue, s.lost = nil, why
	s.wake()
}

func (s *Stream) wake() {
	select {
	case s.ready <- struct{}{}:
	default:
	}
}

// take returns what is to be sent now. After a resync that is the latest event of each topic.
func (s *Stream) take() []Event {
	h := s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	queue, lost := s.queue, s.lost
	s.queue, s.lost = nil, ""
	if lost == "" {
		return queue
	}
	events := []Event{{ID: h.id(h.seq), Name: Resync, Data: encode(map[string]string{"reason": lost})}}
	for _, f := range s.feeds {
		if n := len(f.kept); n > 0 {
			latest := f.kept[n-1].event
			latest.ID = "" // its number is lower than the resync's
			events = append(events, latest)
		}
	}
	return events
}

// Run sends events until ctx ends, the reader's session ends, the hub closes or send fails, and leaves the feeds. ended tells why a session ended; it may be nil, and closed without
// a reason it says nothing. send gets at least one event at a time; it returns an error when the reader is gone.
func (s *Stream) Run(ctx context.Context, ended <-chan string, send func([]Event) error) error {
	defer s.close()
	beat := time.NewTicker(s.hub.c.Heartbeat)
	defer beat.Stop()
	hello := s.heartbeat()
	hello.Retry = comeBack(time.Second, 4*time.Second)
	if err := send([]Event{hello}); err != nil {
		return err
	}
	for {
		var events []Event
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.hub.closed:
			return cmp.Or(send([]Event{{Name: Reconnect, Data: encode(struct{}{}), Retry: comeBack(time.Second, 10*time.Second)}}), ErrClosed)
		case reason, ok := <-ended:
			if !ok {
				ended = nil
				continue
			}
			return send([]Event{{Name: SignedOut, Data: encode(map[string]string{"reason": reason})}})
		case <-s.ready:
			events = s.take()
		case <-beat.C:
			events = []Event{s.heartbeat()}
		}
		if len(events) == 0 {
			continue
		}
		if err := send(events); err != nil {
			return err
		}
	}
}

// heartbeat tells the server's time and build, and when each topic was last known to be as it was told; of several feeds of one name, the one of which least is known. What passed since then is
// real time also where the clock that is told runs faster: polls do not.
func (s *Stream) heartbeat() Event {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	now, confirmed := s.hub.c.Now(), map[string]string{}
	for _, f := range s.feeds {
		if f.confirmed.IsZero() {
			continue
		}
		told := now.Add(-time.Since(f.confirmed)).UTC().Format(time.RFC3339)
		if at, known := confirmed[f.name]; !known || told < at {
			confirmed[f.name] = told
		}
	}
	return Event{Name: Heartbeat, Data: encode(struct {
		Time      string            `json:"time"` // RFC 3339, with milliseconds
		Build     string            `json:"build"`
		Contract  int               `json:"contract"`
		Confirmed map[string]string `json:"confirmed"`
	}{now.UTC().Format("2006-01-02T15:04:05.000Z"), s.hub.c.Build, s.hub.c.Contract, confirmed})}
}

func (s *Stream) close() {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	for _, f := range s.feeds {
		s.hub.leave(f, s)
	}
	s.feeds = nil
}

// comeBack draws a time between least and most, so that not everybody comes back at once.
func comeBack(least, most time.Duration) time.Duration { return least + rand.N(most-least) }

func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("live: " + err.Error()) // only our own plain structures come here
	}
	return b
}
