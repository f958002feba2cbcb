package fleet

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/internal/demo/fault"
)

var linkShown = regexp.MustCompile(`/share/[A-Za-z0-9_-]{43}`)

// A screen and a link read with the rights of the application user, over two processes: one sign-in for both, one refresh when the token is over, the password again when the refresh token is worthless. When the account
// is locked one of them finds out, none tries again, and the operator is told.
func TestApplicationUserOverReplicas(t *testing.T) {
	t.Parallel()
	const lifetime = 12 * time.Second
	f := newFleet(t, Config{Store: stores[0].new(t), People: 3, AccessTokenLifetime: lifetime})
	app, admin := f.People[2], freeAddress(t)
	env := []string{"DATAHUB_USERNAME=" + app.user.Username, "DATAHUB_PASSWORD=" + app.user.Password, "DATAHUB_ACCOUNT=101", "PORTICO_USER_REFRESH=true", "PORTICO_SHARE_LINKS=true"}
	f.Start(env...)
	f.Start(append(env, "PORTICO_ADMIN_LISTEN="+admin)...)
	p := f.People[0]
	signedIn(t, p)
	board := newBoard(t, p)
	before := f.Identity.TokenRequests()
	list, tabs := applicationScreen(t, p, board), applicationLink(t, p, board)
	use := func(want int, do string) {
		t.Helper()
		var wg sync.WaitGroup
		for _, tab := range append(tabs, list...) {
			for range 5 {
				wg.Go(func() { tab(t, want, do) })
			}
		}
		wg.Wait()
	}
	use(http.StatusOK, "")
	if n := f.Identity.TokenRequests() - before; n != 1 {
		t.Errorf("%d sign-ins for a screen and a link at two processes, want 1", n)
	}

	time.Sleep(lifetime)
	before, refreshed := f.Identity.TokenRequests(), f.Identity.Refreshes()
	use(http.StatusOK, "")
	if n, r := f.Identity.TokenRequests()-before, f.Identity.Refreshes()-refreshed; n != 1 || r != 1 || f.Identity.Replays() != 0 {
		t.Errorf("%d requests and %d refreshes when the token was over, want one; %d replays", n, r, f.Identity.Replays())
	}

	f.Identity.RevokeTokens(fault.Whose{Subject: app.user.ID})
	time.Sleep(lifetime)
	before = f.Identity.TokenRequests()
	use(http.StatusOK, "")
	if n := f.Identity.TokenRequests() - before; n != 2 {
		t.Errorf("%d requests when the refresh token was revoked, want one refresh and one sign-in", n)
	}

	f.Identity.RevokeTokens(fault.Whose{Subject: app.user.ID})
	f.Identity.Lock(app.user.ID, true)
	time.Sleep(lifetime)
	before = f.Identity.TokenRequests()
	for range 3 {
		use(http.StatusNotFound, "ended")
	}
	told := func() (n int) {
		for _, process := range f.Processes() {
			n += process.Count(`"msg":"application user not signed in"`, `"class":"refused"`)
		}
		return n
	}
	eventually(t, "the operator is told", func() bool { return told() > 0 })
	if n := f.Identity.TokenRequests() - before; n != 2 || told() != 1 {
		t.Errorf("a locked account is asked for %d times and told %d times, want one refresh and one sign-in, told once", n, told())
	}
	if said := readiness(t, admin); !strings.Contains(said, "application user "+app.user.Username+": refused invalid_grant") {
		t.Errorf("readiness does not name the locked account: %s", said)
	}
}

func readiness(t *testing.T, admin string) string {
	t.Helper()
	resp, err := http.Get("http://" + admin + "/readyz?verbose")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// look is one look at what reads with the application user's rights, at one process: a link's page has a status, a screen's report is told what to do.
type look func(t *testing.T, status int, do string)

// atEach returns what an anonymous browser does at each process.
func atEach(f *Fleet, jar http.CookieJar, ask func(t *testing.T, v *Person, status int, do string)) (all []look) {
	for _, process := range f.Processes() {
		v := newTab(f, f.People[1].user, jar)
		v.Use(process)
		all = append(all, func(t *testing.T, status int, do string) { ask(t, v, status, do) })
	}
	return all
}

// applicationScreen pairs a screen, for which nobody signs in.
func applicationScreen(t *testing.T, p *Person, board string) []look {
	t.Helper()
	jar, _ := cookiejar.New(nil)
	tv := newTab(p.fleet, p.user, jar)
	if done, err := p.Approve(tv.Visitor, board, "application"); err != nil || !done.URL().Query().Has("done") {
		t.Fatalf("approved: %s", describe(done, err))
	}
	list := paired(t, tv)
	return atEach(p.fleet, jar, func(t *testing.T, v *Person, _ int, do string) { reports(t, v, list, do) })
}

// applicationLink makes a link, for which nobody signs in, and opens it.
func applicationLink(t *testing.T, p *Person, board string) []look {
	t.Helper()
	made, err := p.Post("/settings/links", url.Values{"do": {"make"}, "name": {"For a visitor"}, "board": {board}, "reach": {"month"}, "life": {"86400"}, "rights": {"application"}})
	if err != nil || made.StatusCode != http.StatusSeeOther {
		t.Fatalf("a link: %s", describe(made, err))
	}
	page, err := p.Get(made.Header.Get("Location"))
	link := linkShown.FindString(page.Body)
	if err != nil || link == "" {
		t.Fatalf("the page with the link: %s", describe(page, err))
	}
	jar, _ := cookiejar.New(nil)
	opened, err := newTab(p.fleet, p.user, jar).Get(link)
	if err != nil || opened.StatusCode != http.StatusSeeOther {
		t.Fatalf("the link: %s", describe(opened, err))
	}
	return atEach(p.fleet, jar, func(t *testing.T, v *Person, status int, _ string) {
		if a, err := v.Get(opened.Header.Get("Location")); err != nil || a.StatusCode != status {
			t.Errorf("the link's page is answered by %s, want %d", describe(a, err), status)
		}
	})
}
