package fleet

import (
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/internal/visitor"
)

// A screen is paired over several processes, each step at another one. Its tokens are refreshed once for all of them; when every process is killed and others are started on the same store, the
// screen goes on without anybody's doing anything.
func TestScreenOverReplicasAndRestarts(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, store Store) {
		const lifetime = 12 * time.Second
		f := newFleet(t, Config{Store: store, Replicas: 2, People: 1, AccessTokenLifetime: lifetime})
		p := f.People[0]
		signedIn(t, p)
		jar, _ := cookiejar.New(nil)
		tv := newTab(f, p.user, jar)
		list := pairScreen(t, p, tv)
		time.Sleep(lifetime)
		before := f.Identity.Refreshes()
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() { reports(t, tv, list, "") })
		}
		wg.Wait()
		if n := f.Identity.Refreshes() - before; n != 1 || f.Identity.Replays() != 0 {
			t.Errorf("%d refreshes for 20 reports at once, want 1; %d tokens presented twice", n, f.Identity.Replays())
		}
		for _, r := range f.Processes() {
			_ = r.Kill()
		}
		f.Start()
		if !within(30*time.Second, func() bool {
			a, err := tv.Get(list)
			return err == nil && a.StatusCode == http.StatusOK && strings.Contains(a.Body, `data-screen="`)
		}) {
			t.Error("after a restart the screen does not go on within 30 s")
		}
		reports(t, tv, list, "")
	})
}

// pairScreen lets a person put a new dashboard of theirs onto a screen, and returns where the screen is led.
func pairScreen(t *testing.T, p, tv *Person) string {
	t.Helper()
	asked, err := p.Approve(tv.Visitor, newBoard(t, p), "own")
	if err != nil {
		t.Fatal(err)
	}
	done, err := p.FillIn(asked, visitor.User{Name: p.user.Username, Password: p.user.Password}, "")
	if err != nil || !done.URL().Query().Has("done") {
		t.Fatalf("approved: %s", describe(done, err))
	}
	return paired(t, tv)
}

// newBoard makes a dashboard of a person's and returns its id.
func newBoard(t *testing.T, p *Person) string {
	t.Helper()
	id, err := p.NewBoard()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// paired returns where a television is led that was approved.
func paired(t *testing.T, tv *Person) string {
	t.Helper()
	shows, err := tv.Get("/screen")
	if err != nil || shows.StatusCode != http.StatusSeeOther || !strings.HasPrefix(shows.Header.Get("Location"), "/tv/list/") {
		t.Fatalf("the approved screen: %s", describe(shows, err))
	}
	return shows.Header.Get("Location")
}

// reports sends a screen's report, which must be answered so.
func reports(t *testing.T, tv *Person, list, want string) {
	t.Helper()
	var told struct{ Do, Trouble string }
	a, err := tv.Post("/tv/report", url.Values{"screen": {strings.TrimPrefix(list, "/tv/list/")}})
	if err != nil || a.StatusCode != http.StatusOK || json.Unmarshal([]byte(a.Body), &told) != nil || told.Do != want || told.Trouble != "" {
		t.Errorf("the report is answered by %s", describe(a, err))
	}
}
