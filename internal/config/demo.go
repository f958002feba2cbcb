//go:build !nodemo

package config

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// demoCommand is the command as kong reads it.
type demoCommand struct {
	Demo Demo `cmd:"" help:"Run the portal with an embedded identity server and an embedded Data Hub, with no configuration at all."`
}

// Demo is what `web demo` can be told. It needs no configuration at all.
type Demo struct {
	Listen              string   `name:"listen" env:"PORTICO_LISTEN" default:"127.0.0.1:8080" placeholder:"ADDRESS" help:"Address of the portal, http://localhost:PORT. Port 0 takes a free one."`
	IdentityListen      string   `name:"identity-listen" env:"PORTICO_IDENTITY_LISTEN" default:"127.0.0.1:8081" placeholder:"ADDRESS" help:"Address of the demo identity server, http://id.localhost:PORT."`
	HubListen           string   `name:"hub-listen" env:"PORTICO_HUB_LISTEN" default:"127.0.0.1:8082" placeholder:"ADDRESS" help:"Address of the demo Data Hub, http://hub.localhost:PORT."`
	AccessTokenLifetime Duration `name:"access-token-lifetime" env:"PORTICO_ACCESS_TOKEN_LIFETIME" default:"60s" placeholder:"DURATION" help:"Lifetime of access tokens, short so that refreshes are seen. From 1s."`
	RefreshLifetime     Duration `name:"refresh-token-lifetime" env:"PORTICO_REFRESH_TOKEN_LIFETIME" default:"8h" placeholder:"DURATION" help:"Lifetime of refresh tokens; after it the session ends and sign-in starts over, silently first. From 1s."`
	RefreshPolicy       string   `name:"refresh-policy" env:"PORTICO_REFRESH_POLICY" default:"strict" placeholder:"POLICY" help:"Refresh tokens of the demo identity server: strict (one-time; reuse ends the family), grace (the old one is valid for 60 s more) or reusable."`
	AdminListen         string   `name:"admin-listen" env:"PORTICO_ADMIN_LISTEN" default:"off" placeholder:"ADDRESS" help:"Address of the operator's listener, as of web serve."`
	Seed                uint64   `name:"demo-seed" default:"42" placeholder:"N" help:"Seed of the demo data: the same seed gives the same values everywhere."`
	Scale               int      `name:"demo-scale" default:"1" placeholder:"N" help:"How many times the twelve sites of the demo are there, up to 50, for long lists and full maps."`
	Now                 string   `name:"demo-now" placeholder:"TIME" help:"What the demo's clock shows at the start, as 2026-10-25T00:55:00Z, from 2024 to 2031; it is moved on /demo/clock. Data and pages live by this clock, sessions and tokens by the real one. Default: the real time."`
	Speed               string   `name:"demo-speed" default:"1" placeholder:"N" help:"How many times faster than the real one the demo's clock runs: 60 plays an hour a minute, 0 stands still, at most 3600."`
	Latency             string   `name:"demo-latency" placeholder:"DURATION" help:"How late the demo's two servers answer: 80ms, or 80ms±40ms (also written 80ms+-40ms) for delays that differ by so much. At most 1m."`
	Fail                []string `name:"demo-fail" placeholder:"FAULTS" help:"What the demo's two servers do wrong, separated by commas: identity=30s@every:10m (nobody answers for 30 s, every ten minutes), hub=429:2% (two requests of a hundred), hub=truncate:3 (the next three), identity=hang-after:1@path:/token. docs/demo.md has all words."`
	HubSwitches         []string `name:"hub-switches" placeholder:"WORDS" help:"Where the platform's behaviour is not known or has changed, the demo Data Hub does what is most likely; these words, separated by commas, choose otherwise. docs/demo.md lists them."`
	PortalOrigin        string   `name:"portal-origin" placeholder:"URL" help:"Public https origin of the portal, for a demo that others can reach through a reverse proxy that ends TLS. All three origins must be named; then no password is shown or taken, the clock stays as it is, and --listen, --identity-listen and --hub-listen need not be on loopback."`
	IdentityOrigin      string   `name:"identity-origin" placeholder:"URL" help:"Public https origin of the demo identity server."`
	HubOrigin           string   `name:"hub-origin" placeholder:"URL" help:"Public https origin of the demo Data Hub."`
	TrustedProxies      []string `name:"trusted-proxies" env:"PORTICO_TRUSTED_PROXIES" placeholder:"NETWORKS" help:"Networks of the reverse proxies in front, as of web serve; with the three origins."`
	Log                 Log      `embed:""`
}

// ClockAt is what the demo's clock shows at the start; zero for the real time.
func (d Demo) ClockAt() time.Time {
	t, _ := time.Parse(time.RFC3339, d.Now) // checked
	return t
}

// ClockSpeed is how many times faster than the real one the demo's clock runs.
func (d Demo) ClockSpeed() float64 {
	speed, err := strconv.ParseFloat(d.Speed, 64) // checked, where it was read
	if err != nil {
		return 1
	}
	return speed
}

// Hosted reports whether others can reach the demo.
func (d Demo) Hosted() bool {
	return d.PortalOrigin != "" || d.IdentityOrigin != "" || d.HubOrigin != ""
}

// check reports every mistake, in d and in what is around it.
func (d Demo) check(getenv func(string) string) error {
	return errors.Join(nothingReal(getenv), d.Check())
}

// Check reports every mistake in d, joined into one error.
func (d Demo) Check() error {
	return errors.Join(
		d.checkPlaces(),
		d.checkAdmin(),
		d.AccessTokenLifetime.between("access-token-lifetime", time.Second, 24*time.Hour),
		d.RefreshLifetime.between("refresh-token-lifetime", time.Second, 30*24*time.Hour),
		oneOf("refresh-policy", d.RefreshPolicy, "strict", "grace", "reusable"),
		d.checkScale(),
		d.checkClock(),
		d.Log.check(),
	)
}

// checkPlaces wants loopback, or three origins that are named.
func (d Demo) checkPlaces() error {
	listens := map[string]string{"listen": d.Listen, "identity-listen": d.IdentityListen, "hub-listen": d.HubListen}
	check := checkListen
	if !d.Hosted() {
		check = checkLoopback
	}
	var errs []error
	for _, flag := range slices.Sorted(maps.Keys(listens)) {
		errs = append(errs, check(flag, listens[flag]))
	}
	if !d.Hosted() {
		if len(d.TrustedProxies) > 0 {
			errs = append(errs, errors.New("--trusted-proxies: there is no proxy in front of a demo without --portal-origin, --identity-origin and --hub-origin"))
		}
		return errors.Join(errs...)
	}
	errs = append(errs, checkOrigin("portal-origin", d.PortalOrigin), checkOrigin("identity-origin", d.IdentityOrigin), checkOrigin("hub-origin", d.HubOrigin), Portal{TrustedProxies: d.TrustedProxies}.checkProxies())
	hosts := map[string]bool{hostOf(d.PortalOrigin): true, hostOf(d.IdentityOrigin): true, hostOf(d.HubOrigin): true}
	if len(hosts) < 3 {
		errs = append(errs, errors.New("--portal-origin, --identity-origin, --hub-origin: they need a host name each, because cookies do not separate ports"))
	}
	return errors.Join(errs...)
}

// checkOrigin takes https with a host and nothing behind it.
func checkOrigin(flag, raw string) error {
	u, err := url.Parse(raw)
	switch {
	case raw == "":
		return fmt.Errorf("--%s: missing; a demo that others can reach names all three origins", flag)
	case err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		return fmt.Errorf("--%s: %q is not an https origin such as https://demo.example.com", flag, redactURL(raw))
	}
	return nil
}

func hostOf(origin string) string {
	u, err := url.Parse(origin)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

func (d Demo) checkScale() error {
	if d.Scale < 1 || d.Scale > 50 {
		return fmt.Errorf("--demo-scale: %d is not between 1 and 50", d.Scale)
	}
	return nil
}

func (d Demo) checkClock() error {
	var errs []error
	if t, err := time.Parse(time.RFC3339, d.Now); d.Now != "" && (err != nil || t.UTC().Year() < 2024 || t.UTC().Year() > 2031) {
		errs = append(errs, fmt.Errorf("--demo-now: %q is not a time from 2024 to 2031 such as 2026-10-25T00:55:00Z", d.Now))
	}
	if speed, err := strconv.ParseFloat(d.Speed, 64); err != nil || !(speed >= 0 && speed <= 3600) {
		errs = append(errs, fmt.Errorf("--demo-speed: %q is not a number from 0 to 3600", d.Speed))
	}
	return errors.Join(errs...)
}

func (d Demo) checkAdmin() error {
	if d.AdminListen == "" || d.AdminListen == "off" {
		return nil
	}
	return checkLoopback("admin-listen", d.AdminListen)
}

// checkLoopback also refuses an address that others could reach: demo users have published passwords.
func checkLoopback(flag, address string) error {
	if err := checkListen(flag, address); err != nil {
		return err
	}
	if host, _, _ := net.SplitHostPort(address); !LoopbackHost(host) {
		return fmt.Errorf("--%s: %q is not on loopback; the demo's passwords are public, so it listens on 127.0.0.1 only", flag, address)
	}
	return nil
}

// nothingReal refuses a demo in the environment of a real portal: it would take the place of one, with passwords that everybody knows.
func nothingReal(getenv func(string) string) error {
	var errs []error
	for _, name := range []string{"DATAHUB_AUTH_URL", "OPINUM_AUTH_URL", "DATAHUB_CLIENT_SECRET", "DATAHUB_CLIENT_SECRET_FILE", "OPINUM_SECRET", "OPINUM_SECRET_FILE", "PORTICO_DATABASE", "PORTICO_SESSIONS"} {
		if getenv(name) != "" {
			errs = append(errs, fmt.Errorf("%s is set, but the demo has an identity server, a client and a store of its own; unset it, or run: web serve", name))
		}
	}
	return errors.Join(errs...)
}
