package config

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portico/internal/secret"
)

func TestSessionsURL(t *testing.T) {
	for raw, want := range map[string]Redis{
		"redis://127.0.0.1":                         {Addresses: []string{"127.0.0.1:6379"}},
		"redis://localhost:7000/3":                  {Addresses: []string{"localhost:7000"}, Database: 3},
		"redis://[::1]:7000":                        {Addresses: []string{"[::1]:7000"}},
		"rediss://portico:canary@cache.example.com": {Addresses: []string{"cache.example.com:6379"}, User: "portico", Password: secret.New("canary"), TLS: true},
		"rediss://:can%40ary@a.example.com:1,b.example.com,c.example.com:3":    {Addresses: []string{"a.example.com:1", "b.example.com:6379", "c.example.com:3"}, Cluster: true, Password: secret.New("can@ary"), TLS: true},
		"rediss://:canary@cluster.example.com?cluster":                         {Addresses: []string{"cluster.example.com:6379"}, Cluster: true, Password: secret.New("canary"), TLS: true},
		"redis://127.0.0.1,127.0.0.2:5/2?master=main&replicas=1&sentinel-auth": {Addresses: []string{"127.0.0.1:26379", "127.0.0.2:5"}, Master: "main", Sentinels: true, Database: 2, Replicas: 1},
	} {
		got, ok, err := Store{Sessions: raw}.Redis()
		if err != nil || !ok || fmt.Sprint(got.Addresses, got.Cluster, got.Master, got.Sentinels, got.Database, got.User, got.Password.Reveal(), got.TLS, got.Replicas) != fmt.Sprint(want.Addresses, want.Cluster, want.Master, want.Sentinels, want.Database, want.User, want.Password.Reveal(), want.TLS, want.Replicas) {
			t.Errorf("%s: %+v, %v, %v, want %+v", raw, got, ok, err, want)
		}
	}
	for raw, want := range map[string]string{
		"redis://cache.example.com":                "TLS is required",
		"redis://:canary@127.0.0.1,10.0.0.7":       "10.0.0.7 is another machine; TLS",
		"rediss://cache.example.com":               "password is required",
		"redis://127.0.0.1/x":                      "number of a database",
		"redis://127.0.0.1,127.0.0.2/1":            "database 0 only",
		"redis://127.0.0.1?protocol=3":             `unknown parameter "protocol"`,
		"redis://127.0.0.1?replicas=none":          "replicas=none is not a number",
		"redis://127.0.0.1?replicas=-1":            "replicas=-1 is not a number",
		"redis://":                                 "not a host",
		"redis://:canary@127.0.0.1:port":           "not a host",
		"redis://:canary@127.0.0.1,,127.0.0.2":     "not a host",
		"redis://:canary@%":                        "not a host",
		"redis://:canary":                          "not a host",
		"rediss://u:can/ary@a.example.com":         "ends the URL early",
		"rediss://u:x@can?ary@a.example.com":       "ends the URL early",
		"rediss://u:can#ary@a.example.com,b":       "ends the URL early",
		"redis://:can%ary@127.0.0.1":               "not a URL",
		"redis://:canary@127.0.0.1/0#x":            "not a URL",
		"postgres://u:canary@127.0.0.1/x":          "neither redis://",
		"sqlite:///x":                              "neither redis://",
		"memory":                                   "neither redis://",
		"http://:canary@127.0.0.1":                 "neither redis://",
		"redis:127.0.0.1":                          "neither redis://",
		"rediss://:canary@a.example.com?master=&x": `unknown parameter "x"`,
	} {
		if err := (Store{Sessions: raw}).CheckSessions(); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "--sessions") || strings.Contains(err.Error(), "can") && strings.Contains(err.Error(), "ary") {
			t.Errorf("%s: %v, want %q and no password", raw, err, want)
		}
	}
}

func TestSessionsInMemory(t *testing.T) {
	t.Parallel()
	for s, want := range map[Store]bool{
		{Sessions: "memory:", Database: "sqlite:///x"}: true, {Database: "memory:"}: true, {Sessions: "redis://127.0.0.1", Database: "memory:"}: false, {Database: "sqlite:///x"}: false,
	} {
		if got := s.InMemory(); got != want {
			t.Errorf("%+v: in memory %t", s, got)
		}
	}
}

func TestSessionsPassword(t *testing.T) {
	path := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(path, []byte("from-file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	getenv := env(t, "DATAHUB_CLIENT_SECRET", "x", "PORTICO_SESSIONS", "rediss://portico:from-url@cache.example.com", "PORTICO_SESSIONS_PASSWORD", "from-environment")
	for _, c := range []struct {
		args []string
		want string
	}{{nil, "from-environment"}, {[]string{"--sessions-password-file=" + path}, "from-file"}} {
		cmd, err := Parse(append(append([]string{"serve"}, complete...), c.args...), getenv, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		if r, _, err := cmd.Serve.Sessions.Redis(); err != nil || r.Password.Reveal() != c.want || r.User != "portico" {
			t.Errorf("%v: user %s, password %q, %v, want %s", c.args, r.User, r.Password.Reveal(), err, c.want)
		}
	}
	database := env(t, "DATAHUB_CLIENT_SECRET", "x", "PORTICO_SESSIONS_PASSWORD", "", "PORTICO_SESSIONS", "", "PORTICO_DATABASE", "postgres://u@127.0.0.1/p", "PORTICO_DATABASE_PASSWORD", "fr@m-environment")
	cmd, err := Parse(append([]string{"serve"}, complete...), database, io.Discard)
	if u, ok := cmd.Serve.Sessions.PostgresURL(); err != nil || !ok || u.Reveal() != "postgres://u:fr%40m-environment@127.0.0.1/p" {
		t.Errorf("connects to %s, %v", u.Reveal(), err)
	}
	getenv = env(t, "PORTICO_SESSIONS_PASSWORD", "from-environment", "PORTICO_DATABASE", "memory:", "PORTICO_DATABASE_PASSWORD", "")
	if _, err := Parse(append([]string{"serve", "--sessions="}, complete...), getenv, io.Discard); err == nil || !strings.Contains(err.Error(), "--sessions-password-file") {
		t.Errorf("a password for nothing: %v", err)
	}
}
