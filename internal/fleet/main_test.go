package fleet

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	_ "portico/internal/app" // so that go test forgets its results when the program has changed
	"portico/internal/testserver"
	"portico/internal/visitor"
)

// shared is what all tests use: the built programs and the database server.
var shared struct {
	scope   *testserver.Scope
	program string // the ordinary one

	mu       sync.Mutex
	faulty   string // with fault points, built when it is wanted first
	postgres *testserver.Postgres
}

func TestMain(m *testing.M) {
	flag.Parse()
	if given := flag.Lookup("test.parallel"); given.Value.String() == given.DefValue {
		_ = flag.Set("test.parallel", "8") // these tests wait more than they work
	}
	slog.SetDefault(slog.New(slog.DiscardHandler)) // the identity server's library
	shared.scope = testserver.NewScope(context.Background())
	dir, err := os.MkdirTemp("", "portico")
	if err != nil {
		shared.scope.Fatal(err)
	}
	shared.scope.Cleanup(func() { _ = os.RemoveAll(dir) })
	shared.program = Build(shared.scope, dir, "")
	code := m.Run()
	shared.scope.Close()
	os.Exit(code)
}

// lasting is a test in which things can be started that outlast it.
type lasting struct {
	testing.TB
}

func (lasting) Cleanup(f func())         { shared.scope.Cleanup(f) }
func (lasting) Context() context.Context { return shared.scope.Context() }

// withFaultpoints returns the program that crashes and halts at named points.
func withFaultpoints(t *testing.T) string {
	t.Helper()
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.faulty == "" {
		shared.faulty = Build(lasting{t}, filepath.Dir(shared.program), "faultpoints")
	}
	return shared.faulty
}

func postgresServer(t *testing.T) *testserver.Postgres {
	t.Helper()
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.postgres == nil {
		shared.postgres = testserver.StartPostgres(lasting{t})
	}
	return shared.postgres
}

// stores are the databases that several processes can share, each new and empty.
var stores = []struct {
	name string
	new  func(t *testing.T) Store
}{
	{"sqlite", func(t *testing.T) Store { return Store{Database: sqliteFile(t)} }},
	{"postgres", func(t *testing.T) Store { return Store{Database: postgresServer(t).NewDatabase(t)} }},
	{"redis", func(t *testing.T) Store {
		return Store{Database: sqliteFile(t), Sessions: testserver.StartRedis(t).URL()}
	}},
}

func sqliteFile(t *testing.T) string { return "sqlite://" + filepath.Join(t.TempDir(), "portico.db") }

// onEachStore runs a test on each of them, side by side.
func onEachStore(t *testing.T, f func(t *testing.T, store Store)) {
	t.Helper()
	for _, s := range stores {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			f(t, s.new(t))
		})
	}
}

// newFleet starts a fleet of the ordinary program, unless the test says otherwise.
func newFleet(t *testing.T, c Config) *Fleet {
	t.Helper()
	if c.Program == "" {
		c.Program = shared.program
	}
	return New(t, c)
}

// signedIn signs people in, one after the other. Who is asked to come again, or finds no replica ready for a moment, as on a busy machine, does so.
func signedIn(t *testing.T, people ...*Person) {
	t.Helper()
	for _, p := range people {
		a, err := p.SignIn()
		for try := 0; try < 5 && err == nil && (a.StatusCode == http.StatusServiceUnavailable || a.StatusCode == http.StatusBadGateway); try++ {
			time.Sleep(time.Second)
			a, err = p.SignIn()
		}
		if err != nil || !p.Owns(a) {
			t.Fatalf("signing in %s: %s", p.Name, describe(a, err))
		}
	}
}

// describe says what came back, for messages.
func describe(a visitor.Page, err error) string {
	if err != nil {
		return err.Error()
	}
	if a.Response == nil {
		return "no answer"
	}
	body := strings.Join(strings.Fields(a.Body), " ")
	return fmt.Sprintf("%d %s after %d redirects: %.300s", a.StatusCode, a.Request.URL, len(a.Way), body)
}

// seesPage asks for the person's page and wants it without a redirect.
func seesPage(t *testing.T, p *Person) {
	t.Helper()
	if a, err := p.Get(p.Page); err != nil || !p.Owns(a) {
		t.Errorf("%s, as %s: %s", p.Page, p.Name, describe(a, err))
	}
}

// answers asks for a page and wants a status.
func answers(t *testing.T, p *Person, path string, status int) visitor.Page {
	t.Helper()
	a, err := p.Get(path)
	if err != nil || a.StatusCode != status {
		t.Errorf("%s: want status %d, not %s", path, status, describe(a, err))
	}
	return a
}

// wantRefreshes compares how often the identity server has refreshed, and that no token was presented twice.
func wantRefreshes(t *testing.T, f *Fleet, n int) {
	t.Helper()
	if got := f.Identity.Refreshes(); got != n {
		t.Errorf("%d refreshes, want %d", got, n)
	}
	if got := f.Identity.Replays(); got != 0 {
		t.Errorf("%d refresh tokens were presented twice", got)
	}
}

// eventually waits for something that happens elsewhere.
func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	if !within(time.Minute, f) {
		t.Errorf("%s: not within a minute", what)
	}
}
