// Package server is the portal's HTTP side: routes, middleware, sign-in, pages and error pages. Handlers parse, call one
// domain function, present and render; what they return as an error becomes a page in one place.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/trace"

	"portico/internal/audit"
	"portico/internal/dashboards"
	"portico/internal/datahub"
	"portico/internal/grant"
	"portico/internal/health"
	"portico/internal/limit"
	"portico/internal/live"
	"portico/internal/pages"
	"portico/internal/proxy"
	"portico/internal/rp"
	"portico/internal/screen"
	"portico/internal/session"
	"portico/internal/share"
	"portico/internal/shelf"
	"portico/internal/token"
	"portico/web/templates"
)

// Config is what a Server is built from. All members are required unless said otherwise.
type Config struct {
	BaseURL      *url.URL         // public URL; the only source of links, cookie attributes and redirect URIs
	CallbackPath string           // path of the redirect URI
	LogoutHint   bool             // send the ID token as id_token_hint when signing out
	Login        rp.LoginOptions  // what every sign-in asks for: Prompt, MaxAge, ACRValues
	StaySignedIn time.Duration    // people may choose to stay signed in on a device for so long; 0: they may not
	ShareLinks   bool             // people may make links by which others see a dashboard without signing in
	Notice       string           // optional line above each page
	NoIndex      bool             // ask search engines to stay away
	Pages        []Page           // further pages beside the portal's own
	Front        string           // path of one of Pages, public, where / leads while nobody is signed in; "": to the sign-in
	Frame        Frame            // adds to what is around each page; nil means nothing
	Version      string           // build, for the page's foot
	SignInRate   int              // sign-ins that may begin in a minute from one address; 0 means SignInsPerMinute
	Managers     Managers         // who may see the pages under /admin
	Proxies      []netip.Prefix   // networks of the proxies in front, whose word about a visitor's address counts
	RP           *rp.Client       // sign-in
	Cookies      *session.Cookies // who is signed in
	Store        session.Store    // the records behind Cookies: once-only marks, ending sessions
	Tries        limit.Store      // counts guesses for all processes together
	Keys         *session.Keyring // seals what goes into cookies
	Tokens       *token.Manager   // each session's tokens
	Hub          *datahub.Hub     // the Data Hub
	Audit        *audit.Log       // takes events that decide who may do what; nil means that they go to Log
	Shelf        *shelf.Keeper    // what is kept for people beyond their sessions
	Application  Application      // the dedicated application user, whose rights screens can have
	Health       *health.Watch    // what the portal depends on, for managers; nil means that nothing is known
	Tracer       trace.Tracer     // makes spans of requests; nil means none
	Observer     Observer         // hears of requests and sign-ins, for metrics; nil means nobody
	Log          *slog.Logger     // request and audit lines
	Now          func() time.Time // decides expiry; nil means time.Now
	PageNow      func() time.Time // what "now" is in the data that pages show; nil means Now
}

// Server answers the portal's requests. It is an http.Handler maker: see Handler. Close waits for what it still does in the background.
type Server struct {
	config     Config           // as New was given it, and what it means where nothing was given
	screens    *session.Cookies // sessions of screens
	register   *screen.Register
	pairings   *screen.Pairings
	shares     *share.Links
	wishes     *grant.Wishes[wish] // of people who sign in for a screen or a link
	started    time.Time
	jar        jar
	attempts   attempts
	pages      *pages.Pages
	dashboards *dashboards.Pages
	fixed      templates.Fixed
	streams    *live.Hub // what open pages hear of
	limits     limits
	tries      tries
	patience   patience
	proxies    proxies
	proxyTold  atomic.Bool // the operator knows that a proxy is not listed
	schemeTold atomic.Bool // the operator knows that proxy and public URL differ

	background sync.WaitGroup // what outlives its request, see background.go
	draining   atomic.Bool    // readiness says that the process is going away
	drained    chan struct{}  // closed when draining begins
	asked      atomic.Int64   // requests that were let in
}

// New checks c and returns a Server.
func New(c Config) (*Server, error) {
	if c.BaseURL == nil || c.RP == nil || c.Cookies == nil || c.Store == nil || c.Tries == nil || c.Keys == nil || c.Tokens == nil || c.Hub == nil || c.Shelf == nil || c.Log == nil {
		return nil, errors.New("server: a part is missing in Config")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.PageNow == nil {
		c.PageNow = c.Now
	}
	if c.Observer == nil {
		c.Observer = nobody{}
	}
	if c.SignInRate == 0 {
		c.SignInRate = SignInsPerMinute
	}
	if c.Audit == nil {
		c.Audit = audit.New(audit.Config{Logger: c.Log, Now: c.Now})
	}
	if c.CallbackPath == "" {
		c.CallbackPath = "/auth/callback"
	}
	s := &Server{
		config: c, started: c.Now(), drained: make(chan struct{}), pages: pages.New(), jar: jar{keys: c.Keys, secure: c.BaseURL.Scheme == "https"}, proxies: c.Proxies, limits: newLimits(c.SignInRate, c.Now), tries: newTries(c.Tries), patience: patience{page: pagePatience, panels: panelPatience},
		register: screen.NewRegister(c.Shelf, c.Now), pairings: screen.NewPairings(c.Shelf, c.Keys, c.Now), shares: share.New(c.Shelf, c.Now), wishes: grant.NewWishes[wish](c.Shelf),
		streams: live.New(live.Config{Build: c.Version, Contract: contract, Now: c.PageNow}),
	}
	s.attempts, s.dashboards = attempts{s.jar}, dashboards.New(s.pages)
	var err error
	if s.screens, err = newScreenCookies(c, s.refusedScreen); err != nil {
		return nil, err
	}
	return s, s.checkCallbackPath()
}

// checkCallbackPath finds out whether the path is one of the portal's own: the table of routes takes none twice.
func (s *Server) checkCallbackPath() (err error) {
	taken := fmt.Errorf("--callback-path: %q is a path of the portal's own", s.config.CallbackPath)
	if strings.HasPrefix(s.config.CallbackPath, proxy.Path) { // what is answered there is for scripts
		return taken
	}
	defer func() {
		if recover() != nil {
			err = taken
		}
	}()
	s.routes()
	return nil
}

// Handler returns the whole portal: the routes behind the middleware, outermost first.
func (s *Server) Handler() http.Handler {
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(s.refuseForeign))
	return s.withEvent(s.withHeaders(s.guard(s.withLoad(s.land(s.sameOrigin(protection.Handler(s.routes())))))))
}

// InFlight returns how many requests are being worked on.
func (s *Server) InFlight() int { return s.limits.requests.Held(struct{}{}) }

// Asked returns how many requests came for something to be worked on; probes and static files are none.
func (s *Server) Asked() int64 { return s.asked.Load() }

// Drain makes readiness fail, so that nobody sends new requests; those that come are answered, and answers that go on end.
func (s *Server) Drain() {
	if s.draining.CompareAndSwap(false, true) {
		close(s.drained)
		s.streams.Close()
	}
}

// Draining reports whether Drain was called.
func (s *Server) Draining() bool { return s.draining.Load() }

// Close waits until what goes on in the background is done, or ctx ends.
func (s *Server) Close(ctx context.Context) error {
	done := make(chan struct{})
	go func() { s.background.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// now is the server's clock, which decides what "now" means on every page.
func (s *Server) now() time.Time { return s.config.PageNow() }

// wall is the clock by which sessions, sign-ins and what is kept of others end. Both tell the same time, unless the Data Hub's data live in another one.
func (s *Server) wall() time.Time { return s.config.Now() }
