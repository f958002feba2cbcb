// Package hub is a Data Hub over the demo's data, close enough to the platform that its own clients can talk to it: the same
// paths, words, statuses and habits, such as labels without an offset and rows that are not in order. It reads; writing comes later.
package hub

import (
	"log/slog"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	"portico/internal/demo/energy"
	"portico/internal/demo/fault"
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
	// Fault, if set, says for each request what goes wrong with it. It may be called concurrently.
	Fault func(*http.Request) fault.Fault
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

// ServeHTTP implements http.Handler: it lets faults happen in front of everything else.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Robots-Tag", "noindex, nofollow")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if h.c.Fault == nil {
		h.serve(w, r)
		return
	}
	fault.Handler(http.HandlerFunc(h.serve), h.c.Fault, h.refuseStatus).ServeHTTP(w, r)
}

func (h *Hub) refuseStatus(w http.ResponseWriter, _ *http.Request, status int) {
	h.refuse(w, &refusal{status: status, message: http.StatusText(status)})
}

// serve checks sizes and tidies the path.
func (h *Hub) serve(w http.ResponseWriter, r *http.Request) {
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
