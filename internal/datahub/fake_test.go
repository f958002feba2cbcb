package datahub

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"portico/internal/secret"
)

// upstream answers requests without a network.
type upstream func(*http.Request) (*http.Response, error)

func (f upstream) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// answer is a JSON answer; header pairs follow.
func answer(status int, body string, header ...string) *http.Response {
	h := http.Header{"Content-Type": {"application/json"}}
	for i := 0; i < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
}

// script answers with one response after the other, the last one for ever, and records the requests.
type script struct {
	mu       sync.Mutex
	answers  []func() (*http.Response, error)
	requests []*http.Request
	bodies   []string
}

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	s.requests = append(s.requests, r)
	s.bodies = append(s.bodies, string(body))
	n := min(len(s.requests), len(s.answers)) - 1
	return s.answers[n]()
}

func (s *script) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.requests)
}

// statuses is a script of empty lists with these statuses.
func statuses(codes ...int) *script {
	s := &script{}
	for _, code := range codes {
		s.answers = append(s.answers, func() (*http.Response, error) { return answer(code, "[]"), nil })
	}
	return s
}

// says is a script of one answer.
func says(body string) *script {
	return &script{answers: []func() (*http.Response, error){func() (*http.Response, error) { return answer(200, body), nil }}}
}

// purse is a token source: t0 first, and the next one for each renewal, one renewal at a time.
type purse struct {
	mu       sync.Mutex
	current  int
	renewals int
	err      error // of Renew
	tokenErr error // of Token
}

func name(n int) secret.Text { return secret.New("t" + string(rune('0'+n))) }

func (p *purse) Token(context.Context) (secret.Text, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return name(p.current), p.tokenErr
}

func (p *purse) Renew(_ context.Context, rejected secret.Text) (secret.Text, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return secret.Text{}, p.err
	}
	if rejected.Equal(name(p.current)) {
		p.current++
		p.renewals++
	}
	return name(p.current), nil
}

func newHub(t *testing.T, rt http.RoundTripper, change ...func(*Config)) *Hub {
	t.Helper()
	c := Config{BaseURL: "https://hub.example/base", Transport: rt}
	for _, f := range change {
		f(&c)
	}
	h, err := New(c)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return h
}

func newClient(t *testing.T, rt http.RoundTripper, change ...func(*Config)) *Client {
	t.Helper()
	return newHub(t, rt, change...).Client(&purse{})
}
