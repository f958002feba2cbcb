package fleet

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/internal/faultproxy"
	"portico/internal/testserver"
)

// throughProxy puts a proxy in front of a database of the shared PostgreSQL server.
func throughProxy(t *testing.T, database string) (line *faultproxy.Proxy, through Store) {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	if line, err = faultproxy.New(u.Host); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = line.Close() })
	u.Host = line.Address()
	return line, Store{Database: u.String()}
}

// storeAway checks what everybody gets while the store does not answer: soon a 503 that says so, no redirect, no cookie; what needs no store goes on.
func storeAway(t *testing.T, f *Fleet, within time.Duration) {
	t.Helper()
	for _, p := range f.People {
		asked := time.Now()
		a := answers(t, p, p.Page, http.StatusServiceUnavailable)
		if took := time.Since(asked); took > within {
			t.Errorf("without a store an answer took %v", took)
		}
		if a.Response != nil && (a.Header.Get("Retry-After") == "" || len(a.Header.Values("Set-Cookie")) > 0) {
			t.Errorf("503 with Retry-After %q and cookies %v", a.Header.Get("Retry-After"), a.Header.Values("Set-Cookie"))
		}
	}
}

// the store is down. Pages say so, nobody is sent to the identity server and nothing is presented there; afterwards the same cookies open the same sessions.
func TestR24StoreDown(t *testing.T) {
	t.Parallel()
	line, store := throughProxy(t, postgresServer(t).NewDatabase(t))
	f := newFleet(t, Config{Store: store, People: 2, AccessTokenLifetime: 4 * time.Second})
	r := f.StartAside()
	for _, p := range f.People {
		p.Use(r)
	}
	signedIn(t, f.People...)
	before, _ := f.Command("sessions", "list", "--everyone")
	time.Sleep(4 * time.Second)
	requests := f.Identity.TokenRequests()
	for name, breaks := range map[string]func() error{
		"refuses": line.Refuse,
		"silent":  func() error { line.Blackhole(); return nil },
	} {
		if err := breaks(); err != nil {
			t.Fatal(err)
		}
		storeAway(t, f, 6*time.Second)
		if f.Identity.TokenRequests() != requests {
			t.Errorf("%s: without a claim in the store a refresh token was presented", name)
		}
		if !answersAt(r, "/healthz", http.StatusOK) || !answersAt(r, "/readyz", http.StatusServiceUnavailable) {
			t.Errorf("%s: the process does not tell alive from ready", name)
		}
		answers(t, f.People[0], staticFile(t, f.People[0]), http.StatusOK)
		if err := line.Heal(); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range f.People {
		eventually(t, "the page with the same cookie", func() bool { a, err := p.Get(p.Page); return err == nil && p.Owns(a) })
	}
	wantRefreshes(t, f, len(f.People))
	if after, _ := f.Command("sessions", "list", "--everyone"); ids(before) != ids(after) || ids(after) == "" {
		t.Errorf("sessions before:\n%s\nand after:\n%s", before, after)
	}
}

func answersAt(r *Process, path string, status int) bool {
	resp, err := http.Get("http://" + r.Address + path)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == status
}

var styles = regexp.MustCompile(`href="(/static/[^"]+\.css)"`)

// staticFile returns the path of a file that every page names.
func staticFile(t *testing.T, p *Person) string {
	t.Helper()
	a, err := p.Get("/auth/signed-out")
	m := styles.FindStringSubmatch(a.Body)
	if err != nil || m == nil {
		t.Fatalf("no style sheet: %s", describe(a, err))
	}
	return m[1]
}

var shortID = regexp.MustCompile(`(?m)^[0-9a-f]{16}`)

func ids(list string) string { return strings.Join(shortID.FindAllString(list, -1), " ") }

// the store takes twenty seconds for everything. Five hundred requests each end after the budget of their calls, nothing piles up, and it is over when the store is well again.
func TestR25StoreSlow(t *testing.T) {
	t.Parallel()
	line, store := throughProxy(t, postgresServer(t).NewDatabase(t))
	f := newFleet(t, Config{Store: store, People: 1, AccessTokenLifetime: time.Minute})
	admin := freeAddress(t)
	r := f.StartAside("PORTICO_ADMIN_LISTEN=" + admin)
	p := f.People[0]
	p.Use(r)
	signedIn(t, p)
	before := goroutines(t, admin)
	line.Delay(10 * time.Second) // each way
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			for range 5 {
				asked := time.Now()
				a := answers(t, p, p.Page, http.StatusServiceUnavailable)
				if took := time.Since(asked); took > 8*time.Second || a.Response != nil && len(a.Header.Values("Set-Cookie")) > 0 {
					t.Errorf("an answer took %v, with cookies %v", took, a.Header.Values("Set-Cookie"))
				}
			}
		})
	}
	wg.Wait()
	line.Delay(0)
	eventually(t, "the page with the same cookie", func() bool { a, err := p.Get(p.Page); return err == nil && p.Owns(a) })
	p.Close()
	eventually(t, "no more goroutines than before", func() bool { return goroutines(t, admin) <= before+20 })
}

func freeAddress(t *testing.T) string {
	t.Helper()
	return "127.0.0.1:" + testserver.FreePort(t)
}

var goroutineCount = regexp.MustCompile(`(?m)^go_goroutines (\d+)`)

func goroutines(t *testing.T, admin string) int {
	t.Helper()
	m := goroutineCount.FindStringSubmatch(metrics(t, admin))
	if m == nil {
		t.Fatal("no count of goroutines")
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

func metrics(t *testing.T, admin string) string {
	t.Helper()
	resp, err := http.Get("http://" + admin + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b := new(strings.Builder)
	if err := resp.Write(b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// the store reads and takes no writes. Who has a valid access token reads on; nobody presents a refresh token, because no claim can be written; sign-ins say that they cannot be had
// now. An answer that arrives just then is served from memory and saved when the store takes writes again.
func TestR26StoreReadsOnly(t *testing.T) {
	t.Parallel()
	server := postgresServer(t)
	database := server.NewDatabase(t)
	f := newFleet(t, Config{Store: Store{Database: database}, Replicas: 1, People: 3, AccessTokenLifetime: 12 * time.Second})
	reading, late, outside := f.People[0], f.People[1], f.People[2]
	signedIn(t, late, reading)
	time.Sleep(10500 * time.Millisecond)
	f.IdentityLine.Delay(time.Second)
	eventually(t, "a refresh in the background", func() bool { seesPage(t, late); return f.Identity.TokenRequests() > 2 }) // two sign-ins before
	readOnly(t, server, database, true)
	time.Sleep(2 * time.Second) // the answer has arrived
	f.IdentityLine.Delay(0)
	seesPage(t, late)
	requests := f.Identity.TokenRequests()
	answers(t, reading, reading.Page, http.StatusServiceUnavailable) // expired meanwhile
	if a, err := outside.SignIn(); err != nil || a.StatusCode != http.StatusServiceUnavailable || hasSession(outside) {
		t.Errorf("signing in: %s", describe(a, err))
	}
	if f.Identity.TokenRequests() != requests {
		t.Error("a token or a code was presented although nothing could be written")
	}
	readOnly(t, server, database, false)
	eventually(t, "the page of who read on", func() bool { a, err := reading.Get(reading.Page); return err == nil && reading.Owns(a) })
	seesPage(t, late)
	if a, err := outside.Open(outside.Page); err != nil || !outside.Owns(a) {
		t.Errorf("signing in afterwards: %s", describe(a, err))
	}
	late.Use(f.StartAside()) // knows only what is in the store
	seesPage(t, late)
	wantRefreshes(t, f, max(f.AccessTokensUsed()-3, 2)) // three tokens came of sign-ins, and a busy machine takes longer than those of the others last
}

func hasSession(p *Person) bool {
	return sessionCookie(p) != ""
}

// readOnly lets a database take no writes, and ends the connections so that everybody notices.
func readOnly(t *testing.T, server *testserver.Postgres, database string, on bool) {
	t.Helper()
	name := database[strings.LastIndex(database, "/")+1:]
	name, _, _ = strings.Cut(name, "?")
	server.Do(t, "ALTER DATABASE "+name+" SET default_transaction_read_only = "+strconv.FormatBool(on))
	server.Do(t, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '"+name+"'")
}

// connections to the store break in the middle of answers, and a failover leads to another server. Reads are asked again and nobody notices; writes that may have happened are not
// repeated blindly; the pool heals.
func TestR29ConnectionsBreakAndFailover(t *testing.T) {
	t.Parallel()
	server := testserver.StartPostgres(t) // of its own: it fails over
	line, store := throughProxy(t, server.NewDatabase(t))
	f := newFleet(t, Config{Store: store, Replicas: 2, People: 2})
	signedIn(t, f.People...)
	for _, n := range []int64{0, 1, 100, 1000} {
		line.ResetAfter(n)
		for _, p := range f.People {
			_, _ = p.Get(p.Page)
		}
		if err := line.Heal(); err != nil {
			t.Fatal(err)
		}
		for _, p := range f.People {
			eventually(t, "the page", func() bool { a, err := p.Get(p.Page); return err == nil && p.Owns(a) })
		}
	}
	second := server.Failover(t)
	line.Swap(second.Address())
	for _, p := range f.People {
		eventually(t, "the page after the failover", func() bool { a, err := p.Get(p.Page); return err == nil && p.Owns(a) })
	}
	time.Sleep(4100 * time.Millisecond)
	for _, p := range f.People {
		seesPage(t, p)
	}
}
