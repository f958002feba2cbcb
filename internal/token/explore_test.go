package token_test

import (
	"context"
	"errors"
	"flag"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"portico/internal/faultpoint"
	"portico/internal/secret"
	"portico/internal/session"
	. "portico/internal/token"
)

var (
	exploreN    = flag.Int("explore.n", 10_000, "schedules to explore")
	exploreSeed = flag.Uint64("explore.seed", 0, "explore this one schedule only, and say what happens")
)

// TestExploreSchedules runs random schedules of requests, logouts, crashes, clock steps, provider and store faults over one to three replicas, and checks after each step
// what must hold whatever happens. A failing seed is replayed with -explore.seed.
func TestExploreSchedules(t *testing.T) {
	if *exploreSeed != 0 {
		explore(t, *exploreSeed, true)
		return
	}
	base := uint64(time.Now().UnixNano())
	t.Logf("seeds from %d", base)
	for i := range *exploreN {
		explore(t, base+uint64(i), false)
		if t.Failed() {
			return
		}
	}
}

// world is one schedule under way.
type world struct {
	*bench
	rand     *rand.Rand
	replicas []*Manager
	ended    bool        // by logout
	lost     bool        // an answer was lost, by the provider's doing, a crash or a store that refused it
	rejected atomic.Bool // the Data Hub rejected an access token before its time
	refused  bool        // the provider said invalid_grant unasked
	talk     bool
}

func explore(t *testing.T, seed uint64, talk bool) {
	synctest.Test(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(seed, 1))
		w := &world{bench: newBench(t), rand: r, talk: talk}
		w.policy = []Policy{Strict, Strict, Grace, Reusable, Never}[r.IntN(5)]
		w.provider.mode = w.policy
		if w.policy == Never {
			w.provider.mode = Strict
		}
		w.store.before, w.store.after = map[string]int{}, map[string]int{}
		for range 1 + r.IntN(3) {
			w.replicas = append(w.replicas, w.replica())
		}
		w.start(w.replicas[0])
		w.provider.onAgain = w.presentedAgain
		for range 6 + r.IntN(14) {
			w.step()
			w.check()
			if t.Failed() {
				break
			}
		}
		time.Sleep(3 * time.Minute) // everything under way comes to its end
		synctest.Wait()
		w.check()
		w.checkNewest()
		if t.Failed() {
			t.Logf("replay with: go test ./internal/token -run TestExploreSchedules -explore.seed=%d", seed)
		}
		for _, m := range w.replicas {
			if err := m.Close(context.Background()); err != nil {
				t.Errorf("Close = %v", err)
			}
		}
	})
}

func (w *world) say(format string, args ...any) {
	if w.talk {
		w.t.Logf(format, args...)
	}
}

func (w *world) step() {
	m := w.replicas[w.rand.IntN(len(w.replicas))]
	switch n := w.rand.IntN(20); {
	case n < 8:
		k := 1 + w.rand.IntN(4)
		w.say("%d requests", k)
		for range k {
			go func() { _, _ = m.Source(w.h).Token(context.Background()) }()
		}
	case n < 9:
		w.say("rejected call")
		w.rejected.Store(true)
		go func() { _, _ = m.Source(w.h).Renew(context.Background(), secret.New("at-0")) }()
	case n < 14:
		d := time.Duration(w.rand.IntN(70)) * time.Second
		w.say("%v pass", d)
		time.Sleep(d)
	case n < 17:
		do := []act{consumeThenHang, consumeThen502, consumeThenReset, hangBefore, answer503, answer429, dialRefused, invalidClient, noRefreshToken, badIDToken, invalidGrant}[w.rand.IntN(11)]
		w.say("provider will answer %s", do)
		w.provider.mu.Lock()
		w.provider.script = append(w.provider.script, do)
		w.provider.mu.Unlock()
		switch do {
		case consumeThenHang, consumeThen502, consumeThenReset:
			w.lost = true
		case invalidGrant:
			w.refused = true
		}
	case n < 18:
		w.crash()
	case n < 19:
		op := []string{"load", "claim", "renew", "send", "commit", "release"}[w.rand.IntN(6)]
		where := w.store.before
		if w.rand.IntN(2) == 0 {
			where = w.store.after
		}
		k := 1 + w.rand.IntN(4)
		w.say("the store fails %d of %s", k, op)
		w.store.mu.Lock()
		where[op] += k
		w.store.mu.Unlock()
	case w.rand.IntN(3) == 0:
		w.say("logout")
		if w.rand.IntN(2) == 0 {
			_ = w.sessions.Delete(context.Background(), w.h.ID(), session.ReasonLogout)
		} else {
			_, _ = w.sessions.DeleteMatching(context.Background(), session.Match{Issuer: "https://op", SID: "s1"}, session.ReasonBackChannel)
		}
		w.ended = true
	}
	if w.rand.IntN(2) == 0 {
		synctest.Wait()
	}
}

// crash ends one replica at a random point of its next refresh and starts another in its place.
func (w *world) crash() {
	i := w.rand.IntN(len(w.replicas))
	point := []faultpoint.Point{faultpoint.RefreshLocked, faultpoint.RefreshMarked, faultpoint.RefreshReceived, faultpoint.RefreshSaved}[w.rand.IntN(4)]
	w.say("replica %d crashes at %s", i, point)
	old := w.replicas[i]
	w.bench.crash(old, point)
	over := make(chan struct{})
	go func() { // which ends with the replica, also when a refresh that is under way reaches the point first
		defer close(over)
		_, _ = old.Source(w.h).Token(context.Background())
	}()
	<-over
	synctest.Wait()
	w.replicas[i] = w.replica()
	if point != faultpoint.RefreshLocked && point != faultpoint.RefreshSaved {
		w.lost = true
	}
}

// presentedAgain checks that a token is presented a second time only where the policy allows it: never, with a provider that kills the session for it, while an access token
// is left to lose.
func (w *world) presentedAgain(token string) {
	r, err := w.store.Store.Load(context.Background(), w.h.ID())
	switch {
	case w.policy == Never:
		w.t.Errorf("%s was presented again", token)
	case w.policy == Strict && err == nil && time.Now().Before(r.AccessExpiry) && !w.rejected.Load():
		w.t.Errorf("%s was presented again with %v left to lose", token, time.Until(r.AccessExpiry))
	}
}

func (w *world) check() {
	w.t.Helper()
	r, err := w.store.Store.Load(context.Background(), w.h.ID())
	if w.ended {
		if !errors.Is(err, ErrGone) {
			w.t.Errorf("ended, but Load = %v", err)
		}
		return
	}
	if err != nil {
		w.t.Errorf("not ended, but Load = %v", err)
		return
	}
	if r.State == Dead && !w.lost && !w.refused && w.policy != Never && !w.storeFailed() {
		w.t.Errorf("dead without a definitive refusal: %q", r.LastError)
	}
}

// storeFailed reports whether the store was told to fail; then marks and answers may be lost, which a strict provider punishes.
func (w *world) storeFailed() bool {
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	return len(w.store.before)+len(w.store.after) > 0
}

// checkNewest compares the store's refresh token with the provider's newest, when nothing was lost on the way.
func (w *world) checkNewest() {
	w.t.Helper()
	if w.ended || w.lost || w.refused || w.storeFailed() {
		return
	}
	got, err := w.replica().Tokens(context.Background(), w.h)
	if err != nil {
		w.t.Errorf("Tokens = %v", err)
		return
	}
	if r := w.record(); r.State != Dead && got.Refresh.Reveal() != w.provider.newest {
		w.t.Errorf("the store has %s, the provider's newest is %s", got.Refresh.Reveal(), w.provider.newest)
	}
}
