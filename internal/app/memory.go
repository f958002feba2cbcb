package app

import (
	"context"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"portico/internal/pause"
)

// containerMemory are the places where a container is told how much memory it may use, in bytes: by cgroup v2, "max" for any, and by v1, for any a number that no machine has.
var containerMemory = []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}

// heapGrowth is how much the heap may grow between two collections, in percent of what is in use. A page leaves some 20 kB behind and little of the portal stays: with Go's own 100 collecting is a tenth
// of what a page costs. The memory limit counts all the same, and somebody who is asked nothing collects every two minutes.
const heapGrowth = 300

// collectSeldom sets heapGrowth, unless the operator says otherwise.
func collectSeldom(getenv func(string) string) {
	if getenv("GOGC") == "" {
		debug.SetGCPercent(heapGrowth)
	}
}

// Memory is given back when the start is over, and when nobody has asked for anything in restEvery.
const (
	settled   = time.Second
	restEvery = time.Minute
)

// rest gives back what starting took, and what was used by people who have gone: free memory, and the pages of the program that only they needed.
func (p *Portal) rest(ctx context.Context) {
	seen, given := int64(-1), false
	for wait := settled; pause.For(ctx, wait); wait = restEvery {
		asked := p.server.Asked()
		switch {
		case seen >= 0 && asked != seen:
			given = false
		case !given:
			debug.FreeOSMemory()
			freeProgram()
			given = true
		}
		seen = asked
	}
}

// limitMemory lowers the soft memory limit, which is GOMEMLIMIT or none, to nine tenths of the container's, so that the program sheds load before the kernel ends it. The first of the files that is there counts.
func limitMemory(files []string) {
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && n > 0 {
			debug.SetMemoryLimit(min(n/10*9, debug.SetMemoryLimit(-1)))
		}
		return
	}
}
