package live

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// source is something that changes, and counts how often it is asked.
type source struct {
	asked atomic.Int64
	mu    sync.Mutex
	state string
	err   error
}

func (s *source) set(state string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state, s.err = state, err
}

func (s *source) topic(key string) Topic {
	return Topic{Name: "alarms", Key: key, Every: 10 * time.Second, Poll: func(context.Context) ([]byte, error) {
		s.asked.Add(1)
		s.mu.Lock()
		defer s.mu.Unlock()
		return []byte(s.state), s.err
	}}
}

// ear runs a stream and keeps what it hears, heartbeats apart.
type ear struct {
	cancel context.CancelFunc
	ended  chan string
	mu     sync.Mutex
	heard  []Event
	beats  []Event
	err    error
	stuck  chan struct{} // send waits for it, unless nil
}

func listen(t *testing.T, h *Hub, last string, topics ...Topic) *ear {
	t.Helper()
	return listenSlowly(t, h, last, nil, topics...)
}

func listenSlowly(t *testing.T, h *Hub, last string, stuck chan struct{}, topics ...Topic) *ear {
	t.Helper()
	s, err := h.Open(topics, last)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	e := &ear{cancel: cancel, ended: make(chan string, 1), stuck: stuck}
	go func() {
		err := s.Run(ctx, e.ended, e.send)
		e.mu.Lock()
		defer e.mu.Unlock()
		e.err = err
	}()
	return e
}

func (e *ear) send(events []Event) error {
	for _, x := range events {
		e.mu.Lock()
		if x.Name == Heartbeat {
			e.beats = append(e.beats, x)
		} else {
			e.heard = append(e.heard, x)
		}
		e.mu.Unlock()
	}
	if e.stuck != nil {
		<-e.stuck
	}
	return nil
}

// says compares what was heard since the last time, as "name data".
func (e *ear) says(t *testing.T, want ...string) (lastID string) {
	t.Helper()
	synctest.Wait()
	e.mu.Lock()
	defer e.mu.Unlock()
	var got []string
	for _, x := range e.heard {
		got = append(got, x.Name+" "+string(x.Data))
		if x.ID != "" {
			lastID = x.ID
		}
	}
	e.heard = nil
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("heard %q, want %q", got, want)
	}
	return lastID
}
