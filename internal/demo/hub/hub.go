// Package hub is a Data Hub over the demo's data, close enough to the platform that its own clients can talk to it: the same
// paths, words, statuses and habits, such as labels without an offset and rows that are not in order.
//
// What is written is kept in memory, for each account, over the world's data, which do not change: a restart forgets it. Push lives on
// the same origin, under its own paths.
package hub

import (
	"log/slog"
	"net/http"
	"net/netip"
	"path"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"portico/internal/demo/energy"
	"portico/internal/demo/fault"
)

// Limits of a request. The platform publishes none; its clients send URLs of about 6 KB.
const (
	maxURL    = 16 << 10 // bytes; 414 above
	maxBody   = 4 << 20  // bytes; 413 above
	maxUpload = 20 << 20 // bytes of a push or a file; 413 above
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
	// Password tells what a user name and a password are good for, which push takes instead of a token; nil means nothing.
	Password func(user, password string) (subject string, account int64, ok bool)
	// Users are the people of the demo, as far as the API tells of them.
	Users []User

	// The switches that follow choose where the platform's behaviour is not known, or has changed; the zero value is what is most
	// likely. docs/demo.md lists them.

	PushNoContent   bool           // a push answers 204, as it did until 2019, instead of 200
	PushScope       bool           // a push needs the scope push-data; otherwise the API's scope is enough
	DropOffsets     bool           // the offset of a pushed date is dropped and its clock read in the source's zone; otherwise the date is an instant
	DropBadPoints   bool           // a point that cannot be read is left out of a push; otherwise the whole push is refused
	AscendingData   bool           // data without an order come oldest first; otherwise UTC days ascend and points descend inside each day
	ZeroUnits       bool           // raw data have unitId 0; otherwise the variable's unit
	UniqueMappings  bool           // a source refuses a second variable with the same mapping
	RateLimit       int            // requests a minute and account; 429 with Retry-After above. 0 means any number
	IngestDelay     time.Duration  // from a push until its points can be read, at most ten minutes
	WebhookNetworks []netip.Prefix // where webhooks may be besides this machine
}

// Hub answers the API's requests. It is safe for concurrent use.
type Hub struct {
	c       Config
	mux     *http.ServeMux
	tenants map[int64]*tenant // by account
	courier *courier
	ids     atomic.Int64 // given out
	closing sync.Once

	mu    sync.Mutex
	calls map[string]int    // pattern of a route → requests; guarded by mu
	moved map[string]int64  // subject → account that they moved to; guarded by mu
	pace  map[int64]*minute // account → its requests of this minute; guarded by mu
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
	c.IngestDelay = max(0, min(c.IngestDelay, 10*time.Minute))
	h := &Hub{c: c, tenants: newTenants(c.World), courier: newCourier(c.WebhookNetworks), calls: map[string]int{}, moved: map[string]int64{}, pace: map[int64]*minute{}}
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
	r.URL.Path, r.URL.RawPath = tidyPath(r.URL.Path), ""
	most := int64(maxBody)
	if strings.HasPrefix(r.URL.Path, "/api/") || r.URL.Path == "/storage" {
		most = maxUpload
	}
	r.Body = http.MaxBytesReader(w, r.Body, most)
	h.mux.ServeHTTP(w, r)
}

// tidyPath lowers the case of a path, joins doubled slashes and drops a trailing one, which clients send.
func tidyPath(p string) string { return path.Clean("/" + strings.ToLower(p)) }
