package telemetry

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"portico/internal/secret"
)

func TestSecretsNeverReachTheLog(t *testing.T) {
	const canary = "canary-9f3a"
	for _, format := range []string{"json", "text"} {
		var b bytes.Buffer
		log := newLogger(&b, "debug", format)
		log.Info("x", "access_token", canary, "Client-Secret", canary, "code", canary, "cookie", canary, "text", secret.New(canary), "kept", "visible")
		log.With("refresh_token", canary).WithGroup("g").Debug("y", "state", canary)
		if strings.Contains(b.String(), canary) {
			t.Errorf("%s: the log shows a secret: %s", format, b.String())
		}
		if !strings.Contains(b.String(), "visible") {
			t.Errorf("%s: the log hides what is no secret: %s", format, b.String())
		}
	}
}

func TestLineCannotBeForged(t *testing.T) {
	var b bytes.Buffer
	newLogger(&b, "info", "text").Warn("x", "path", "/a\nlevel=ERROR msg=forged", "error", errors.New("turned \u202e around"))
	if got := strings.Count(b.String(), "\n"); got != 1 {
		t.Errorf("%d lines, want 1: %q", got, b.String())
	}
	if strings.Contains(b.String(), "\u202e") {
		t.Errorf("a bidirectional override reaches the log: %q", b.String())
	}
}

func TestJSONAndLevel(t *testing.T) {
	var b bytes.Buffer
	log := newLogger(&b, "warn", "json")
	log.Info("hidden")
	log.Warn("shown", "n", 3)
	var line map[string]any
	if err := json.Unmarshal(b.Bytes(), &line); err != nil || line["msg"] != "shown" || line["n"] != 3.0 {
		t.Errorf("one JSON line expected, got %q (%v)", b.String(), err)
	}
}

func TestDurationsAreSeconds(t *testing.T) {
	var b strings.Builder
	newLogger(&b, "info", "json").Info("request", "took", 64515*time.Microsecond, slog.Group("provider", "state", "canary"))
	if !strings.Contains(b.String(), `"took":0.064515`) || strings.Contains(b.String(), "canary") {
		t.Errorf("line %s", b.String())
	}
}
