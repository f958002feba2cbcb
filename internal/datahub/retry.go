package datahub

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"portico/internal/secret"
)

const (
	maxRetries    = 2                // of a read that failed for a passing reason
	maxQuietWait  = time.Second      // longer waits that the Data Hub asks for are the caller's to decide
	maxRetryAfter = 60 * time.Second // longer waits are shown as this much
)

// errTruncated marks a malformed answer that is the beginning of a good one, for all we know.
var errTruncated = errors.New("truncated")

// retryAfterFailure says how long to wait before a read that ended in err is tried again; false when it is not.
//
// Tried again are connections that failed or broke, truncated answers, and the statuses 408, 425, 502, 503 and 504; 429 only when the Data
// Hub names a wait that is short enough to sit out. Not 500, which is an answer, and not what took all the time that there was.
func retryAfterFailure(err error, try int) (time.Duration, bool) {
	wait := backoff(try)
	if e, ok := errors.AsType[*StatusError](err); ok {
		switch e.Status {
		case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return max(wait, e.RetryAfter), e.RetryAfter <= maxQuietWait
		case http.StatusTooManyRequests:
			return max(wait, e.RetryAfter), 0 < e.RetryAfter && e.RetryAfter <= maxQuietWait
		}
		return 0, false
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return 0, false
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return 0, false
	}
	return wait, errors.Is(err, ErrUnavailable) || errors.Is(err, errTruncated)
}

// backoff is the wait before the given retry: 100 ms, then 400 ms, plus or minus half.
func backoff(try int) time.Duration {
	d := 100 * time.Millisecond << (2 * try)
	return d/2 + rand.N(d)
}

// isNetwork reports whether err comes from a connection rather than from what came over it.
func isNetwork(err error) bool {
	_, ok := errors.AsType[net.Error](err)
	return ok || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, net.ErrClosed) || errors.Is(err, io.ErrClosedPipe) ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// retryAfter reads the header's two forms, seconds and a date (RFC 9110 section 10.2.3), within 0 and 60 s.
func retryAfter(header string, now time.Time) time.Duration {
	header = strings.TrimSpace(header)
	if n, err := strconv.ParseInt(header, 10, 64); err == nil {
		return time.Duration(min(max(n, 0), int64(maxRetryAfter/time.Second))) * time.Second
	} else if errors.Is(err, strconv.ErrRange) && !strings.HasPrefix(header, "-") {
		return maxRetryAfter
	}
	if at, err := http.ParseTime(header); err == nil {
		return min(max(at.Sub(now), 0), maxRetryAfter)
	}
	return 0
}

// holds remembers whose requests the Data Hub does not want for a while. It is shared by all requests of a hub, so that the
// next page of a person does not ask again what the last one was told; other people are not held up.
type holds struct {
	mu    sync.Mutex
	until map[[sha256.Size]byte]time.Time // hash of an access token → end of the wait
}

func (h *holds) set(token secret.Text, wait time.Duration, now time.Time) {
	if wait <= 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for key, end := range h.until {
		if !end.After(now) {
			delete(h.until, key)
		}
	}
	if h.until == nil {
		h.until = map[[sha256.Size]byte]time.Time{}
	}
	if key, end := tokenHash(token), now.Add(wait); end.After(h.until[key]) {
		h.until[key] = end
	}
}

// left returns how long requests with token must still wait.
func (h *holds) left(token secret.Text, now time.Time) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.until) == 0 {
		return 0
	}
	return max(h.until[tokenHash(token)].Sub(now), 0)
}

func tokenHash(token secret.Text) [sha256.Size]byte { return sha256.Sum256([]byte(token.Reveal())) }
