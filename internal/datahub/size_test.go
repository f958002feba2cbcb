//go:build !race

package datahub

import (
	"bytes"
	"runtime"
	"testing"
)

// The race detector makes pools forget what they hold, so that memory is only measured without it.
func TestDecodedSizeIsBounded(t *testing.T) {
	const n = 52_560
	body := sample(n)
	q := utcDay
	q.To = q.From.AddDate(1, 0, 0)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	points, err := decodePoints(bytes.NewReader(body), q)
	runtime.ReadMemStats(&after)
	if err != nil || len(points) != n {
		t.Fatal(len(points), err)
	}
	if got := after.TotalAlloc - before.TotalAlloc; got > 2_000_000 {
		t.Errorf("%d points allocate %d bytes, want at most 2 MB (P9)", n, got)
	}
}
