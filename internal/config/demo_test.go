//go:build !nodemo

package config

import (
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write docs/config.md")

// The document tells of the demo, too: a build without it cannot compare.
func TestDocIsCurrent(t *testing.T) {
	want, err := Doc()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("..", "..", "docs", "config.md")
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("docs/config.md differs from the flags (%v); run make generate", err)
	}
}

func TestDemoNeedsNothingAndStaysOnLoopback(t *testing.T) {
	cmd, err := Parse([]string{"demo"}, env(t), io.Discard)
	if err != nil || cmd.Demo.AccessTokenLifetime.Duration != time.Minute || cmd.Demo.RefreshPolicy != "strict" {
		t.Fatalf("Parse(demo) = %+v, %v", cmd.Demo, err)
	}
	if _, err := Parse([]string{"demo", "--listen=0.0.0.0:8080", "--access-token-lifetime=0s"}, env(t), io.Discard); err == nil ||
		!strings.Contains(err.Error(), "--listen") || !strings.Contains(err.Error(), "--access-token-lifetime") {
		t.Errorf("Parse = %v, want both mistakes", err)
	}
}

func TestDemoClock(t *testing.T) {
	cmd, err := Parse([]string{"demo", "--demo-now=2026-10-25T02:55:00+02:00", "--demo-speed=60"}, env(t), io.Discard)
	if at := cmd.Demo.ClockAt(); err != nil || !at.Equal(time.Date(2026, 10, 25, 0, 55, 0, 0, time.UTC)) || cmd.Demo.ClockSpeed() != 60 {
		t.Errorf("Parse = %v, clock at %v, speed %v", err, at, cmd.Demo.ClockSpeed())
	}
	cmd, err = Parse([]string{"demo"}, env(t), io.Discard)
	if err != nil || !cmd.Demo.ClockAt().IsZero() || cmd.Demo.ClockSpeed() != 1 {
		t.Errorf("Parse = %v, clock at %v, speed %v", err, cmd.Demo.ClockAt(), cmd.Demo.ClockSpeed())
	}
	for _, bad := range []string{"--demo-now=yesterday", "--demo-now=2026-10-25", "--demo-now=2023-12-31T23:59:59Z", "--demo-now=2032-01-01T00:00:00Z", "--demo-speed=-1", "--demo-speed=NaN", "--demo-speed=3601", "--demo-speed=fast"} {
		flag, _, _ := strings.Cut(bad, "=")
		if _, err := Parse([]string{"demo", bad}, env(t), io.Discard); err == nil || !strings.Contains(err.Error(), flag+":") {
			t.Errorf("demo %s: %v", bad, err)
		}
	}
}

func TestS97DemoTakesNothingReal(t *testing.T) {
	for _, name := range []string{"DATAHUB_AUTH_URL", "OPINUM_AUTH_URL", "DATAHUB_CLIENT_SECRET", "OPINUM_SECRET_FILE", "PORTICO_DATABASE"} {
		if _, err := Parse([]string{"demo"}, env(t, name, "https://real.example.com"), io.Discard); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, flag := range []string{"--issuer=https://id.example.com", "--client-id=x", "--database=memory:", "--keys=k", "--api-url=https://api.example.com"} {
		if _, err := Parse([]string{"demo", flag}, env(t), io.Discard); err == nil {
			t.Errorf("demo %s: accepted", flag)
		}
	}
}

func TestDemoVariablesAreNoStrangers(t *testing.T) {
	t.Parallel()
	if got := Strangers([]string{"PORTICO_IDENTITY_LISTEN=x", "PORTICO_ACCESS_TOKEN_LIFETIME=x"}); len(got) != 0 {
		t.Errorf("Strangers = %v", got)
	}
}

func TestS97HostedDemo(t *testing.T) {
	origins := []string{"--portal-origin=https://demo.example.com", "--identity-origin=https://id.example.com", "--hub-origin=https://hub.example.com/"}
	cmd, err := Parse(append([]string{"demo", "--listen=0.0.0.0:8080", "--identity-listen=0.0.0.0:8081", "--hub-listen=[::]:8082", "--trusted-proxies=10.0.0.0/8"}, origins...), env(t), io.Discard)
	if err != nil || !cmd.Demo.Hosted() {
		t.Fatalf("Parse = %v, hosted %t", err, cmd.Demo.Hosted())
	}
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"less than one company":       {[]string{"--demo-scale=0"}, "--demo-scale: "},
		"too many companies":          {[]string{"--demo-scale=51"}, "--demo-scale: "},
		"one origin":                  {origins[:1], "--identity-origin: missing"},
		"two origins":                 {origins[1:], "--portal-origin: missing"},
		"http":                        {[]string{"--portal-origin=http://demo.example.com", origins[1], origins[2]}, "--portal-origin: "},
		"a path":                      {[]string{origins[0], "--identity-origin=https://id.example.com/x", origins[2]}, "--identity-origin: "},
		"one host with three ports":   {[]string{"--portal-origin=https://a.example", "--identity-origin=https://a.example:8443", "--hub-origin=https://b.example"}, "a host name each"},
		"everybody as proxy":          {append([]string{"--trusted-proxies=0.0.0.0/0"}, origins...), "--trusted-proxies: "},
		"a proxy of no origin":        {[]string{"--trusted-proxies=10.0.0.1"}, "--trusted-proxies: "},
		"no origin":                   {[]string{"--listen=0.0.0.0:8080"}, "--listen: "},
		"the identity server alone":   {[]string{"--identity-listen=192.0.2.1:8080"}, "--identity-listen: "},
		"the operator's, open to all": {append([]string{"--admin-listen=0.0.0.0:9090"}, origins...), "--admin-listen: "},
	} {
		if _, err := Parse(append([]string{"demo"}, tt.args...), env(t), io.Discard); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}
