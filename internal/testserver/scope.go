package testserver

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
)

// TB is the part of testing.TB that starting a server needs.
type TB interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Skipf(format string, args ...any)
	Cleanup(f func())
	Context() context.Context
}

// Scope is a TB without a test: for a command, and for what all tests of a package share. What was started in it ends with Close, also when something is fatal.
type Scope struct {
	ctx    context.Context
	cancel context.CancelFunc
	mu     sync.Mutex
	undo   []func()
}

// NewScope returns an empty scope that lasts until ctx ends or Close is called.
func NewScope(ctx context.Context) *Scope {
	s := &Scope{}
	s.ctx, s.cancel = context.WithCancel(ctx)
	return s
}

// Close undoes everything, last things first. It may be called again.
func (s *Scope) Close() {
	s.cancel()
	s.mu.Lock()
	undo := s.undo
	s.undo = nil
	s.mu.Unlock()
	for _, f := range slices.Backward(undo) {
		f()
	}
}

// Helper does nothing.
func (s *Scope) Helper() {}

// Context ends before anything is undone.
func (s *Scope) Context() context.Context { return s.ctx }

// Cleanup adds something to be undone.
func (s *Scope) Cleanup(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.undo = append(s.undo, f)
}

// Fatal says what is wrong and ends the program.
func (s *Scope) Fatal(args ...any) {
	fmt.Fprintln(os.Stderr, args...)
	s.Close()
	os.Exit(1)
}

// Fatalf is Fatal with a format.
func (s *Scope) Fatalf(format string, args ...any) { s.Fatal(fmt.Sprintf(format, args...)) }

// Skipf is Fatalf: what cannot be done is not done in silence.
func (s *Scope) Skipf(format string, args ...any) { s.Fatal(fmt.Sprintf(format, args...)) }
