package fleet

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"portico/internal/demo/identity"
)

// Person is somebody with a browser: cookies, no automatic redirects, no script. Names under localhost lead to this machine. It may be used concurrently, as tabs are.
type Person struct {
	Name  string // stands on every page
	Page  string // path of a page that only people of the same account may see
	Sees  string // what it shows
	base  string
	fleet *Fleet
	user  *identity.User
	http  *http.Client
	jar   http.CookieJar
	uses  atomic.Pointer[string] // address of a process; nil: the balancer
}

// Answer is a response with its body read.
type Answer struct {
	*http.Response
	Body      string
	Redirects int // that led here
}

func newPerson(f *Fleet, u *identity.User) *Person {
	jar, _ := cookiejar.New(nil) // never an error
	return newTab(f, u, jar)
}

// newTab is a browser with the cookies of a jar.
func newTab(f *Fleet, u *identity.User, jar http.CookieJar) *Person {
	p := &Person{Name: u.Name, Page: "/sites/204481?tab=meters", Sees: "Kouter Offices", fleet: f, base: f.Base, user: u, jar: jar}
	if u.Accounts[0].ID == 102 {
		p.Page, p.Sees = "/sites/204602?tab=meters", "Depot Sambre"
	}
	d := &net.Dialer{Timeout: 5 * time.Second}
	front := port(strings.TrimPrefix(f.Base, "http://"))
	transport := &http.Transport{MaxIdleConnsPerHost: 64, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		to := "127.0.0.1:" + port(address)
		if only := p.uses.Load(); only != nil && port(address) == front {
			to = *only
		}
		return d.DialContext(ctx, network, to)
	}}
	f.t.Cleanup(transport.CloseIdleConnections)
	p.http = &http.Client{Jar: jar, Transport: transport, Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return p
}

// Tab is another window of the same browser, which can come to another process.
func (p *Person) Tab() *Person { return newTab(p.fleet, p.user, p.jar) }

// Use makes the person come to one process from now on, past the balancer; nil is the balancer again.
func (p *Person) Use(r *Process) {
	if r == nil {
		p.uses.Store(nil)
	} else {
		p.uses.Store(&r.Address)
	}
	p.http.CloseIdleConnections()
}

// Get asks for a page without following anything.
func (p *Person) Get(path string) (Answer, error) {
	return p.send(http.MethodGet, path, nil)
}

// Post sends a form.
func (p *Person) Post(path string, form url.Values) (Answer, error) {
	return p.send(http.MethodPost, path, form)
}

func (p *Person) send(method, path string, form url.Values) (Answer, error) {
	if !strings.HasPrefix(path, "http") {
		path = p.base + path
	}
	req, err := http.NewRequest(method, path, strings.NewReader(form.Encode()))
	if err != nil {
		return Answer{}, err
	}
	req.Header.Set("Accept", "text/html")
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := p.http.Do(req)
	if err != nil {
		return Answer{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	return Answer{Response: resp, Body: string(b)}, err
}

// Open follows redirects as a browser does, up to ten.
func (p *Person) Open(path string) (Answer, error) {
	a, err := p.Get(path)
	for n := 1; err == nil && a.StatusCode/100 == 3; n++ {
		var next *url.URL
		if next, err = a.Location(); err != nil {
			break
		}
		if n > 10 {
			return a, fmt.Errorf("%s: more than ten redirects", path)
		}
		a, err = p.Get(next.String())
		a.Redirects = n
	}
	return a, err
}

var loginID = regexp.MustCompile(`name="id" value="([^"]+)"`)

// SignIn opens the person's page, signs in at the identity server when it asks who is there, and returns the page.
func (p *Person) SignIn() (Answer, error) {
	a, err := p.Open(p.Page)
	if err != nil {
		return a, err
	}
	m := loginID.FindStringSubmatch(a.Body)
	if m == nil {
		return a, nil // known there already
	}
	origin := a.Request.URL.Scheme + "://" + a.Request.URL.Host
	a, err = p.Post(origin+"/login", url.Values{"id": {m[1]}, "username": {p.user.Username}, "password": {p.user.Password}})
	if err != nil {
		return a, err
	}
	if a.StatusCode != http.StatusSeeOther {
		return a, fmt.Errorf("signing in as %s: status %d", p.user.Username, a.StatusCode)
	}
	return p.Open(a.Header.Get("Location"))
}

// Cookies returns the portal's cookies.
func (p *Person) Cookies() []*http.Cookie {
	u, _ := url.Parse(p.base)
	return p.jar.Cookies(u)
}

// SetCookie sets one of the portal's cookies; an empty value removes it.
func (p *Person) SetCookie(name, value string) {
	u, _ := url.Parse(p.base)
	c := &http.Cookie{Name: name, Value: value, Path: "/"}
	if value == "" {
		c.MaxAge = -1
	}
	p.jar.SetCookies(u, []*http.Cookie{c})
}

// Owns reports whether an answer is the person's page, with their own name and data.
func (p *Person) Owns(a Answer) bool {
	return a.StatusCode == http.StatusOK && strings.Contains(a.Body, p.Name) && strings.Contains(a.Body, p.Sees)
}
