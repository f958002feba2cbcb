package fleet

import (
	"net/http"
	"sync"
	"syscall"
	"testing"
	"time"

	"portico/internal/demo/fault"
	"portico/internal/visitor"
)

// slowRequests sends requests that the Data Hub takes its time for, and returns when all of them are under way; wait returns when they have been answered.
func slowRequests(t *testing.T, f *Fleet, p *Person, n int, slow time.Duration) (wait func()) {
	t.Helper()
	f.HubFaults.Set(fault.Rule{Fault: fault.Fault{Delay: slow}})
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() { seesPage(t, p) })
	}
	eventually(t, "requests at the Data Hub", func() bool { return f.HubFaults.Struck() >= n })
	return wg.Wait
}

// SIGTERM while twenty slow requests run. Readiness fails at once, new requests are taken until the delay is over, the running ones are answered, none is reset, and
// the process ends well.
func TestR40DrainsOnSIGTERM(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, store Store) {
		f := newFleet(t, Config{Store: store, People: 1, AccessTokenLifetime: time.Minute, Env: []string{"PORTICO_DRAIN_DELAY=3s"}})
		p := f.People[0]
		r := f.StartAside()
		p.Use(r)
		signedIn(t, p)
		wait := slowRequests(t, f, p, 20, 4*time.Second)
		r.Signal(syscall.SIGTERM)
		began := time.Now()
		if !within(3*time.Second, func() bool { return answersAt(r, "/readyz", http.StatusServiceUnavailable) }) {
			t.Error("readiness does not fail at once")
		}
		f.HubFaults.Set()
		seesPage(t, p)
		wait()
		if err := r.Wait(5 * time.Second); err != nil {
			t.Errorf("the process ended with %v after %v\n%s", err, time.Since(began), r.Log())
		}
	})
}

// what hangs does not keep a process for ever, and a second signal ends it at once.
func TestR40SecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	f := newFleet(t, Config{Store: stores[0].new(t), People: 1, AccessTokenLifetime: time.Minute})
	p := f.People[0]
	r := f.StartAside()
	p.Use(r)
	signedIn(t, p)
	f.HubFaults.Set(fault.Rule{Fault: fault.Fault{Hang: true}})
	go func() { _, _ = p.Get(p.Page) }()
	eventually(t, "a request at the Data Hub", func() bool { return f.HubFaults.Struck() > 0 })
	r.Signal(syscall.SIGTERM)
	if err := r.Wait(2 * time.Second); err == nil {
		t.Error("the process ended although a request is under way")
	}
	began := time.Now()
	r.Signal(syscall.SIGTERM)
	if err := r.Wait(10 * time.Second); err == nil || time.Since(began) > 5*time.Second {
		t.Errorf("the second signal: %v after %v", err, time.Since(began))
	}
}

// SIGTERM while a refresh is under way. The process waits for the answer and saves it: the next one goes on from there.
func TestR40DrainsARefresh(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, store Store) {
		const lifetime = 10 * time.Second // longer than a slow machine needs to end a process
		f := newFleet(t, Config{Store: store, Replicas: 1, People: 1, AccessTokenLifetime: lifetime})
		p := f.People[0]
		r := f.StartAside()
		p.Use(r)
		signedIn(t, p)
		time.Sleep(lifetime)
		f.IdentityFaults.Set(fault.Rule{Path: "/token", Fault: fault.Fault{Delay: 3 * time.Second}})
		gone := make(chan visitor.Page, 1)
		go func() { a, _ := p.Get(p.Page); gone <- a }()
		eventually(t, "a refresh", func() bool { return f.IdentityFaults.Struck() == 1 })
		if err := r.Stop(); err != nil {
			t.Errorf("the process ended with %v\n%s", err, r.Log())
		}
		if a := <-gone; a.Response == nil || !p.Owns(a) {
			t.Errorf("the request that waited for the refresh: %s", describe(a, nil))
		}
		p.Use(nil)
		seesPage(t, p)
		wantRefreshes(t, f, 1)
	})
}
