package rp

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"portico/internal/secret"
)

// LoginOptions say how a sign-in is asked for. The zero LoginOptions is an ordinary one.
type LoginOptions struct {
	ReturnTo  string        // local path to go to afterwards; kept in the Attempt, never sent to the provider
	Prompt    string        // OpenID Connect prompt: none, login, …
	Account   string        // Data Hub account to sign in to
	LoginHint string        // who it is probably
	MaxAge    time.Duration // longest time since the person last authenticated; 0 means any, verified in the answer
	ACRValues string        // wanted authentication context, verified in the answer
	Stay      bool          // the person chose to stay signed in; kept in the Attempt, never sent to the provider
	Offline   bool          // the tokens are to outlive the sign-in: offline_access is asked for where the provider lists it, unless it never is
	Since     time.Time     // when the sign-in began, by a clock that the caller's processes share, to the millisecond; kept in the Attempt, never sent to the provider
	For       string        // what the tokens are for, when it is no session of the browser that signs in; kept in the Attempt, never sent to the provider
}

// Attempt is one sign-in under way. The caller keeps it with the browser, sealed, until the callback.
type Attempt struct {
	State    string // sent back by the provider; compared in constant time by the caller
	Nonce    string // comes back inside the ID token
	Verifier secret.Text
	Started  time.Time // UTC, milliseconds
	LoginOptions
}

// attemptJSON is what MarshalBinary writes.
type attemptJSON struct {
	State     string `json:"s"`
	Nonce     string `json:"n"`
	Verifier  string `json:"v"`
	Started   int64  `json:"t"`
	ReturnTo  string `json:"r"`
	Prompt    string `json:"p,omitempty"`
	Account   string `json:"a,omitempty"`
	LoginHint string `json:"h,omitempty"`
	MaxAge    int64  `json:"m,omitempty"`
	ACRValues string `json:"c,omitempty"`
	Stay      bool   `json:"y,omitempty"`
	Offline   bool   `json:"o,omitempty"`
	For       string `json:"f,omitempty"`
	Since     int64  `json:"b,omitempty"`
}

// MarshalBinary returns the attempt with its code verifier, to be sealed.
func (a Attempt) MarshalBinary() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // an ampersand of a return path is one byte, not six: cookies are small
	err := e.Encode(attemptJSON{a.State, a.Nonce, a.Verifier.Reveal(), a.Started.UnixMilli(), a.ReturnTo, a.Prompt, a.Account, a.LoginHint, int64(a.MaxAge / time.Second), a.ACRValues, a.Stay, a.Offline, a.For, max(a.Since.UnixMilli(), 0)})
	return bytes.TrimSpace(b.Bytes()), err
}

// UnmarshalBinary reads what MarshalBinary wrote.
func (a *Attempt) UnmarshalBinary(b []byte) error {
	var j attemptJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return errors.New("rp: not an attempt")
	}
	*a = Attempt{State: j.State, Nonce: j.Nonce, Verifier: secret.New(j.Verifier), Started: time.UnixMilli(j.Started).UTC(), LoginOptions: LoginOptions{
		ReturnTo: j.ReturnTo, Prompt: j.Prompt, Account: j.Account, LoginHint: j.LoginHint, MaxAge: time.Duration(j.MaxAge) * time.Second, ACRValues: j.ACRValues, Stay: j.Stay, Offline: j.Offline, For: j.For,
	}}
	if j.Since > 0 {
		a.Since = time.UnixMilli(j.Since).UTC()
	}
	return nil
}

// Begin starts a sign-in: response_type code with PKCE S256 (RFC 7636), and independent state, nonce and verifier of 256 bits each.
// The request is pushed where the provider offers that. The error is ErrProviderUnavailable, an *IssuerMismatchError, a *MetadataError or an *AuthError.
func (c *Client) Begin(ctx context.Context, o LoginOptions) (Attempt, *url.URL, error) {
	started := c.c.Now().UTC() // before the metadata, so that Finish knows them to be of this sign-in
	doc, err := c.freshMetadata(ctx)
	if err != nil {
		return Attempt{}, nil, err
	}
	pushed, err := c.pushes(doc)
	if err != nil {
		return Attempt{}, nil, err
	}
	a, u, err := c.request(doc, o, started)
	if err == nil && pushed {
		u, err = c.push(ctx, doc, u)
	}
	return a, u, err
}

// request makes an authorization request that a browser could carry.
func (c *Client) request(doc *metadata, o LoginOptions, started time.Time) (Attempt, *url.URL, error) {
	a := Attempt{State: random(), Nonce: random(), Verifier: secret.New(oauth2.GenerateVerifier()), Started: started, LoginOptions: o}
	options := []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(a.Verifier.Reveal()), oauth2.SetAuthURLParam("nonce", a.Nonce)}
	for name, value := range c.loginParams(doc, o) {
		options = append(options, oauth2.SetAuthURLParam(name, value))
	}
	u, err := url.Parse(c.oauth(doc, o).AuthCodeURL(a.State, options...))
	if err != nil {
		return Attempt{}, nil, fmt.Errorf("%w: authorization endpoint: %w", ErrProviderUnavailable, err)
	}
	return a, u, nil
}

// loginParams are the parameters of an authorization request that x/oauth2 does not know.
func (c *Client) loginParams(doc *metadata, o LoginOptions) map[string]string {
	params := c.target(doc, o.Account)
	for name, value := range map[string]string{"response_mode": c.c.ResponseMode, "prompt": o.Prompt, "login_hint": o.LoginHint, "acr_values": strings.TrimSpace(o.ACRValues + " " + params["acr_values"])} {
		if value != "" {
			params[name] = value
		}
	}
	if o.MaxAge > 0 || o.again() {
		params["max_age"] = strconv.FormatInt(int64(cmp.Or(o.MaxAge, againAge)/time.Second), 10)
	}
	return params
}

// againAge is asked for with prompt=login: only to somebody who names an age a provider must say when the person authenticated (OpenID Connect Core section 2). Zero would say
// the same as the prompt, but providers are known to ask for ever then.
const againAge = 10 * time.Minute

// again reports whether the person has to authenticate now.
func (o LoginOptions) again() bool { return slices.Contains(strings.Fields(o.Prompt), "login") }

// target names the account and the API that tokens are for (RFC 8707 section 2), in authorization and token requests alike.
func (c *Client) target(doc *metadata, account string) map[string]string {
	params := map[string]string{}
	if name, value := c.accountParam(doc, account); name != "" {
		params[name] = value
	}
	if c.c.Resource != "" {
		params["resource"] = c.c.Resource
	}
	if c.c.Audience != "" {
		params["audience"] = c.c.Audience
	}
	return params
}

// accountParam names the account in the provider's own way: account=<id> with Keycloak, acr_values=accountId:<id> with an IdentityServer, or <id> under the name that is
// configured.
func (c *Client) accountParam(doc *metadata, account string) (name, value string) {
	if account == "" {
		return "", ""
	}
	name = c.c.AccountParam
	if name == "" && !doc.keycloak() {
		name = "acr_values"
	}
	if name == "acr_values" {
		return name, "accountId:" + account
	}
	return cmp.Or(name, "account"), account
}

// oauth returns the x/oauth2 configuration for the provider, with an explicit way to authenticate: the secret by HTTP Basic, or what proof puts into the form.
func (c *Client) oauth(doc *metadata, login LoginOptions) *oauth2.Config {
	o := &oauth2.Config{
		ClientID: c.c.ClientID, RedirectURL: c.c.RedirectURL, Scopes: c.scopes(doc, login),
		Endpoint: oauth2.Endpoint{AuthURL: doc.AuthorizationEndpoint, TokenURL: doc.TokenEndpoint, AuthStyle: oauth2.AuthStyleInParams},
	}
	if c.authStyle(doc) == AuthStyleBasic {
		o.ClientSecret, o.Endpoint.AuthStyle = c.c.ClientSecret.Reveal(), oauth2.AuthStyleInHeader
	}
	return o
}

// scopes are the configured ones, and offline_access by its own rule.
func (c *Client) scopes(doc *metadata, o LoginOptions) []string {
	offline := c.c.OfflineAccess == OfflineAlways
	if listed := slices.Contains(doc.Scopes, "offline_access"); listed && !offline {
		offline = c.c.OfflineAccess == OfflineStay && o.Stay || c.c.OfflineAccess != OfflineNever && (o.Offline || !doc.keycloak())
	}
	if !offline || slices.Contains(c.c.Scopes, "offline_access") {
		return c.c.Scopes
	}
	return append(slices.Clone(c.c.Scopes), "offline_access")
}

// random returns 256 bits as 43 characters of A-Z a-z 0-9 - _.
func random() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails; it ends the program instead
	return base64.RawURLEncoding.EncodeToString(b)
}
