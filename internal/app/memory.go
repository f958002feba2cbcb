package app

import (
	"os"
	"runtime/debug"
	"strconv"
	"strings"
)

// containerMemory is where a container is told how much memory it may use, in bytes or "max" (cgroup v2).
const containerMemory = "/sys/fs/cgroup/memory.max"

// limitMemory sets the soft memory limit to nine tenths of the container's when the operator has set none (GOMEMLIMIT), so that the program sheds load before the kernel ends it.
func limitMemory(getenv func(string) string, file string) {
	text, err := os.ReadFile(file)
	if err != nil || getenv("GOMEMLIMIT") != "" {
		return
	}
	if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && n > 0 {
		debug.SetMemoryLimit(n / 10 * 9)
	}
}
