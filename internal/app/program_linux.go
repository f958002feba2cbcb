package app

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"syscall"
)

// freeProgram gives back the pages of the program file that are mapped: what runs next maps those that it needs again, from the kernel's cache and without reading a file. Starting touches most of
// the program, running a part. It is a favour: where it cannot be done nothing is.
func freeProgram() {
	maps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		return
	}
	for _, m := range unchanged(maps) {
		_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, m.from, m.to-m.from, syscall.MADV_DONTNEED)
	}
}

// mapping is a part of the address space, [from, to).
type mapping struct{ from, to uintptr }

// unchanged reads from /proc/self/smaps (proc(5)) which mappings of files nobody can write to and nobody has written to: those are the same as their files, and can be dropped without losing anything.
func unchanged(smaps []byte) (all []mapping) {
	var last *mapping
	lines := bufio.NewScanner(bytes.NewReader(smaps))
	for lines.Scan() {
		var m mapping
		var mode, offset, device string
		var inode, anonymous int
		if n, _ := fmt.Sscanf(lines.Text(), "%x-%x %s %s %s %d", &m.from, &m.to, &mode, &offset, &device, &inode); n == 6 {
			last = nil
			if inode != 0 && (mode == "r--p" || mode == "r-xp") {
				last = &m
			}
		} else if n, _ := fmt.Sscanf(lines.Text(), "Anonymous: %d kB", &anonymous); n == 1 && anonymous == 0 && last != nil {
			all = append(all, *last)
		}
	}
	return all
}
