package app

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"slices"
	"testing"
)

func TestUnchanged(t *testing.T) {
	t.Parallel()
	const smaps = `00400000-01968000 r-xp 00000000 fe:00 11232017                           /web
Rss:               13088 kB
Anonymous:             0 kB
01968000-02e27000 r--p 01568000 fe:00 11232017                           /web
Anonymous:             0 kB
02e27000-02fc1000 rw-p 02a27000 fe:00 11232017                           /web
Anonymous:             0 kB
03000000-03001000 r--p 02a27000 fe:00 11232017                           /web (relocated, then made read-only)
Anonymous:             4 kB
04000000-04001000 r--s 00000000 fe:00 7                                  /shared
Anonymous:             0 kB
2e9ac6c00000-2e9ac8400000 r--p 00000000 00:00 0
Anonymous:             0 kB
7fff00000000-7fff00002000 r-xp 00000000 00:00 0                          [vdso]
Anonymous:             0 kB
`
	if got, want := unchanged([]byte(smaps)), []mapping{{0x400000, 0x1968000}, {0x1968000, 0x2e27000}}; !slices.Equal(got, want) {
		t.Errorf("unchanged = %x, want %x", got, want)
	}
}

// The program goes on, with less of its file in memory.
func TestFreeProgram(t *testing.T) {
	text, err := os.ReadFile("/proc/self/smaps")
	if err != nil || len(unchanged(text)) == 0 {
		t.Fatalf("no mapping of the program can be dropped: %v", err)
	}
	before := ofFiles(t)
	freeProgram()
	if after := ofFiles(t); after > before*3/4 {
		t.Errorf("%d kB of files in memory, before %d", after, before)
	}
}

// ofFiles is how much of files the process has in memory, in kB.
func ofFiles(t *testing.T) (kB int) {
	t.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		if n, _ := fmt.Sscanf(lines.Text(), "RssFile: %d kB", &kB); n == 1 {
			return kB
		}
	}
	t.Fatal("the kernel does not tell")
	return 0
}
