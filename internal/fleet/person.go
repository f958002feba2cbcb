package fleet

import (
	"net/http"
	"net/http/cookiejar"
	"strings"
	"sync/atomic"

	"portico/internal/demo/identity"
	"portico/internal/visitor"
)

// Person is a visitor who can sign in and knows what they may see.
type Person struct {
	*visitor.Visitor
	Name  string // stands on every page
	Page  string // path of a page that only people of the same account may see
	Sees  string // what it shows
	fleet *Fleet
	user  *identity.User
	uses  atomic.Pointer[string] // address of a process; nil: the balancer
}

func newPerson(f *Fleet, u *identity.User) *Person {
	jar, _ := cookiejar.New(nil) // never an error
	return newTab(f, u, jar)
}

// newTab is a browser with the cookies of a jar.
func newTab(f *Fleet, u *identity.User, jar http.CookieJar) *Person {
	p := &Person{Name: u.Name, Page: "/sites/204481/sources", Sees: "Kouter Offices", fleet: f, user: u}
	if u.Accounts[0].ID == 102 {
		p.Page, p.Sees = "/sites/204602/sources", "Depot Sambre"
	}
	front := port(strings.TrimPrefix(f.Base, "http://"))
	p.Visitor = visitor.New(f.Base, visitor.Options{Jar: jar, Route: func(port string) string {
		if only := p.uses.Load(); only != nil && port == front {
			return *only
		}
		return "127.0.0.1:" + port
	}})
	f.t.Cleanup(p.Close)
	return p
}

// Tab is another window of the same browser, which can come to another process.
func (p *Person) Tab() *Person { return newTab(p.fleet, p.user, p.HTTP.Jar) }

// Use makes the person come to one process from now on, past the balancer; nil is the balancer again.
func (p *Person) Use(r *Process) {
	if r == nil {
		p.uses.Store(nil)
	} else {
		p.uses.Store(&r.Address)
	}
	p.Close()
}

// SignIn opens the person's page, signs in at the identity server when it asks who is there, and returns the page.
func (p *Person) SignIn() (visitor.Page, error) {
	return p.Visitor.SignIn(p.Page, visitor.User{Name: p.user.Username, Password: p.user.Password})
}

// Owns reports whether an answer is the person's page, with their own name and data.
func (p *Person) Owns(a visitor.Page) bool {
	return a.Response != nil && a.StatusCode == http.StatusOK && strings.Contains(a.Body, p.Name) && strings.Contains(a.Body, p.Sees)
}
