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
)

// breakers stop calls of a path that nobody gets answers from, so that pages fail at once rather than after their whole time, and
// a Data Hub that comes back is not met by everybody. One call at a time finds out whether it is back.
type breakers struct {
	mu    sync.Mutex
	paths map[string]*breaker
}

type breaker struct {
	failures int       // in a row
	until    time.Time // no call before it
}

// allow returns an error when the path's circuit is open. Otherwise the call must be reported to done.
func (b *breakers) allow(path string, now time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.paths[path]
	if p == nil || p.failures < breakAfter {
		return nil
	}
	if now.Before(p.until) {
		return fmt.Errorf("%s: it failed %d times: %w", path, p.failures, errNotSent)
	}
	p.until = now.Add(breakFor) // this call is the one that tries
	return nil
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
