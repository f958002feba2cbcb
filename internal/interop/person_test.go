package interop

import (
	"crypto/x509"
	"net/http"
	"net/http/cookiejar"
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

// user is who signs in, the same at every identity server.
type user struct{ name, password, shown string }

var (
	operator = user{"operator", "operator-demo", "Olivia Peeters"} // accounts 101 and 102
	viewer   = user{"viewer", "viewer-demo", "Victor Lambert"}     // account 101
)

// trusted are the certificates of the tests' own authority.
func trusted() *x509.CertPool {
	if a, err := testAuthority(); err == nil {
		return a.pool
	}
	return nil
}

// loopbackJar keeps cookies as a browser does on this machine: names under localhost are safe there without TLS, so that Secure cookies go to them.
type loopbackJar struct{ *cookiejar.Jar }

func (j loopbackJar) SetCookies(u *url.URL, cookies []*http.Cookie) {
	for _, c := range cookies {
		c.Secure = false
	}
	j.Jar.SetCookies(u, cookies)
}

func newPerson(t *testing.T, portal string) *person {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	v := visitor.New(portal, visitor.Options{Jar: loopbackJar{jar}, Trust: trusted()})
	t.Cleanup(v.Close)
	return &person{v, t}
}

// page is where a person has arrived.
type page struct{ visitor.Page }

// want compares a page's status and path, and looks for texts.
func (g page) want(t *testing.T, status int, path string, texts ...string) {
	t.Helper()
	if g.StatusCode != status || path != "" && g.URL().Path != path {
		t.Fatalf("at %s with status %d, want %s with %d; by way of %q\n%s", g.URL(), g.StatusCode, path, status, g.Way, g.Body)
	}
	for _, text := range texts {
		if !strings.Contains(g.Body, text) {
			t.Errorf("%s lacks %q\n%s", g.URL(), text, g.Body)
		}
	}
}

// arrives is the page that must be there.
func (p *person) arrives(at visitor.Page, err error) page {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
	return page{at}
}

// open goes to a path of the portal, or to a whole address, and wherever it leads.
func (p *person) open(path string) page {
	p.t.Helper()
	return p.arrives(p.Open(path))
}

// status makes one request for a page of the portal, as one of many of an open page, and follows nothing.
func (p *person) status(path string) int {
	g, err := p.Get(path)
	if err != nil {
		p.t.Errorf("%s: %v", path, err)
		return 0
	}
	return g.StatusCode
}

// send posts a form of the portal.
func (p *person) send(path string, values url.Values) page {
	p.t.Helper()
	return p.arrives(p.Send(visitor.NewForm(p.At(path)), values))
}

// signIn opens a page of the portal and signs in on the way.
func (p *person) signIn(path string, u user) page {
	p.t.Helper()
	return p.fillIn(p.open(path), u, "101")
}

// fillIn signs in at the identity server's page: name and password, then an account if there is a choice.
func (p *person) fillIn(g page, u user, account string) page {
	p.t.Helper()
	return p.arrives(p.FillIn(g.Page, visitor.User{Name: u.name, Password: u.password}, account))
}

// back reports whether a page is the portal's.
func (p *person) back(g page) bool { return p.Back(g.Page) }

// signOut presses the portal's button and agrees at the identity server, if it asks.
func (p *person) signOut() page {
	p.t.Helper()
	return p.agree(p.send("/auth/logout", nil))
}

// agree answers yes when the identity server asks whether to sign out: not all do, and Keycloak does not when the portal's revocation arrives before the person.
func (p *person) agree(g page) page {
	p.t.Helper()
	for _, name := range []string{"confirmLogout", "logout"} {
		if f := g.Form(name); f != nil && !p.back(g) {
			return p.arrives(p.Send(f, url.Values{name: {"yes"}}))
		}
	}
	return g
}
