// Package hub is a Data Hub over the demo's data, close enough to the platform that its own clients can talk to it: the same
// paths, words, statuses and habits, such as labels without an offset and rows that are not in order. It reads; writing comes later.
package hub

import (
	"log/slog"
	"math/rand/v2"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"portico/internal/demo/energy"
)

// Limits of a request. The platform publishes none; its clients send URLs of about 6 KB.
const (
	maxURL  = 16 << 10 // bytes; 414 above
	maxBody = 4 << 20  // bytes; 413 above
)

// Config is what a Hub is built from.
type Config struct {
	// World is the data. Required.
	World *energy.World
	// Check tells what an access token is good for: the subject and account of its grant, and its scopes; false for a token that is
	// expired, revoked or foreign. Required.
	Check func(token string) (subject string, account int64, scopes []string, ok bool)
	// Now is the clock: points later than it do not exist yet. Nil means time.Now.
	Now func() time.Time
	// Log gets what should not happen. Nil means nowhere.
	Log *slog.Logger
	// Latency and Jitter delay each answer by Latency ± Jitter. Zero means not at all.
	Latency, Jitter time.Duration
	// Fault, if set, is asked for each request what goes wrong with it; nil means nothing. It may be called concurrently.
	Fault func(*http.Request) *Fault
}

// Fault is what goes wrong with one request. The zero Fault is none.
type Fault struct {
	Delay      time.Duration // before anything else
	Status     int           // answered instead of the result; 0 for the result
	RetryAfter time.Duration // with Status: the header, in whole seconds; 0 for none
	Truncate   int           // bytes of the answer's body after which the connection is cut; 0 for never
}

// Hub answers the API's requests. It is safe for concurrent use.
type Hub struct {
	c     Config
	mux   *http.ServeMux
	views map[int64]*view           // account → what it may see
	zones map[string]*time.Location // of sites and sources, by name

	mu    sync.Mutex
	calls map[string]int // pattern of a route → requests; guarded by mu
}

// New returns a hub over c.World. It panics when a required field is missing.
func New(c Config) *Hub {
	if c.World == nil || c.Check == nil {
		panic("hub: Config needs World and Check")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	h := &Hub{c: c, views: newViews(c.World), zones: zonesOf(c.World), calls: map[string]int{}}
	h.mux = h.newMux()
	return h
}

// Calls returns how many requests each route has seen, by its pattern in the table of routes, such as "GET /sites/{id}".
func (h *Hub) Calls() map[string]int {
	h.mu.Lock()
	defer h.mu.Unlock()
	calls := make(map[string]int, len(h.calls))
	for pattern, n := range h.calls {
		calls[pattern] = n
	}
	return calls
}

func (h *Hub) count(pattern string) {
	h.mu.Lock()
	h.calls[pattern]++
	h.mu.Unlock()
}

// ServeHTTP implements http.Handler: it lets faults happen, checks sizes and tidies the path.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Robots-Tag", "noindex, nofollow")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w, answered := h.fail(w, r)
	if answered {
		return
	}
	if len(r.URL.RequestURI()) > maxURL {
		h.refuse(w, &refusal{status: http.StatusRequestURITooLong, message: "The URL is too long."})
		return
	}
	r = r.Clone(r.Context())
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	r.URL.Path, r.URL.RawPath = tidyPath(r.URL.Path), ""
	h.mux.ServeHTTP(w, r)
}

// tidyPath lowers the case of a path, joins doubled slashes and drops a trailing one, which clients send.
func tidyPath(p string) string { return path.Clean("/" + strings.ToLower(p)) }

// fail lets happen what the Config wants to go wrong. It returns the writer to answer on, and true when there is nothing left to
// answer.
func (h *Hub) fail(w http.ResponseWriter, r *http.Request) (http.ResponseWriter, bool) {
	fault := &Fault{}
	if h.c.Fault != nil {
		if f := h.c.Fault(r); f != nil {
			fault = f
		}
	}
	if !wait(r, fault.Delay+h.latency()) {
		return w, true
	}
	if fault.Truncate > 0 {
		w = &cut{ResponseWriter: w, left: fault.Truncate}
	}
	if fault.Status == 0 {
		return w, false
	}
	if fault.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((fault.RetryAfter+time.Second-1)/time.Second)))
	}
	h.refuse(w, &refusal{status: fault.Status, message: http.StatusText(fault.Status)})
	return w, true
}

func (h *Hub) latency() time.Duration {
	d := h.c.Latency
	if h.c.Jitter > 0 {
		d += time.Duration(rand.Int64N(2*int64(h.c.Jitter)+1)) - h.c.Jitter
	}
	return max(0, d)
}

// wait waits for d and reports whether the client did too.
func wait(r *http.Request, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// cut is a ResponseWriter whose connection breaks after some bytes of the body.
type cut struct {
	http.ResponseWriter
	left int
}

// Write implements http.ResponseWriter.
func (c *cut) Write(b []byte) (int, error) {
	if len(b) < c.left {
		c.left -= len(b)
		return c.ResponseWriter.Write(b)
	}
	_, _ = c.ResponseWriter.Write(b[:c.left])
	_ = http.NewResponseController(c.ResponseWriter).Flush()
	panic(http.ErrAbortHandler)
}

// Unwrap lets http.ResponseController find the connection.
func (c *cut) Unwrap() http.ResponseWriter { return c.ResponseWriter }
