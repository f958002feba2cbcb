package datahub

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/errgroup"

	"portico/internal/pause"
)

func fails(err error) func() (*http.Response, error) {
	return func() (*http.Response, error) { return nil, err }
}

func good() (*http.Response, error) { return answer(200, "[]"), nil }

// ends is an answer that begins well and ends in err.
func ends(err error) func() (*http.Response, error) {
	return func() (*http.Response, error) {
		r := answer(200, "")
		r.Body = io.NopCloser(io.MultiReader(strings.NewReader("["), failing{err}))
		return r, nil
	}
}

func TestRetries(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		hub     *script
		want    error
		sent    int
		atLeast time.Duration
		atMost  time.Duration
	}{
		{"good at once", statuses(200), nil, 1, 0, 0},
		{"503 twice", statuses(503, 503, 200), nil, 3, 250 * time.Millisecond, 750 * time.Millisecond},
		{"502 for good", statuses(502), &StatusError{}, 3, 250 * time.Millisecond, 750 * time.Millisecond},
		{"504 once", statuses(504, 200), nil, 2, 50 * time.Millisecond, 150 * time.Millisecond},
		{"408 and 425", statuses(408, 425, 200), nil, 3, 0, time.Second},
		{"500 is an answer", statuses(500, 200), &StatusError{}, 1, 0, 0},
		{"501 is an answer", statuses(501, 200), &StatusError{}, 1, 0, 0},
		{"429 without a wait", statuses(429, 200), &StatusError{}, 1, 0, 0},
		{"reset once", &script{answers: []func() (*http.Response, error){fails(syscall.ECONNRESET), good}}, nil, 2, 0, time.Second},
		{"429 with a long wait", &script{answers: []func() (*http.Response, error){waiting(429, "5"), good}}, &StatusError{}, 1, 0, 0},
		{"503 with a long wait", &script{answers: []func() (*http.Response, error){waiting(503, "5"), good}}, &StatusError{}, 1, 0, 0},
		{"cut short once", &script{answers: []func() (*http.Response, error){ends(io.ErrUnexpectedEOF), good}}, nil, 2, 0, time.Second},
		{"broken in the middle once", &script{answers: []func() (*http.Response, error){ends(syscall.ECONNRESET), good}}, nil, 2, 0, time.Second},
		{"broken chunks are an answer", &script{answers: []func() (*http.Response, error){ends(errors.New("malformed chunked encoding")), good}}, ErrMalformed, 1, 0, 0},
		{"a connection that took its whole time", &script{answers: []func() (*http.Response, error){fails(context.DeadlineExceeded), good}}, ErrUnavailable, 1, 0, 0},
		{"a foreign certificate", &script{answers: []func() (*http.Response, error){fails(&tls.CertificateVerificationError{Err: errors.New("unknown authority")}), good}}, ErrUnavailable, 1, 0, 0},
		{"refused for good", &script{answers: []func() (*http.Response, error){fails(syscall.ECONNREFUSED)}}, ErrUnavailable, 3, 0, time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				_, err := newClient(t, c.hub).Sites(t.Context(), SiteQuery{})
				took := time.Since(start)
				if _, ok := c.want.(*StatusError); ok {
					if e, is := errors.AsType[*StatusError](err); !is || e == nil {
						t.Errorf("Sites: %v, want a StatusError", err)
					}
				} else if !errors.Is(err, c.want) {
					t.Errorf("Sites: %v, want %v", err, c.want)
				}
				if n := c.hub.count(); n != c.sent || took < c.atLeast || took > c.atMost {
					t.Errorf("%d requests in %v, want %d in %v to %v", n, took, c.sent, c.atLeast, c.atMost)
				}
			})
		})
	}
}

func waiting(status int, retryAfter string) func() (*http.Response, error) {
	return func() (*http.Response, error) { return answer(status, "{}", "Retry-After", retryAfter), nil }
}

func TestShortWaitIsSatOut(t *testing.T) {
	t.Parallel()
	for _, status := range []int{429, 503} {
		synctest.Test(t, func(t *testing.T) {
			hub := &script{answers: []func() (*http.Response, error){waiting(status, "1"), func() (*http.Response, error) { return answer(200, "[]"), nil }}}
			start := time.Now()
			_, err := newClient(t, hub).Sites(t.Context(), SiteQuery{})
			if took := time.Since(start); err != nil || took < time.Second || took > 2*time.Second {
				t.Errorf("%d: %v after %v, want no error after a second", status, err, took)
			}
		})
	}
}

// TestR16WaitIsShared asks again while the Data Hub wants to be left alone by one person.
func TestR16WaitIsShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hub := &script{answers: []func() (*http.Response, error){waiting(429, "30"), func() (*http.Response, error) { return answer(200, "[]"), nil }}}
		h := newHub(t, hub)
		ask := func(tokens TokenSource) error {
			_, err := h.Client(tokens).Sites(t.Context(), SiteQuery{})
			return err
		}
		if err := ask(&purse{}); hub.count() != 1 || err == nil {
			t.Fatalf("%v after %d requests", err, hub.count())
		}
		time.Sleep(10 * time.Second)
		want := StatusError{Method: "GET", Path: pathSites, Status: 429, RetryAfter: 20 * time.Second, Message: "not sent: the Data Hub asked to wait"}
		if e, ok := errors.AsType[*StatusError](ask(&purse{})); !ok || *e != want || hub.count() != 1 {
			t.Errorf("the same person after 10 s: %+v after %d requests, want 429 with 20 s left and none sent", e, hub.count())
		}
		if err := ask(&purse{current: 5}); err != nil {
			t.Errorf("another person: %v", err)
		}
		time.Sleep(20 * time.Second)
		if err := ask(&purse{}); err != nil || hub.count() != 3 {
			t.Errorf("after 30 s: %v and %d requests", err, hub.count())
		}
	})
}

// Who was told to wait is forgotten when the wait is over, and a shorter one does not end a longer one.
func TestHoldsAreForgotten(t *testing.T) {
	t.Parallel()
	var h holds
	now := time.Now()
	h.set(name(1), 20*time.Second, now)
	h.set(name(1), time.Second, now)
	if left := h.left(name(1), now); left != 20*time.Second {
		t.Errorf("%v left, want the longer wait", left)
	}
	h.set(name(2), time.Second, now.Add(20*time.Second))
	if len(h.until) != 1 {
		t.Errorf("%d waits are remembered, want one", len(h.until))
	}
}

func TestRetryAfterHeader(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"": 0, "0": 0, "1": time.Second, " 7 ": 7 * time.Second, "60": time.Minute, "61": time.Minute, "99999999999999999999999": time.Minute,
		"9223372036854775807": time.Minute, "-5": 0, "-99999999999999999999999": 0, "1.5": 0, "soon": 0,
		"Sun, 01 Mar 2026 12:00:20 GMT": 20 * time.Second, "Sun, 01 Mar 2026 11:00:00 GMT": 0, "Mon, 01 Mar 2027 12:00:00 GMT": time.Minute,
	} {
		if got := retryAfter(header, now); got != want {
			t.Errorf("retryAfter(%q) = %v, want %v", header, got, want)
		}
	}
}

func TestSlowDataHub(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hub := upstream(func(r *http.Request) (*http.Response, error) { <-r.Context().Done(); return nil, r.Context().Err() })
		start := time.Now()
		_, err := newClient(t, hub).Sites(t.Context(), SiteQuery{})
		if took := time.Since(start); took != 20*time.Second || !errors.Is(err, ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Sites: %v after %v, want DeadlineExceeded after 20 s", err, took)
		}
	})
}

func TestSlowBody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hub := upstream(func(r *http.Request) (*http.Response, error) {
			resp := answer(200, "")
			body := &stuck{closed: make(chan struct{})}
			context.AfterFunc(r.Context(), func() { _ = body.Close() })
			resp.Body = body
			return resp, nil
		})
		_, err := newClient(t, hub, func(c *Config) { c.Timeout = 3 * time.Second }).DataPoints(t.Context(), utcDay)
		if !errors.Is(err, ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("DataPoints: %v, want DeadlineExceeded", err)
		}
	})
}

func TestCallerLeaves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hub := &script{answers: []func() (*http.Response, error){fails(syscall.ECONNRESET)}}
		ctx, cancel := context.WithCancel(t.Context())
		h := newHub(t, upstream(func(r *http.Request) (*http.Response, error) { cancel(); return hub.RoundTrip(r) }))
		for range breakAfter + 1 {
			if _, err := h.Client(&purse{}).Sites(ctx, SiteQuery{}); !errors.Is(err, context.Canceled) {
				t.Errorf("Sites: %v, want Canceled", err)
			}
		}
		if len(h.breakers.paths) != 0 {
			t.Error("callers that left opened the circuit")
		}
	})
}

func TestNoRetryBeyondTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hub := &script{answers: []func() (*http.Response, error){waiting(503, "1")}}
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		start := time.Now()
		_, err := newClient(t, hub).Sites(ctx, SiteQuery{})
		if e, ok := errors.AsType[*StatusError](err); !ok || e.Status != 503 || time.Since(start) != 0 {
			t.Errorf("Sites: %v after %v, want 503 at once", err, time.Since(start))
		}
	})
}

// TestR15Circuit counts the requests while nothing answers.
func TestR15Circuit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		down := true
		hub := &script{answers: []func() (*http.Response, error){func() (*http.Response, error) {
			if down {
				return nil, syscall.ECONNREFUSED
			}
			return answer(200, "[]"), nil
		}}}
		c := newClient(t, hub)
		ask := func() error { _, err := c.Sites(t.Context(), SiteQuery{}); return err }
		if err := c.hub.Trouble(); err != nil {
			t.Errorf("Trouble() = %v before any", err)
		}
		for range breakAfter {
			_ = ask()
		}
		if err := c.hub.Trouble(); !errors.Is(err, ErrUnavailable) || !strings.HasPrefix(err.Error(), pathSites+":") || c.hub.OpenCircuits() != 1 {
			t.Errorf("Trouble() = %v, %d circuits are open", err, c.hub.OpenCircuits())
		}
		sent := hub.count()
		for range 10 {
			if err := ask(); !errors.Is(err, ErrUnavailable) {
				t.Errorf("open: %v, want ErrUnavailable", err)
			}
		}
		if n := hub.count(); n != sent {
			t.Errorf("%d requests while the circuit was open", n-sent)
		}
		if _, err := c.Units(t.Context()); err == nil || hub.count() == sent {
			t.Error("another path was stopped, too")
		}
		sent = hub.count()
		time.Sleep(breakFor)
		_ = ask()
		_ = ask()
		if n := hub.count() - sent; n != 1+maxRetries {
			t.Errorf("%d requests, want one call with its retries", n)
		}
		down = false
		time.Sleep(breakFor)
		for range 3 {
			if err := ask(); err != nil {
				t.Errorf("back again: %v", err)
			}
		}
		if err := c.hub.Trouble(); err != nil {
			t.Errorf("Trouble() = %v when it is over", err)
		}
	})
}

func TestBreakerCounts(t *testing.T) {
	t.Parallel()
	var b breakers
	now := time.Now()
	down := ErrUnavailable
	gone := fmt.Errorf("%w: %w", ErrUnavailable, context.Canceled)
	for i, err := range []error{
		down, down, down, down, ErrNotFound, down, down, down, down, gone, &StatusError{Status: 500}, down, down, down, down, ErrMalformed, down, down, down, down, ErrTooLarge,
		down, down, down, down, ErrUnauthorized, down, down, down, down, nil, down, &StatusError{Status: 502}, &StatusError{Status: 504}, gone, errors.New("no token"), down,
	} {
		b.done("/x", err, now)
		if _, _, refused := b.turn("/x", now); refused != nil {
			t.Fatalf("open after step %d: an answer in between counts", i)
		}
	}
	b.done("/x", &StatusError{Status: 503}, now)
	if _, _, refused := b.turn("/x", now); refused == nil {
		t.Error("still closed after five failures in a row, of which callers that left and tokens that are missing say nothing")
	}
}

// What a page asks side by side ends with the first error. When the Data Hub is back all of it is answered: one call tries, and the others wait for what it finds out rather than end it.
func TestR15SiblingsWaitForTheTrial(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var up atomic.Bool
		var sent atomic.Int64
		c := newClient(t, upstream(func(r *http.Request) (*http.Response, error) {
			sent.Add(1)
			if !up.Load() {
				return nil, syscall.ECONNREFUSED
			}
			if !pause.For(r.Context(), 50*time.Millisecond) {
				return nil, r.Context().Err()
			}
			return answer(200, "[]"), nil
		}))
		for range breakAfter {
			_, _ = c.Sites(t.Context(), SiteQuery{})
		}
		sent.Store(0)
		time.Sleep(breakFor)
		var none sync.WaitGroup
		for range 8 {
			none.Go(func() { _, _ = c.Sites(t.Context(), SiteQuery{}) })
		}
		if none.Wait(); sent.Load() != 1+maxRetries {
			t.Errorf("%d requests while nothing answers, want one call with its retries", sent.Load())
		}
		up.Store(true)
		left, leave := context.WithCancel(t.Context())
		time.AfterFunc(breakFor+10*time.Millisecond, leave)
		time.Sleep(breakFor)
		if _, err := c.Sites(left, SiteQuery{}); err == nil {
			t.Error("the caller left and got an answer")
		}
		sent.Store(0)
		g, ctx := errgroup.WithContext(t.Context()) // at once: the one that left had found out nothing
		for range 8 {
			g.Go(func() error { _, err := c.Sites(ctx, SiteQuery{}); return err })
		}
		if err := g.Wait(); err != nil {
			t.Errorf("back again: %v", err)
		}
		if n := sent.Load(); n != 8 {
			t.Errorf("%d requests, want one for each call", n)
		}
	})
}
