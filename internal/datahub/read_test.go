package datahub

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// What is passed on is a whole value of JSON, with the number of items that there are.
func TestRead(t *testing.T) {
	t.Parallel()
	q := ReadQuery{Path: "/groups/7/sites", Route: "/groups/{id}/sites", Values: url.Values{"name": {"a&b=c"}}}
	for what, c := range map[string]struct {
		answer *http.Response
		body   string
		total  int
		err    error
	}{
		"a list":      {answer(200, ` [{"id":1}] `, "X-Total-Count", "12"), ` [{"id":1}] `, 12, nil},
		"an object":   {answer(200, "\ufeff{\"a\":[null,true,-1e3]}"), `{"a":[null,true,-1e3]}`, 0, nil},
		"nothing":     {answer(204, ""), "", 0, nil},
		"cut short":   {answer(200, `[{"id":1}`), "", 0, ErrMalformed},
		"two values":  {answer(200, `[] []`), "", 0, ErrMalformed},
		"empty":       {answer(200, ""), "", 0, ErrMalformed},
		"too deep":    {answer(200, strings.Repeat("[", maxDepth+1)+strings.Repeat("]", maxDepth+1)), "", 0, ErrMalformed},
		"a page":      {answer(200, "<html>", "Content-Type", "text/html"), "", 0, ErrMalformed},
		"too large":   {answer(200, `"`+strings.Repeat("x", maxRead)+`"`), "", 0, ErrTooLarge},
		"not there":   {answer(404, "{}"), "", 0, ErrNotFound},
		"a redirect":  {answer(302, "", "Location", "https://evil.example/"), "", 0, &StatusError{}},
		"not allowed": {answer(403, `{"message":"secret of the server"}`), "", 0, &StatusError{}},
	} {
		s := &script{answers: []func() (*http.Response, error){func() (*http.Response, error) { return c.answer, nil }}}
		a, err := newHub(t, s).Client(&purse{}).Read(t.Context(), q)
		_, status := errors.AsType[*StatusError](err)
		_, wantStatus := c.err.(*StatusError)
		if string(a.Body) != c.body || a.Total != c.total || status != wantStatus || !wantStatus && !errors.Is(err, c.err) {
			t.Errorf("%s: %.40q, %d, %v", what, a.Body, a.Total, err)
		}
		if got := s.requests[0].URL.String(); got != "https://hub.example/base/groups/7/sites?name=a%26b%3Dc" {
			t.Errorf("%s: asked for %s", what, got)
		}
	}
}

// A 401 is answered by one new token; a second one is the caller's.
func TestReadRenewsOnce(t *testing.T) {
	t.Parallel()
	p, s := &purse{}, statuses(401, 200)
	if a, err := newHub(t, s).Client(p).Read(t.Context(), ReadQuery{Path: pathSites, Route: pathSites}); err != nil || string(a.Body) != "[]" || p.renewals != 1 {
		t.Errorf("%q, %v, %d renewals", a.Body, err, p.renewals)
	}
	p, s = &purse{}, statuses(401)
	if _, err := newHub(t, s).Client(p).Read(t.Context(), ReadQuery{Path: pathSites, Route: pathSites}); !errors.Is(err, ErrUnauthorized) || s.count() != 2 {
		t.Errorf("%v after %d requests", err, s.count())
	}
}
