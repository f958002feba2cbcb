// Package telemetry is what the program tells of itself: log lines, with a second net under the secrets; metrics for Prometheus; traces by OpenTelemetry.
package telemetry

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"
	"unicode"

	"portico/internal/secret"
)

// newLogger returns a logger that writes one line per event to w, as JSON or, for people, as text; durations are in seconds. level is debug, info, warn or error;
// format is json or text; anything else means the first of each that operators expect: info, json.
func newLogger(w io.Writer, level, format string) *slog.Logger {
	return slog.New(handler(w, level, format))
}

// Log is the program's log: lines are written in the background, and failures that repeat are left out.
type Log struct {
	*slog.Logger
	sink *lineSink
	s    *sampler
}

// NewLog returns a Log whose lines are newLogger's.
func NewLog(w io.Writer, level, format string) *Log {
	sink := newLineSink(w, func(lines int64) []byte {
		var b bytes.Buffer
		newLogger(&b, level, format).Warn("log lines dropped", "lines", lines)
		return b.Bytes()
	})
	s := newSampler(time.Now)
	return &Log{slog.New(sampled{handler(sink, level, format), s}), sink, s}
}

// Lost returns how many lines were dropped, because nobody took them, and how many were left out, because they repeated others.
func (l *Log) Lost() (dropped, omitted int64) { return l.sink.Dropped(), l.s.skipped.Load() }

// Close writes what is left, for as long as ctx lasts.
func (l *Log) Close(ctx context.Context) { l.sink.Close(ctx) }

func handler(w io.Writer, level, format string) slog.Handler {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo
	}
	o := &slog.HandlerOptions{Level: l, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr { return seconds(redact(a)) }}
	if format == "text" {
		return slog.NewTextHandler(w, o)
	}
	return slog.NewJSONHandler(w, o)
}

// grants are the keys whose values grant access. Values of these kinds are secret.Text and print as redacted anyway; this is the
// second net, for a line that somebody writes with a bare string.
var grants = map[string]bool{
	"access_token": true, "refresh_token": true, "id_token": true, "logout_token": true, "id_token_hint": true, "token": true,
	"code": true, "state": true, "nonce": true, "code_verifier": true, "verifier": true, "client_secret": true, "secret": true,
	"password": true, "cookie": true, "set_cookie": true, "authorization": true, "key": true, "keys": true, "dsn": true,
}

// redact hides the values of known keys and escapes what could forge or turn around a log line.
func redact(a slog.Attr) slog.Attr {
	if grants[plainKey(a.Key)] {
		return slog.String(a.Key, secret.Redacted)
	}
	switch a.Value.Kind() {
	case slog.KindString:
		if text := a.Value.String(); !plain(text) {
			return slog.String(a.Key, printable(text))
		}
	case slog.KindAny:
		switch v := a.Value.Any().(type) {
		case slog.Level:
			return slog.String(a.Key, v.String())
		case error:
			return slog.String(a.Key, printable(v.Error()))
		default:
			return slog.String(a.Key, printable(fmt.Sprint(v)))
		}
	}
	return a
}

// plainKey is a key as grants has it, which is how nearly all of them are written.
func plainKey(key string) string {
	for i := range len(key) {
		if c := key[i]; c != '_' && (c < 'a' || c > 'z') {
			return strings.ToLower(strings.ReplaceAll(key, "-", "_"))
		}
	}
	return key
}

// seconds writes durations as seconds, the unit that people and their tools take a bare number for.
func seconds(a slog.Attr) slog.Attr {
	if a.Value.Kind() == slog.KindDuration {
		return slog.Float64(a.Key, a.Value.Duration().Seconds())
	}
	return a
}

// printable replaces control and bidirectional formatting characters, which can make a log line look like another one.
func printable(s string) string {
	if plain(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r != ' ' && (unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)) {
			return '\uFFFD'
		}
		return r
	}, s)
}

// plain reports whether a text holds visible ASCII only, as nearly all do.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
