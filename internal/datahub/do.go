package datahub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"portico/internal/secret"
)

const (
	maxRetries    = 2                // of a read that failed for a passing reason
	maxRetryAfter = 60 * time.Second // longer waits are shown as this much
	maxErrorBody  = 16 << 10
)

// get reads path with query and hands the body of a 2xx JSON answer to read, which must consume it up to limit bytes.
// A passing failure is tried again at most twice within the hub's time-out; a 401 is answered by one renewed token.
func (c *Client) get(ctx context.Context, path string, query url.Values, limit int64, read func(http.Header, io.Reader) error) error {
	ctx, cancel := context.WithTimeout(ctx, c.hub.timeout)
	defer cancel()
	for try := 0; ; try++ {
		err := c.once(ctx, path, query, limit, read)
		if try == maxRetries || !passing(err) || !sleep(ctx, backoff(try)) {
			return err
		}
	}
}

// once makes one attempt: token, request, and after a 401 one more request with a renewed token.
func (c *Client) once(ctx context.Context, path string, query url.Values, limit int64, read func(http.Header, io.Reader) error) error {
	token, err := c.tokens.Token(ctx)
	if err != nil {
		return fmt.Errorf("access token for %s: %w", path, err)
	}
	resp, err := c.send(ctx, path, query, token)
	if err != nil {
		return err
	}
	if resp.StatusCode == http.StatusUnauthorized {
		drain(resp.Body)
		if token, err = c.tokens.Renew(ctx, token); err != nil {
			return fmt.Errorf("renewed access token for %s: %w", path, err)
		}
		if resp, err = c.send(ctx, path, query, token); err != nil {
			return err
		}
	}
	defer drain(resp.Body)
	return c.judge(ctx, resp, path, limit, read)
}

func (c *Client) send(ctx context.Context, path string, query url.Values, token secret.Text) (*http.Response, error) {
	u := c.hub.base.JoinPath(path)
	u.RawQuery = query.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("data hub: request for %s: %w", path, err)
	}
	req.Header.Set("Authorization", "Bearer "+token.Reveal())
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "portico")
	req.Header.Set("X-Total-Count", "true")
	resp, err := c.hub.http.Do(req)
	if err != nil {
		return nil, unavailable(ctx, path, err)
	}
	return resp, nil
}

// judge turns statuses into errors and lets read have the body of a good answer.
func (c *Client) judge(ctx context.Context, resp *http.Response, path string, limit int64, read func(http.Header, io.Reader) error) error {
	switch {
	case resp.StatusCode == http.StatusUnauthorized:
		return fmt.Errorf("%s: %w", path, ErrUnauthorized)
	case resp.StatusCode == http.StatusNotFound, resp.StatusCode == http.StatusGone:
		return fmt.Errorf("%s: %w", path, ErrNotFound)
	case resp.StatusCode < 200 || resp.StatusCode > 299:
		return &StatusError{Method: http.MethodGet, Path: path, Status: resp.StatusCode,
			RetryAfter: retryAfter(resp.Header.Get("Retry-After"), c.hub.now()), Message: message(resp.Body)}
	}
	if t, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type")); err != nil || t != "application/json" && !strings.HasSuffix(t, "+json") {
		return fmt.Errorf("%s: content type %q: %w", path, resp.Header.Get("Content-Type"), ErrMalformed)
	}
	body := &limited{r: resp.Body, left: limit}
	err := read(resp.Header, body)
	switch {
	case err == nil:
		return nil
	case body.over:
		return fmt.Errorf("%s: %w", path, ErrTooLarge)
	case body.err != nil && ctx.Err() != nil:
		return unavailable(ctx, path, ctx.Err())
	case errors.Is(body.err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%s: truncated: %w", path, ErrMalformed)
	case body.err != nil:
		return unavailable(ctx, path, body.err)
	}
	return fmt.Errorf("%s: %w", path, err)
}

// limited reads at most left bytes and remembers how reading ended, because decoders hide it.
type limited struct {
	r    io.Reader
	left int64
	over bool
	err  error // other than io.EOF
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		var one [1]byte
		if n, _ := l.r.Read(one[:]); n > 0 {
			l.over = true
			return 0, ErrTooLarge
		}
		return 0, io.EOF
	}
	n, err := l.r.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	if err != nil && err != io.EOF {
		l.err = err
	}
	return n, err
}

// passing reports whether a read that ended in err may succeed when it is tried again.
func passing(err error) bool {
	if e, ok := errors.AsType[*StatusError](err); ok {
		switch e.Status {
		case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return e.RetryAfter <= time.Second
		}
		return false
	}
	return errors.Is(err, ErrUnavailable) && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
}

// unavailable hides the URL that net/http puts into its errors: its query is nobody's business in a log.
func unavailable(ctx context.Context, path string, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w: %w", path, ErrUnavailable, ctx.Err())
	}
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	return fmt.Errorf("%s: %w: %w", path, ErrUnavailable, err)
}

// backoff is the wait before the given retry: 100 ms, then 400 ms, plus or minus half.
func backoff(try int) time.Duration {
	d := 100 * time.Millisecond << (2 * try)
	return d/2 + rand.N(d)
}

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// retryAfter reads the header's two forms, seconds and a date (RFC 9110 section 10.2.3), within 0 and 60 s.
func retryAfter(text string, now time.Time) time.Duration {
	if n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64); err == nil {
		return time.Duration(min(max(n, 0), int64(maxRetryAfter/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(at.Sub(now), 0), maxRetryAfter)
	}
	return 0
}

// message finds what the Data Hub says about an error, in whichever member, and makes it fit for one log line.
func message(body io.Reader) string {
	b, _ := io.ReadAll(io.LimitReader(body, maxErrorBody))
	var m map[string]any
	if json.Unmarshal(b, &m) == nil {
		for _, name := range []string{"message", "Message", "error", "title", "detail"} {
			if s, ok := m[name].(string); ok && s != "" {
				return printable(s)
			}
		}
	}
	return printable(string(b))
}

func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if r != ' ' && !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	if r := []rune(s); len(r) > 200 {
		return string(r[:200])
	}
	return s
}

// drain lets the connection be used again when little is left, and drops it otherwise.
func drain(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, 64<<10)
	_ = body.Close()
}
