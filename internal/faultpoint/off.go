//go:build !faultpoints

package faultpoint

import (
	"context"
	"time"
)

// Reach ends the process at p if a test wants that.
func Reach(Point) {}

// WhenAnswered returns a context whose next HTTP request reaches p when its answer begins to arrive: it had its effect, and nobody has read the answer.
func WhenAnswered(ctx context.Context, _ Point) context.Context { return ctx }

// Now is the wall clock, which tests can set.
func Now() time.Time { return time.Now() }
