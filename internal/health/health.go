// Package health watches what the portal depends on: whether each dependency answers, since when, and why not. It asks each of them at intervals, and sooner when somebody has met with trouble,
// and writes one line to the log at each change. It decides nothing.
package health

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	probeTimeout = 5 * time.Second
	downFirst    = time.Second      // between two questions while there is no answer; it doubles
	downMost     = 15 * time.Second // so that an end is noticed within half a minute
	wakeEvery    = time.Second      // between two questions that trouble causes
)

// Status is what is known of a dependency.
type Status struct {
	Name   string
	Known  bool // it was asked
	Up     bool
	Since  time.Time     // of Up
	Asked  time.Time     // last
	Took   time.Duration // the last answer, or the wait for it
	Error  string        // why it is down
	Detail string        // what is wrong although it is up, "" for nothing
}

// Dependency is something to be watched.
type Dependency struct {
	Name   string
	Every  time.Duration // between two questions while it answers
	Probe  func(ctx context.Context) error
	Detail func() string // tells what else is wrong, "" for nothing; nil: nobody does
}

// Observer hears of answers, for metrics. Its methods return quickly and may be called concurrently.
type Observer interface {
	// Probed is told each question: whether there was an answer, and how long it took.
	Probed(dependency string, up bool, took time.Duration)
}

// Watch watches. It is safe for concurrent use.
type Watch struct {
	o   Observer
	log *slog.Logger

	mu   sync.Mutex
	list []*watched
}

type watched struct {
	Dependency
	status Status // guarded by Watch.mu
	wake   chan struct{}
}

// New returns a Watch for the dependencies, in the order in which All has them.
func New(log *slog.Logger, o Observer, list ...Dependency) *Watch {
	w := &Watch{o: o, log: log}
	for _, d := range list {
		w.list = append(w.list, &watched{Dependency: d, status: Status{Name: d.Name}, wake: make(chan struct{}, 1)})
	}
	return w
}

// Run asks until ctx ends.
func (w *Watch) Run(ctx context.Context) {
	var all sync.WaitGroup
	for _, d := range w.list {
		all.Go(func() { w.watch(ctx, d) })
	}
	all.Wait()
}

// Trouble asks a dependency soon, because somebody did not get its answer.
func (w *Watch) Trouble(name string) {
	for _, d := range w.list {
		if d.Name == name {
			select {
			case d.wake <- struct{}{}:
			default:
			}
		}
	}
}

// All returns what is known of each dependency.
func (w *Watch) All() []Status {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []Status
	for _, d := range w.list {
		s := d.status
		if d.Detail != nil {
			s.Detail = d.Detail()
		}
		all = append(all, s)
	}
	return all
}

func (w *Watch) watch(ctx context.Context, d *watched) {
	down := time.Duration(0)
	for ctx.Err() == nil {
		wait := d.Every
		if w.ask(ctx, d) {
			down = 0
		} else {
			down = min(max(2*down, downFirst), downMost)
			wait = down
		}
		if !d.pause(ctx, wait*9/10+rand.N(wait/5)) { // replicas do not ask in step
			return
		}
	}
}

// pause waits, or less when there is trouble, and reports whether ctx goes on.
func (d *watched) pause(ctx context.Context, wait time.Duration) bool {
	soon, late := time.NewTimer(min(wakeEvery, wait)), time.NewTimer(wait)
	defer soon.Stop()
	defer late.Stop()
	select {
	case <-soon.C:
	case <-ctx.Done():
		return false
	}
	select {
	case <-late.C:
	case <-d.wake:
	case <-ctx.Done():
		return false
	}
	return true
}

func (w *Watch) ask(ctx context.Context, d *watched) (up bool) {
	asking, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	start := time.Now()
	err := d.Probe(asking)
	took := time.Since(start)
	if ctx.Err() != nil {
		return false // the program ends: that says nothing
	}
	w.o.Probed(d.Name, err == nil, took)
	w.note(ctx, d, err, start, took)
	return err == nil
}

// note files an answer, and logs a change.
func (w *Watch) note(ctx context.Context, d *watched, err error, asked time.Time, took time.Duration) {
	w.mu.Lock()
	before := d.status
	s := &d.status
	s.Known, s.Up, s.Asked, s.Took, s.Error = true, err == nil, asked.UTC(), took, ""
	if err != nil {
		s.Error = err.Error()
	}
	if !before.Known || before.Up != s.Up {
		s.Since = asked.UTC()
	}
	after := *s
	w.mu.Unlock()
	switch {
	case before.Known && before.Up == after.Up:
	case after.Up && before.Known:
		w.log.InfoContext(ctx, "dependency is up again", "dependency", d.Name, "down_for", asked.Sub(before.Since).Round(time.Millisecond))
	case after.Up:
		w.log.InfoContext(ctx, "dependency is up", "dependency", d.Name)
	default:
		w.log.WarnContext(ctx, "dependency is down", "dependency", d.Name, "error", err)
	}
}
