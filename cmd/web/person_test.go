package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"portico/internal/visitor"
)

// person is a visitor of a test, which ends when a request has no answer.
type person struct {
	*visitor.Visitor
	t *testing.T
}

func newPerson(t *testing.T, base string) *person {
	t.Helper()
	v := visitor.New(base, visitor.Options{})
	t.Cleanup(v.Close)
	return &person{v, t}
}

// answer is a page of which a test wants something.
type answer struct{ visitor.Page }

// want compares a status and looks for texts.
func (a answer) want(t *testing.T, status int, texts ...string) {
	t.Helper()
	if a.StatusCode != status {
		t.Fatalf("%s %s: status %d, want %d\n%s", a.Request.Method, a.URL(), a.StatusCode, status, a.Body)
	}
	for _, text := range texts {
		if !strings.Contains(a.Body, text) {
			t.Errorf("%s %s lacks %q", a.Request.Method, a.URL(), text)
		}
	}
}

// arrives is the answer that must be there.
func (p *person) arrives(page visitor.Page, err error) answer {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
	return answer{page}
}

// do, get and post make one request, without following.
func (p *person) do(req *http.Request) answer {
	p.t.Helper()
	return p.arrives(p.Do(req))
}

func (p *person) get(path string) answer {
	p.t.Helper()
	return p.arrives(p.Get(path))
}

func (p *person) post(path string, form url.Values) answer {
	p.t.Helper()
	return p.arrives(p.Post(path, form))
}

// open follows redirects as a browser does, and counts them.
func (p *person) open(path string) (a answer, redirects int) {
	p.t.Helper()
	a = p.arrives(p.Open(path))
	return a, len(a.Way)
}

// signIn opens a page, signs in as a persona at the identity server, chooses the first account if asked, and returns the page.
func (p *person) signIn(path, persona string) answer {
	p.t.Helper()
	a, _ := p.open(path)
	return p.arrives(p.FillIn(a.Page, visitor.User{Name: persona, Password: persona + "-demo"}, "101"))
}
