//go:build !nodemo

package demo

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"portico/internal/demo/fault"
)

const mostVisitors = 256 // with faults of their own

// visitors are faults of the Data Hub that strike the calls of one visitor, by the sid of their sign-in.
type visitors struct {
	mu       sync.Mutex
	switches map[string]*fault.Switch
}

// set replaces a visitor's faults.
func (v *visitors) set(sid string, rules ...fault.Rule) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for other, s := range v.switches {
		if len(s.Rules()) == 0 || len(v.switches) >= mostVisitors {
			delete(v.switches, other)
		}
	}
	if v.switches == nil {
		v.switches = map[string]*fault.Switch{}
	}
	v.switches[sid] = &fault.Switch{}
	v.switches[sid].Set(rules...)
}

func (v *visitors) of(sid string) *fault.Switch {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.switches[sid]
}

func (v *visitors) pick(sid string, r *http.Request) fault.Fault {
	if s := v.of(sid); s != nil {
		return s.Pick(r)
	}
	return fault.Fault{}
}

// TroubleFor sets what the Data Hub does wrong for one visitor, in place of what it did before. Sid is what ID tokens call their sign-in.
func (d *Demo) TroubleFor(sid string, rules ...fault.Rule) { d.visitors.set(sid, rules...) }

// TroubleOf is the switch of one visitor's own faults; nil when there are none.
func (d *Demo) TroubleOf(sid string) *fault.Switch { return d.visitors.of(sid) }

// hubFault is what goes wrong with a call of the Data Hub: what the visitor chose for themselves, else what is wrong for everybody.
func (d *Demo) hubFault(r *http.Request) fault.Fault {
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok && d.visitors.any() {
		if f := d.visitors.pick(d.Identity.SignInOf(token), r); f != (fault.Fault{}) {
			return f
		}
	}
	return d.Faults.Hub.Pick(r)
}

func (v *visitors) any() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.switches) > 0
}

// DawdleOnce lets the identity server take its time over the next token request.
func (d *Demo) DawdleOnce(long time.Duration) {
	d.Faults.Identity.Add(fault.Rule{Fault: fault.Fault{Delay: long}, Path: "/token", Count: 1, For: 5 * time.Second})
}

// LeaveIdentity takes the identity server down for d, unless it is down already.
func (d *Demo) LeaveIdentity(long time.Duration) {
	if d.IdentityBack().IsZero() {
		d.Faults.Identity.Add(fault.Rule{Down: true, For: long})
	}
}

// IdentityBack is when the identity server that is down comes back; zero for one that is there.
func (d *Demo) IdentityBack() time.Time {
	for _, r := range d.Faults.Identity.Rules() {
		if r.Down && r.On {
			return r.Until
		}
	}
	return time.Time{}
}
