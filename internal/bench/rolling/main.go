// Command rolling starts two processes of the portal on one store, with the demo's identity server in strict mode, and restarts them one after the other under load and through a rotation
// of keys. It prints a line for each store: nobody may be signed out, no request may fail, and each refresh token may be presented once.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"portico/internal/fleet"
	"portico/internal/testserver"
)

// config is what the command can be told.
type config struct {
	stores   string
	roll     time.Duration
	people   int
	rate     int
	lifetime time.Duration
	pause    time.Duration
	program  string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c config
	flag.StringVar(&c.stores, "stores", "sqlite,postgres,redis", "stores, one after the other; servers are started for them and ended")
	flag.DurationVar(&c.roll, "for", 5*time.Minute, "how long each store is tried")
	flag.IntVar(&c.people, "people", 20, "people who are signed in")
	flag.IntVar(&c.rate, "rate", 50, "requests a second, of all people together")
	flag.DurationVar(&c.lifetime, "access-token-lifetime", 15*time.Second, "lifetime of access tokens; from four fifths on they are refreshed")
	flag.DurationVar(&c.pause, "pause", 2*time.Second, "between two restarts")
	flag.StringVar(&c.program, "web", "", "the portal's program; built when not given")
	flag.Parse()
	slog.SetDefault(slog.New(slog.DiscardHandler)) // the identity server's library
	if err := run(ctx, c, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "rolling:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, c config, out io.Writer) error {
	s := testserver.NewScope(ctx)
	defer s.Close()
	if c.program == "" {
		c.program = fleet.Build(s, folder(s), "")
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "store\tduration\trequests\tp50\tp99\terrors\trefreshes\texpiries\trefreshes per expiry\tpresented twice\tsessions lost\trestarts\t")
	var failed []error
	for name := range strings.SplitSeq(c.stores, ",") {
		r, err := roll(ctx, c, name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		perExpiry := float64(r.Refreshes) / float64(max(r.Expiries, 1))
		fmt.Fprintf(w, "%s\t%v\t%d\t%v\t%v\t%d\t%d\t%d\t%.3f\t%d\t%d\t%d\t\n", name, r.Took.Round(time.Second), r.Requests(), ms(r.Quantile(0.5)), ms(r.Quantile(0.99)), r.Failed(), r.Refreshes, r.Expiries, perExpiry, r.Replays, r.Lost, r.Restarts)
		failed = append(failed, verdict(name, r))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return errors.Join(failed...)
}

// verdict says what a result should not have been.
func verdict(name string, r fleet.Result) error {
	if r.Failed() == 0 && r.Lost == 0 && r.Replays == 0 && r.Refreshes == r.Expiries {
		return nil
	}
	var b strings.Builder
	for _, what := range slices.Sorted(maps.Keys(r.Failures)) {
		fmt.Fprintf(&b, "\n  %d × %s", r.Failures[what], what)
	}
	return fmt.Errorf("%s: that should not have happened%s", name, b.String())
}

// roll tries one store in a scope of its own.
func roll(ctx context.Context, c config, name string) (fleet.Result, error) {
	s := testserver.NewScope(ctx)
	defer s.Close()
	store, err := open(s, name)
	if err != nil {
		return fleet.Result{}, err
	}
	f := fleet.New(s, fleet.Config{Program: c.program, Store: store, Replicas: 2, People: c.people, AccessTokenLifetime: c.lifetime, Env: []string{"PORTICO_DRAIN_DELAY=3s"}})
	return f.Roll(ctx, fleet.Rolling{Load: fleet.Load{People: f.People, Rate: c.rate}, For: c.roll, Pause: c.pause})
}

// open makes an empty store.
func open(s *testserver.Scope, name string) (fleet.Store, error) {
	file := "sqlite://" + filepath.Join(folder(s), "portico.db")
	switch name {
	case "sqlite":
		return fleet.Store{Database: file}, nil
	case "postgres":
		return fleet.Store{Database: testserver.StartPostgres(s).NewDatabase(s)}, nil
	case "redis":
		return fleet.Store{Database: file, Sessions: testserver.StartRedis(s).URL()}, nil
	}
	return fleet.Store{}, errors.New("no such store; there are sqlite, postgres and redis")
}

func folder(s *testserver.Scope) string {
	dir, err := os.MkdirTemp("", "portico-rolling")
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func ms(d time.Duration) time.Duration { return d.Round(100 * time.Microsecond) }
