//go:build !nodemo

package demo

import (
	"net"
	"net/http"
	"net/url"
)

// near remembers behind which listener each public name is: the demo's three servers talk to each other here, and not around through the proxy in front of them.
func (d *Demo) near(listeners []net.Listener) {
	d.at = map[string]string{}
	for i, origin := range []string{d.PortalURL, d.IdentityURL, d.HubURL} {
		host, port, _ := net.SplitHostPort(listeners[i].Addr().String())
		if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
			host = "127.0.0.1"
		}
		if u, err := url.Parse(origin); err == nil {
			d.at[u.Host] = net.JoinHostPort(host, port)
		}
	}
}

// Near sends what is for one of the demo's public names to the server itself, and everything else by next.
func (d *Demo) Near(next http.RoundTripper) http.RoundTripper { return nearby{d.at, next} }

type nearby struct {
	at   map[string]string // host of a public origin → address here; nil where there are none
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper. The servers behind know nothing of TLS, as behind the proxy.
func (n nearby) RoundTrip(r *http.Request) (*http.Response, error) {
	address, ours := n.at[r.URL.Host]
	if !ours || r.URL.Scheme != "https" {
		return n.next.RoundTrip(r)
	}
	r = r.Clone(r.Context())
	r.Host, r.URL.Scheme, r.URL.Host = r.URL.Host, "http", address
	return n.next.RoundTrip(r)
}

// hostName is the name in an origin.
func hostName(origin string) string {
	u, err := url.Parse(origin)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
