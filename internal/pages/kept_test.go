package pages

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/internal/board"
	"portico/internal/datahub"
	"portico/internal/demo/fault"
)

// While the Data Hub is away, a page that was seen shows what it said then, and how old that is; what was not seen fails.
func TestLastGoodDataWhileTheDataHubIsAway(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	seen := []string{"/overview", "/sites", "/sites/204486", "/sources/6044861"}
	for _, path := range seen {
		if a := b.get(path); strings.Contains(a.body, "not current") {
			t.Errorf("%s is current, and says that it is not", path)
		}
	}
	b.faults.Set(fault.Rule{Fault: fault.Fault{Status: 500}})
	for _, path := range seen {
		b.get(path).want(t, path, http.StatusOK, "not current", "Cold store Meuse")
	}
	if a := b.get("/sites/204481"); a.status == http.StatusOK {
		t.Error("a site that was never seen is shown")
	}
}

// An answer that is cut short is never shown in part and never kept: the last good one stays, and the next good one is current.
func TestR18BadAnswersAreNotKept(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.get("/sites").want(t, "seen", http.StatusOK, "Cold store Meuse")
	for _, n := range []int{1, 100} {
		b.faults.Set(fault.Rule{Path: "/sites", Fault: fault.Fault{Truncate: n}})
		b.get("/sites").want(t, "cut short", http.StatusOK, "not current", "Cold store Meuse")
		if a := b.get("/sites/204481"); a.status == http.StatusOK {
			t.Errorf("a site that was never seen is shown from %d bytes", n)
		}
	}
	b.faults.Set()
	if a := b.get("/sites"); a.status != http.StatusOK || strings.Contains(a.body, "not current") {
		t.Errorf("well again: %d", a.status)
	}
}

// A refusal is an answer, too: what was kept does not stand in for it.
func TestRefusalsCountAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.get("/sites/204486").want(t, "seen", http.StatusOK)
	b.faults.Set(fault.Rule{Fault: fault.Fault{Status: 403}})
	b.get("/sites/204486").want(t, "refused", http.StatusNotFound)
	b.faults.Set()
	if a := b.get("/sites/204486"); a.status != http.StatusOK || strings.Contains(a.body, "not current") {
		t.Errorf("well again: %d", a.status)
	}
}

// What was read for one person is not there for another, in another account, or after the session (S-87).
func TestKeptDataBelongToASession(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.get("/sites").want(t, "seen", http.StatusOK)
	b.faults.Set(fault.Rule{Fault: fault.Fault{Status: 500}})
	mine := b.who
	for name, who := range map[string]Who{
		"another person": {mine.Issuer, "bob", mine.Account, mine.Session}, "another account": {mine.Issuer, mine.Subject, "102", mine.Session}, "another issuer": {"https://other.example", mine.Subject, mine.Account, mine.Session},
		"another session": {mine.Issuer, mine.Subject, mine.Account, "other"},
	} {
		b.who = who
		if a := b.serve(httptest.NewRequest(http.MethodGet, "/sites", nil)); a.err == nil {
			t.Errorf("%s sees what was kept", name)
		}
	}
	b.who = mine
	b.get("/sites").want(t, "the same person", http.StatusOK, "not current")
	b.pages.Forget(mine.Session)
	if a := b.get("/sites"); a.err == nil || len(b.pages.kept.entries) != 0 {
		t.Errorf("signed out: status %d, %d entries are kept", a.status, len(b.pages.kept.entries))
	}
}

func TestKeptDataAreBounded(t *testing.T) {
	k, now := newKept(), time.Now()
	for i := range 100 {
		k.put(keptKey{what: string(rune('a' + i))}, i, 1<<20, now)
	}
	if _, _, old := k.get(keptKey{what: "a"}, now); old || k.bytes > keptBytes || len(k.entries) != k.order.Len() {
		t.Errorf("%d bytes in %d entries", k.bytes, len(k.entries))
	}
	last := keptKey{what: string(rune('a' + 99))}
	if _, _, ok := k.get(last, now.Add(lastGood)); !ok {
		t.Error("the newest entry is gone")
	}
	if _, _, ok := k.get(last, now.Add(lastGood+1)); ok {
		t.Error("an entry is older than it may be")
	}
}

// countAsked puts something between the pages and the Data Hub that answers after a while. It returns how often each thing was asked since it was last looked at.
func (b *bench) countAsked(after func() time.Duration) func() map[string]int {
	b.Helper()
	var mu sync.Mutex
	asked := map[string]int{}
	to, err := url.Parse(b.address)
	if err != nil {
		b.Fatal(err)
	}
	data := httputil.NewSingleHostReverseProxy(to)
	between := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // one that is cut short the Data Hub refuses
		r.Body = io.NopCloser(bytes.NewReader(body))
		mu.Lock()
		asked[r.Method+" "+r.URL.String()+" "+string(body)]++
		mu.Unlock()
		time.Sleep(after())
		data.ServeHTTP(w, r)
	}))
	b.Cleanup(between.Close)
	if b.hub, err = datahub.New(datahub.Config{BaseURL: between.URL, Timeout: time.Minute}); err != nil {
		b.Fatal(err)
	}
	return func() map[string]int {
		mu.Lock()
		defer mu.Unlock()
		seen := asked
		asked = map[string]int{}
		return seen
	}
}

// What several panels need is asked once, also when none of it is known yet.
func TestPanelsAskTogether(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	asked := b.countAsked(func() time.Duration { return 20 * time.Millisecond })
	of := board.Board{Title: "x"}
	for range 6 {
		id := of.Add(board.BigNumber)
		of.Widgets[of.Find(id)].Series = []string{"80101"}
	}
	of.Add(board.League)
	of.Add(board.SiteMap)
	b.widgets(of, 0)
	seen := asked()
	if len(seen) < 8 {
		t.Fatalf("only %v was asked", seen)
	}
	for what, n := range seen {
		if n != 1 && strings.HasPrefix(what, "GET ") && !strings.Contains(what, "/data") {
			t.Errorf("%s was asked %d times", what, n)
		}
		if strings.Contains(what, "/stateChanges") || strings.Contains(what, "/events") {
			t.Errorf("%s was asked, which none of them shows", what)
		}
	}
}

// A page asks each thing once, however long the answers to the others take.
func TestPagesAskOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	asked := b.countAsked(func() time.Duration { return rand.N(10 * time.Millisecond) })
	for _, path := range []string{"/overview", "/sites?q=kwh>1", "/sites/204481", "/sites/204481/alarms", "/sites/204481/quality", "/sources/6044861", "/variables/80101", "/explore?s=80101&s=80201&cmp=prev", "/alarms", "/events", "/quality", "/search?q=cold"} {
		b.pages = New()
		b.get(path).want(t, path, http.StatusOK)
		for what, n := range asked() {
			if n != 1 {
				t.Errorf("%s asks %d times for %s", path, n, what)
			}
		}
	}
}

// Who shares a question with somebody who leaves gets an answer all the same.
func TestWhoIsLeftAloneAsks(t *testing.T) {
	t.Parallel()
	rd := newBench(t).pages.reader(newBench(t).request(nil, httptest.NewRequest(http.MethodGet, "/", nil)))
	leaving, leave := context.WithCancel(t.Context())
	begun := make(chan struct{})
	done := make(chan error)
	go func() {
		_, err := askedOnce(leaving, rd, keptKey{}, func(ctx context.Context) (int, error) {
			close(begun)
			<-ctx.Done()
			return 0, ctx.Err()
		})
		done <- err
	}()
	<-begun
	go func() { time.Sleep(50 * time.Millisecond); leave() }()
	v, err := askedOnce(t.Context(), rd, keptKey{}, func(context.Context) (int, error) { return 7, nil })
	if first := <-done; v != 7 || err != nil || !errors.Is(first, context.Canceled) {
		t.Errorf("%d, %v; the one who left: %v", v, err, first)
	}
}
