package testserver

import (
	"bytes"
	"strings"
	"sync"
	"time"
)

// Log collects what a program writes. It may be read at any time.
type Log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// Count returns how many lines hold all parts.
func (l *Log) Count(parts ...string) int {
	n := 0
	for line := range strings.Lines(l.String()) {
		if holdsAll(line, parts) {
			n++
		}
	}
	return n
}

// Await is Count when at least n lines hold all parts, or after a minute: a line may be written after the answer that it is about.
func (l *Log) Await(n int, parts ...string) int {
	for end := time.Now().Add(time.Minute); l.Count(parts...) < n && time.Now().Before(end); {
		time.Sleep(20 * time.Millisecond)
	}
	return l.Count(parts...)
}

func holdsAll(line string, parts []string) bool {
	for _, part := range parts {
		if !strings.Contains(line, part) {
			return false
		}
	}
	return true
}
