package rp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
)

const maxDocument = 1 << 20 // bytes of metadata, a key set, a userinfo or token answer

// answerError says that the provider answered, but not with what was asked for. It is an ErrProviderUnavailable.
type answerError struct {
	status int    // 0 when the status was right
	what   string // ours
}

func (e *answerError) Error() string {
	if e.status != 0 {
		return fmt.Sprintf("rp: status %d", e.status)
	}
	return "rp: " + e.what
}

func (e *answerError) Unwrap() error { return ErrProviderUnavailable }

// gatewayDown reports whether err means that the provider is not there at all: nothing answered, or a gateway did in its place.
func gatewayDown(err error) bool {
	e, answered := errors.AsType[*answerError](err)
	return !answered || e.status >= http.StatusBadGateway && e.status <= http.StatusGatewayTimeout
}

// fetch reads a document of the provider, bounded in time and size, without redirects.
func (c *Client) fetch(ctx context.Context, address, accept string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, &answerError{what: "bad address"}
	}
	req.Header.Set("Accept", accept)
	body, _, err := c.read(req)
	return body, err
}

// read sends req and returns the body of a 200 and its media type.
func (c *Client) read(req *http.Request) (body []byte, mediaType string, err error) {
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, "", fmt.Errorf("%w: %w", ErrProviderUnavailable, cause(err))
	}
	defer func() { _ = resp.Body.Close() }()
	c.readClock(resp)
	if resp.StatusCode != http.StatusOK {
		return nil, "", &answerError{status: resp.StatusCode}
	}
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxDocument+1))
	switch {
	case err != nil:
		return nil, "", fmt.Errorf("%w: %w", ErrProviderUnavailable, cause(err))
	case len(body) > maxDocument:
		return nil, "", &answerError{what: fmt.Sprintf("answer larger than %d bytes", maxDocument)}
	}
	mediaType, _, _ = mime.ParseMediaType(resp.Header.Get("Content-Type"))
	return body, mediaType, nil
}

// cause returns what an operator needs to know of a transport error, and nothing that somebody else wrote: net/http puts addresses, whose
// queries hold secrets, and broken answers, which may echo them, into its errors.
func cause(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	if errors.Is(err, http.ErrSchemeMismatch) {
		return http.ErrSchemeMismatch
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
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
	if e, ok := errors.AsType[x509.HostnameError](err); ok {
		return e
	}
	if e, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return e
	}
	return errors.New("the connection or the answer is broken")
}
