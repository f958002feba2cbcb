package fleet

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"portico/internal/faultproxy"
	"portico/internal/testserver"
)

// redisThroughProxy is a server behind a proxy.
func redisThroughProxy(t *testing.T) (*testserver.Redis, *faultproxy.Proxy, Store) {
	t.Helper()
	server := testserver.StartRedis(t, "--repl-diskless-sync-delay", "0")
	line, err := faultproxy.New(server.Address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = line.Close() })
	return server, line, Store{Database: sqliteFile(t), Sessions: "redis://" + line.Address()}
}

// with sessions in Redis: it is down, silent or slow. Pages say so within the budget, cookies stay, and afterwards they open the same sessions.
func TestR24RedisAway(t *testing.T) {
	t.Parallel()
	_, line, store := redisThroughProxy(t)
	f := newFleet(t, Config{Store: store, People: 2, Replicas: 1, AccessTokenLifetime: time.Minute})
	for _, p := range f.People {
		p.Use(f.Processes()[0]) // the balancer would notice that it is not ready
	}
	signedIn(t, f.People...)
	for name, breaks := range map[string]func() error{
		"refuses": line.Refuse,
		"silent":  func() error { line.Blackhole(); return nil },
		"slow":    func() error { line.Delay(10 * time.Second); return nil },
	} {
		if err := breaks(); err != nil {
			t.Fatal(err)
		}
		storeAway(t, f, 6*time.Second)
		if err := line.Heal(); err != nil {
			t.Fatal(err)
		}
		for _, p := range f.People {
			eventually(t, "the page with the same cookie after "+name, func() bool { a, err := p.Get(p.Page); return err == nil && p.Owns(a) })
		}
	}
	wantRefreshes(t, f, 0)
}

// the sessions are flushed. Everybody comes back by one sign-in without a question, to the page that they asked for.
func TestR27Flush(t *testing.T) {
	t.Parallel()
	server, _, store := redisThroughProxy(t)
	f := newFleet(t, Config{Store: store, People: 2, Replicas: 2, AccessTokenLifetime: time.Minute})
	signedIn(t, f.People...)
	server.Do(t, "FLUSHALL")
	for _, p := range f.People {
		signsInSilently(t, p)
		seesPage(t, p)
	}
}

// signsInSilently asks for the person's page and wants it after a sign-in in which nobody was asked for anything.
func signsInSilently(t *testing.T, p *Person) {
	t.Helper()
	a, err := p.Open(p.Page)
	if err != nil || !p.Owns(a) || len(a.Way) == 0 || len(a.Way) > 5 || !strings.HasSuffix(a.Request.URL.String(), p.Page) {
		t.Errorf("%s, as %s: %s", p.Page, p.Name, describe(a, err))
	}
}

// a failover leads to a replica that does not know of the last refresh. Its refresh token is presented once more, because nothing there says that it was; the refusal costs each
// person one silent sign-in, and everything goes on.
func TestR28StaleFailover(t *testing.T) {
	t.Parallel()
	master, line, store := redisThroughProxy(t)
	replica := testserver.StartRedis(t, "--replicaof", "127.0.0.1", master.Port)
	master.AwaitReplica(t)
	f := newFleet(t, Config{Store: store, People: 2, Replicas: 2, AccessTokenLifetime: 4 * time.Second})
	signedIn(t, f.People...)
	time.Sleep(500 * time.Millisecond)
	replica.Do(t, "REPLICAOF", "NO", "ONE") // from now on it is behind
	time.Sleep(4 * time.Second)
	for _, p := range f.People {
		seesPage(t, p)
	}
	wantRefreshes(t, f, 2)
	time.Sleep(4 * time.Second) // the access token that the master knows has expired as well
	line.Swap(replica.Address())
	for _, p := range f.People {
		signsInSilently(t, p)
	}
	if n := f.Identity.Replays(); n > 2 {
		t.Errorf("%d refresh tokens of two people were presented twice", n)
	}
	replays := f.Identity.Replays()
	for range 2 {
		time.Sleep(4 * time.Second)
		for _, p := range f.People {
			seesPage(t, p)
		}
	}
	if n := f.Identity.Replays(); n != replays {
		t.Errorf("%d refresh tokens were presented twice after the failover was over", n-replays)
	}
	answers(t, f.People[0], "/healthz", http.StatusOK)
}
