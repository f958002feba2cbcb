package rp

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
)

// Pushed says when authorization requests go to the provider directly (RFC 9126), so that the browser carries only a reference to them.
type Pushed string

// When authorization requests are pushed. A request that cannot be pushed is never sent by the browser instead.
const (
	PushedAuto   Pushed = "auto"   // where the provider has an endpoint for them
	PushedAlways Pushed = "always" // always; a provider without an endpoint is no good
	PushedNever  Pushed = "never"  // never; a provider that requires them is no good
)

// pushes reports whether authorization requests are pushed. The error is a *MetadataError.
func (c *Client) pushes(doc *metadata) (bool, error) {
	offered := doc.PushedEndpoint != ""
	switch {
	case doc.PushedRequired && c.c.Pushed == PushedNever:
		return false, &MetadataError{"pushed authorization requests are required, but switched off here"}
	case !offered && (doc.PushedRequired || c.c.Pushed == PushedAlways):
		return false, &MetadataError{"pushed_authorization_request_endpoint is missing"}
	}
	return offered && c.c.Pushed != PushedNever, nil
}

// push hands an authorization request over and returns the address to which the browser takes its reference. Errors are *AuthError, of what may be tried again
// with a *GrantError inside.
func (c *Client) push(ctx context.Context, doc *metadata, request *url.URL) (*url.URL, error) {
	ctx, cancel := context.WithTimeout(ctx, c.c.Timeout)
	defer cancel()
	body, err := c.post(ctx, doc, doc.PushedEndpoint, request.Query())
	if g, ok := errors.AsType[*GrantError](err); ok {
		g.Endpoint = "pushed authorization request endpoint"
		if g.Class == Unknown && g.Status >= 400 && g.Status <= 499 { // nothing one-time is at stake: the status may be believed
			g.Class = Configuration
		}
		return nil, &AuthError{Problem: ProblemPushed, Err: g}
	}
	var answer struct {
		RequestURI string `json:"request_uri"`
	}
	if json.Unmarshal(body, &answer) != nil || answer.RequestURI == "" || len(answer.RequestURI) > 2048 || !visible(answer.RequestURI) {
		return nil, &AuthError{Problem: ProblemPushed, Err: errors.New("the answer has no request_uri")}
	}
	u, err := url.Parse(doc.AuthorizationEndpoint)
	if err != nil {
		return nil, &AuthError{Problem: ProblemPushed, Err: errors.New("bad authorization endpoint")}
	}
	q := u.Query()
	q.Set("client_id", c.c.ClientID)
	q.Set("request_uri", answer.RequestURI)
	u.RawQuery = q.Encode()
	return u, nil
}
