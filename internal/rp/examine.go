package rp

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"portico/internal/secret"
)

// Provider is what an operator may want to know of a provider before people come.
type Provider struct {
	Issuer      string
	PKCE        bool // it lists S256; one that lists other methods only is refused
	EndSession  bool
	Revocation  bool
	BackChannel bool // it says that it sends logout tokens
	Pushed      bool // authorization requests go to it directly
}

// Describe fetches the metadata and returns what they offer. Errors are freshMetadata's.
func (c *Client) Describe(ctx context.Context) (Provider, error) {
	doc, err := c.freshMetadata(ctx)
	if err != nil {
		return Provider{}, err
	}
	pushed, err := c.pushes(doc)
	return Provider{
		Issuer: doc.Issuer, PKCE: slices.Contains(doc.ChallengeMethods, "S256"), EndSession: doc.EndSessionEndpoint != "", Revocation: doc.RevocationEndpoint != "", BackChannel: doc.BackChannel, Pushed: pushed,
	}, err
}

// CountKeys fetches the provider's key set and returns how many keys in it can verify signatures.
func (c *Client) CountKeys(ctx context.Context) (int, error) {
	doc, err := c.endpoints(ctx)
	if err != nil {
		return 0, err
	}
	known, err := c.keys.get(ctx, c, doc.JWKSURI)
	return len(known.keys), err
}

// ProveClient shows without a person whether the provider knows the client: it presents a refresh token that cannot exist. The client is authenticated before the token is looked at
// (RFC 6749 section 6), so that invalid_grant, and then nil, means that the credentials are right. Otherwise the error is a *GrantError.
func (c *Client) ProveClient(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.c.Timeout)
	defer cancel()
	_, err := c.Refresh(ctx, secret.New("portico-check-"+rand.Text()), "")
	if e, ok := errors.AsType[*GrantError](err); ok && e.Class == Refused {
		return nil
	}
	if err == nil {
		return &GrantError{Class: Unknown, Err: errors.New("it took a refresh token that does not exist")}
	}
	return err
}

// Errors of ProveRedirect.
var (
	ErrRedirectRefused = errors.New("rp: the provider does not come back to the redirect URI")
	ErrRedirectUnclear = errors.New("rp: the provider does not tell whether it would come back to the redirect URI")
)

// ProveRedirect shows without a person whether the redirect URI is registered: it begins a sign-in with prompt none and looks where the provider would send a browser that it does not know.
// One that comes back, with an error, knows the redirect URI; code is that error. A provider must not come back to an unknown one (RFC 6749 section 4.1.2.1), so an error page, which some
// redirect to, is ErrRedirectRefused; anything else is ErrRedirectUnclear. Other errors are Begin's.
func (c *Client) ProveRedirect(ctx context.Context) (code string, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.c.Timeout)
	defer cancel()
	silent := LoginOptions{Prompt: "none"}
	_, u, err := c.Begin(ctx, silent)
	if err == nil {
		return c.follow(ctx, u)
	}
	if g, ok := errors.AsType[*GrantError](err); !ok || g.Class != Configuration || g.Status == http.StatusUnauthorized {
		return "", err
	}
	// A pushed request that is refused does not say what is wrong with it. The same request does when the browser carries it.
	doc, err := c.endpoints(ctx)
	if err != nil {
		return "", err
	}
	if _, u, err = c.request(doc, silent, c.c.Now()); err != nil {
		return "", err
	}
	if code, err = c.follow(ctx, u); err == nil && (code == "" || code == "login_required") {
		code = "invalid_request" // but not when it is pushed
	}
	return code, err
}

// follow looks where an authorization request leads.
func (c *Client) follow(ctx context.Context, u *url.URL) (code string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return "", errors.New("rp: bad authorization endpoint")
	}
	req.Header.Set("Accept", "text/html")
	resp, err := c.http.Do(req)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrProviderUnavailable, cause(err))
	}
	defer func() { _ = resp.Body.Close() }()
	if location, err := resp.Location(); err == nil {
		return c.cameBack(location)
	}
	page, _ := io.ReadAll(io.LimitReader(resp.Body, maxDocument))
	switch {
	case resp.StatusCode == http.StatusOK && strings.Contains(html.UnescapeString(string(page)), `"`+c.c.RedirectURL+`"`):
		return "", nil // a form that a script posts
	case resp.StatusCode >= 400 && resp.StatusCode <= 499:
		return "", fmt.Errorf("%w: status %d", ErrRedirectRefused, resp.StatusCode)
	}
	return "", fmt.Errorf("%w: status %d", ErrRedirectUnclear, resp.StatusCode)
}

func (c *Client) cameBack(location *url.URL) (code string, err error) {
	code = location.Query().Get("error")
	bare := *location
	bare.RawQuery, bare.Fragment = "", ""
	switch {
	case bare.String() == c.c.RedirectURL && (code == "" || slices.Contains(errorCodes, code)):
		return code, nil
	case bare.String() == c.c.RedirectURL:
		return "other", nil
	case strings.Contains(strings.ToLower(location.Path), "error"):
		return "", fmt.Errorf("%w: it leads to an error page of its own", ErrRedirectRefused)
	}
	return "", fmt.Errorf("%w: it leads to a page of its own", ErrRedirectUnclear)
}
