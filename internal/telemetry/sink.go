package telemetry

import (
	"context"
	"io"
	"slices"
	"sync"
	"sync/atomic"
)

const (
	sinkLines = 8192
	sinkBytes = 4 << 20
	sinkBatch = 32 << 10 // bytes from which on a call of the writer takes no further line
)

// lineSink writes log lines in the background, so that a reader who does not read, or a disk that is full, holds nobody up. Lines wait in a buffer of fixed size; what does not fit, or
// cannot be written, is dropped and counted. It is safe for concurrent use.
type lineSink struct {
	w       io.Writer
	lines   chan []byte
	text    []byte       // of the present call, used again for the next one
	bytes   atomic.Int64 // in lines
	dropped atomic.Int64 // and not told yet
	lost    atomic.Int64 // dropped since the start
	notice  func(lines int64) []byte
	quit    chan struct{}
	done    chan struct{}
	once    sync.Once
}

// newLineSink returns a lineSink that writes to w until Close. notice makes the line that stands where lines are missing; nil means none.
func newLineSink(w io.Writer, notice func(lines int64) []byte) *lineSink {
	s := &lineSink{w: w, lines: make(chan []byte, sinkLines), notice: notice, quit: make(chan struct{}), done: make(chan struct{})}
	go s.run()
	return s
}

// Write implements [io.Writer]: it takes a line and never fails.
func (s *lineSink) Write(line []byte) (int, error) {
	n := int64(len(line))
	if s.bytes.Add(n) > sinkBytes {
		s.drop(n)
		return len(line), nil
	}
	select {
	case s.lines <- slices.Clone(line):
	default:
		s.drop(n)
	}
	return len(line), nil
}

func (s *lineSink) drop(bytes int64) {
	s.bytes.Add(-bytes)
	s.lost.Add(1)
	s.dropped.Add(1)
}

// Dropped returns how many lines nobody will ever read.
func (s *lineSink) Dropped() int64 { return s.lost.Load() }

// Close returns when all lines are written, or when ctx ends.
func (s *lineSink) Close(ctx context.Context) {
	s.once.Do(func() { close(s.quit) })
	select {
	case <-s.done:
	case <-ctx.Done():
	}
}

func (s *lineSink) run() {
	defer close(s.done)
	for {
		select {
		case line := <-s.lines:
			s.write(line)
			continue
		default:
		}
		select {
		case line := <-s.lines:
			s.write(line)
		case <-s.quit:
			for len(s.lines) > 0 {
				s.write(<-s.lines)
			}
			return
		}
	}
}

// write writes a line, and those that wait already in the same call, as far as they fit into a pipe.
func (s *lineSink) write(line []byte) {
	text, lines := append(s.text[:0], line...), int64(1)
	for waiting := len(s.lines); waiting > 0 && len(text) < sinkBatch; waiting-- {
		text = append(text, <-s.lines...)
		lines++
	}
	s.text = text
	s.bytes.Add(-int64(len(text)))
	if _, err := s.w.Write(text); err != nil {
		s.lost.Add(lines)
		s.dropped.Add(lines)
		return
	}
	if n := s.dropped.Swap(0); n > 0 && s.notice != nil {
		if _, err := s.w.Write(s.notice(n)); err != nil {
			s.dropped.Add(n)
		}
	}
}
