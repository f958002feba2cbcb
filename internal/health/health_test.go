package health

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

type probes struct{ up, down atomic.Int64 }

func (p *probes) Probed(_ string, up bool, _ time.Duration) {
	if up {
		p.up.Add(1)
		return
	}
	p.down.Add(1)
}

// subject is a dependency that is well or not, and slow.
type subject struct {
	mu   sync.Mutex
	err  error
	slow time.Duration
}

func (s *subject) set(err error, slow time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err, s.slow = err, slow
}

func (s *subject) probe(ctx context.Context) error {
	s.mu.Lock()
	err, slow := s.err, s.slow
	s.mu.Unlock()
	select {
	case <-time.After(slow):
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func TestChanges(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		s, o := &subject{}, &probes{}
		w := New(slog.New(slog.NewTextHandler(&log, nil)), o, Dependency{Name: "hub", Every: 30 * time.Second, Probe: s.probe, Detail: func() string { return "half" }}, Dependency{Name: "other", Every: time.Hour, Probe: (&subject{}).probe})
		if all := w.All(); len(all) != 2 || all[0].Known || all[0].Name != "hub" {
			t.Errorf("before anybody was asked: %+v", all)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { w.Run(ctx); close(done) }()
		began := time.Now()
		time.Sleep(time.Minute)
		if a := w.All()[0]; !a.Known || !a.Up || !a.Since.Equal(began) || a.Error != "" || a.Detail != "half" {
			t.Errorf("up: %+v", a)
		}
		if n := o.up.Load(); n > 4 {
			t.Errorf("asked %d times in a minute, want the one thrice and the other once", n)
		}
		s.set(errors.New("refused"), time.Second)
		w.Trouble("hub")
		w.Trouble("nobody")
		time.Sleep(3 * time.Second)
		a := w.All()[0]
		if a.Up || a.Error != "refused" || a.Took != time.Second || time.Since(a.Since) > 3*time.Second {
			t.Errorf("trouble is not noticed at once: %+v", a)
		}
		if other := w.All()[1]; !other.Asked.Equal(began) {
			t.Errorf("trouble with one has the other asked: %+v", other)
		}
		time.Sleep(5 * time.Minute)
		if n := o.down.Load(); n < 15 || n > 40 {
			t.Errorf("asked %d times in five minutes of silence", n)
		}
		s.set(nil, 0)
		time.Sleep(20 * time.Second)
		if a := w.All()[0]; !a.Up || a.Error != "" {
			t.Errorf("the end is not noticed: %+v", a)
		}
		s.set(nil, time.Hour) // takes requests and never answers
		time.Sleep(time.Minute)
		if a := w.All()[0]; a.Up || !strings.Contains(a.Error, "deadline") || a.Took != probeTimeout {
			t.Errorf("silent: %+v", a)
		}
		select {
		case <-done:
			t.Error("Run returned before its context ended")
		default:
		}
		cancel()
		<-done
		if n := strings.Count(log.String(), "dependency=hub"); n != 4 {
			t.Errorf("%d lines of four changes:\n%s", n, log.String())
		}
		for _, want := range []string{"level=INFO msg=\"dependency is up\"", "level=WARN msg=\"dependency is down\" dependency=hub error=refused", "is up again", "down_for="} {
			if !strings.Contains(log.String(), want) {
				t.Errorf("the log lacks %s:\n%s", want, log.String())
			}
		}
	})
}

// What is down from the start is known to be since then. A question that the program's end cuts off says nothing.
func TestFirstAndLastAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		s, silent, o := &subject{err: errors.New("refused")}, &subject{slow: time.Hour}, &probes{}
		w := New(slog.New(slog.NewTextHandler(&log, nil)), o, Dependency{Name: "hub", Every: time.Hour, Probe: s.probe}, Dependency{Name: "silent", Every: time.Hour, Probe: silent.probe})
		ctx, cancel := context.WithTimeout(t.Context(), probeTimeout/10)
		defer cancel()
		began := time.Now()
		w.Run(ctx)
		if a := w.All()[0]; !a.Known || a.Up || !a.Since.Equal(began) || strings.Count(log.String(), "dependency=hub error=refused") != 1 {
			t.Errorf("down from the start: %+v, log %s", a, log.String())
		}
		if a := w.All()[1]; a.Known || strings.Contains(log.String(), "silent") || o.down.Load() != 1 {
			t.Errorf("cut off: %+v, %d answers, log %s", a, o.down.Load(), log.String())
		}
	})
}

func TestTroubleDoesNotOverrun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, o := &subject{}, &probes{}
		w := New(slog.New(slog.DiscardHandler), o, Dependency{Name: "hub", Every: time.Minute, Probe: s.probe})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		go w.Run(ctx)
		for range 10_000 {
			w.Trouble("hub")
			time.Sleep(time.Millisecond)
		}
		if n := o.up.Load(); n > 11 {
			t.Errorf("asked %d times within ten seconds", n)
		}
	})
}
