package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Check reports every mistake in c, each with the flag that mends it, joined into one error.
func (c Config) Check() error {
	return errors.Join(
		c.Portal.check(),
		c.Identity.check(),
		checkURL("api-url", c.Hub.APIURL),
		c.Hub.Timeout.between("api-timeout", time.Second, 5*time.Minute),
		c.AppUser.check(),
		c.Sessions.check(),
		c.Limits.check(),
		c.Audit.check(),
		c.Log.check(),
	)
}

func (p Portal) check() error {
	errs := []error{checkBaseURL(p.BaseURL), checkListen("listen", p.Listen), p.DrainDelay.between("drain-delay", 0, time.Minute), p.checkProxies()}
	if p.AdminListen != "" && p.AdminListen != "off" {
		errs = append(errs, checkListen("admin-listen", p.AdminListen))
		if p.AdminListen == p.Listen {
			errs = append(errs, fmt.Errorf("--admin-listen: %s is --listen's; they need an address each, or off", p.AdminListen))
		}
	}
	for _, name := range p.AdminHosts {
		if name == "" || strings.ContainsAny(name, "/:@*? ") {
			errs = append(errs, fmt.Errorf("--admin-hosts: %q is not a name such as portico.monitoring.svc, without scheme and port", name))
		}
	}
	if u, err := url.Parse(p.BaseURL); err == nil && u.Host != "" && u.Path != "" && u.Path != "/" {
		errs = append(errs, fmt.Errorf("--base-url: %q has a path; the portal lives at the root of its host, so give it a host name of its own", p.BaseURL))
	}
	return errors.Join(errs...)
}

func (i Identity) check() error {
	var errs []error
	if i.ClientID == "" {
		errs = append(errs, errors.New("--client-id: missing; it is the client id that the identity server knows the portal by"))
	}
	errs = append(errs,
		i.checkCredentials(),
		checkURL("issuer", i.Issuer),
		oneOf("client-assertion-audience", i.AssertionAudience, "issuer", "token-endpoint"),
		oneOf("offline-access", i.OfflineAccess, "auto", "stay", "always", "never"),
		oneOf("missing-scopes", i.MissingScopes, "refuse", "accept"),
		checkResource(i.Resource),
		oneOf("refresh-policy", i.RefreshPolicy, "strict", "grace", "reusable", "never"),
		checkAccountParam(i.AccountParam),
		oneOf("response-mode", i.ResponseMode, "", "query", "form_post"),
		oneOf("par", i.PAR, "auto", "always", "never"),
		oneOf("login-prompt", i.LoginPrompt, "", "login", "select_account", "consent"),
		i.LoginMaxAge.between("login-max-age", 0, 365*24*time.Hour),
		i.checkStay(),
	)
	if len(i.Scopes) > 0 && !slices.Contains(strings.Fields(strings.Join(i.Scopes, " ")), "openid") {
		errs = append(errs, errors.New("--scopes: openid is missing; without it nobody says who signs in"))
	}
	for _, a := range i.Algorithms {
		errs = append(errs, oneOf("id-token-algorithms", a, "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"))
	}
	if !strings.HasPrefix(i.CallbackPath, "/") || strings.ContainsAny(i.CallbackPath, "?#{} ") {
		errs = append(errs, fmt.Errorf("--callback-path: %q is not a path such as /auth/callback", i.CallbackPath))
	}
	return errors.Join(errs...)
}

// checkResource takes an absolute URI without a fragment (RFC 8707 section 2).
func checkResource(raw string) error {
	if u, err := url.Parse(raw); raw != "" && (err != nil || !u.IsAbs() || u.Fragment != "") {
		return fmt.Errorf("--resource: %q is not an absolute URI", redactURL(raw))
	}
	return nil
}

// checkStay takes none, or whole days.
func (i Identity) checkStay() error {
	if i.StaySignedIn.Duration == 0 && i.StaySignedIn.err == nil {
		return nil
	}
	return i.StaySignedIn.between("stay-signed-in", 24*time.Hour, 90*24*time.Hour)
}

// ownParams are parameters of the protocol that an account's number must not end up in.
var ownParams = []string{
	"client_id", "client_secret", "client_assertion", "client_assertion_type", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "code", "code_challenge", "code_challenge_method",
	"code_verifier", "grant_type", "refresh_token", "username", "password", "prompt", "max_age", "login_hint", "id_token_hint", "claims", "request", "request_uri", "resource", "audience",
}

// checkAccountParam takes any name that is not the protocol's own.
func checkAccountParam(name string) error {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._"
	if strings.Trim(name, letters) != "" || len(name) > 64 || slices.Contains(ownParams, name) {
		return fmt.Errorf("--account-param: %q is not the name of a parameter for the account, such as account", name)
	}
	return nil
}

// checkCredentials wants what the way to authenticate needs.
func (i Identity) checkCredentials() error {
	withSecret, withKey, withCertificate := !i.ClientSecret.Empty(), len(i.ClientKeys) > 0, i.ClientCertificateFile != ""
	err := oneOf("client-auth", i.ClientAuth, "discovered", "private_key_jwt", "tls_client_auth", "basic", "post")
	switch {
	case i.ClientAuth == "private_key_jwt" && !withKey:
		err = errors.New("--client-key-file: missing; --client-auth=private_key_jwt needs a key, made by web keys client")
	case i.ClientAuth == "tls_client_auth" && !withCertificate:
		err = errors.New("--client-certificate-file: missing; --client-auth=tls_client_auth needs a certificate and its key")
	case !withSecret && i.ClientSecretFile != "": // readSecret has said what is wrong with it
	case !withSecret && (i.ClientAuth == "basic" || i.ClientAuth == "post" || !withKey && !withCertificate):
		err = errors.Join(err, errors.New("--client-secret-file: missing; name the file that holds the client secret, or set DATAHUB_CLIENT_SECRET"))
	}
	if withCertificate != (i.ClientCertificateKey != "") {
		err = errors.Join(err, errors.New("--client-certificate-file, --client-certificate-key-file: one needs the other"))
	}
	return err
}

func (u AppUser) check() error {
	switch {
	case u.User != "" && u.Password.Empty() && u.PasswordFile == "":
		return errors.New("--password-file: missing; --user needs the application user's password")
	case u.User == "" && !u.Password.Empty():
		return errors.New("--user: missing; a password of an application user is set without its name")
	}
	return nil
}

func (s Sessions) check() error {
	errs := []error{
		s.Store.check(),
		s.Idle.between("session-idle", time.Minute, 24*time.Hour),
		s.Absolute.between("session-max", time.Minute, 24*time.Hour),
	}
	if s.Idle.err == nil && s.Absolute.err == nil && s.Idle.Duration > s.Absolute.Duration {
		errs = append(errs, fmt.Errorf("--session-idle: %v is longer than --session-max %v", s.Idle.Duration, s.Absolute.Duration))
	}
	errs = append(errs, s.MaxEach.between("sessions-per-person", 1, 1000))
	return errors.Join(errs...)
}

func (l Log) check() error {
	return errors.Join(
		oneOf("log-level", l.Level, "debug", "info", "warn", "error"),
		oneOf("log-format", l.Format, "json", "text"),
	)
}

func (s Store) check() error {
	err := errors.Join(s.CheckDatabase(), s.CheckSessions())
	if s.KeysFile == "" {
		err = errors.Join(err, errors.New("--keys: missing; make the file with: web keys new > portico.keys"))
	}
	return err
}

// check wants exactly one way of saying whose sessions are meant.
func (c SessionCommand) check() error {
	ways := 0
	for _, set := range []bool{c.SID != "", c.Subject != "", c.Everyone} {
		if set {
			ways++
		}
	}
	switch {
	case ways != 1:
		return errors.New("say whose sessions: one of --subject, --sid and --everyone")
	case !c.Everyone && c.Issuer == "":
		return errors.New("--issuer: missing; a subject or sid is unique only at its issuer")
	}
	return nil
}

// checkURL accepts https with a host, and http on loopback.
func checkURL(flag, raw string) error {
	if raw == "" {
		return fmt.Errorf("--%s: missing", flag)
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Hostname() == "" || u.Opaque != "":
		return fmt.Errorf("--%s: %q is not a URL such as https://host.example.com", flag, redactURL(raw))
	case u.User != nil:
		return fmt.Errorf("--%s: a user or password in the URL is refused", flag)
	case strings.Trim(strings.ToLower(u.Host), hostLetters) != "":
		return fmt.Errorf("--%s: %q has a host with other characters than letters, digits, dots, hyphens and underscores; write a name that has others in its form with xn--", flag, redactURL(raw))
	case !goodPort(u.Port()):
		return fmt.Errorf("--%s: %q has a port that is not from 1 to 65535", flag, redactURL(raw))
	case u.RawQuery != "" || u.Fragment != "":
		return fmt.Errorf("--%s: %q has a query or a fragment", flag, redactURL(raw))
	case u.Scheme == "https", u.Scheme == "http" && LoopbackHost(u.Hostname()):
		return nil
	case u.Scheme == "http":
		return fmt.Errorf("--%s: %q must be https; http is accepted on loopback only", flag, raw)
	}
	return fmt.Errorf("--%s: %q must be https", flag, redactURL(raw))
}

// hostLetters are what hosts are written with, a port and the brackets of an IPv6 address included.
const hostLetters = "abcdefghijklmnopqrstuvwxyz0123456789.-_:[]"

// goodPort takes none, too.
func goodPort(port string) bool {
	n, err := strconv.Atoi(port)
	return port == "" || err == nil && n > 0 && n < 1<<16
}

// checkBaseURL says what to do instead to somebody who wants plain http under a name of their network: the portal would start, and nobody could sign in.
func checkBaseURL(raw string) error {
	err := checkURL("base-url", raw)
	if u, bad := url.Parse(raw); bad == nil && err == nil && (u.Scheme == "https" && u.Port() == "443" || u.Scheme == "http" && u.Port() == "80") {
		return fmt.Errorf("--base-url: %q names the port that %s has anyway; browsers leave it out, so leave it out here", raw, u.Scheme)
	}
	if u, bad := url.Parse(raw); bad == nil && err != nil && u.Scheme == "http" && u.Host != "" && !LoopbackHost(u.Hostname()) {
		return fmt.Errorf("%w. A sign-in and its cookies could be read on the way: end TLS in a reverse proxy, also on a network of your own, and name its https address", err)
	}
	return err
}

// LoopbackHost reports whether a host name or address never leaves this machine: localhost, *.localhost (RFC 6761
// section 6.3), 127.0.0.0/8 and ::1.
func LoopbackHost(host string) bool {
	host = strings.ToLower(host)
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

func checkListen(flag, address string) error {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("--%s: %q is not an address such as 127.0.0.1:8080", flag, address)
	}
	if _, err := net.LookupPort("tcp", port); err != nil {
		return fmt.Errorf("--%s: %q has no port from 0 to 65535", flag, address)
	}
	return nil
}

func oneOf(flag, value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return fmt.Errorf("--%s: %q is not one of %s", flag, value, strings.TrimPrefix(strings.Join(allowed, ", "), ", "))
}

// redactURL cuts what a person may have typed in front of an @, and what stands where a port should when the @ was forgotten.
func redactURL(raw string) string {
	if i := strings.LastIndex(raw, "@"); i >= 0 {
		return "…" + raw[i:]
	}
	scheme, rest, ok := strings.Cut(raw, "://")
	if !ok {
		return raw
	}
	return scheme + "://" + redactHosts(rest)
}

// redactHosts cuts a list of hosts at the first that is cut: what follows may belong to a password with a comma in it.
func redactHosts(list string) string {
	hosts := strings.Split(list, ",")
	for i, host := range hosts {
		if shown := redactHost(host); shown != host {
			return strings.Join(append(hosts[:i:i], shown), ",")
		}
	}
	return list
}

// redactHost cuts what follows the first colon, unless that is a port, or the address an IPv6 one.
func redactHost(host string) string {
	name, rest, ok := strings.Cut(host, ":")
	if port := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789"))]; ok && !strings.HasPrefix(host, "[") && (port == "" || strings.IndexAny(rest[len(port):]+"/", "/?#") != 0) {
		return name + ":…"
	}
	return host
}

// Host returns the host of a listening address, "" when the address is none.
func Host(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return ""
	}
	if host == "" {
		return "0.0.0.0" // every address of the machine
	}
	return host
}
