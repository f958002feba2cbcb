package fleet

import (
	"net/http"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"portico/internal/demo/identity"
	"portico/internal/faultpoint"
)

// a process that holds a claim is halted for longer than its lease, another one takes over, and the first one wakes. Before it has sent anything, it sends nothing any more; with an
// answer in its hands, it writes that answer only if nobody has written a newer one. The next refresh goes on from the newest token.
func TestR37HolderHaltedBeyondItsLease(t *testing.T) {
	t.Parallel()
	t.Run("strict", func(t *testing.T) {
		t.Parallel()
		onEachStore(t, func(t *testing.T, store Store) { haltedBeyondTheLease(t, store, identity.Strict) })
	})
	t.Run("grace", func(t *testing.T) {
		t.Parallel()
		haltedBeyondTheLease(t, stores[0].new(t), identity.Grace)
	})
}

func haltedBeyondTheLease(t *testing.T, store Store, policy identity.Policy) {
	f := newFleet(t, Config{Program: withFaultpoints(t), Store: store, Replicas: 1, People: 2, RefreshPolicy: policy})
	signedIn(t, f.People...)
	claimed, answered := halting(t, f, faultpoint.RefreshLocked), halting(t, f, faultpoint.RefreshSent)
	time.Sleep(4 * time.Second)
	woken := make(chan int, 2)
	for i, h := range []*Process{claimed, answered} {
		p := f.People[i]
		tab := p.Tab()
		tab.Use(h)
		go func() {
			a, err := tab.Get(p.Page)
			if err != nil {
				t.Error(err)
				a.Response = &http.Response{}
			}
			woken <- a.StatusCode
		}()
		eventually(t, "the halt", h.Halted)
	}
	var wg sync.WaitGroup
	for i, p := range f.People {
		signsIn := i == 1 && policy == identity.Strict // whose token is presented again although it was consumed
		wg.Go(func() {
			if a, err := comeBack(t, p, lease+15*time.Second); err != nil || !p.Owns(a) || len(a.Way) > 0 != signsIn {
				t.Errorf("%s, while the holder is halted: %s", p.Name, describe(a, err))
			}
		})
	}
	wg.Wait()
	if n := f.Identity.Replays(); n != 1 {
		t.Errorf("%d refresh tokens were presented twice, want the one whose answer is not known", n)
	}
	for _, h := range []*Process{claimed, answered} {
		h.Signal(syscall.SIGCONT)
		if status := <-woken; !slices.Contains([]int{http.StatusOK, http.StatusSeeOther, http.StatusServiceUnavailable, http.StatusGatewayTimeout}, status) {
			t.Errorf("the request of a halted process ended with %d", status)
		}
	}
	for range 2 { // what is in the store is the newest: refreshing goes on from there
		for _, p := range f.People {
			seesPage(t, p)
		}
		time.Sleep(4100 * time.Millisecond)
	}
	if n := f.Identity.Replays(); n != 1 {
		t.Errorf("after the processes woke, %d refresh tokens were presented twice", n-1)
	}
	for _, h := range []*Process{claimed, answered} {
		if h.Count(`"level":"ERROR"`) > 0 {
			t.Errorf("a woken process complains:\n%s", h.Log())
		}
	}
}

// halting starts a process that halts at a point.
func halting(t *testing.T, f *Fleet, at faultpoint.Point) *Process {
	t.Helper()
	return f.StartAside("PORTICO_FAULTPOINT=" + string(at) + "=stop")
}
