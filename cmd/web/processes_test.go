package main

import (
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portico/internal/testserver"
)

// Three processes on one store: whichever answers, the session is the same, each refresh token is presented once, and nobody is signed out.
func TestReplicas(t *testing.T) {
	for name, setting := range map[string]func(t *testing.T) string{
		"sqlite": func(t *testing.T) string {
			return "PORTICO_DATABASE=sqlite://" + filepath.Join(t.TempDir(), "portico.db")
		},
		"postgres": func(t *testing.T) string { return "PORTICO_DATABASE=" + testserver.StartPostgres(t).NewDatabase(t) },
		"redis":    func(t *testing.T) string { return "PORTICO_SESSIONS=" + testserver.StartRedis(t).URL() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			replicas(t, setting(t))
		})
	}
}

func replicas(t *testing.T, setting string) {
	d := deploy(t, 4*time.Second)
	d.env = append(d.env, setting)
	var ports []string
	for range 3 {
		port := freePort(t)
		d.serveAt(t, port)
		ports = append(ports, port)
	}
	people := make([]*person, 4)
	for i := range people {
		people[i] = newPersonAmong(t, d.base, ports...)
		people[i].signIn("/sites", "viewer").want(t, http.StatusOK)
	}
	var answered, failed atomic.Int32
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(300 * time.Millisecond) {
		var wg sync.WaitGroup
		for _, p := range people {
			for range 3 {
				wg.Go(func() {
					if answered.Add(1); p.get("/sources/6044811").StatusCode != http.StatusOK {
						failed.Add(1)
					}
				})
			}
		}
		wg.Wait()
	}
	if failed.Load() > 0 {
		t.Errorf("%d of %d requests failed", failed.Load(), answered.Load())
	}
	if n := d.identity.Replays(); n > 0 {
		t.Errorf("%d refresh tokens were presented twice", n)
	}
	if n := d.identity.Refreshes(); n < 3*len(people) || n > 7*len(people) {
		t.Errorf("%d refreshes of %d sessions in fifteen seconds of four-second tokens", n, len(people))
	}
}
