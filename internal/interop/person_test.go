package interop

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// person is a browser without a screen: cookies, redirects, and forms that it fills in and sends as they stand in the page.
type person struct {
	t      *testing.T
	http   *http.Client
	portal string // origin of the portal
}

// user is who signs in, the same at every identity server.
type user struct{ name, password, shown string }

var (
	operator = user{"operator", "operator-demo", "Olivia Peeters"} // accounts 101 and 102
	viewer   = user{"viewer", "viewer-demo", "Victor Lambert"}     // account 101
)

// home dials names under localhost at this machine, as browsers do, without asking a resolver.
func home() *http.Transport {
	d := &net.Dialer{Timeout: 5 * time.Second}
	trusted := &tls.Config{}
	if a, err := testAuthority(); err == nil {
		trusted.RootCAs = a.pool
	}
	return &http.Transport{TLSClientConfig: trusted, MaxIdleConnsPerHost: 64, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		_, port, _ := net.SplitHostPort(address)
		return d.DialContext(ctx, network, "127.0.0.1:"+port)
	}}
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
	transport := home()
	t.Cleanup(transport.CloseIdleConnections)
	return &person{t: t, portal: portal, http: &http.Client{Jar: loopbackJar{jar}, Transport: transport, Timeout: 40 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// page is where a person has arrived.
type page struct {
	status int
	url    *url.URL
	header http.Header
	body   string
	forms  []form
	way    []string // addresses that were passed, without queries
}

// do sends a request and follows it: redirects, and forms that send themselves.
func (p *person) do(req *http.Request) page {
	p.t.Helper()
	var way []string
	for range 15 {
		req.Header.Set("Accept", "text/html")
		resp, err := p.http.Do(req)
		if err != nil {
			p.t.Fatalf("%s %s: %v", req.Method, req.URL.Path, err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil {
			p.t.Fatalf("%s %s: %v", req.Method, req.URL.Path, err)
		}
		g := page{status: resp.StatusCode, url: resp.Request.URL, header: resp.Header, body: string(body), forms: readForms(resp.Request.URL, string(body)), way: way}
		next := g.onward()
		if next == nil {
			return g
		}
		way, req = append(way, req.URL.Scheme+"://"+req.URL.Host+req.URL.Path), next
	}
	p.t.Fatalf("no end of redirects: %q", way)
	return page{}
}

// onward is the request that a browser makes of a page by itself, nil when there is none.
func (g page) onward() *http.Request {
	if g.status >= 300 && g.status < 400 {
		if to, err := g.url.Parse(g.header.Get("Location")); err == nil {
			req, _ := http.NewRequest(http.MethodGet, to.String(), nil)
			return req
		}
	}
	if len(g.forms) == 1 && regexp.MustCompile(`forms\[0\]\.submit\(\)`).MatchString(g.body) {
		return g.forms[0].request(nil)
	}
	return nil
}

// open goes to a path of the portal, or to a whole address.
func (p *person) open(path string) page {
	p.t.Helper()
	return p.do(p.request(path))
}

func (p *person) request(path string) *http.Request {
	p.t.Helper()
	if !strings.HasPrefix(path, "http") {
		path = p.portal + path
	}
	req, err := http.NewRequest(http.MethodGet, path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	return req
}

// status makes one request for a page of the portal, as one of many of an open page, and follows nothing.
func (p *person) status(path string) int {
	req := p.request(path)
	req.Header.Set("Accept", "text/html")
	resp, err := p.http.Do(req)
	if err != nil {
		p.t.Errorf("%s: %v", path, err)
		return 0
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return resp.StatusCode
}

// send posts a form of the portal.
func (p *person) send(path string, values url.Values) page {
	p.t.Helper()
	req, err := http.NewRequest(http.MethodPost, p.portal+path, strings.NewReader(values.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return p.do(req)
}

// signIn opens a page of the portal and signs in on the way.
func (p *person) signIn(path string, u user) page {
	p.t.Helper()
	return p.fillIn(p.open(path), u, "101")
}

// fillIn signs in at the identity server's page: name and password, then an account if there is a choice.
func (p *person) fillIn(g page, u user, account string) page {
	p.t.Helper()
	f := g.form("password")
	if f == nil {
		p.t.Fatalf("no sign-in page at %s: %d %s", g.url, g.status, g.body)
	}
	g = p.do(f.request(url.Values{f.first("username", "login"): {u.name}, "password": {u.password}}))
	if f := g.form("account"); f != nil && !p.back(g) {
		g = p.do(f.request(url.Values{"account": {account}}))
	}
	return g
}

// back reports whether a page is the portal's.
func (p *person) back(g page) bool { return g.url.Scheme+"://"+g.url.Host == p.portal }

// signOut presses the portal's button and agrees at the identity server, if it asks.
func (p *person) signOut() page {
	p.t.Helper()
	return p.agree(p.send("/auth/logout", nil))
}

// agree answers yes when the identity server asks whether to sign out: not all do, and Keycloak does not when the portal's revocation arrives before the person.
func (p *person) agree(g page) page {
	p.t.Helper()
	for _, name := range []string{"confirmLogout", "logout"} {
		if f := g.form(name); f != nil && !p.back(g) {
			return p.do(f.request(url.Values{name: {"yes"}}))
		}
	}
	return g
}

// want compares a page's status and path, and looks for texts.
func (g page) want(t *testing.T, status int, path string, texts ...string) {
	t.Helper()
	if g.status != status || path != "" && g.url.Path != path {
		t.Fatalf("at %s with status %d, want %s with %d; by way of %q\n%s", g.url, g.status, path, status, g.way, g.body)
	}
	for _, text := range texts {
		if !strings.Contains(g.body, text) {
			t.Errorf("%s lacks %q\n%s", g.url, text, g.body)
		}
	}
}
