package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"portico/internal/audit"
	"portico/internal/faultproxy"
	"portico/internal/limit"
	"portico/internal/session"
	"portico/internal/shelf"
	"portico/internal/store/postgres"
	"portico/internal/store/storetest"
	"portico/internal/testserver"
	"portico/internal/token"
)

func open(t *testing.T, dsn string, now func() time.Time) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), dsn, now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestPostgres(t *testing.T) {
	server := testserver.StartPostgres(t)
	t.Run("sessions", func(t *testing.T) {
		storetest.Sessions(t, func(t *testing.T, c *storetest.Clock) session.Store {
			return open(t, server.NewDatabase(t), c.Now).Sessions()
		})
	})
	t.Run("audit", func(t *testing.T) {
		storetest.Audit(t, func(t *testing.T) audit.Store { return open(t, server.NewDatabase(t), nil).Audit() })
	})
	t.Run("shelf", func(t *testing.T) {
		storetest.Shelf(t, func(t *testing.T) shelf.Store { return open(t, server.NewDatabase(t), nil).Shelf() })
	})
	t.Run("tries, two replicas", func(t *testing.T) {
		storetest.Tries(t, func(t *testing.T, c *storetest.Clock) (limit.Store, limit.Store) {
			dsn := server.NewDatabase(t)
			return open(t, dsn, c.Now).Tries(), open(t, dsn, c.Now).Tries()
		})
	})
	t.Run("tokens, two replicas", func(t *testing.T) {
		storetest.Tokens(t, func(t *testing.T, c *storetest.Clock) (session.Store, token.Store) {
			dsn := server.NewDatabase(t)
			return open(t, dsn, c.Now).Sessions(), open(t, dsn, c.Now).Tokens()
		})
	})
	t.Run("count of keys", func(t *testing.T) { storetest.Keys(t, open(t, server.NewDatabase(t), nil)) })
	t.Run("the database's clock", func(t *testing.T) { databaseClock(t, open(t, server.NewDatabase(t), nil)) })
	t.Run("who lost a claim meanwhile", func(t *testing.T) { lostMeanwhile(t, server.NewDatabase(t)) })
	t.Run("replicas migrate together", func(t *testing.T) { migrateTogether(t, server.NewDatabase(t)) })
	t.Run("rights", func(t *testing.T) { rights(t, server, server.NewDatabase(t)) })
	t.Run("cancelled reads", func(t *testing.T) { cancelledReads(t, open(t, server.NewDatabase(t), nil).Sessions()) })
	t.Run("hints", func(t *testing.T) {
		dsn := server.NewDatabase(t)
		storetest.Hints(t, open(t, dsn, nil).Tokens(), open(t, dsn, nil).Tokens())
	})
	t.Run("ended connections", func(t *testing.T) { endedConnections(t, server, open(t, server.NewDatabase(t), nil)) })
	t.Run("a process cut off in a transaction", func(t *testing.T) { cutOffInATransaction(t, server, server.NewDatabase(t)) })
	t.Run("connections that end in the middle", func(t *testing.T) { endInTheMiddle(t, server, open(t, server.NewDatabase(t), nil)) })
	t.Run("restart", func(t *testing.T) { restart(t, server, open(t, server.NewDatabase(t), nil)) })
}

// databaseClock claims with a lease that the database measures.
func databaseClock(t *testing.T, s *postgres.Store) {
	r := token.Record{ID: session.NewHandle().ID(), AccessExpiry: time.Now().Add(time.Minute), Until: time.Now().Add(time.Hour), Sealed: []byte("x")}
	if err := s.Tokens().Create(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	const lease = 2 * time.Second
	claim := func(attempt string) token.Verdict {
		v, _, err := s.Tokens().Claim(t.Context(), token.ClaimRequest{ID: r.ID, Seen: 1, Attempt: attempt, Lease: lease, MaxPresented: 1})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if a, b := claim("a"), claim("b"); a != token.ClaimOK || b != token.ClaimBusy {
		t.Errorf("claims: %v, %v", a, b)
	}
	time.Sleep(lease + 50*time.Millisecond)
	if v := claim("b"); v != token.ClaimOK {
		t.Errorf("after the lease: %v", v)
	}
	if first, err := s.Sessions().Once(t.Context(), "k", time.Minute); !first || err != nil {
		t.Errorf("Once = %t, %v", first, err)
	}
	if first, err := s.Sessions().Once(t.Context(), "k", time.Minute); first || err != nil {
		t.Errorf("Once again = %t, %v", first, err)
	}
}

// lostMeanwhile has somebody take a claim over while its holder asks to send: the holder's look and its mark are one step.
func lostMeanwhile(t *testing.T, dsn string) {
	s := open(t, dsn, nil)
	r := token.Record{ID: session.NewHandle().ID(), Until: time.Now().Add(time.Hour), Sealed: []byte("x")}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(s.Tokens().Create(t.Context(), r))
	_, _, err := s.Tokens().Claim(t.Context(), token.ClaimRequest{ID: r.ID, Seen: 1, Attempt: "a", Lease: time.Minute, MaxPresented: 1})
	must(err)
	other, err := pgx.Connect(t.Context(), dsn)
	must(err)
	defer func() { _ = other.Close(context.Background()) }()
	tx, err := other.Begin(t.Context())
	must(err)
	_, err = tx.Exec(t.Context(), "UPDATE portico_tokens SET attempt = 'b' WHERE id = $1", r.ID[:])
	must(err)
	sent := make(chan error, 1)
	go func() { sent <- s.Tokens().Send(context.Background(), r.ID, "a") }()
	watch, err := pgx.Connect(t.Context(), dsn) // in a transaction pg_stat_activity stays as it was
	must(err)
	defer func() { _ = watch.Close(context.Background()) }()
	for waits := 0; waits == 0; {
		select {
		case err := <-sent:
			t.Fatalf("Send did not wait for who takes the claim over: %v", err)
		case <-time.After(time.Millisecond):
		}
		must(watch.QueryRow(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(&waits))
	}
	must(tx.Commit(t.Context()))
	if err := <-sent; !errors.Is(err, token.ErrLost) {
		t.Errorf("Send of a claim that was taken over meanwhile = %v, want ErrLost", err)
	}
	if got, err := s.Tokens().Load(t.Context(), r.ID); err != nil || got.State != token.Claimed || got.Attempt.ID != "b" || got.Presented != 0 {
		t.Errorf("the claim that took over is %+v, %v", got, err)
	}
}

func migrateTogether(t *testing.T, dsn string) {
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			s, err := postgres.Open(context.Background(), dsn, nil)
			if err != nil {
				t.Error(err)
				return
			}
			if err := errors.Join(s.Sessions().Ping(context.Background()), s.Close()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// rights: what keeps tables from being made is said at once, with what to do; who finds the tables needs no right to make some.
func rights(t *testing.T, server *testserver.Postgres, dsn string) {
	server.Do(t, "CREATE ROLE stranger LOGIN")
	stranger := strings.Replace(dsn, "portico@", "stranger@", 1)
	for address, want := range map[string]string{
		stranger: "stranger may not make tables in schema public: make this user the database's owner, or GRANT CREATE ON SCHEMA public TO stranger",
		dsn + "&default_transaction_read_only=on":      "the server takes no writes",
		dsn + "&search_path=nowhere":                   "no schema of portico's search_path is there",
		strings.Replace(dsn, "portico@", "nobody@", 1): `role "nobody" does not exist`,
	} {
		if s, err := postgres.Open(t.Context(), address, nil); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, %v, want %q in one line", address, s, err, want)
		}
	}
	open(t, dsn, nil)
	c, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(t.Context()) }()
	if _, err := c.Exec(t.Context(), "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO stranger"); err != nil {
		t.Fatal(err)
	}
	open(t, stranger, nil)
	open(t, dsn+"&default_transaction_read_only=on", nil)
}

// A caller that leaves in the middle of a read must not leave its answer to the next one.
func cancelledReads(t *testing.T, s session.Store) {
	rs := []session.Record{storetest.SessionOf("alice"), storetest.SessionOf("bob")}
	for _, r := range rs {
		if err := s.Create(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for n := range 625 {
				want := rs[(worker+n)%2]
				ctx, cancel := context.WithTimeout(context.Background(), time.Duration(n%60)*20*time.Microsecond)
				r, err := s.Load(ctx, want.ID)
				cancel()
				if err == nil && (r.Subject != want.Subject || string(r.Sealed) != want.Subject) {
					t.Errorf("asked for %s, got %s", want.Subject, r.Subject)
				}
				if errors.Is(err, session.ErrNotFound) {
					t.Errorf("a cancelled read says not found: %v", err)
				}
			}
		})
	}
	wg.Wait()
}

// endedConnections lets the server end every connection between calls: nobody notices.
func endedConnections(t *testing.T, server *testserver.Postgres, s *postgres.Store) {
	r := storetest.SessionOf("alice")
	if err := s.Sessions().Create(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	for n := range 5 {
		server.Do(t, "SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity WHERE application_name = 'portico'") // and wait until they are gone
		if _, err := s.Sessions().Load(t.Context(), r.ID); err != nil {
			t.Errorf("Load %d on an ended connection: %v", n, err)
		}
		server.Do(t, "SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity WHERE application_name = 'portico'") // and wait until they are gone
		next := r
		next.Version, next.Sealed = int64(n+2), []byte(fmt.Sprint(n))
		if err := s.Sessions().Save(t.Context(), next); err != nil {
			t.Errorf("Save %d on an ended connection: %v", n, err)
		}
	}
}

// endInTheMiddle lets the server end connections while they are in use. A write that fails has happened or has not, once; nothing says that a session is not there.
func endInTheMiddle(t *testing.T, server *testserver.Postgres, s *postgres.Store) {
	rs := []session.Record{storetest.SessionOf("alice"), storetest.SessionOf("bob"), storetest.SessionOf("carol"), storetest.SessionOf("dave")}
	for _, r := range rs {
		if err := s.Sessions().Create(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg, killer sync.WaitGroup
	killer.Go(func() {
		for ctx.Err() == nil {
			server.Do(t, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'portico'")
		}
	})
	for _, r := range rs {
		wg.Go(func() {
			for version := int64(1); version < 60; {
				next := r
				next.Version = version + 1
				err := s.Sessions().Save(t.Context(), next)
				got, lerr := eventually(s, r.ID)
				if lerr != nil || got.Version != version+1 && (err == nil || got.Version != version) || errors.Is(err, session.ErrNotFound) || errors.Is(err, session.ErrConflict) {
					t.Errorf("%s: version %d, %v after Save of version %d = %v", r.Subject, got.Version, lerr, next.Version, err)
					return
				}
				version = got.Version
			}
		})
	}
	wg.Wait()
	cancel()
	killer.Wait()
}

// eventually loads a session when connections last long enough for that.
func eventually(s *postgres.Store, id session.ID) (r session.Record, err error) {
	for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		if r, err = s.Sessions().Load(context.Background(), id); err == nil || time.Now().After(end) {
			return r, err
		}
	}
}

// restart kills the server in the middle: calls fail quickly with an error that is neither "not found" nor holds secrets, and all that was confirmed is there afterwards.
func restart(t *testing.T, server *testserver.Postgres, s *postgres.Store) {
	r := storetest.SessionOf("alice")
	if err := s.Sessions().Create(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	server.Kill()
	start := time.Now()
	_, err := s.Sessions().Load(t.Context(), r.ID)
	if err == nil || errors.Is(err, session.ErrNotFound) || time.Since(start) > 6*time.Second {
		t.Errorf("Load without a server = %v after %v", err, time.Since(start))
	}
	if err := s.Sessions().Delete(t.Context(), r.ID, session.ReasonLogout); err == nil {
		t.Error("Delete without a server says that it is done")
	}
	server.Start(t)
	if got, err := s.Sessions().Load(t.Context(), r.ID); err != nil || got.Subject != "alice" {
		t.Errorf("Load after the restart = %+v, %v", got, err)
	}
}

// cutOffInATransaction loses the way to a process that has just locked a session. Another one can claim it soon.
func cutOffInATransaction(t *testing.T, server *testserver.Postgres, dsn string) {
	line, err := faultproxy.New(server.Address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = line.Close() })
	cut, other := open(t, strings.Replace(dsn, server.Address(), line.Address(), 1), nil), open(t, dsn, nil)
	r := token.Record{ID: session.NewHandle().ID(), AccessExpiry: time.Now().Add(time.Minute), Until: time.Now().Add(time.Hour), Sealed: []byte("x")}
	if err := cut.Tokens().Create(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	claim := func(s *postgres.Store, attempt string) error {
		_, _, err := s.Tokens().Claim(t.Context(), token.ClaimRequest{ID: r.ID, Seen: 1, Attempt: attempt, Lease: time.Minute, MaxPresented: 1})
		return err
	}
	line.Delay(150 * time.Millisecond) // the locking SELECT is the third thing to arrive, after 0.75 s, and COMMIT the sixth, after 1.65 s
	lost := make(chan error, 1)
	go func() { lost <- claim(cut, "a") }()
	time.Sleep(1100 * time.Millisecond)
	line.Blackhole()
	defer func() { _ = line.Heal() }()
	began := time.Now()
	for err = claim(other, "b"); err != nil && time.Since(began) < 20*time.Second; {
		err = claim(other, "b")
	}
	if err != nil || time.Since(began) > 15*time.Second {
		t.Errorf("the session could be claimed after %v: %v", time.Since(began), err)
	}
	if <-lost == nil {
		t.Error("the process that is cut off claims as well")
	}
}

func TestOpenTellsNoPassword(t *testing.T) {
	for _, dsn := range []string{"postgres://u:canary@127.0.0.1:1/x", "postgres://u:canary@[", "postgres://u:canary@127.0.0.1:1/x?sslmode=canary"} {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		s, err := postgres.Open(ctx, dsn, nil)
		cancel()
		if err == nil {
			_ = s.Close()
			t.Errorf("%s: opened", dsn)
		} else if strings.Contains(err.Error(), "canary") {
			t.Errorf("the error shows the password: %v", err)
		}
	}
}
