package flow

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"portico/internal/session"
)

type contextKey struct{}

// cause is the browser's request that a call belongs to, also when the call outlives it.
type cause struct {
	journey *journey
	lasting bool // the request is a stream, for which the Data Hub is asked all the time
}

// causeOf returns where a call comes from; without a journey nobody watches it.
func causeOf(ctx context.Context) cause {
	c, _ := ctx.Value(contextKey{}).(cause)
	return c
}

// Around records what the portal answers to browsers. A browser without a session is followed from the beginning of a sign-in on; what leads to none is forgotten.
func (f *Flow) Around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if passes(r) {
			next.ServeHTTP(w, r)
			return
		}
		p := f.follow(r)
		r = r.WithContext(context.WithValue(r.Context(), contextKey{}, cause{p.journey, r.URL.Path == "/live"}))
		if !tells(r) {
			next.ServeHTTP(w, r)
			return
		}
		p.n = p.journey.begin(Exchange{From: Browser, To: Portal, Step: p.step, Method: r.Method, Address: bare(r.URL), Began: time.Now(), Size: -1, Request: append(parameters("? ", r.URL.Query()), headers(r.Header)...)})
		heard := &hearing{ResponseWriter: w}
		next.ServeHTTP(heard, r)
		p.end(f.kept, heard)
	})
}

// passes reports whether a request is none of the flow's business: files, probes, and the demo's other pages, which ask with rights of their own.
func passes(r *http.Request) bool {
	path := r.URL.Path
	return strings.HasPrefix(path, "/static/") || path == "/demo" || strings.HasPrefix(path, "/demo/") && path != pagePath || path == "/healthz" || path == "/readyz"
}

// tells reports whether a request says something about the flow: not the page that shows it, nor what scripts ask all the time.
func tells(r *http.Request) bool {
	script := !strings.Contains(r.Header.Get("Accept"), "text/html") && r.Header.Get("Sec-Fetch-Dest") == "empty"
	return r.URL.Path != pagePath && !script
}

// passage is one request of a browser on its journey.
type passage struct {
	journey *journey
	id      session.ID // of the session, if signed
	signed  bool
	attempt attempt // sign-in that the request belongs to
	step    Step
	n       int
}

// follow finds the journey of a request: that of its sign-in, else that of its session, else a new one that nobody knows yet.
func (f *Flow) follow(r *http.Request) *passage {
	p := &passage{}
	for _, c := range r.Cookies() {
		if h, err := session.ParseHandle(c.Value); err == nil {
			p.id, p.signed = h.ID(), true
			p.journey = f.kept.session(p.id)
		}
	}
	q := r.URL.Query()
	if q.Get("state") != "" && (q.Has("code") || q.Has("error")) {
		p.step = StepCode
		if a, ok := f.kept.take(q.Get("state")); ok {
			p.attempt, p.journey = a, a.journey
		}
	}
	if p.journey == nil {
		p.journey = newJourney()
	}
	if p.attempt.journey == nil {
		p.attempt = p.journey.attempt()
	}
	return p
}

// end notes the answer, and what it means for the session.
func (p *passage) end(k *kept, heard *hearing) {
	status := heard.status
	if status == 0 {
		status = http.StatusOK
	}
	state := startsSignIn(heard.Header().Get("Location"))
	p.journey.change(p.n, func(e *Exchange) {
		e.Status, e.Took, e.Response = status, max(time.Since(e.Began), 1), headers(heard.Header())
		if state != "" && e.Step == 0 {
			e.Step = StepSignIn
		}
	})
	if state != "" {
		k.begin(state, p.attempt)
	}
	for _, c := range (&http.Response{Header: heard.Header()}).Cookies() {
		h, err := session.ParseHandle(c.Value)
		switch {
		case err == nil && p.step == StepCode:
			p.signIn(k, h.ID())
		case c.Value == "" && p.signed && (c.Name == "portico" || c.Name == "__Host-portico"):
			k.end(p.id)
		}
	}
}

// signIn gives the journey to the session that has just begun. What was before it stays with it only when it was the same person's.
func (p *passage) signIn(k *kept, id session.ID) {
	j := p.journey
	if p.attempt.after > 0 && p.attempt.subject != j.about() {
		j = j.since(p.attempt.after)
	}
	if p.signed {
		k.end(p.id)
	}
	k.start(id, j)
}

// startsSignIn returns the state of an authorization request, "" for any other address.
func startsSignIn(location string) string {
	u, err := url.Parse(location)
	if err != nil || u.Host == "" {
		return ""
	}
	q := u.Query()
	if q.Get("response_type") == "" || q.Get("client_id") == "" {
		return ""
	}
	return q.Get("state")
}

// hearing is a ResponseWriter that hears the status.
type hearing struct {
	http.ResponseWriter
	status int
}

func (h *hearing) WriteHeader(status int) {
	if h.status == 0 {
		h.status = status
	}
	h.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (h *hearing) Unwrap() http.ResponseWriter { return h.ResponseWriter }
