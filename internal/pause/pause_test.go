package pause_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"portico/internal/pause"
)

func TestFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ended, end := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, end)
		short, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		for _, c := range []struct {
			name   string
			ctx    context.Context
			waits  bool
			passed time.Duration
		}{
			{"a deadline that comes before", short, false, 0},
			{"a context that ends", ended, false, time.Second},
			{"the whole time", t.Context(), true, time.Hour},
		} {
			began := time.Now()
			if waits := pause.For(c.ctx, time.Hour); waits != c.waits || time.Since(began) != c.passed {
				t.Errorf("%s: %v after %v", c.name, waits, time.Since(began))
			}
		}
	})
}
