//go:build !nodemo

// Package demo runs an identity server and a Data Hub on origins of their own and returns the configuration of a portal that uses
// them. The portal does not know that it is a demo.
package demo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"portico/internal/config"
	"portico/internal/demo/clock"
	"portico/internal/demo/energy"
	"portico/internal/demo/hub"
	"portico/internal/demo/identity"
	"portico/internal/secret"
)

// clientID is how the demo portal is registered at the demo identity server.
const clientID = "portico"

// ScriptClient is how scripts sign in at the demo identity server, with the password grant and one of the demo's users. Its secret is as public as
// their passwords are.
const ScriptClient, ScriptSecret = "demo-script", "demo-script-secret"

// hostedRate is how many requests a minute the Data Hub of a hosted demo answers for each account, which all visitors share.
const hostedRate = 12_000

// Host names of the three origins. Cookies do not separate ports, so names must.
const (
	portalHost   = "localhost"
	identityHost = "id.localhost"
	hubHost      = "hub.localhost"
)

// Demo is the three addresses with the two servers behind them.
type Demo struct {
	Portal      net.Listener // for the portal to serve on
	PortalURL   string
	IdentityURL string
	HubURL      string
	Identity    *identity.Provider
	Hub         *hub.Hub
	Faults      Faults        // what the two do wrong
	Clock       *clock.Clock  // which the data and the pages about them live by
	Config      config.Config // of the portal, complete but for the sealing keys

	Hosted bool // others can reach it, under public names

	world    *energy.World
	at       map[string]string // public host → address on this machine; nil unless Hosted
	guest    string            // a token of the process's own, with which guests read
	visitors visitors
	hosts    []*host
	log      *slog.Logger
}

// Start opens the three listeners and serves the identity server and the Data Hub. Errors name the flag that helps.
func Start(ctx context.Context, c config.Demo, log *slog.Logger) (*Demo, error) {
	d := &Demo{log: log, Hosted: c.Hosted(), guest: rand.Text(), Clock: clock.New(c.ClockAt(), c.ClockSpeed())}
	if err := d.Faults.set(c); err != nil {
		return nil, err
	}
	listeners, err := listen(ctx, c)
	if err != nil {
		return nil, err
	}
	d.Portal = listeners[0]
	d.PortalURL, d.IdentityURL, d.HubURL = origin(portalHost, listeners[0]), origin(identityHost, listeners[1]), origin(hubHost, listeners[2])
	if d.Hosted {
		d.PortalURL, d.IdentityURL, d.HubURL = strings.TrimSuffix(c.PortalOrigin, "/"), strings.TrimSuffix(c.IdentityOrigin, "/"), strings.TrimSuffix(c.HubOrigin, "/")
		d.near(listeners)
	} else if err := checkNames(ctx); err != nil {
		return nil, errors.Join(err, closeAll(listeners))
	}
	clientSecret := rand.Text()
	d.Identity, err = identity.New(identity.Config{
		Issuer: d.IdentityURL, AccessTokenLifetime: c.AccessTokenLifetime.Duration, RefreshTokenLifetime: c.RefreshLifetime.Duration, RefreshPolicy: identity.Policy(c.RefreshPolicy), Log: log.With("server", "identity"),
		Fault: d.Faults.Identity.Pick, Ahead: d.Faults.Identity.Offset, ButtonsOnly: d.Hosted, Deliver: d.Near(http.DefaultTransport),
		Clients: d.clients(clientSecret),
	})
	if err != nil {
		return nil, errors.Join(err, closeAll(listeners))
	}
	if d.Hub, err = d.newHub(c); err != nil {
		return nil, errors.Join(err, closeAll(listeners))
	}
	d.serve(listeners[1], hostName(d.IdentityURL), &d.Faults.Identity, d.orders(), d.Identity)
	d.serve(listeners[2], hostName(d.HubURL), &d.Faults.Hub, nil, d.Hub)
	d.Config = d.portalConfig(c, clientSecret)
	return d, nil
}

// clients are the portal, and scripts, which sign in by password: where there are none, nobody does.
func (d *Demo) clients(secret string) []identity.Client {
	list := []identity.Client{{ID: clientID, Secret: secret, RedirectURIs: []string{d.PortalURL + "/auth/callback"},
		PostLogoutRedirectURIs: []string{d.PortalURL + "/auth/signed-out"}, BackChannelLogoutURI: d.PortalURL + "/auth/backchannel-logout"}}
	if !d.Hosted {
		list = append(list, identity.Client{ID: ScriptClient, Secret: ScriptSecret})
	}
	return list
}

func (d *Demo) newHub(c config.Demo) (*hub.Hub, error) {
	d.world = energy.Scaled(c.Seed, max(1, c.Scale))
	go d.world.Warm(d.Clock.Now())
	h := hub.Config{World: d.world, Check: d.introspect, Password: d.Identity.Password, Log: d.log.With("server", "data-hub"), Fault: d.hubFault, Now: d.hubNow}
	for _, u := range identity.Personas() {
		user := hub.User{ID: u.ID, Name: u.Name, Email: u.Email, Role: u.Role, Roles: u.Roles, Rights: rights(u.Username)}
		for _, a := range u.Accounts {
			user.Accounts = append(user.Accounts, a.ID)
		}
		h.Users = append(h.Users, user)
	}
	for _, text := range c.HubSwitches {
		if err := h.Switch(text); err != nil {
			return nil, fmt.Errorf("--hub-switches: %w", err)
		}
	}
	if d.Hosted && h.RateLimit == 0 {
		h.RateLimit = hostedRate
	}
	return hub.New(h), nil
}

// rights are what people may do at the Data Hub who are no managers: the viewer looks at everything, the screen at what screens show. Nobody else is known.
func rights(username string) map[string]hub.Right {
	may := map[string]hub.Right{}
	for _, feature := range hub.Features() {
		if username == "viewer" || feature != "storage" && feature != "reports" {
			may[feature] = hub.Read
		}
	}
	return may
}

// hubNow is the Data Hub's clock.
func (d *Demo) hubNow() time.Time { return d.Clock.Now().Add(d.Faults.Hub.Offset()) }

func (d *Demo) portalConfig(c config.Demo, clientSecret string) config.Config {
	notice := "demo"
	if d.Hosted {
		notice = "hosted"
	}
	return config.Config{
		Portal:   config.Portal{BaseURL: d.PortalURL, Listen: d.Portal.Addr().String(), AdminListen: c.AdminListen, TrustedProxies: c.TrustedProxies, Notice: notice, NoIndex: true, Now: d.Clock.Now},
		Identity: config.Identity{Issuer: d.IdentityURL, ClientID: clientID, ClientSecret: secret.New(clientSecret), ClientAuth: "discovered", OfflineAccess: "auto", RefreshPolicy: c.RefreshPolicy, Algorithms: []string{"RS256"}, CallbackPath: "/auth/callback", StaySignedIn: config.Duration{Duration: 30 * 24 * time.Hour}, ShareLinks: true},
		Hub:      config.Hub{APIURL: d.HubURL, Timeout: config.Duration{Duration: 20 * time.Second}},
		Sessions: config.Sessions{Store: config.Store{Database: "memory:"}, Idle: config.Duration{Duration: time.Hour}, Absolute: config.Duration{Duration: 12 * time.Hour}, MaxEach: config.Count{N: 20}},
		Audit:    config.Audit{ManagerClaim: "role", ManagerRole: "Manager"},
		Log:      c.Log,
	}
}

// listen opens the portal's, the identity server's and the Data Hub's port, in this order.
func listen(ctx context.Context, c config.Demo) ([]net.Listener, error) {
	var listeners []net.Listener
	for _, l := range []struct{ flag, address, what string }{{"listen", c.Listen, "portal"}, {"identity-listen", c.IdentityListen, "identity server"}, {"hub-listen", c.HubListen, "Data Hub"}} {
		ln, err := new(net.ListenConfig).Listen(ctx, "tcp", l.address)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("the %s cannot listen on %s: %w; choose another port with --%s=127.0.0.1:PORT, or 0 for a free one", l.what, l.address, cause(err), l.flag), closeAll(listeners))
		}
		listeners = append(listeners, ln)
	}
	return listeners, nil
}

// cause is the part of a listen error that people can use.
func cause(err error) error {
	if e, ok := errors.AsType[*net.OpError](err); ok {
		return e.Err
	}
	return err
}

func closeAll(listeners []net.Listener) error {
	var errs []error
	for _, l := range listeners {
		errs = append(errs, l.Close())
	}
	return errors.Join(errs...)
}

func origin(host string, l net.Listener) string {
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return "http://" + net.JoinHostPort(host, port)
}

// checkNames makes sure that the demo's host names lead to this machine. Names under localhost do by themselves with most resolvers (RFC 6761 section 6.3), and the
// demo's own connections never ask a resolver; browsers do not ask either.
func checkNames(ctx context.Context) error {
	for _, name := range []string{portalHost, identityHost, hubHost} {
		addresses, err := net.DefaultResolver.LookupHost(ctx, name)
		if err != nil {
			continue // unknown to the resolver: the portal dials loopback for it, and browsers know it by themselves
		}
		for _, a := range addresses {
			if ip := net.ParseIP(a); ip != nil && !ip.IsLoopback() {
				return fmt.Errorf("%s leads to %s and not to this machine; add the line \"127.0.0.1 %s\" to the hosts file", name, a, name)
			}
		}
	}
	return nil
}

// Close ends the two servers: what they are doing may finish until ctx ends, and is cut off then.
func (d *Demo) Close(ctx context.Context) {
	for _, h := range d.hosts {
		h.close(ctx)
	}
	d.Hub.Close()
}

// Screen is what the command prints: addresses, one a line for scripts, and who can sign in.
func (d *Demo) Screen() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Portico demo\n\nportal %s\nidentity %s\ndata-hub %s\n\n", d.PortalURL, d.IdentityURL, d.HubURL)
	if d.Hosted {
		b.WriteString("Open to others: people sign in with a button, passwords are good for nothing. Everything is forgotten when the program ends.\n")
		return b.String()
	}
	b.WriteString("Open the portal's address in a browser and sign in as one of\n\n")
	for _, u := range identity.Personas() {
		names := make([]string, len(u.Accounts))
		for i, a := range u.Accounts {
			names[i] = a.Name
		}
		fmt.Fprintf(&b, "  %-9s password %-14s %s, %s\n", u.Username, u.Password, u.Role, strings.Join(names, " and "))
	}
	fmt.Fprintf(&b, "\nScripts sign in with client %s, secret %s and one of these people; they push at the Data Hub's address, and may write 127.0.0.1 for its name.\n", ScriptClient, ScriptSecret)
	b.WriteString("\nEverything runs on this machine and is forgotten when the program ends: Ctrl-C.\n")
	return b.String()
}
