package server

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"portico/internal/audit"
	"portico/internal/limit"
	"portico/internal/session"
)

// SignInsPerMinute is how many sign-ins may begin in a minute from one address without one of them being finished, when the operator does not say.
const SignInsPerMinute = 120

// limits are what may come how often, and how much of it is worked on at a time. Whatever is limited stands here; routes.go says where it counts.
//
// Nobody can use them to lock somebody else out: keys are addresses and sessions, never names; what turned out well does not count; callbacks, logout tokens and links are judged
// before they are limited, so that a good one always passes; and who sends or reads slowly holds no slot.
type limits struct {
	signIns   *limit.Rate[netip.Prefix] // sign-ins begun
	strays    *limit.Rate[netip.Prefix] // callbacks that belong to no sign-in of the browser
	logouts   *limit.Rate[netip.Prefix] // logout messages that are refused
	pairings  *limit.Rate[netip.Prefix] // codes given to screens
	guesses   *limit.Rate[string]       // codes of screens that are none, by person; see tries
	links     *limit.Rate[netip.Prefix] // links to dashboards that are none; see tries
	reports   *limit.Rate[netip.Prefix] // reports of the Content-Security-Policy
	written   *limit.Rate[struct{}]     // and how many of them reach the log
	lines     *limit.Rate[struct{}]     // lines of the log about requests that a limit refuses
	omitted   *atomic.Int64             // lines that were one too many, since the last one
	requests  *limit.Slots[struct{}]    // requests under way in this process
	sessions  *limit.Slots[session.ID]  // pages under way for one session
	calls     *limit.Slots[session.ID]  // answers of the Data Hub that scripts of one session wait for, each of which is held whole
	streams   *limit.Slots[struct{}]    // event streams that are open in this process
	streamsOf *limit.Slots[session.ID]  // and of one session
	memory    *limit.Memory             // above it, nothing new is begun
}

const (
	requestsAtOnce   = 2048 // whose answers are still being made
	pagesPerSession  = 128  // of them
	callsPerSession  = 8
	addressesKnown   = 8192 // twice for each limit by address, some 100 bytes each
	busyRetry        = 2 * time.Second
	reportsPerMinute = 10
	personGuesses    = 10 // at codes, at once
	networkTries     = 30 // at codes and links
)

func newLimits(signInsPerMinute int, now func() time.Time) limits {
	byAddress := func(burst int, every time.Duration) *limit.Rate[netip.Prefix] {
		return limit.NewRate[netip.Prefix](burst, every, addressesKnown, now)
	}
	return limits{
		signIns:   byAddress(signInsPerMinute, time.Minute/time.Duration(signInsPerMinute)),
		strays:    byAddress(60, time.Second),
		logouts:   byAddress(60, time.Second),
		pairings:  byAddress(60, 10*time.Second),
		guesses:   limit.NewRate[string](personGuesses, time.Minute, addressesKnown, now),
		links:     byAddress(networkTries, 20*time.Second),
		reports:   byAddress(reportsPerMinute, time.Minute/reportsPerMinute),
		written:   limit.NewRate[struct{}](6*reportsPerMinute, time.Second, 1, now),
		lines:     limit.NewRate[struct{}](50, 100*time.Millisecond, 1, now),
		omitted:   &atomic.Int64{},
		requests:  limit.NewSlots[struct{}](requestsAtOnce),
		sessions:  limit.NewSlots[session.ID](pagesPerSession),
		calls:     limit.NewSlots[session.ID](callsPerSession),
		streams:   limit.NewSlots[struct{}](streamsAtOnce),
		streamsOf: limit.NewSlots[session.ID](streamsPerSession),
		memory:    limit.NewMemory(),
	}
}

// network is what the limits know a client by: its address, and of an IPv6 address the half that a household or a company has to itself.
func (s *Server) network(r *http.Request) netip.Prefix {
	a := s.clientAddress(r)
	bits := a.BitLen()
	if a.Is6() {
		bits = 64
	}
	p, _ := a.Prefix(bits) // the zero Prefix for an address that nobody knows
	return p
}

// limited wraps a handler that an address may call only so often.
func (s *Server) limited(name string, rate *limit.Rate[netip.Prefix], h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := s.take(r, name, rate); err != nil {
			return err
		}
		return h(w, r)
	}
}

// take counts one for the client's address, and returns the 429 when that is one too many.
func (s *Server) take(r *http.Request, name string, rate *limit.Rate[netip.Prefix]) error {
	if wait := rate.Take(s.network(r)); wait > 0 {
		return s.tooMany(r, name, wait)
	}
	return nil
}

// tooMany is the answer to a client that comes too often.
func (s *Server) tooMany(r *http.Request, name string, wait time.Duration) error {
	s.tellLimit(r.Context(), name)
	return &pageError{Status: http.StatusTooManyRequests, Kind: kindTooMany, RetryAfter: wait, Err: errors.New("limit reached: " + name)}
}

func (s *Server) tellLimit(ctx context.Context, name string) {
	s.config.Observer.Limited(name)
	eventOf(ctx).Limited = true
	s.audit(ctx, nil, audit.Event{Kind: audit.Limit, Reason: name})
}

// withLoad refuses work beyond what the process can do at a time, and leaves out what costs nothing: probes and static files. What a client sends is read
// before there is a slot, and the slot is given back when its answer begins, so that only work takes slots.
func (s *Server) withLoad(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isProbe(r.URL.Path) || isStatic(r.URL.Path) {
			next.ServeHTTP(w, r)
			return
		}
		if err := readForm(w, r); err != nil {
			s.fail(w, r, err)
			return
		}
		release := s.limits.requests.Take(struct{}{})
		if release == nil || s.limits.memory.High() {
			if release != nil {
				release()
			}
			s.tellLimit(r.Context(), "requests")
			s.fail(w, r, &pageError{Status: http.StatusServiceUnavailable, Kind: kindBusy, RetryAfter: busyRetry, Err: errors.New("more requests than this process takes at a time")})
			return
		}
		eventOf(r.Context()).hold(release)
		s.asked.Add(1)
		next.ServeHTTP(w, r)
	})
}

// readForm reads the body of a POST, as large as a form may be. GetBody gives it to whoever has to read it again.
func readForm(w http.ResponseWriter, r *http.Request) error {
	if r.Method != http.MethodPost {
		return nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxFormBytes))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return &pageError{Status: http.StatusRequestEntityTooLarge, Kind: kindTooLarge, Err: err}
	}
	if err != nil {
		return &pageError{Status: http.StatusRequestTimeout, Kind: kindTooLarge, Err: err}
	}
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	r.Body, err = r.GetBody()
	return err
}

// holdPage takes a slot of the session, so that one person cannot take all.
func (s *Server) holdPage(r *http.Request, id session.ID) error {
	release := s.limits.sessions.Take(id)
	if release == nil {
		return s.tooMany(r, "pages", time.Second)
	}
	eventOf(r.Context()).hold(release)
	return nil
}
