// Package visitor is somebody with a browser, for tests and for the load command: cookies, redirects, and forms that are filled in and sent as they stand in the page. It has no screen and runs no script, and names
// under localhost lead to this machine, as they do in browsers, without a resolver.
package visitor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// mostSteps is how many redirects, and forms that send themselves, are followed.
const mostSteps = 15

// Visitor is a browser. It may be used concurrently, as tabs are.
type Visitor struct {
	Base string       // origin of the portal
	HTTP *http.Client // follows nothing
}

// Options are what is not the same for everybody.
type Options struct {
	Jar   http.CookieJar           // nil: an empty one of its own
	Trust *x509.CertPool           // whose certificates count; nil: the machine's
	Route func(port string) string // address that connections to a port of this machine go to; nil: that port
}

// New returns a browser of somebody who goes to the portal at base. Close it.
func New(base string, o Options) *Visitor {
	if o.Jar == nil {
		o.Jar, _ = cookiejar.New(nil) // never an error
	}
	return &Visitor{Base: base, HTTP: &http.Client{Jar: o.Jar, Transport: Transport(o), Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// Transport leads all names to this machine.
func Transport(o Options) *http.Transport {
	if o.Route == nil {
		o.Route = func(port string) string { return "127.0.0.1:" + port }
	}
	d := &net.Dialer{Timeout: 5 * time.Second}
	return &http.Transport{TLSClientConfig: &tls.Config{RootCAs: o.Trust}, MaxIdleConnsPerHost: 64, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		return d.DialContext(ctx, network, o.Route(port))
	}}
}

// Close ends the connections that nobody uses.
func (v *Visitor) Close() { v.HTTP.CloseIdleConnections() }

// Page is an answer with its body read, but for a stream of events, which has no end.
type Page struct {
	*http.Response
	Body string
	Way  []string // addresses that led here, without queries
}

// URL is where the page is.
func (p Page) URL() *url.URL { return p.Request.URL }

// At makes an address of a path of the portal, and leaves whole addresses alone.
func (v *Visitor) At(path string) string {
	if strings.HasPrefix(path, "http") {
		return path
	}
	return v.Base + path
}

// Do sends a request, and follows nothing.
func (v *Visitor) Do(req *http.Request) (Page, error) {
	if req.Header.Get("Accept") == "" {
		req.Header.Set("Accept", "text/html")
	}
	resp, err := v.HTTP.Do(req)
	if err != nil {
		return Page{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		return Page{Response: resp}, nil
	}
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		err = fmt.Errorf("%s %s: %w", req.Method, req.URL.Path, err)
	}
	return Page{Response: resp, Body: string(b)}, err
}

// Get asks for a page, and follows nothing.
func (v *Visitor) Get(path string) (Page, error) {
	req, err := http.NewRequest(http.MethodGet, v.At(path), nil)
	if err != nil {
		return Page{}, err
	}
	return v.Do(req)
}

// Post sends a form, and follows nothing.
func (v *Visitor) Post(path string, form url.Values) (Page, error) {
	req, err := posted(v.At(path), form)
	if err != nil {
		return Page{}, err
	}
	return v.Do(req)
}

func posted(address string, form url.Values) (*http.Request, error) {
	req, err := http.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	if err == nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return req, err
}

// Open goes to a page and wherever it leads.
func (v *Visitor) Open(path string) (Page, error) {
	req, err := http.NewRequest(http.MethodGet, v.At(path), nil)
	if err != nil {
		return Page{}, err
	}
	return v.Follow(req)
}

// Send sends a form with some fields filled in, and goes wherever it leads.
func (v *Visitor) Send(f *Form, values url.Values) (Page, error) {
	req, err := f.request(values)
	if err != nil {
		return Page{}, err
	}
	return v.Follow(req)
}

// Follow sends a request and goes wherever it leads: redirects, and forms that send themselves.
func (v *Visitor) Follow(req *http.Request) (Page, error) {
	var way []string
	for range mostSteps + 1 {
		p, err := v.Do(req)
		p.Way = way
		if err != nil {
			return p, err
		}
		next, err := p.onward()
		if next == nil || err != nil {
			return p, err
		}
		way, req = append(way, req.URL.Scheme+"://"+req.URL.Host+req.URL.Path), next
	}
	return Page{}, fmt.Errorf("no end of redirects: %q", way)
}

var sendsItself = regexp.MustCompile(`forms\[0\]\.submit\(\)`)

// onward is the request that a browser makes of a page by itself, nil when there is none.
func (p Page) onward() (*http.Request, error) {
	if p.StatusCode >= 300 && p.StatusCode < 400 {
		to, err := p.Location()
		if err != nil {
			return nil, fmt.Errorf("%s: redirect without a place: %w", p.URL().Path, err)
		}
		return http.NewRequest(http.MethodGet, to.String(), nil)
	}
	if forms := readForms(p.URL(), p.Body); len(forms) == 1 && sendsItself.MatchString(p.Body) {
		return forms[0].request(nil)
	}
	return nil, nil
}

// Cookies returns the portal's cookies by name.
func (v *Visitor) Cookies() map[string]string {
	m := map[string]string{}
	for _, c := range v.HTTP.Jar.Cookies(v.home()) {
		m[c.Name] = c.Value
	}
	return m
}

// SetCookie puts a cookie of the portal into the browser; an empty value removes it.
func (v *Visitor) SetCookie(name, value string) {
	c := &http.Cookie{Name: name, Value: value, Path: "/", Secure: v.home().Scheme == "https"}
	if value == "" {
		c.MaxAge = -1
	}
	v.HTTP.Jar.SetCookies(v.home(), []*http.Cookie{c})
}

func (v *Visitor) home() *url.URL {
	u, err := url.Parse(v.Base)
	if err != nil {
		panic(err) // the test's own mistake
	}
	return u
}
