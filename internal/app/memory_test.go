package app

import (
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"testing"
)

func TestLimitMemory(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	defer debug.SetMemoryLimit(before)
	file := filepath.Join(t.TempDir(), "memory.max")
	for _, tt := range []struct {
		text, env string
		want      int64
	}{{"1000000000\n", "", 900000000}, {"max\n", "", math.MaxInt64}, {"1000000000", "2GiB", math.MaxInt64}, {"nonsense", "", math.MaxInt64}} {
		debug.SetMemoryLimit(math.MaxInt64)
		if err := os.WriteFile(file, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		limitMemory(func(string) string { return tt.env }, file)
		if got := debug.SetMemoryLimit(-1); got != tt.want {
			t.Errorf("%q with GOMEMLIMIT %q: limit %d, want %d", tt.text, tt.env, got, tt.want)
		}
	}
	limitMemory(os.Getenv, file+".missing")
}
