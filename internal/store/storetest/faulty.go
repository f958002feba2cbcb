package storetest

import (
	"context"
	"errors"
	"sync"
	"time"

	"portico/internal/session"
	"portico/internal/token"
)

// Op names an operation of a store.
type Op string

// The operations that [Faulty] can make fail.
const (
	SessionCreate         Op = "session.Create"
	SessionLoad           Op = "session.Load"
	SessionSave           Op = "session.Save"
	SessionTouch          Op = "session.Touch"
	SessionDelete         Op = "session.Delete"
	SessionDeleteMatching Op = "session.DeleteMatching"
	SessionDeleteExpired  Op = "session.DeleteExpired"
	SessionList           Op = "session.List"
	SessionOnce           Op = "session.Once"
	SessionPing           Op = "session.Ping"
	TokenCreate           Op = "token.Create"
	TokenLoad             Op = "token.Load"
	TokenLoadMany         Op = "token.LoadMany"
	TokenClaim            Op = "token.Claim"
	TokenRenew            Op = "token.Renew"
	TokenSend             Op = "token.Send"
	TokenCommit           Op = "token.Commit"
	TokenRelease          Op = "token.Release"
)

// ErrFault is what a [Faulty] store answers by default.
var ErrFault = errors.New("storetest: fault")

// Fault is what happens to a call. The zero Fault does nothing.
type Fault struct {
	Before func(ctx context.Context) error // runs first; its error is the call's, and the store is not reached
	After  func(ctx context.Context) error // runs when the effect is there; its error replaces the call's result
	Lose   bool                            // a write is acknowledged and lost, as in the failover of a replicated store
	Stale  bool                            // a Load answers with what it answered before, as a replica that lags does
}

// Fail returns a step that fails with err, ErrFault when err is nil.
func Fail(err error) func(context.Context) error {
	if err == nil {
		err = ErrFault
	}
	return func(context.Context) error { return err }
}

// Delay returns a step that takes d, or until the caller leaves.
func Delay(d time.Duration) func(context.Context) error {
	return func(ctx context.Context) error {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(d):
			return nil
		}
	}
}

// Faulty passes calls on to a store and makes those fail that a test chose: the lies that real stores tell. It is safe for concurrent use.
type Faulty struct {
	sessions session.Store
	tokens   token.Store

	mu     sync.Mutex
	calls  map[Op]int
	faults map[Op]map[int]Fault // op → number of the call, 0 for all → fault

	seenSessions map[session.ID]session.Record // what was loaded last, for stale reads
	seenTokens   map[session.ID]token.Record
}

// NewFaulty wraps the two views of a store; either may be nil when it is not used.
func NewFaulty(s session.Store, t token.Store) *Faulty {
	return &Faulty{sessions: s, tokens: t, calls: map[Op]int{}, faults: map[Op]map[int]Fault{}, seenSessions: map[session.ID]session.Record{}, seenTokens: map[session.ID]token.Record{}}
}

// Sessions returns the view that implements [session.Store].
func (f *Faulty) Sessions() session.Store { return faultySessions{f} }

// Tokens returns the view that implements [token.Store].
func (f *Faulty) Tokens() token.Store { return faultyTokens{f} }

// Next plans a fault for the n-th call of op from now on: 1 is the next one.
func (f *Faulty) Next(op Op, n int, fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.plan(op, f.calls[op]+n, fault)
}

// Always plans a fault for all calls of the given operations that have none of their own.
func (f *Faulty) Always(fault Fault, ops ...Op) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, op := range ops {
		f.plan(op, 0, fault)
	}
}

func (f *Faulty) plan(op Op, call int, fault Fault) {
	if f.faults[op] == nil {
		f.faults[op] = map[int]Fault{}
	}
	f.faults[op][call] = fault
}

// Heal forgets all faults that are planned.
func (f *Faulty) Heal() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.faults)
}

// Calls returns how often op was called.
func (f *Faulty) Calls(op Op) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[op]
}

// Writes are the operations that a store without room, or one that may only be read, refuses.
func Writes() []Op {
	return []Op{SessionCreate, SessionSave, SessionTouch, SessionDelete, SessionDeleteMatching, SessionDeleteExpired, SessionOnce, TokenCreate, TokenClaim, TokenRenew, TokenSend, TokenCommit, TokenRelease}
}

// Reads are the others.
func Reads() []Op { return []Op{SessionLoad, SessionList, SessionPing, TokenLoad, TokenLoadMany} }

func (f *Faulty) next(op Op) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls[op]++
	if fault, ok := f.faults[op][f.calls[op]]; ok {
		return fault
	}
	return f.faults[op][0]
}

// run makes one call under its fault.
func run[T any](ctx context.Context, fault Fault, do func() (T, error)) (T, error) {
	var none T
	if fault.Before != nil {
		if err := fault.Before(ctx); err != nil {
			return none, err
		}
	}
	v, err := do()
	if fault.After != nil {
		if err := fault.After(ctx); err != nil {
			return none, err
		}
	}
	return v, err
}

// write runs an operation that changes something; lost makes up the answer when the write is to be lost.
func write[T any](ctx context.Context, f *Faulty, op Op, do, lost func() (T, error)) (T, error) {
	fault := f.next(op)
	if fault.Lose {
		do = lost
	}
	return run(ctx, fault, do)
}

// exec runs an operation that changes something and returns an error only.
func exec(ctx context.Context, f *Faulty, op Op, do func() error) error {
	_, err := write(ctx, f, op, func() (struct{}, error) { return struct{}{}, do() }, func() (struct{}, error) { return struct{}{}, nil })
	return err
}

// read runs a Load. It remembers the answer, or gives the remembered one when the read is to be stale.
func read[R any](ctx context.Context, f *Faulty, op Op, id session.ID, seen map[session.ID]R, do func() (R, error)) (R, error) {
	fault := f.next(op)
	return run(ctx, fault, func() (R, error) {
		f.mu.Lock()
		old, known := seen[id]
		f.mu.Unlock()
		if fault.Stale && known {
			return old, nil
		}
		v, err := do()
		if err == nil {
			f.mu.Lock()
			seen[id] = v
			f.mu.Unlock()
		}
		return v, err
	})
}
