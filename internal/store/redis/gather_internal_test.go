package redis

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// A caller that goes away when it is its turn to ask lets the next one ask; one that waits is forgotten.
func TestTurnsArePassedOn(t *testing.T) {
	t.Parallel()
	var g gather
	enter := func() (*gathered, bool) {
		r := &gathered{word: make(chan bool, 1)}
		return r, g.enter(r)
	}
	for range readers {
		if _, asks := enter(); !asks {
			t.Fatal("a read waits although fewer than allowed are under way")
		}
	}
	first, asks := enter()
	second, _ := enter()
	third, _ := enter()
	if asks {
		t.Fatal("a read does not wait")
	}
	g.leave(second)
	g.next() // one of those under way is done: it is the turn of first
	g.leave(first)
	if len(second.word) != 0 || len(third.word) != 1 || !<-third.word {
		t.Error("the turn of somebody who went away is lost")
	}
	g.next()
	if g.asking != readers-1 || len(g.waiting) != 0 {
		t.Errorf("%d ask and %d wait", g.asking, len(g.waiting))
	}
}

// A server that hangs keeps nobody beyond their own time, whether they ask or wait for others who do, and afterwards nobody is left behind.
func TestCallersLeaveInTheirOwnTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hangs := goredis.NewClient(&goredis.Options{Addr: "127.0.0.1:1"})
		defer func() { _ = hangs.Close() }()
		hangs.AddHook(hanging{})
		var g gather
		began := time.Now()
		var group sync.WaitGroup
		for n := range 3 * readers {
			group.Go(func() {
				own := time.Duration(n+1) * time.Millisecond
				ctx, cancel := context.WithTimeout(t.Context(), own)
				defer cancel()
				if _, err := g.get(ctx, hangs, "a key"); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != own {
					t.Errorf("somebody with %v left after %v: %v", own, time.Since(began), err)
				}
			})
		}
		group.Wait()
		time.Sleep(2 * callTimeout) // whoever asked has given up
		g.mu.Lock()
		defer g.mu.Unlock()
		if g.asking != 0 || len(g.waiting) != 0 {
			t.Errorf("%d ask and %d wait", g.asking, len(g.waiting))
		}
	})
}

// hanging is a server that answers nothing.
type hanging struct{}

func (hanging) DialHook(next goredis.DialHook) goredis.DialHook { return next }

func (hanging) ProcessHook(goredis.ProcessHook) goredis.ProcessHook {
	return func(ctx context.Context, cmd goredis.Cmder) error {
		<-ctx.Done()
		cmd.SetErr(ctx.Err())
		return ctx.Err()
	}
}

func (hanging) ProcessPipelineHook(goredis.ProcessPipelineHook) goredis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []goredis.Cmder) error {
		<-ctx.Done()
		for _, cmd := range cmds {
			cmd.SetErr(ctx.Err())
		}
		return ctx.Err()
	}
}
