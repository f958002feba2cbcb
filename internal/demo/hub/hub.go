// Package hub is a Data Hub over the demo's data, close enough to the platform that its own clients can talk to it: the same paths, words,
// statuses and habits, such as labels without an offset and rows that are not in order. It reads; writing comes later.
package hub

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"portico/internal/demo/energy"
)

// Config is what a Hub is built from.
type Config struct {
	World *energy.World
	// Check tells what an access token is good for; false for one that is expired, revoked or foreign.
	Check func(token string) (subject string, account int64, scopes []string, ok bool)
	Now   func() time.Time // nil means time.Now
	Log   *slog.Logger     // nil means none
	// Fault, if set, may answer a request before the hub sees it, or delay it; it returns true when it answered.
	Fault func(w http.ResponseWriter, r *http.Request) bool
}

// Hub answers the API's requests. It is safe for concurrent use.
type Hub struct {
	c      Config
	routes http.Handler

	mu    sync.Mutex
	calls map[string]int // route → requests
}

// New returns a hub over c.World.
func New(c Config) *Hub {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	h := &Hub{c: c, calls: map[string]int{}}
	h.routes = h.table()
	return h
}

// call is one request with everything that its route needs.
type call struct {
	hub     *Hub
	r       *http.Request
	params  params
	subject string
	account int64
}

// refusal is an answer that is no result.
type refusal struct {
	status  int
	message string
}

func (e *refusal) Error() string { return e.message }

func bad(format string, args ...any) error {
	return &refusal{http.StatusBadRequest, fmt.Sprintf(format, args...)}
}

var errMissing = &refusal{http.StatusNotFound, "not found"}

// table lists the routes. Paths are matched in any case, with single slashes and without a trailing one.
func (h *Hub) table() http.Handler {
	m := http.NewServeMux()
	handle := func(pattern string, f func(*call) (any, error)) { m.Handle(pattern, h.route(pattern, f)) }
	handle("GET /account", (*call).accountOf)
	handle("GET /accounts/{id}", (*call).accountByID)
	handle("GET /user/info", (*call).userInfo)
	handle("GET /sites", (*call).sites)
	handle("GET /sites/{id}", (*call).site)
	handle("GET /sources", (*call).sources)
	handle("GET /sources/{id}", (*call).source)
	handle("GET /variables", (*call).variables)
	handle("GET /variables/source/{source}", (*call).variables)
	handle("GET /sources/{source}/variables/{id}", (*call).variable)
	handle("GET /data", (*call).data)
	handle("POST /data", (*call).data)
	handle("GET /units", (*call).units)
	handle("GET /variabletypes", (*call).variableTypes)
	handle("GET /sitetypes", list(pair{1, "Building"}, pair{15, "Industrial"}))
	handle("GET /timezones", list(named{"Romance Standard Time", "(UTC+01:00) Brussels"}, named{"UTC", "UTC"}))
	handle("GET /energytypes", list(pair{0, "Solar"}, pair{1, "Electricity"}, pair{2, "Gas"}, pair{3, "Water"}, pair{4, "Fuel"}, pair{5, "Heat"}, pair{17, "Other"}, pair{18, "Cold"}))
	handle("GET /energyusages", list(pair{1, "General"}))
	handle("GET /sourcetypes", list(pair{72, "Generic"}, pair{50, "Virtual"}))
	handle("GET /gatewaytypes", list(pair{1, "Generic"}))
	handle("GET /quantitytypes", list(pair{1, "Instantaneous"}, pair{2, "Integrated"}, pair{3, "Cumulative"}, pair{4, "Minimum"}, pair{5, "Maximum"}, pair{6, "Averaged"}))
	handle("GET /aggregates", list(pair{1, "SUM"}, pair{2, "MIN"}, pair{3, "MAX"}, pair{4, "AVG"}, pair{5, "COUNT"}, pair{6, "VAR"}, pair{7, "STDEV"}))
	handle("GET /granularity", list(pair{0, "Raw"}, pair{1, "Minute"}, pair{2, "Hour"}, pair{3, "Day"}, pair{4, "Month"}, pair{5, "Year"}, pair{6, "All"}, pair{7, "Week"}))
	handle("GET /timeperiods", list(pair{0, "Millisecond"}, pair{1, "Second"}, pair{2, "Minute"}, pair{3, "Hour"}, pair{4, "Day"}, pair{5, "Week"}, pair{6, "Month"}, pair{7, "Year"}))
	handle("GET /unitfamily", list(pair{1, "Power"}, pair{2, "Energy"}, pair{3, "Volume"}, pair{4, "Temperature"}))
	m.Handle("/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.refuse(w, errMissing) }))
	return m
}

// ServeHTTP implements http.Handler: it tidies the path, lets faults happen and counts.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Robots-Tag", "noindex, nofollow")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if h.c.Fault != nil && h.c.Fault(w, r) {
		return
	}
	if len(r.RequestURI) > 16<<10 {
		h.refuse(w, &refusal{http.StatusRequestURITooLong, "the URL is too long"})
		return
	}
	r = r.Clone(r.Context())
	r.Body = http.MaxBytesReader(w, r.Body, 4<<20)
	r.URL.Path = tidyPath(r.URL.Path)
	r.URL.RawPath = ""
	h.routes.ServeHTTP(w, r)
}

// tidyPath joins doubled slashes, drops a trailing one and lowers the case.
func tidyPath(path string) string {
	return "/" + strings.ToLower(strings.Join(strings.FieldsFunc(path, func(r rune) bool { return r == '/' }), "/"))
}

// Calls returns how many requests each route has seen.
func (h *Hub) Calls() map[string]int {
	h.mu.Lock()
	defer h.mu.Unlock()
	calls := map[string]int{}
	for route, n := range h.calls {
		calls[route] = n
	}
	return calls
}

// route puts the token check in front of a route and writes what it returns.
func (h *Hub) route(pattern string, f func(*call) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		h.calls[pattern]++
		h.mu.Unlock()
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		var c call
		var scopes []string
		if ok {
			c.subject, c.account, scopes, ok = h.c.Check(token)
		}
		if !ok {
			w.Header().Set("WWW-Authenticate", `Bearer realm="data-hub", error="invalid_token"`)
			h.refuse(w, &refusal{http.StatusUnauthorized, "Authorization has been denied for this request."})
			return
		}
		if !has(scopes, "datahub-api", "opisense-api") {
			h.refuse(w, &refusal{http.StatusForbidden, "The token lacks the scope datahub-api."})
			return
		}
		c.hub, c.r, c.params = h, r, parseParams(r.URL.Query())
		result, err := f(&c)
		if err != nil {
			h.refuse(w, err)
			return
		}
		h.answer(w, r, result)
	})
}

func has(scopes []string, any ...string) bool {
	for _, s := range scopes {
		for _, a := range any {
			if s == a {
				return true
			}
		}
	}
	return false
}

func (h *Hub) refuse(w http.ResponseWriter, err error) {
	e, ok := err.(*refusal)
	if !ok {
		h.c.Log.Error("request failed", "error", err)
		e = &refusal{http.StatusInternalServerError, "An error has occurred."}
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(e.status)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": e.message})
}

// page is a list with the count of all that there are.
type page struct {
	items any
	total int
}

// answer writes a result as JSON, compressed when the client takes it. A stream writes itself.
func (h *Hub) answer(w http.ResponseWriter, r *http.Request, result any) {
	if p, ok := result.(page); ok {
		if strings.EqualFold(r.Header.Get("X-Total-Count"), "true") {
			w.Header().Set("X-Total-Count", strconv.Itoa(p.total))
		}
		result = p.items
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Vary", "Accept-Encoding")
	out := http.ResponseWriter(w)
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.Header().Set("Content-Encoding", "gzip")
		z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
		defer func() { _ = z.Close() }()
		out = compressed{w, z}
	}
	if s, ok := result.(interface{ writeTo(http.ResponseWriter) }); ok {
		s.writeTo(out)
		return
	}
	_ = json.NewEncoder(out).Encode(result)
}

type compressed struct {
	http.ResponseWriter
	z *gzip.Writer
}

func (c compressed) Write(b []byte) (int, error) { return c.z.Write(b) }

// pair and named are entries of reference lists.
type pair struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

type named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func list[T any](items ...T) func(*call) (any, error) {
	return func(*call) (any, error) { return page{items, len(items)}, nil }
}

// params are query parameters in any case, with or without their object's name in front.
type params map[string][]string

func parseParams(q url.Values) params {
	p := params{}
	for name, values := range q {
		name = strings.ToLower(name)
		if i := strings.LastIndexByte(name, '.'); i >= 0 {
			name = name[i+1:]
		}
		p[name] = append(p[name], values...)
	}
	return p
}

func (p params) get(name string) string {
	if v := p[name]; len(v) > 0 {
		return strings.TrimSpace(v[0])
	}
	return ""
}

func (p params) flag(name string) bool { return strings.EqualFold(p.get(name), "true") }

// ids reads the integers under all the names; nil when none is there.
func (p params) ids(names ...string) (map[int]bool, error) {
	var ids map[int]bool
	for _, name := range names {
		for _, text := range p[name] {
			id, err := strconv.Atoi(strings.TrimSpace(text))
			if err != nil {
				return nil, bad("The value '%.40s' is not valid for %s.", text, name)
			}
			if ids == nil {
				ids = map[int]bool{}
			}
			ids[id] = true
		}
	}
	return ids, nil
}

// paged cuts a list to the page that was asked for.
func paged[T any](p params, items []T) (page, error) {
	total := len(items)
	if text := p.get("itemsperpage"); text != "" {
		size, err := strconv.Atoi(text)
		number, err2 := strconv.Atoi(orZero(p.get("pagenumber")))
		if err != nil || err2 != nil || size < 1 || number < 0 {
			return page{}, bad("The paging parameters are not valid.")
		}
		from := min(number*size, total)
		items = items[from:min(from+size, total)]
	}
	return page{items, total}, nil
}

func orZero(s string) string {
	if s == "" {
		return "0"
	}
	return s
}
