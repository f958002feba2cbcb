package server

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"portico/internal/audit"
)

// event is the one log line of a request: opened by the middleware, enriched by handlers, written at the end.
type event struct {
	ID      string     // request id, made here, never taken from the request
	Nonce   string     // of the Content-Security-Policy, 128 bits
	Client  netip.Addr // see clientAddress
	Session string     // short form of the session id, "" without one
	Subject string     // OpenID Connect sub
	SignsIn bool       // the page has a form that leads to the identity server's sign-in
	Err     error      // what went wrong, for the log only
	Limited bool       // refused by a limit: its line is one of many
	Attrs   []slog.Attr

	held []func() // give slots back
}

// origin is what the audit log says of where something came from.
func (e *event) origin() *audit.Origin {
	o := &audit.Origin{Request: e.ID}
	if e.Client.IsValid() {
		o.Client = e.Client.String()
	}
	return o
}

// hold keeps a slot until the answer begins.
func (e *event) hold(release func()) { e.held = append(e.held, release) }

func (e *event) letGo() {
	for _, release := range e.held {
		release()
	}
	e.held = nil
}

type eventKey struct{}

// eventOf returns the event of the request that ctx belongs to.
func eventOf(ctx context.Context) *event {
	if e, ok := ctx.Value(eventKey{}).(*event); ok {
		return e
	}
	return &event{}
}

// note adds facts to the request's log line; a later one of the same name replaces an earlier one.
func note(ctx context.Context, attrs ...slog.Attr) {
	e := eventOf(ctx)
	for _, a := range attrs {
		if i := slices.IndexFunc(e.Attrs, func(b slog.Attr) bool { return a.Key == b.Key }); i >= 0 {
			e.Attrs[i] = a
			continue
		}
		e.Attrs = append(e.Attrs, a)
	}
}

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	event  *event
	status int
	bytes  int
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.event.letGo()
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
		r.event.letGo()
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += n
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// withEvent opens and writes the request's log line, and turns a panic into the 500 page.
func (s *Server) withEvent(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		e := &event{ID: randomHex(8), Nonce: rand.Text(), Client: s.proxies.client(r.RemoteAddr, r.Header)}
		r = r.WithContext(s.startTrace(audit.NewContext(context.WithValue(r.Context(), eventKey{}, e), e.origin()), r))
		rec := &recorder{ResponseWriter: w, event: e}
		defer func() {
			if p := recover(); p != nil {
				s.panicked(rec, r, p)
			}
			e.letGo()
			took := time.Since(start)
			s.config.Observer.Request(r.Method, route(r.Pattern), rec.status, took)
			endTrace(r, e, rec.status)
			s.writeEvent(r, e, rec, took)
		}()
		s.checkProxy(r)
		s.checkScheme(r)
		next.ServeHTTP(rec, r)
	})
}

func (s *Server) writeEvent(r *http.Request, e *event, rec *recorder, took time.Duration) {
	level := slog.LevelInfo
	switch {
	case isProbe(r.URL.Path): // they come every moment, and what they are told has lines of its own
		level = slog.LevelDebug
	case rec.status >= 500:
		level = slog.LevelWarn
	case isStatic(r.URL.Path), isLook(r):
		level = slog.LevelDebug
	}
	if !s.config.Log.Enabled(r.Context(), level) {
		return
	}
	if e.Limited && s.limits.lines.Take(struct{}{}) > 0 {
		s.limits.omitted.Add(1)
		return
	}
	attrs := []slog.Attr{
		slog.String("request_id", e.ID), slog.String("method", r.Method), slog.String("path", loggedPath(r.URL.Path)),
		slog.Int("status", rec.status), slog.Int("bytes", rec.bytes), slog.Duration("took", took.Round(time.Microsecond)), slog.String("client", e.Client.String()),
	}
	if e.Session != "" {
		attrs = append(attrs, slog.String("session", e.Session), slog.String("subject", e.Subject))
	}
	attrs = append(attrs, e.Attrs...)
	if e.Limited {
		if n := s.limits.omitted.Swap(0); n > 0 {
			attrs = append(attrs, slog.Int64("omitted", n))
		}
	}
	if e.Err != nil {
		attrs = append(attrs, slog.Any("error", e.Err))
	}
	s.config.Log.LogAttrs(r.Context(), level, "request", attrs...)
}

func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // crypto/rand.Read never fails; it ends the program instead
	return hex.EncodeToString(b)
}
