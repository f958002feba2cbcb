package datahub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strings"
	"time"
	"unicode"

	"portico/internal/secret"
)

const (
	maxMessage     = 200             // characters of what the Data Hub says about an error
	maxMessageBody = 16 << 10        // bytes of an error's body that are looked at
	messageWait    = 2 * time.Second // for an error's body
)

// judge turns statuses into errors and lets r.read have the body of a good answer.
func (c *Client) judge(ctx context.Context, r *request, resp *http.Response, token secret.Text) error {
	switch status := resp.StatusCode; {
	case status == http.StatusUnauthorized:
		return fmt.Errorf("%s: %w", r.path, ErrUnauthorized)
	case status == http.StatusNotFound, status == http.StatusGone:
		return fmt.Errorf("%s: %w", r.path, ErrNotFound)
	case status == http.StatusPartialContent: // a part was not asked for
		return fmt.Errorf("%s: part of an answer: %w", r.path, ErrMalformed)
	case status == http.StatusNoContent:
		return nil
	case status < 200 || status > 299:
		wait := retryAfter(resp.Header.Get("Retry-After"), c.hub.now())
		return &StatusError{Method: r.method, Path: r.path, Status: status, RetryAfter: wait, Message: message(resp.Body, token)}
	}
	if r.read == nil {
		return nil
	}
	if t := resp.Header.Get("Content-Type"); !r.any && !isJSON(t) {
		return fmt.Errorf("%s: content type %q: %w", r.path, shorten(harmless(t)), ErrMalformed)
	}
	body := &limited{r: resp.Body, left: r.limit}
	if r.stall != nil {
		body.r = &watched{resp.Body, r.stall, c.hub.timeout}
	}
	err := r.read(resp.Header, body)
	if err == nil {
		return nil
	}
	return body.explain(ctx, r.path, err)
}

// isJSON reports whether a content type is JSON in UTF-8, which is the only encoding that there is (RFC 8259 section 8.1).
func isJSON(contentType string) bool {
	t, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return false
	}
	charset := strings.ToLower(params["charset"])
	return (t == "application/json" || t == "text/json" || strings.HasSuffix(t, "+json")) &&
		(charset == "" || charset == "utf-8" || charset == "utf8" || charset == "us-ascii")
}

// limited reads at most left bytes and remembers how reading ended, because decoders hide it.
type limited struct {
	r    io.Reader
	left int64
	err  error // ErrTooLarge, or of r other than io.EOF; it stays
}

func (l *limited) Read(p []byte) (int, error) {
	if l.err != nil {
		return 0, l.err
	}
	if l.left > 0 && int64(len(p)) > l.left {
		p = p[:l.left]
	}
	n, err := l.r.Read(p)
	if l.left <= 0 && n > 0 {
		n, err = 0, ErrTooLarge
	}
	l.left -= int64(n)
	if err != nil && err != io.EOF {
		l.err = err
	}
	return n, err
}

// explain says why an answer could not be read to its end: err is what the decoder made of it.
func (l *limited) explain(ctx context.Context, path string, err error) error {
	switch {
	case l.err == nil || errors.Is(l.err, ErrTooLarge):
		return fmt.Errorf("%s: %w", path, err)
	case ctx.Err() != nil:
		return unavailable(ctx, path, l.err)
	case errors.Is(l.err, io.ErrUnexpectedEOF): // fewer bytes than Content-Length, no last chunk, half a gzip
		return fmt.Errorf("%s: %w: %w", path, ErrMalformed, errTruncated)
	case isNetwork(l.err):
		return unavailable(ctx, path, l.err)
	}
	return fmt.Errorf("%s: %w: %w", path, ErrMalformed, cause(l.err)) // such as a broken chunk or a wrong checksum
}

var (
	opaque = regexp.MustCompile(`[A-Za-z0-9_%+=-]{16,}`)
	guid   = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)
)

// message finds what the Data Hub says about an error, in whichever member, and makes it fit for one log line. A server that repeats
// the request's token, as it is or in pieces or in another coding, does not get it into the log; the ids of its own traces stay.
func message(body io.ReadCloser, token secret.Text) string {
	stop := time.AfterFunc(messageWait, func() { _ = body.Close() })
	defer stop.Stop()
	b, _ := io.ReadAll(io.LimitReader(body, maxMessageBody))
	said := string(b)
	var members map[string]any
	if json.Unmarshal(b, &members) == nil {
		said = firstText(members, "message", "error_description", "error", "title", "detail")
	}
	return shorten(harmless(strings.ReplaceAll(said, token.Reveal(), secret.Redacted)))
}

// harmless hides what could be a token: long words that are no words of a language and no id of a trace.
func harmless(text string) string {
	return opaque.ReplaceAllStringFunc(text, func(word string) string {
		if guid.MatchString(word) || len(word) < 32 && !strings.ContainsAny(word, "0123456789") {
			return word
		}
		return secret.Redacted
	})
}

// firstText returns the first text among the members, whose names may be written in any case.
func firstText(members map[string]any, names ...string) string {
	for _, name := range names {
		for member, v := range members {
			if s, ok := v.(string); ok && s != "" && strings.EqualFold(member, name) {
				return s
			}
		}
	}
	return ""
}

// shorten returns the first maxMessage printable characters of s.
func shorten(s string) string {
	runes := make([]rune, 0, maxMessage)
	for _, r := range s {
		if len(runes) == maxMessage {
			break
		}
		switch {
		case unicode.IsSpace(r):
			runes = append(runes, ' ')
		case unicode.IsPrint(r) && r != unicode.ReplacementChar:
			runes = append(runes, r)
		}
	}
	return strings.TrimSpace(string(runes))
}
