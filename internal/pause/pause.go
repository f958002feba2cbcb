// Package pause waits for a while, or until nobody needs it any more.
package pause

import (
	"context"
	"time"
)

// For waits for d and returns true. It returns false when ctx ends before, and at once when its deadline comes before.
func For(ctx context.Context, d time.Duration) bool {
	if end, ok := ctx.Deadline(); ok && time.Until(end) <= d {
		return false
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
