//go:build !faultpoints

package faultpoint

import (
	"context"
	"time"
)

// Reach ends the process at p if a test wants that.
func Reach(Point) {}

// WhenSent returns a context whose next HTTP request reaches p as soon as it is written.
func WhenSent(ctx context.Context, _ Point) context.Context { return ctx }

// Now is the wall clock, which tests can set.
func Now() time.Time { return time.Now() }
