package datahub

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Errors that callers can tell apart; see also [StatusError]. Errors of the [TokenSource] are passed on and can be told apart as well.
var (
	// ErrUnauthorized is a 401 also with a renewed access token, or that there is no access token.
	ErrUnauthorized = errors.New("data hub: refuses a renewed access token")
	// ErrNotFound is a 404 or 410, or what was asked for by its id is left out of a list or forbidden (403): the Data Hub does not
	// tell what does not exist from what the person may not see.
	ErrNotFound = errors.New("data hub: no such thing, or none that may be seen")
	// ErrMalformed is an answer that is truncated, not JSON, of another shape, or holds a number that is not finite.
	ErrMalformed = errors.New("data hub: the answer cannot be read")
	// ErrTooLarge is an answer, or an item of one, beyond its limit after decompression.
	ErrTooLarge = errors.New("data hub: the answer is larger than the limit")
	// ErrUnavailable is a connection that failed, broke or was too slow; then it is context.DeadlineExceeded as well.
	ErrUnavailable = errors.New("data hub: no answer")
)

// errNotSent is an ErrUnavailable of a call that was not made, because nobody got an answer lately.
var errNotSent = fmt.Errorf("not sent: %w", ErrUnavailable)

// StatusError is an answer other than 2xx, 401, 404 and 410. A redirect is one, too: none is followed.
type StatusError struct {
	Method, Path string        // the path without the query
	Status       int           // HTTP status
	RetryAfter   time.Duration // what Retry-After said, between 0 and 60 s
	Message      string        // what the Data Hub said, shortened and printable; for the log
}

// Error names the request, the status and what the Data Hub said.
func (e *StatusError) Error() string {
	return fmt.Sprintf("data hub: %s %s: status %d: %s", e.Method, e.Path, e.Status, e.Message)
}

// errStalled is why a call ends whose answer comes in pieces and stops coming.
var errStalled = fmt.Errorf("nothing comes any more: %w", context.DeadlineExceeded)

// Unsure reports whether a write that ended in err may have had its effect all the same: it was sent, and what came back is not the Data Hub's word on it. Such a write is never sent again by itself.
func Unsure(err error) bool {
	if e, ok := errors.AsType[*StatusError](err); ok {
		return e.Status == http.StatusInternalServerError || e.Status == http.StatusBadGateway || e.Status == http.StatusGatewayTimeout
	}
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Op == "dial" || errors.Is(err, errNotSent) {
		return false
	}
	return errors.Is(err, ErrUnavailable) || errors.Is(err, ErrMalformed) || errors.Is(err, ErrTooLarge)
}
