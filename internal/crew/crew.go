// Package crew has several goroutines work for one who waits for them. What one of them panics with goes on there, where it ends one answer; in a goroutine of its own it would end the process with
// everybody in it.
package crew

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"

	"golang.org/x/sync/errgroup"
)

// Crew is an [errgroup.Group] that carries panics. Use [New] or [WithContext].
type Crew struct {
	group *errgroup.Group

	mu   sync.Mutex
	fell *Panic // the first; guarded by mu
}

// New returns a crew whose members do not know of each other.
func New() *Crew { return &Crew{group: &errgroup.Group{}} }

// WithContext returns a crew with a context that ends with the first error or panic, or when Wait returns.
func WithContext(ctx context.Context) (*Crew, context.Context) {
	g, ctx := errgroup.WithContext(ctx)
	return &Crew{group: g}, ctx
}

// SetLimit bounds how many work at a time.
func (c *Crew) SetLimit(n int) { c.group.SetLimit(n) }

var errFell = errors.New("panicked")

// Go runs f in a goroutine, and waits before if as many as may work at a time.
func (c *Crew) Go(f func() error) {
	c.group.Go(func() (err error) {
		defer func() {
			if v := recover(); v != nil {
				c.keep(Caught(v))
				err = errFell
			}
		}()
		return f()
	})
}

func (c *Crew) keep(p *Panic) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fell == nil {
		c.fell = p
	}
}

// Wait waits until all are done and returns the first error. It panics with a *[Panic] when one of them did.
func (c *Crew) Wait() error {
	err := c.group.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fell != nil {
		panic(c.fell)
	}
	return err
}

// Panic is what somebody panicked with, on its way to where it ends an answer, with the stack on which it began. It is an error only for those who carry panics as errors.
type Panic struct {
	Value any
	Stack []byte
}

// Error tells the type only: the words of a library may hold what it was working on.
func (p *Panic) Error() string { return fmt.Sprintf("panic of %T", p.Value) }

// Caught makes a Panic of what recover returned, to be called where that is called. One that is on its way already stays as it is.
func Caught(v any) *Panic {
	if err, ok := v.(error); ok {
		if p, ok := errors.AsType[*Panic](err); ok {
			return p
		}
	}
	return &Panic{v, debug.Stack()}
}

// Carry is deferred where a panic would lose its stack on its way, as in a call that several wait for.
func Carry() {
	if v := recover(); v != nil {
		panic(Caught(v))
	}
}
