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
	const none = math.MaxInt64
	for name, c := range map[string]struct {
		v2, v1 string // what stands in the files; "" for no file
		set    int64  // by GOMEMLIMIT, 0 for nothing
		want   int64
	}{
		"nothing":                   {want: none},
		"v2":                        {v2: "1000000000\n", want: 900_000_000},
		"v2 without a limit":        {v2: "max\n", want: none},
		"v1":                        {v1: "268435456\n", want: 241_591_905},
		"v1 without a limit":        {v1: "9223372036854771712\n", want: 8_301_034_833_169_294_539},
		"both: v2 counts":           {v2: "1000000000\n", v1: "500000000\n", want: 900_000_000},
		"v2 without a limit counts": {v2: "max\n", v1: "500000000\n", want: none},
		"less than the container's": {v2: "1000000000", set: 100_000_000, want: 100_000_000},
		"more than the container's": {v2: "1000000000", set: 2_000_000_000, want: 900_000_000},
		"without a container's":     {v2: "max\n", set: 100_000_000, want: 100_000_000},
		"nonsense":                  {v2: "nonsense", want: none},
		"empty":                     {v2: "\n", want: none},
		"less than nothing":         {v1: "-1\n", want: none},
	} {
		dir := t.TempDir()
		files := []string{filepath.Join(dir, "memory.max"), filepath.Join(dir, "memory", "memory.limit_in_bytes")}
		if err := os.Mkdir(filepath.Dir(files[1]), 0o700); err != nil {
			t.Fatal(err)
		}
		for n, text := range []string{c.v2, c.v1} {
			if text == "" {
				continue
			}
			if err := os.WriteFile(files[n], []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		debug.SetMemoryLimit(none)
		if c.set > 0 {
			debug.SetMemoryLimit(c.set)
		}
		limitMemory(files)
		if got := debug.SetMemoryLimit(-1); got != c.want {
			t.Errorf("%s: limit %d, want %d", name, got, c.want)
		}
	}
}

func TestCollectSeldom(t *testing.T) {
	before := debug.SetGCPercent(100)
	defer debug.SetGCPercent(before)
	for said, want := range map[string]int{"50": 100, "off": 100, "": heapGrowth} { // what is said is the runtime's business
		debug.SetGCPercent(100)
		collectSeldom(func(string) string { return said })
		if got := debug.SetGCPercent(100); got != want {
			t.Errorf("with GOGC=%s: %d, want %d", said, got, want)
		}
	}
}
