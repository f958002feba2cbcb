package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"portico/internal/config"
	"portico/internal/rp"
	"portico/internal/token"
)

// clock remembers how far somebody's clock is ahead.
type clock struct {
	known bool
	ahead time.Duration
}

func (c *clock) Fetched(string, bool)          {}
func (c *clock) ClockSkew(ahead time.Duration) { c.known, c.ahead = true, ahead }

// judge says what a clock that differs does: rp.Leeway is all that sign-ins bear.
func (c *clock) judge(f *findings, whose string) {
	what, off := whose+" clock", c.ahead.Abs()
	switch {
	case !c.known:
		f.skip(what, "no answer told the time")
	case off > rp.Leeway:
		f.fail(what, "set both clocks by NTP: sign-ins fail", fmt.Errorf("differs by %v from this machine's", c.ahead))
	case off > 5*time.Second:
		f.warn(what, "set both clocks by NTP: beyond a minute sign-ins fail", "differs by %v from this machine's", c.ahead)
	default:
		f.ok(what, "differs by less than %v", off+2*time.Second)
	}
}

// provider asks the identity server everything that it answers without a person.
func (f *findings) provider(ctx context.Context, c config.Config, buildable bool, certificates *certificates) {
	const what = "identity server"
	if c.Identity.Issuer == "" || c.Portal.BaseURL == "" {
		f.skip(what, "--issuer or --base-url is missing")
		return
	}
	base, err := url.Parse(strings.TrimSuffix(c.Portal.BaseURL, "/"))
	if err != nil {
		f.skip(what, "--base-url cannot be read")
		return
	}
	its := &clock{}
	client, err := relyingParty(c, base, its, slog.New(slog.DiscardHandler), certificates.watch)
	if err != nil && !buildable {
		for _, one := range []string{what, "signing keys", "client", "redirect URI"} {
			f.skip(one, mendFirst)
		}
		return
	}
	if err != nil {
		f.fail(what, "mend the settings of the identity server", err)
		return
	}
	p, err := client.Describe(ctx)
	if err != nil {
		f.fail(what, discoveryNext(err), fmt.Errorf("%s: %w", c.Identity.Issuer, err))
		for _, rest := range []string{"signing keys", "client", "redirect URI"} {
			f.skip(rest, "the identity server must be reached first")
		}
		return
	}
	f.ok(what, "%s%s", p.Issuer, described(p))
	f.features(p, base)
	f.signingKeys(ctx, client)
	f.client(ctx, client, c)
	f.redirect(ctx, client, c, base)
	its.judge(f, what)
	if c.AppUser.User != "" {
		f.appUser(ctx, c, client)
	}
}

func (f *findings) signingKeys(ctx context.Context, client *rp.Client) {
	n, err := client.CountKeys(ctx)
	if err != nil || n == 0 {
		f.fail("signing keys", "see that the identity server publishes a signing key at its jwks_uri", cmp.Or(err, errors.New("the key set is empty")))
		return
	}
	f.ok("signing keys", "%d", n)
}

func described(p rp.Provider) string {
	said := ", PKCE S256"
	if !p.PKCE {
		said = ", does not say that it knows PKCE"
	}
	if p.Pushed {
		said += ", pushed authorization requests"
	}
	return said
}

// discoveryNext says what usually helps.
func discoveryNext(err error) string {
	if e, ok := errors.AsType[*rp.IssuerMismatchError](err); ok {
		return fmt.Sprintf("if that is the right server, set --issuer to %.200q, byte for byte", e.Got)
	}
	if _, ok := errors.AsType[*rp.MetadataError](err); ok {
		return "have the identity server's operator mend its discovery document, or mend --endpoint-hosts if it is too narrow"
	}
	return "check --issuer, DNS, the firewall and the certificate; the address must lead to .well-known/openid-configuration"
}

// features says what signing out can do there.
func (f *findings) features(p rp.Provider, base *url.URL) {
	if p.EndSession {
		f.ok("sign-out", "register %s/auth/signed-out as post-logout redirect URI", base)
	} else {
		f.warn("sign-out", "nothing, if people may stay signed in there", "the identity server has no end_session_endpoint: people who sign out here stay signed in there")
	}
	if p.Revocation {
		f.ok("revocation", "")
	} else {
		f.warn("revocation", "keep refresh tokens short there", "the identity server has no revocation_endpoint: tokens live on after sign-out")
	}
	if p.BackChannel {
		f.ok("back-channel logout", "register %s/auth/backchannel-logout", base)
	} else {
		f.warn("back-channel logout", "keep sessions short with --session-max", "the identity server does not say that it supports it: who signs out there stays signed in here")
	}
}

// client proves the client's credentials.
func (f *findings) client(ctx context.Context, client *rp.Client, c config.Config) {
	err := client.ProveClient(ctx)
	e, ok := errors.AsType[*rp.GrantError](err)
	switch {
	case err == nil:
		f.ok("client", "the identity server knows %s by its credentials", c.Identity.ClientID)
	case refusesClient(e): // Keycloak says unauthorized_client of a wrong secret
		f.fail("client", "check --client-id, the client secret or key, and --client-auth", fmt.Errorf("the identity server refuses %s: %w", c.Identity.ClientID, err))
	case ok && (e.Code == "unauthorized_client" || e.Code == "unsupported_grant_type"):
		f.warn("client", "allow the client the refresh token grant, or set --offline-access=never", "the identity server knows %s, which may not use refresh tokens: sessions last as long as an access token", c.Identity.ClientID)
	default:
		f.fail("client", "see the identity server's log for a request with a refresh token that begins with portico-check", fmt.Errorf("its credentials could not be proven: %w", err))
	}
}

// refusesClient reports whether the client's credentials are what was refused: by the error's name, or by the status that is for nothing else (RFC 6749 section 5.2).
func refusesClient(e *rp.GrantError) bool {
	return e != nil && (e.Code == "invalid_client" || e.Class == rp.Configuration && e.Status == http.StatusUnauthorized)
}

// redirect looks whether the redirect URI is registered, as well as can be told from outside.
func (f *findings) redirect(ctx context.Context, client *rp.Client, c config.Config, base *url.URL) {
	const what = "redirect URI"
	uri := base.String() + c.Identity.CallbackPath
	code, err := client.ProveRedirect(ctx)
	refused, _ := errors.AsType[*rp.GrantError](err)
	switch {
	case refusesClient(refused):
		f.warn(what, "mend the client's credentials first", "%s was not looked at: the identity server refuses the client", uri)
	case errors.Is(err, rp.ErrRedirectRefused):
		f.fail(what, fmt.Sprintf("register %s for client %s, byte for byte", uri, c.Identity.ClientID), err)
	case errors.Is(err, rp.ErrRedirectUnclear):
		f.warn(what, "sign in once", "%s: %v", uri, err)
	case err != nil:
		f.fail(what, "see the identity server's log", err)
	case code == "" || code == "login_required" || code == "interaction_required" || code == "consent_required" || code == "account_selection_required":
		f.ok(what, "%s is known to the identity server", uri)
	default:
		f.fail(what, "check --scopes and what the client is allowed there", fmt.Errorf("%s is known to the identity server, which answers a sign-in with the error %s", uri, code))
	}
}

// appUser signs in and reads the account, which proves the identity server, the scope and the Data Hub in one go.
func (f *findings) appUser(ctx context.Context, c config.Config, client *rp.Client) {
	const what = "application user"
	hub, err := dataHub(c.Hub, nil, nil)
	if err == nil {
		source := token.NewPassword(token.PasswordConfig{Granter: client, User: c.AppUser.User, Password: c.AppUser.Password, Account: c.AppUser.Account})
		_, err = hub.Client(source).Account(ctx)
	}
	if err != nil {
		f.fail(what, "check --user, its password and --account, and that the client may use the password grant", err)
		return
	}
	f.ok(what, "%s signs in and reads its account", c.AppUser.User)
}
