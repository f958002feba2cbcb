package server

import (
	"bytes"
	"context"
	stdlog "log"
	"log/slog"
	"strings"
)

// httpLog is what net/http itself has to say. That connections cannot be accepted, because files or memory have run out, needs somebody; all else is the fault of who is at the other end.
func httpLog(log *slog.Logger) *stdlog.Logger { return stdlog.New(httpWriter{log}, "", 0) }

type httpWriter struct{ log *slog.Logger }

// Write implements [io.Writer]: one message at a time.
func (w httpWriter) Write(b []byte) (int, error) {
	text := string(bytes.TrimSpace(b))
	if reason, ok := strings.CutPrefix(text, "http: Accept error: "); ok {
		w.log.WarnContext(context.Background(), "connections cannot be accepted for a moment", "error", reason)
		return len(b), nil
	}
	w.log.DebugContext(context.Background(), "net/http", "text", text)
	return len(b), nil
}
