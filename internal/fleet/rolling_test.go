package fleet

import (
	"flag"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

var (
	rollFor  = flag.Duration("roll.for", 5*time.Second, "how long TestR41RollingRestart restarts processes under load, at least")
	rollRate = flag.Int("roll.rate", 40, "and its requests a second")
)

// two processes are restarted one after the other, again and again, under load and through a rotation of keys. No request fails and nobody is signed out.
func TestR41RollingRestart(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, store Store) {
		f := newFleet(t, Config{Store: store, Replicas: 2, People: 4, Env: []string{"PORTICO_DRAIN_DELAY=3s"}}) // as it is by default: the balancer has to notice on a busy machine, too
		r, err := f.Roll(t.Context(), Rolling{Load: Load{People: f.People, Rate: *rollRate}, For: *rollFor, Pause: 300 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		if r.Failed() > 0 || r.Lost > 0 || r.Replays > 0 || r.Refreshes != r.Expiries || r.Refreshes < len(f.People) {
			t.Errorf("%d requests in %v, failures %v, %d sessions lost, %d refreshes at %d expiries, %d tokens presented twice", r.Requests(), r.Took, r.Failures, r.Lost, r.Refreshes, r.Expiries, r.Replays)
		}
		t.Logf("%d requests, %d restarts, p50 %v, p99 %v", r.Requests(), r.Restarts, r.Quantile(0.5), r.Quantile(0.99))
	})
}

// the key that seals the sessions is removed too early. Everybody signs in once, silently, whichever process answers, and log and metric name the key.
func TestR42KeyRemovedTooEarly(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, store Store) {
		f := newFleet(t, Config{Store: store, Replicas: 2, People: 3, AccessTokenLifetime: time.Minute})
		signedIn(t, f.People...)
		ids, err := f.keys()
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range [][]string{{"keys", "rotate", "--at-once"}, {"keys", "retire", ids[0], "--force"}} {
			if out, err := f.Command(step...); err != nil {
				t.Fatalf("%v: %v\n%s", step, err, out)
			}
		}
		for _, p := range f.Processes() {
			_ = p.Stop()
		}
		admins := []string{freeAddress(t), freeAddress(t)}
		var named int
		for _, admin := range admins {
			f.Start("PORTICO_ADMIN_LISTEN=" + admin)
		}
		for _, p := range f.People {
			a, err := p.Open(p.Page)
			if err != nil || !p.Owns(a) || len(a.Way) == 0 || len(a.Way) > 5 || a.Request.URL.RequestURI() != p.Page {
				t.Errorf("%s: %s", p.Name, describe(a, err))
			}
			for range 4 {
				answers(t, p, p.Page, http.StatusOK)
			}
		}
		for i, r := range f.Processes() {
			if r.Count("record refused", ids[0]) > 0 && strings.Contains(metrics(t, admins[i]), fmt.Sprintf(`portico_sealing_key_missing_total{key="%s"}`, ids[0])) {
				named++
			}
		}
		if named == 0 {
			t.Errorf("neither log nor metrics name the missing key %s", ids[0])
		}
	})
}
