package server

import (
	"context"
	"time"

	"portico/internal/crew"
)

const (
	laterTime = time.Minute      // bounds what is done after a request
	workTime  = 30 * time.Minute // and what goes on for long
)

// apart runs f behind its request, of which it knows everything but the end. Close waits for it. A panic ends f alone, where nobody else would keep it from ending the process.
func (s *Server) apart(ctx context.Context, f func(context.Context)) {
	ctx = context.WithoutCancel(ctx)
	s.background.Go(func() {
		defer func() {
			if p := recover(); p != nil {
				fell := crew.Caught(p)
				s.config.Log.ErrorContext(ctx, "panicked after a request", "request_id", eventOf(ctx).ID, "panic", panicText(fell.Value), "stack", string(fell.Stack))
			}
		}()
		f(ctx)
	})
}

// inBackground runs f after the request, for at most limit.
func (s *Server) inBackground(ctx context.Context, limit time.Duration, f func(context.Context)) {
	s.apart(ctx, func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		f(ctx)
	})
}

// later runs f after wait, or at once when the process begins to drain: what people were promised is done before it goes.
func (s *Server) later(ctx context.Context, what string, wait time.Duration, f func(context.Context) error) {
	s.apart(ctx, func(ctx context.Context) {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-s.drained:
		}
		ctx, cancel := context.WithTimeout(ctx, laterTime)
		defer cancel()
		if err := f(ctx); err != nil {
			s.config.Log.WarnContext(ctx, "not done after a request", "what", what, "error", err)
		}
	})
}

// work runs f, which ends when the process begins to drain: what it has done by then is kept, and somebody else goes on.
func (s *Server) work(ctx context.Context, what string, f func(context.Context) error) {
	s.inBackground(ctx, workTime, func(ctx context.Context) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		go func() {
			select {
			case <-s.drained:
				cancel()
			case <-ctx.Done():
			}
		}()
		if err := f(ctx); err != nil {
			s.config.Log.WarnContext(ctx, "not done in the background", "what", what, "error", err)
		}
	})
}
