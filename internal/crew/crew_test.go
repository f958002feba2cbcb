package crew_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"golang.org/x/sync/singleflight"

	"portico/internal/crew"
)

// fall is what a stack must name.
func fall() error { panic("x") }

func caught(f func()) (p *crew.Panic) {
	defer func() {
		if v := recover(); v != nil {
			p = crew.Caught(v)
		}
	}()
	f()
	return nil
}

// A panic goes on where it is waited for, with the stack on which it began, however many crews it comes through; the others are told to end.
func TestPanicsGoOnWhereTheyAreWaitedFor(t *testing.T) {
	t.Parallel()
	var others error
	p := caught(func() {
		outer, ctx := crew.WithContext(t.Context())
		outer.Go(func() error {
			<-ctx.Done()
			others = context.Cause(ctx)
			return nil
		})
		outer.Go(func() error {
			inner := crew.New()
			inner.Go(fall)
			return inner.Wait()
		})
		_ = outer.Wait()
	})
	if p == nil || p.Value != "x" || !strings.Contains(string(p.Stack), "crew_test.fall") || others == nil {
		t.Errorf("caught %+v; the others end with %v", p, others)
	}
	if strings.Contains(p.Error(), "x") {
		t.Errorf("as an error it tells what it holds: %s", p.Error())
	}
}

func TestCarryKeepsTheStack(t *testing.T) {
	t.Parallel()
	var flights singleflight.Group
	p := caught(func() {
		_, _, _ = flights.Do("", func() (any, error) {
			defer crew.Carry()
			return nil, fall()
		})
	})
	if p == nil || p.Value != "x" || !strings.Contains(string(p.Stack), "crew_test.fall") {
		t.Errorf("caught %+v", p)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	first := errors.New("first")
	c, ctx := crew.WithContext(t.Context())
	c.SetLimit(1)
	c.Go(func() error { return first })
	c.Go(func() error { return ctx.Err() })
	if err := c.Wait(); err != first {
		t.Errorf("Wait() = %v, want the first error", err)
	}
	if err := crew.New().Wait(); err != nil {
		t.Errorf("Wait() = %v of nobody", err)
	}
}
