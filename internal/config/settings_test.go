package config

import (
	"io"
	"strings"
	"testing"
)

func TestSettingsShowNoSecret(t *testing.T) {
	args := append([]string{"serve", "--session-idle=30m", "--logout-hint", "--trusted-proxies=10.0.0.0/8,192.0.2.7", "--user=app"}, complete...)
	getenv := env(t, "DATAHUB_CLIENT_SECRET", "hunter2", "DATAHUB_PASSWORD", "hunter2", "PORTICO_DATABASE", "postgres://app:hunter2@127.0.0.1/portico?password=hunter2&sslmode=disable", "PORTICO_SESSIONS", "redis://u:hunter2@127.0.0.1:6379/0")
	cmd, err := Parse(args, getenv, io.Discard)
	if err != nil {
		t.Fatalf("Parse = %v", err)
	}
	got := cmd.Serve.Settings()
	for name, want := range map[string]string{
		"base-url": "https://portal.example.com", "client-id": "portico", "session-idle": "30m", "logout-hint": "true", "trusted-proxies": "10.0.0.0/8,192.0.2.7", "user": "app",
		"database": "postgres://127.0.0.1/portico", "sessions": "redis://127.0.0.1:6379/0",
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
	for name, value := range got {
		if strings.Contains(value, "hunter2") {
			t.Errorf("%s shows a secret", name)
		}
	}
	for _, same := range []string{"session-max", "listen", "client-auth", "log-level", "scopes"} {
		if value, shown := got[same]; shown {
			t.Errorf("%s is shown as %q, though it is the default", same, value)
		}
	}
}
