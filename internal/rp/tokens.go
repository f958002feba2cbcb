package rp

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"portico/internal/secret"
)

// Tokens is an answer of the token endpoint.
type Tokens struct {
	Access           secret.Text
	ExpiresIn        time.Duration // 0 when the provider does not say, or says nonsense
	Refresh          secret.Text   // empty when none was given
	RefreshExpiresIn time.Duration // 0 when the provider does not say
	IDToken          secret.Text   // empty when none was given
	Scopes           []string      // granted; nil when the provider does not say, which means as asked for
	Asked            time.Time     // when the request was sent: the provider cannot have begun to count ExpiresIn before
}

// Class says what a failed grant means for the token that was presented.
type Class string

// The classes of failures at the token endpoint.
const (
	NotSent       Class = "not sent"      // nothing was presented, or the provider said to come back later (429)
	Unknown       Class = "unknown"       // it may have been consumed: the answer was lost or came from a proxy
	Refused       Class = "refused"       // invalid_grant: definitive
	Configuration Class = "configuration" // the client, not the token: invalid_client, unauthorized_client, …
)

// GrantError is a failed request to the token endpoint, or to another one at which the client authenticates. It holds nothing of the answer but its error code.
type GrantError struct {
	Endpoint   string // "" means the token endpoint
	Class      Class
	Code       string        // OAuth error code, "" when the answer had none that we know
	Status     int           // HTTP status, 0 without an answer
	RetryAfter time.Duration // with 429 and 503, at most 5 min
	Err        error         // cause, free of secrets
}

func (e *GrantError) Error() string {
	s := "rp: " + cmp.Or(e.Endpoint, "token endpoint") + ": " + string(e.Class)
	if e.Code != "" {
		s += ": " + e.Code
	}
	if e.Status != 0 {
		s += ": status " + strconv.Itoa(e.Status)
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *GrantError) Unwrap() error { return e.Err }

// Refresh presents a refresh token once (RFC 6749 section 6), for the account that it was given for: without it, the answer for a user with
// several accounts may be for another one. It waits for the answer as long as ctx lasts, and does not judge the ID token that may come
// back: tokens are saved first; see CheckRefreshed. Errors are *GrantError.
func (c *Client) Refresh(ctx context.Context, refresh secret.Text, account string) (Tokens, error) {
	return c.grant(ctx, func(doc *metadata) url.Values {
		v := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh.Reveal()}}
		for name, value := range c.target(doc, account) {
			v.Set(name, value)
		}
		return v
	})
}

// Password is the resource owner password grant (RFC 6749 section 4.3) for a dedicated application user. No refresh token is asked
// for unless offline is set. Errors are *GrantError.
func (c *Client) Password(ctx context.Context, user string, password secret.Text, account string, offline bool) (Tokens, error) {
	ctx, cancel := context.WithTimeout(ctx, c.c.Timeout)
	defer cancel()
	return c.grant(ctx, func(doc *metadata) url.Values {
		scopes := slices.DeleteFunc(slices.Clone(c.c.Scopes), func(s string) bool {
			return s == "offline_access" || s == "openid" || s == "profile" || s == "email"
		})
		if offline && !doc.keycloak() {
			scopes = append(scopes, "offline_access")
		}
		v := url.Values{"grant_type": {"password"}, "username": {user}, "password": {password.Reveal()}, "scope": {strings.Join(scopes, " ")}}
		for name, value := range c.target(doc, account) {
			v.Set(name, value)
		}
		return v
	})
}

// grant makes one request to the token endpoint.
func (c *Client) grant(ctx context.Context, form func(*metadata) url.Values) (Tokens, error) {
	doc, err := c.endpoints(ctx)
	if err != nil {
		return Tokens{}, &GrantError{Class: NotSent, Err: err}
	}
	asked := c.c.Now()
	body, err := c.post(ctx, doc, doc.TokenEndpoint, form(doc))
	if err != nil {
		return Tokens{}, err
	}
	return c.parse(body, asked)
}

// post sends a form with the client's credentials, once, and returns the body of a 2xx. Errors are *GrantError.
func (c *Client) post(ctx context.Context, doc *metadata, address string, form url.Values) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, nil)
	if err != nil {
		return nil, &GrantError{Class: NotSent, Err: errors.New("bad address")}
	}
	if err := c.authenticate(req, doc, form); err != nil {
		return nil, &GrantError{Class: NotSent, Err: err}
	}
	var sent atomic.Bool
	req = req.WithContext(traced(req.Context(), &sent))
	resp, err := c.grants.Do(req)
	if err != nil {
		return nil, lost(&sent, cause(err))
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxDocument+1))
	if err != nil {
		return nil, &GrantError{Class: Unknown, Status: resp.StatusCode, Err: cause(err)}
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return nil, c.refusal(resp.StatusCode, resp.Header, errorCode(body))
	}
	if len(body) > maxDocument {
		return nil, &GrantError{Class: Unknown, Status: resp.StatusCode, Err: errors.New("answer too large")}
	}
	return body, nil
}

// traced marks sent as soon as anything of the request may have left.
func traced(ctx context.Context, sent *atomic.Bool) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }})
}

func lost(sent *atomic.Bool, err error) *GrantError {
	if sent.Load() {
		return &GrantError{Class: Unknown, Err: err}
	}
	return &GrantError{Class: NotSent, Err: err}
}

// codes of RFC 6749 section 5.2 and of the platform that say that the client or the request is wrong, not the token.
var configurationCodes = []string{
	"invalid_client", "unauthorized_client", "invalid_scope", "unsupported_grant_type", "invalid_request", "access_denied", "invalid_target",
	"unsupported_response_type", "invalid_redirect_uri", "invalid_request_object", "request_not_supported", // of pushed requests
}

// refusal classifies an answer other than 2xx by its error code; the status alone proves nothing, since a proxy may have written it.
func (c *Client) refusal(status int, h http.Header, code string) *GrantError {
	e := &GrantError{Class: Unknown, Status: status, Code: code, RetryAfter: retryAfter(h.Get("Retry-After"), c.c.Now())}
	switch {
	case code == "invalid_grant", code == "not_allowed": // the second is Keycloak's, for people who may have no offline session
		e.Class = Refused
	case slices.Contains(configurationCodes, code):
		e.Class = Configuration
	case status == http.StatusTooManyRequests || code == "slow_down":
		e.Class = NotSent
	default:
		e.Code = ""
	}
	return e
}

func errorCode(body []byte) string {
	var e struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(body, &e) != nil {
		return ""
	}
	return e.Error
}

// Revoke tells the provider that a token is no longer needed (RFC 7009). hint is refresh_token or access_token. Nil when the provider
// offers no revocation.
func (c *Client) Revoke(ctx context.Context, token secret.Text, hint string) error {
	if token.Empty() {
		return nil
	}
	doc, err := c.endpoints(ctx)
	if err != nil || doc.RevocationEndpoint == "" {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, doc.RevocationEndpoint, nil)
	if err != nil {
		return errors.New("rp: bad revocation endpoint")
	}
	if err := c.authenticate(req, doc, url.Values{"token": {token.Reveal()}, "token_type_hint": {hint}}); err != nil {
		return err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("rp: revocation: %w", cause(err))
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.CopyN(io.Discard, resp.Body, maxDocument)
	if resp.StatusCode >= 300 {
		return fmt.Errorf("rp: revocation: status %d", resp.StatusCode)
	}
	return nil
}
