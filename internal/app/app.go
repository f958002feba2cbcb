// Package app builds the portal from its configuration, runs it and takes it down in order. It is the only place that knows all parts.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"portico/internal/audit"
	"portico/internal/config"
	"portico/internal/datahub"
	"portico/internal/faultpoint"
	"portico/internal/health"
	"portico/internal/rp"
	"portico/internal/server"
	"portico/internal/session"
	"portico/internal/shelf"
	"portico/internal/store/audited"
	"portico/internal/store/metered"
	"portico/internal/telemetry"
	"portico/internal/token"
)

// Portal is a built portal. Run serves it; Close releases what it holds.
type Portal struct {
	server     *server.Server
	tokens     *token.Manager
	database   database      // the portal's own
	store      stores        // of sessions and tokens: the database, if there is no other
	sessions   session.Store // of store, measured and audited
	audit      *audit.Log    // in database
	shelf      *shelf.Keeper // in database
	hub        *datahub.Hub
	rp         *rp.Client
	appUser    *token.PasswordSource // nil when there is none
	metrics    *telemetry.Metrics
	traces     *telemetry.Traces
	health     *health.Watch
	extras     Extras
	drainDelay time.Duration
	admins     string   // address of the operator's listener
	adminHosts []string // and the names by which it may be asked for
	log        *slog.Logger
}

// Extras are what is put around and beside the parts of a portal without their knowing. The zero Extras are nothing.
type Extras struct {
	Pages  []server.Page                                               // further pages
	Front  string                                                      // one of them, public, where / leads while nobody is signed in; "": to the sign-in
	Frame  server.Frame                                                // adds to what is around each page
	Around func(http.Handler) http.Handler                             // around all that the portal answers
	Peer   func(name string, next http.RoundTripper) http.RoundTripper // around what is sent to "identity server" and "data hub"
	Young  time.Duration                                               // age below which what a refresh brought is not refreshed again, though it was rejected; 0: the usual
}

// Build makes every part. keys seals the sessions. Nothing is sent to anybody: the portal starts without its identity server and Data Hub.
func Build(ctx context.Context, c config.Config, keys *session.Keyring, more Extras, log *slog.Logger) (*Portal, error) {
	base, err := url.Parse(strings.TrimSuffix(c.Portal.BaseURL, "/"))
	if err != nil {
		return nil, fmt.Errorf("base URL: %w", err)
	}
	p := &Portal{metrics: telemetry.NewMetrics(Version()), extras: more, drainDelay: c.Portal.DrainDelay.Duration, admins: c.Portal.AdminListen, adminHosts: c.Portal.AdminHosts, log: log}
	if p.traces, err = telemetry.NewTraces(ctx, os.Getenv, Version(), log); err != nil {
		return nil, err
	}
	if err := p.open(ctx, c.Sessions.Store); err != nil {
		return nil, errors.Join(err, p.closeStores())
	}
	p.health = p.watch()
	p.audit = newAudit(p.database.Audit(), c.Audit, p.metrics, log)
	p.shelf = shelf.New(p.database.Shelf(), keys, faultpoint.Now)
	p.sessions = audited.Sessions(metered.Sessions(p.store.Sessions(), p.watched()), keys, p.audit)
	if err := p.build(c, base, keys); err != nil {
		return nil, errors.Join(err, p.closeStores())
	}
	p.metrics.Gauge("portico_requests_in_flight", "Requests that are being worked on.", func() float64 { return float64(p.server.InFlight()) })
	p.metrics.Gauge("portico_streams", "Event streams that are open.", func() float64 { return float64(p.server.Streams()) })
	p.metrics.Gauge("portico_data_hub_circuits_open", "Kinds of calls of the Data Hub that are not tried for the moment, because there was no answer several times in a row.", func() float64 { return float64(p.hub.OpenCircuits()) })
	return p, nil
}

func (p *Portal) build(c config.Config, base *url.URL, keys *session.Keyring) error {
	var err error
	if p.rp, err = relyingParty(c, base, p.metrics, p.log, p.peer(dependencyProvider, false)); err != nil {
		return err
	}
	p.hub, err = dataHub(c.Hub, p.peer(dependencyHub, true), func(path string, err error) { p.log.Warn("item of the Data Hub left out", "path", path, "error", err) })
	if err != nil {
		return err
	}
	cookies, err := session.NewCookies(session.Config{Store: p.sessions, Keys: keys, Secure: base.Scheme == "https", Idle: c.Sessions.Idle.Duration,
		Absolute: c.Sessions.Absolute.Duration, StayAbsolute: c.Identity.StaySignedIn.Duration, MaxPerSubject: c.Sessions.MaxEach.N, Observer: p.metrics, Log: p.log, Refused: auditRefused(p.audit, keys, "session"), Now: faultpoint.Now})
	if err != nil {
		return err
	}
	hints, _ := p.store.Tokens().(token.Hinter)
	p.tokens, err = token.New(token.Config{Store: p.tokenStore(), Hints: hints, Keys: keys, Refresher: p.rp, End: p.sessions.Delete, Policy: token.Policy(c.Identity.RefreshPolicy), Young: p.extras.Young,
		KeepIDTokens: c.Identity.LogoutHint, Owner: owner(), Observer: p.metrics, Flight: p.traces.Flight, Ended: auditGrants(p.audit, keys), Refused: auditRefused(p.audit, keys, "tokens"), Log: p.log, Now: faultpoint.Now})
	if err != nil {
		return err
	}
	p.server, err = server.New(server.Config{BaseURL: base, CallbackPath: c.Identity.CallbackPath, LogoutHint: c.Identity.LogoutHint, StaySignedIn: c.Identity.StaySignedIn.Duration, ShareLinks: c.Identity.ShareLinks,
		Login: rp.LoginOptions{Prompt: c.Identity.LoginPrompt, MaxAge: c.Identity.LoginMaxAge.Duration, ACRValues: c.Identity.LoginACR}, Notice: c.Portal.Notice, NoIndex: c.Portal.NoIndex, Pages: p.extras.Pages, Front: p.extras.Front, Frame: p.extras.Frame, Version: Version(),
		Managers: server.Managers{Role: c.Audit.ManagerRole, Account: c.Audit.ManagerAccount}, Proxies: c.Portal.Proxies(), SignInRate: c.Limits.SignInRate.N,
		Application: p.application(c.AppUser, keys),
		RP:          p.rp, Cookies: cookies, Store: p.sessions, Tries: metered.Tries(p.store.Tries(), p.watched()), Keys: keys, Tokens: p.tokens, Hub: p.hub, Shelf: p.shelf, Audit: p.audit, Health: p.health, Tracer: p.traces.Tracer(), Observer: p.metrics, Log: p.log, Now: faultpoint.Now, PageNow: c.Portal.Now})
	return err
}

// application is the dedicated application user, if the configuration names one.
func (p *Portal) application(c config.AppUser, keys *session.Keyring) server.Application {
	if c.User == "" {
		return server.Application{}
	}
	p.appUser = token.NewPassword(token.PasswordConfig{Granter: p.rp, Store: p.tokenStore(), Keys: keys, User: c.User, Password: c.Password, Account: c.Account, UseRefresh: c.Refresh, Owner: owner(), Log: p.log, Now: faultpoint.Now})
	return server.Application{User: c.User, Account: c.Account, Source: p.appUser}
}

// tokenStore is where tokens are kept, measured.
func (p *Portal) tokenStore() token.Store { return metered.Tokens(p.store.Tokens(), p.watched()) }

// watched measures the stores, makes them part of traces, and has them asked when they fail.
type watched struct {
	*telemetry.Metrics
	p *Portal
}

func (p *Portal) watched() watched { return watched{p.metrics, p} }

// StoreCall implements [metered.Observer].
func (w watched) StoreCall(ctx context.Context, operation string, took time.Duration, failed bool) {
	w.Metrics.StoreCall(ctx, operation, took, failed)
	w.p.traces.StoreCall(ctx, operation, took, failed)
	if failed {
		w.p.health.Trouble(dependencyStore)
	}
}

func dataHub(c config.Hub, wrap func(http.RoundTripper) http.RoundTripper, skipped func(string, error)) (*datahub.Hub, error) {
	return datahub.New(datahub.Config{BaseURL: c.APIURL, Timeout: c.Timeout.Duration, Transport: loopbackTransport(c.APIURL), Wrap: wrap, Skipped: skipped})
}

func relyingParty(all config.Config, base *url.URL, o rp.Observer, log *slog.Logger, wrap func(http.RoundTripper) http.RoundTripper) (*rp.Client, error) {
	var scopes []string
	c := all.Identity
	for _, s := range c.Scopes {
		scopes = append(scopes, strings.Fields(s)...)
	}
	roots, err := readRoots(c.IssuerCAFile)
	if err != nil {
		return nil, err
	}
	certificate, err := clientCertificate(c.ClientCertificateFile, c.ClientCertificateKey, log)
	if err != nil {
		return nil, err
	}
	return rp.New(rp.Config{
		Issuer: c.Issuer, EndpointHosts: c.EndpointHosts, Algorithms: c.Algorithms, RootCAs: roots,
		ClientID: c.ClientID, AuthStyle: rp.AuthStyle(c.ClientAuth), ClientSecret: c.ClientSecret, ClientKeys: c.ClientKeys, AssertionAudience: c.AssertionAudience, Certificate: certificate,
		RedirectURL: base.String() + c.CallbackPath, PostLogoutRedirectURL: base.String() + "/auth/signed-out", ResponseMode: c.ResponseMode, Pushed: rp.Pushed(c.PAR),
		Scopes: scopes, OfflineAccess: rp.OfflineAccess(c.OfflineAccess), AcceptFewerScopes: c.MissingScopes == "accept", Resource: c.Resource, Audience: c.Audience, AccountParam: c.AccountParam,
		RoleClaim: all.Audit.ManagerClaim, Role: all.Audit.ManagerRole,
		Transport: loopbackTransport(c.Issuer), Wrap: wrap, Observer: o, Log: log, Now: faultpoint.Now,
	})
}

// owner names this process in records, for people.
func owner() string {
	host, _ := os.Hostname()
	return fmt.Sprintf("%s:%d", host, os.Getpid())
}

// loopbackTransport dials names under localhost without asking a resolver, since not all of them know that such names are this machine (RFC 6761 section 6.3). Nil, the
// package's own, for every other name.
func loopbackTransport(address string) http.RoundTripper {
	u, err := url.Parse(address)
	if err != nil || !strings.HasSuffix(u.Hostname(), ".localhost") {
		return nil
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.Proxy = nil
	t.MaxIdleConnsPerHost = 64
	d := &net.Dialer{Timeout: 4 * time.Second}
	t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		return d.DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
	}
	return t
}

// readKeys reads the file with the sealing keys.
func readKeys(path string) (*session.Keyring, error) {
	keys, err := readKeyFile(path)
	if err != nil {
		return nil, err
	}
	return session.NewKeyring(keys...)
}

// newLogger returns the program's log. It becomes the default one as well, so that a library that logs by itself passes the same net.
func newLogger(w io.Writer, c config.Log) *telemetry.Log {
	log := telemetry.NewLog(w, c.Level, c.Format)
	slog.SetDefault(log.Logger)
	return log
}

// closeLog writes what is left of the log, unless nobody takes it.
func closeLog(log *telemetry.Log) {
	ctx, cancel := context.WithTimeout(context.Background(), logTime)
	defer cancel()
	log.Close(ctx)
}

// countLost adds the log's own losses to the metrics.
func (p *Portal) countLost(log *telemetry.Log) {
	p.metrics.Counter("portico_log_dropped_total", "Lines of the log that nobody took.", func() float64 { n, _ := log.Lost(); return float64(n) })
	p.metrics.Counter("portico_log_omitted_total", "Warnings and errors that were left out of the log because they repeated others.", func() float64 { _, n := log.Lost(); return float64(n) })
}
