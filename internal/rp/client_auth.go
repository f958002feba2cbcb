package rp

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// AuthStyle is how the client authenticates at the provider's own endpoints. It is never found out by trying: that would present a
// one-time code or refresh token twice (RFC 9700 section 4.14).
type AuthStyle string

// The ways to authenticate.
const (
	AuthStyleDiscovered AuthStyle = "discovered"      // the strongest that token_endpoint_auth_methods_supported lists and that we have credentials for
	AuthStyleKey        AuthStyle = "private_key_jwt" // an assertion signed by a key of ours, OpenID Connect Core section 9 and RFC 7523
	AuthStyleTLS        AuthStyle = "tls_client_auth" // a client certificate, by name or self-signed, RFC 8705 section 2
	AuthStyleBasic      AuthStyle = "basic"           // client_secret_basic, RFC 6749 section 2.3.1
	AuthStylePost       AuthStyle = "post"            // client_secret_post
)

// styles are the ways from the strongest to the weakest, with what metadata call them.
var styles = []struct {
	style AuthStyle
	names []string
}{
	{AuthStyleKey, []string{"private_key_jwt"}},
	{AuthStyleTLS, []string{"tls_client_auth", "self_signed_tls_client_auth"}},
	{AuthStyleBasic, []string{"client_secret_basic"}},
	{AuthStylePost, []string{"client_secret_post"}},
}

// able reports whether there are credentials for a style.
func (c *Client) able(style AuthStyle) bool {
	switch style {
	case AuthStyleKey:
		return len(c.signers) > 0
	case AuthStyleTLS:
		return c.c.Certificate != nil
	}
	return !c.c.ClientSecret.Empty()
}

// checkStyle wants credentials for the configured style, or for any.
func (c *Client) checkStyle() error {
	if c.c.AuthStyle == AuthStyleDiscovered {
		if c.c.ClientSecret.Empty() && len(c.signers) == 0 && c.c.Certificate == nil {
			return errors.New("client secret, client key and client certificate are missing: one of them is needed")
		}
		return nil
	}
	for _, s := range styles {
		if s.style == c.c.AuthStyle {
			if !c.able(s.style) {
				return fmt.Errorf("client authentication %s lacks its secret, key or certificate", s.style)
			}
			return nil
		}
	}
	return fmt.Errorf("client authentication %q is not known", c.c.AuthStyle)
}

// authStyle is the configured way, or the strongest that the provider lists and that we can. A provider that lists none takes client_secret_basic
// (OpenID Connect Discovery 1.0 section 3).
func (c *Client) authStyle(doc *metadata) AuthStyle {
	if c.c.AuthStyle != AuthStyleDiscovered {
		return c.c.AuthStyle
	}
	for _, s := range styles {
		if c.able(s.style) && slices.ContainsFunc(s.names, func(name string) bool { return slices.Contains(doc.AuthMethods, name) }) {
			return s.style
		}
	}
	for _, style := range []AuthStyle{AuthStyleBasic, AuthStyleKey} {
		if c.able(style) {
			return style
		}
	}
	return AuthStyleTLS
}

// proof returns the form members by which the client authenticates, made anew for each request, or none when its secret goes into the
// Authorization header.
func (c *Client) proof(doc *metadata) (url.Values, error) {
	switch c.authStyle(doc) {
	case AuthStyleBasic:
		return nil, nil
	case AuthStylePost:
		return url.Values{"client_id": {c.c.ClientID}, "client_secret": {c.c.ClientSecret.Reveal()}}, nil
	case AuthStyleKey:
		assertion, err := c.assertion(doc)
		return url.Values{"client_id": {c.c.ClientID}, "client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "client_assertion": {assertion}}, err
	}
	return url.Values{"client_id": {c.c.ClientID}}, nil // the certificate speaks for itself
}

// authenticate puts the form and the client's credentials into the request, in the one way that is configured.
func (c *Client) authenticate(req *http.Request, doc *metadata, form url.Values) error {
	proof, err := c.proof(doc)
	if err != nil {
		return err
	}
	if proof == nil {
		req.SetBasicAuth(url.QueryEscape(c.c.ClientID), url.QueryEscape(c.c.ClientSecret.Reveal())) // RFC 6749 section 2.3.1
	}
	for name, values := range proof {
		form[name] = values
	}
	text := form.Encode()
	req.Body = io.NopCloser(strings.NewReader(text))
	req.ContentLength = int64(len(text))
	req.GetBody = nil // never sent a second time by net/http
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	return nil
}
