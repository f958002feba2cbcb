package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// command runs the program with the deployment's configuration and returns what it prints.
func (d *deployment) command(t *testing.T, args ...string) (string, error) {
	t.Helper()
	cmd := newCommand(args...)
	cmd.Env = append(cmd.Env, d.env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// keysOf returns the ids of `web keys list` with the number of records under each.
func (d *deployment) keysOf(t *testing.T) (ids []string, records map[string]string) {
	t.Helper()
	out, err := d.command(t, "keys", "list")
	if err != nil {
		t.Fatalf("keys list: %v\n%s", err, out)
	}
	records = map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^(\d{8}-\S+) .* (\d+)$`).FindAllStringSubmatch(out, -1) {
		ids = append(ids, m[1])
		records[m[1]] = m[2]
	}
	return ids, records
}

// Client keys are made by a command, and what is published of them is public.
func TestClientKeyIsPublished(t *testing.T) {
	t.Parallel()
	d := deploy(t, time.Minute)
	var files []string
	for i, alg := range []string{"ES256", "ES256"} {
		key, err := d.command(t, "keys", "client", "--alg="+alg)
		if err != nil || !strings.Contains(key, `"d":`) {
			t.Fatalf("keys client: %v\n%s", err, key)
		}
		files = append(files, filepath.Join(t.TempDir(), strconv.Itoa(i)))
		if err := os.WriteFile(files[i], []byte(key), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d.env = append(d.env, "PORTICO_CLIENT_KEY_FILE="+strings.Join(files, ","))
	d.serve(t)
	a := newPerson(t, d.base).get("/auth/jwks.json")
	a.want(t, http.StatusOK)
	var set struct{ Keys []map[string]any }
	if err := json.Unmarshal([]byte(a.Body), &set); err != nil || len(set.Keys) != 2 || a.Header.Get("Content-Type") != "application/jwk-set+json" {
		t.Fatalf("published: %v, %s", err, a.Body)
	}
	for _, k := range set.Keys {
		if k["d"] != nil || k["alg"] != "ES256" || k["use"] != "sig" || k["kid"] == "" {
			t.Errorf("published key %v", k)
		}
	}
	if out, err := d.command(t, "keys", "client", "--alg=HS256"); err == nil || !strings.Contains(out, "--alg") {
		t.Errorf("keys client --alg=HS256: %v %s", err, out)
	}
}

// A key is added, promoted and retired with a restart after each step. Nobody signs in again.
func TestKeyRotation(t *testing.T) {
	t.Parallel()
	d := deploy(t, 3*time.Second)
	portal := d.serve(t)
	p := newPerson(t, d.base)
	p.signIn("/sites", "viewer").want(t, http.StatusOK)
	first, _ := d.keysOf(t)
	restart := func() {
		t.Helper()
		if err := portal.stop(syscall.SIGTERM); err != nil {
			t.Errorf("SIGTERM: %v\n%s", err, portal.log)
		}
		portal = d.serve(t)
		p.get("/sites").want(t, http.StatusOK)
	}
	if out, err := d.command(t, "keys", "rotate"); err != nil || !strings.Contains(out, "does not seal yet") {
		t.Fatalf("first step: %v\n%s", err, out)
	}
	restart()
	if out, err := d.command(t, "keys", "rotate"); err != nil || !strings.Contains(out, "seals from now on") {
		t.Fatalf("second step: %v\n%s", err, out)
	}
	ids, records := d.keysOf(t)
	if len(ids) != 2 || ids[1] != first[0] || records[first[0]] != "2" {
		t.Fatalf("keys %v with records %v, want the new one first and both records under the old one", ids, records)
	}
	if out, err := d.command(t, "keys", "retire", first[0]); err == nil || !strings.Contains(out, "2 records") {
		t.Errorf("a key in use is retired: %v\n%s", err, out)
	}
	if out, err := d.command(t, "keys", "retire", ids[0]); err == nil || !strings.Contains(out, "rotate first") {
		t.Errorf("the key that seals is retired: %v\n%s", err, out)
	}
	restart()
	time.Sleep(4 * time.Second) // the tokens are sealed again when they are refreshed
	p.get("/sites").want(t, http.StatusOK)
	if _, records := d.keysOf(t); records[first[0]] != "0" || records[ids[0]] != "2" {
		t.Errorf("records %v, want all under the new key", records)
	}
	if out, err := d.command(t, "keys", "retire", first[0]); err != nil {
		t.Errorf("retire: %v\n%s", err, out)
	}
	restart()
	for _, e := range d.env {
		if path, ok := strings.CutPrefix(e, "PORTICO_KEYS_FILE="); ok {
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("the key file has mode %v, %v", info.Mode(), err)
			}
		}
	}
}

func TestOperatorEndsSessions(t *testing.T) {
	t.Parallel()
	d := deploy(t, time.Minute)
	d.serve(t)
	viewer, operator := newPerson(t, d.base), newPerson(t, d.base)
	viewer.signIn("/sites", "viewer").want(t, http.StatusOK)
	operator.signIn("/sites", "operator").want(t, http.StatusOK)
	issuer := d.issuer
	if out, err := d.command(t, "sessions", "list", "--everyone"); err != nil || !strings.Contains(out, "2 sessions") || !strings.Contains(out, "7be40911-viewer") {
		t.Errorf("list: %v\n%s", err, out)
	}
	if out, err := d.command(t, "sessions", "end", "--issuer", issuer, "--subject", "7be40911-viewer"); err != nil || !strings.Contains(out, "1 sessions ended") {
		t.Errorf("end: %v\n%s", err, out)
	}
	viewer.get("/sites").want(t, http.StatusSeeOther)
	operator.get("/sites").want(t, http.StatusOK)
	for _, args := range [][]string{{"sessions", "end"}, {"sessions", "end", "--subject", "x"}, {"sessions", "end", "--everyone", "--subject", "x", "--issuer", issuer}} {
		if out, err := d.command(t, args...); err == nil {
			t.Errorf("%v: accepted\n%s", args, out)
		}
	}
	if out, err := d.command(t, "sessions", "end", "--everyone"); err != nil || !strings.Contains(out, "1 sessions ended") {
		t.Errorf("end everyone: %v\n%s", err, out)
	}
	operator.get("/sites").want(t, http.StatusSeeOther)
}
