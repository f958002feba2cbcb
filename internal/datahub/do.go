package datahub

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"portico/internal/pause"
	"portico/internal/secret"
)

// request is one call of the Data Hub, which may take several requests over the wire.
type request struct {
	method  string
	path    string // below the base URL
	route   string // the path with {id} for an id, by which failures are counted; "" for path itself
	query   url.Values
	body    []byte                             // JSON, sent whole each time; nil for none
	limit   int64                              // bytes of the answer after decompression
	read    func(http.Header, io.Reader) error // gets the body of a good answer, once for each attempt, and must consume it; nil when any body will do
	any     bool                               // a good answer need not be JSON
	once    bool                               // no second try after a passing failure
	pieces  bool                               // the time-out is for each piece of the answer rather than for all of it
	stall   *time.Timer                        // with pieces: ends the call when nothing comes
	renewed bool                               // a 401 has been answered by a new token
}

// get reads path with query. See [Client.do].
func (c *Client) get(ctx context.Context, path string, query url.Values, limit int64, read func(http.Header, io.Reader) error) error {
	return c.do(ctx, &request{method: http.MethodGet, path: path, query: query, limit: limit, read: read})
}

// do sends r within the hub's time-out. A 401 is answered by one renewed token and the whole request once more; a passing failure of a
// GET is tried again at most twice; after several failures in a row nothing is sent for a while.
func (c *Client) do(ctx context.Context, r *request) error {
	if r.route == "" {
		r.route = r.path
	}
	trial, err := c.hub.breakers.allow(ctx, r.route, c.hub.now)
	if err != nil {
		return err
	}
	left := true // unless it ends
	defer func() { c.hub.breakers.tried(r.route, trial, left) }()
	err = c.try(ctx, r)
	if left = ctx.Err() != nil; !left { // the caller's own end says nothing about the Data Hub
		c.hub.breakers.done(r.route, err, c.hub.now())
	}
	return err
}

func (c *Client) try(ctx context.Context, r *request) error {
	ctx, cancel := c.patience(ctx, r)
	defer cancel()
	for try := 0; ; try++ {
		err := c.attempt(ctx, r)
		if err == nil || try == maxRetries || r.method != http.MethodGet || r.once {
			return err
		}
		wait, ok := retryAfterFailure(err, try)
		if !ok || !pause.For(ctx, wait) {
			return err
		}
	}
}

// patience bounds how long r may take.
func (c *Client) patience(ctx context.Context, r *request) (context.Context, context.CancelFunc) {
	if !r.pieces {
		return context.WithTimeout(ctx, c.hub.timeout)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	r.stall = time.AfterFunc(c.hub.timeout, func() { cancel(errStalled) })
	return ctx, func() { r.stall.Stop(); cancel(nil) }
}

// watched reads pieces that each have a time of their own. What their reader does with them in between is not counted.
type watched struct {
	io.Reader
	stall *time.Timer
	most  time.Duration
}

func (w *watched) Read(p []byte) (int, error) {
	w.stall.Reset(w.most)
	defer w.stall.Stop()
	return w.Reader.Read(p)
}

// attempt sends r with the person's token, and after a 401 with a renewed one.
func (c *Client) attempt(ctx context.Context, r *request) error {
	token, err := c.tokens.Token(ctx)
	if err != nil {
		return fmt.Errorf("access token for %s: %w", r.path, err)
	}
	resp, err := c.send(ctx, r, token)
	if err != nil {
		return err
	}
	if resp.StatusCode == http.StatusUnauthorized && !r.renewed {
		r.renewed = true
		drain(resp.Body)
		if token, err = c.tokens.Renew(ctx, token); err != nil {
			return fmt.Errorf("renewed access token for %s: %w", r.path, err)
		}
		if resp, err = c.send(ctx, r, token); err != nil {
			return err
		}
	}
	defer drain(resp.Body)
	err = c.judge(ctx, r, resp, token)
	if e, ok := errors.AsType[*StatusError](err); ok && e.Status == http.StatusTooManyRequests {
		c.hub.holds.set(token, e.RetryAfter, c.hub.now())
	}
	return err
}

// send sends r once. A call without a token would be a call with somebody else's rights, so there is none.
func (c *Client) send(ctx context.Context, r *request, token secret.Text) (*http.Response, error) {
	if token.Empty() {
		return nil, fmt.Errorf("%s: no access token: %w", r.path, ErrUnauthorized)
	}
	if wait := c.hub.holds.left(token, c.hub.now()); wait > 0 {
		return nil, &StatusError{Method: r.method, Path: r.path, Status: http.StatusTooManyRequests, RetryAfter: wait, Message: "not sent: the Data Hub asked to wait"}
	}
	u := c.hub.base.JoinPath(r.path)
	u.RawQuery = r.query.Encode()
	req, err := http.NewRequestWithContext(ctx, r.method, u.String(), bytes.NewReader(r.body))
	if err != nil {
		return nil, fmt.Errorf("data hub: request for %s: %w", r.path, err)
	}
	req.Header.Set("Authorization", "Bearer "+token.Reveal())
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "portico")
	req.Header.Set("X-Total-Count", "true")
	if r.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.hub.http.Do(req)
	if err != nil {
		return nil, unavailable(ctx, r.path, err)
	}
	return resp, nil
}

// unavailable says that there was no answer, and why. It hides the URL that net/http puts into its errors: its query is nobody's
// business in a log.
func unavailable(ctx context.Context, path string, err error) error {
	if stalled := context.Cause(ctx); errors.Is(stalled, errStalled) {
		return fmt.Errorf("%s: %w: %w", path, ErrUnavailable, stalled)
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w: %w", path, ErrUnavailable, ctx.Err())
	}
	return fmt.Errorf("%s: %w: %w", path, ErrUnavailable, cause(err))
}

// cause returns what an operator needs to know of a transport error, and nothing that the other side wrote: net/http quotes an answer that
// it cannot read, and such an answer may repeat the token.
func cause(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if e, ok := errors.AsType[*net.OpError](err); ok {
		return e
	}
	if e, ok := errors.AsType[*net.DNSError](err); ok {
		return e
	}
	if e, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return e
	}
	if e, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return e
	}
	return errors.New("the connection or the answer is broken")
}

// drain lets the connection be used again when the rest is small and at hand, and drops it otherwise.
func drain(body io.ReadCloser) {
	stop := time.AfterFunc(100*time.Millisecond, func() { _ = body.Close() })
	_, _ = io.CopyN(io.Discard, body, 64<<10)
	stop.Stop()
	_ = body.Close()
}
