//go:build faultpoints

package faultpoint

import (
	"context"
	"net/http/httptrace"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"
)

// What a test asks for: POINT=kill ends the process at a point as SIGKILL does, POINT=stop halts it there, once, until SIGCONT; and a file that holds by how much the
// wall clock is wrong.
const (
	pointVar = "PORTICO_FAULTPOINT"
	clockVar = "PORTICO_FAULTPOINT_CLOCK"
)

var stopped sync.Once

// Reach ends the process at p if a test wants that.
func Reach(p Point) {
	name, what, _ := strings.Cut(os.Getenv(pointVar), "=")
	switch {
	case Point(name) != p:
	case what == "stop":
		stopped.Do(halt)
	default:
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // nothing happens here any more
	}
}

// halt stops the process. The goroutine that was here goes on only when somebody has woken it: it gains no step on the signal.
func halt() {
	woken := make(chan os.Signal, 1)
	signal.Notify(woken, syscall.SIGCONT)
	_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	<-woken
	signal.Stop(woken)
}

// WhenAnswered returns a context whose next HTTP request reaches p when its answer begins to arrive: it had its effect, and nobody has read the answer.
func WhenAnswered(ctx context.Context, p Point) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotFirstResponseByte: func() { Reach(p) }})
}

// Now is the wall clock, which tests can set. A clock that is wrong has no monotonic part: it was wrong before the process started.
func Now() time.Time {
	file := os.Getenv(clockVar)
	if file == "" {
		return time.Now()
	}
	text, _ := os.ReadFile(file)
	off, _ := time.ParseDuration(strings.TrimSpace(string(text)))
	return time.Now().Round(0).Add(off)
}
