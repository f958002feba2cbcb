package hub

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
)

// Bounds of what an account may write, because everything is kept in memory.
const (
	maxEntities  = 40_000 // sites, sources and variables together
	maxPoints    = 1_000_000
	maxGaps      = 1_000 // ranges deleted from one variable
	maxDocuments = 2_000 // of each kind, such as dashboards
	maxFiles     = 1_000
	maxFileBytes = 64 << 20 // all files together
)

// tenant is an account: what it owns and what has been written to it since the start.
type tenant struct {
	account int64
	name    string
	view    atomic.Pointer[view] // as it is now
	ledger  ledger

	mu        sync.Mutex // held by writes, and for all that follows
	shelves   map[*resource]shelf
	events    map[int]object // written ones by id; nil for one of the world's that was deleted
	files     map[int]*file
	fileBytes int
	alarms    map[string]*alarm    // by id
	acks      map[string][]ack     // id of an alarm → who acknowledged it, oldest first
	attempts  map[string][]attempt // id of a webhook → its calls, oldest first
	failures  map[string]int       // id of a webhook → failures in a row
}

func newTenant(account int64, name string) *tenant {
	t := &tenant{account: account, name: name, shelves: map[*resource]shelf{}, events: map[int]object{}, files: map[int]*file{}, alarms: map[string]*alarm{},
		acks: map[string][]ack{}, attempts: map[string][]attempt{}, failures: map[string]int{}}
	t.view.Store(newView())
	return t
}

// tenant returns the account that a token is for: one without anything, whose writes are lost, if it is not one of the demo's.
func (h *Hub) tenant(account int64) *tenant {
	if t := h.tenants[account]; t != nil {
		return t
	}
	return newTenant(account, "")
}

// change lets f write to a copy of the view, which everybody sees when f returns no error.
func (t *tenant) change(f func(v *view) error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	v := t.view.Load().clone()
	before := v.size()
	if err := f(v); err != nil {
		return err
	}
	if v.size() > before && v.size() > maxEntities {
		return full("%d sites, sources and variables", maxEntities)
	}
	t.view.Store(v)
	return nil
}

// drop lets f take things out of the view, and forgets what was written to variables that are gone.
func (t *tenant) drop(f func(v *view) error) error {
	if err := t.change(f); err != nil {
		return err
	}
	t.ledger.keep(t.view.Load().variable)
	return nil
}

// full is the refusal of a write that does not fit into memory any more.
func full(format string, args ...any) error {
	return &refusal{status: http.StatusInsufficientStorage, message: "The demo keeps at most " + fmt.Sprintf(format, args...) + "."}
}

// firstID is the id of what is written first. The world's ids lie below.
const firstID = 100_000_001

// newID returns an id that nothing else has, whatever it is of.
func (h *Hub) newID() int { return int(h.ids.Add(1)) + firstID - 1 }
