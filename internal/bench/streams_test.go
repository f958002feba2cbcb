package bench

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portico/internal/board"
	"portico/internal/store/memory"
)

const (
	wallsOpen   = 10_000
	perSession  = 8 // streams that a session may have
	frameBytes  = 1024
	idleFor     = 20 * time.Second
	wallsWithin = 2 * time.Minute // all of them must have heard of their board
)

// BenchmarkStreams opens 10,000 event streams of walls on one process, over pipes, and prints what an idle one costs, and what the Data Hub is asked for all of them: R-51.
func BenchmarkStreams(b *testing.B) {
	for b.Loop() {
		p := newPortal(b, memory.New(nil))
		made, err := board.NewLibrary(p.shelf, nil).Create(b.Context(), board.Person{Issuer: "https://id.example", Subject: "bench", Account: "101"}, board.Board{Title: "Wall", Widgets: []board.Widget{
			{ID: "alarms", Kind: board.AlarmWall, W: 3, H: 4}, {ID: "load", Kind: board.BigNumber, Y: 4, W: 2, H: 2, Series: []string{"80101"}}, {ID: "trend", Kind: board.Trend, Y: 6, W: 6, H: 4, Series: []string{"60201"}},
		}})
		must(b, err)
		var cookies []*http.Cookie
		for range wallsOpen / perSession {
			cookies = append(cookies, p.signIn(b, "bench"))
		}
		frames := make([]byte, wallsOpen*frameBytes) // the readers' own
		pipes := make(chan net.Conn)
		portal := &http.Server{Handler: p.handler}
		listener := pipeListener(pipes)
		go func() { _ = portal.Serve(listener) }()
		before, start := heapInUse(), time.Now()
		var told atomic.Int64
		var readers sync.WaitGroup
		var open []net.Conn
		for i := range wallsOpen {
			ours, theirs := net.Pipe()
			pipes <- theirs
			open = append(open, ours)
			_, err := fmt.Fprintf(ours, "GET /live?topics=alarms&boards=%s HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nCookie: %s\r\n\r\n", made.ID, cookies[i/perSession])
			must(b, err)
			readers.Go(func() { hear(ours, frames[i*frameBytes:(i+1)*frameBytes], &told) })
		}
		for told.Load() < wallsOpen && time.Since(start) < wallsWithin {
			time.Sleep(10 * time.Millisecond)
		}
		heard, asked := time.Since(start), p.asked.Load()
		each := (heapInUse() - before) / wallsOpen
		time.Sleep(idleFor)
		fmt.Printf("\nR-51 %d streams of one board: %d heard of it within %v, %d bytes of heap for an idle one (goal: at most 40960), %d goroutines each; %d questions to the Data Hub until then, %d in %v of idling\n",
			wallsOpen, told.Load(), heard.Round(time.Millisecond), each, (runtime.NumGoroutine()+wallsOpen/2)/wallsOpen, asked, p.asked.Load()-asked, idleFor)
		for _, c := range open {
			_ = c.Close()
		}
		_ = portal.Close()
		readers.Wait()
	}
}

// hear reads a stream until it ends, and counts it when it tells of its board for the first time.
func hear(c io.Reader, frame []byte, told *atomic.Int64) {
	known := false
	for {
		n, err := c.Read(frame)
		if !known && bytes.Contains(frame[:n], []byte("event: board")) {
			known = true
			told.Add(1)
		}
		if err != nil {
			return
		}
	}
}

func heapInUse() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// pipeListener accepts connections within the process.
type pipeListener chan net.Conn

// Accept implements net.Listener.
func (p pipeListener) Accept() (net.Conn, error) { return <-p, nil }

// Close implements net.Listener.
func (p pipeListener) Close() error { return nil }

// Addr implements net.Listener.
func (p pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipes", Net: "unix"} }
