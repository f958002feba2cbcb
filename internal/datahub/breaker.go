package datahub

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"
)

const (
	breakAfter = 5               // calls in a row without an answer
	breakFor   = 2 * time.Second // until one call may try again
	breakWait  = time.Second     // the most that others wait for what it finds out
)

// breakers stop calls of a path that nobody gets answers from, so that pages fail at once rather than after their whole time, and
// a Data Hub that comes back is not met by everybody. One call at a time finds out whether it is back; those that come meanwhile wait a little for it: of what a page asks side by side, all of
// it is there again, and no refusal has it give up the call that tries.
type breakers struct {
	mu    sync.Mutex
	paths map[string]*breaker
}

type breaker struct {
	failures int           // in a row
	until    time.Time     // no call before it
	trial    chan struct{} // closed when the call that tries has ended; nil without one
}

// allow returns an error when the path's circuit is open. Otherwise the call must be reported to done, and then, if it is the one that tries, to tried with the trial.
func (b *breakers) allow(ctx context.Context, path string, clock func() time.Time) (trial chan struct{}, err error) {
	trial, others, err := b.turn(path, clock())
	if others == nil {
		return trial, err
	}
	ctx, cancel := context.WithTimeout(ctx, breakWait)
	defer cancel()
	for others != nil {
		select {
		case <-others:
		case <-ctx.Done():
			return nil, err
		}
		trial, others, err = b.turn(path, clock())
	}
	return trial, err
}

// turn says whether a call of path may be made: freely, as the one that tries, or not, with the trial of another call if one is under way.
func (b *breakers) turn(path string, now time.Time) (trial, others chan struct{}, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.paths[path]
	if p == nil || p.failures < breakAfter {
		return nil, nil, nil
	}
	if now.Before(p.until) {
		return nil, p.trial, fmt.Errorf("%s: it failed %d times: %w", path, p.failures, errNotSent)
	}
	p.until, p.trial = now.Add(breakFor), make(chan struct{}) // this call is the one that tries
	return p.trial, nil, nil
}

// tried ends a trial. When its caller left before anything was known, the next call tries at once.
func (b *breakers) tried(path string, trial chan struct{}, left bool) {
	if trial == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if p := b.paths[path]; p != nil && p.trial == trial {
		p.trial = nil
		if left {
			p.until = time.Time{}
		}
	}
	close(trial)
}

// done reports how a call ended. What says nothing about the Data Hub, such as a caller that left, changes nothing.
func (b *breakers) done(path string, err error, now time.Time) {
	failed := noAnswer(err)
	if err != nil && !failed && !answered(err) {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if !failed {
		delete(b.paths, path)
		return
	}
	p := b.paths[path]
	if p == nil {
		p = &breaker{}
		if b.paths == nil {
			b.paths = map[string]*breaker{}
		}
		b.paths[path] = p
	}
	if p.failures++; p.failures >= breakAfter {
		p.until = now.Add(breakFor)
	}
}

// noAnswer reports whether err says that the Data Hub is down or too slow.
func noAnswer(err error) bool {
	if e, ok := errors.AsType[*StatusError](err); ok {
		return e.Status == http.StatusBadGateway || e.Status == http.StatusServiceUnavailable || e.Status == http.StatusGatewayTimeout
	}
	return errors.Is(err, ErrUnavailable) && !errors.Is(err, context.Canceled)
}

// answered reports whether err came with an answer.
func answered(err error) bool {
	_, status := errors.AsType[*StatusError](err)
	return status || errors.Is(err, ErrUnauthorized) || errors.Is(err, ErrNotFound) || errors.Is(err, ErrMalformed) || errors.Is(err, ErrTooLarge)
}

// trouble names the paths whose circuit is open.
func (b *breakers) trouble() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var open []string
	for path, p := range b.paths {
		if p.failures >= breakAfter {
			open = append(open, path)
		}
	}
	slices.Sort(open)
	return open
}
