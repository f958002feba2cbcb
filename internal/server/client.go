package server

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// clientAddress returns the address that the request came from, as the limits, the log and the list of sessions know it: the connection's, or, when that is one of
// the proxies in front, the one that they vouch for. It decides nothing else. IPv4 addresses are never in IPv6 notation, and there are no zones.
func (s *Server) clientAddress(r *http.Request) netip.Addr { return eventOf(r.Context()).Client }

// proxies are the networks whose word about a visitor's address counts.
type proxies []netip.Prefix

func (p proxies) trust(a netip.Addr) bool {
	return slices.ContainsFunc(p, func(network netip.Prefix) bool { return network.Contains(a) })
}

// client reads who is behind remote, a connection's address with its port. What visitors write themselves stands to the left of what the proxies add, so both headers are
// read from the right, up to the first address that is no proxy's. A proxy keeps one of them and may pass a forged other one through; when they disagree, neither counts.
func (p proxies) client(remote string, h http.Header) netip.Addr {
	peer := peerAddress(remote)
	if !p.trust(peer) {
		return peer
	}
	usual, standard := h["X-Forwarded-For"], h["Forwarded"]
	switch {
	case len(standard) == 0:
		return p.walk(peer, usual, nodeAddress)
	case len(usual) == 0:
		return p.walk(peer, standard, forwardedFor)
	}
	if a := p.walk(peer, usual, nodeAddress); a == p.walk(peer, standard, forwardedFor) {
		return a
	}
	return peer
}

// walk goes through a list from the right while the addresses are those of proxies. What cannot be read ends it: the last address that could be is the answer.
func (p proxies) walk(nearest netip.Addr, lines []string, read func(string) (netip.Addr, bool)) netip.Addr {
	for _, rest := range slices.Backward(lines) {
		for more := true; more; {
			var item string
			if i := strings.LastIndexByte(rest, ','); i >= 0 {
				rest, item = rest[:i], rest[i+1:]
			} else {
				item, more = rest, false
			}
			address, ok := read(strings.TrimSpace(item))
			if !ok {
				return nearest
			}
			if nearest = address; !p.trust(address) {
				return address
			}
		}
	}
	return nearest
}

func peerAddress(remote string) netip.Addr {
	ap, err := netip.ParseAddrPort(remote)
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap().WithZone("")
}

// nodeAddress reads an address, in brackets or not, with a port or not.
func nodeAddress(text string) (netip.Addr, bool) {
	ap, err := netip.ParseAddrPort(text)
	a := ap.Addr()
	if err != nil {
		if inner, ok := strings.CutPrefix(text, "["); ok && strings.HasSuffix(inner, "]") {
			text = inner[:len(inner)-1]
		}
		if a, err = netip.ParseAddr(text); err != nil {
			return netip.Addr{}, false
		}
	}
	return a.Unmap(), a.Zone() == "" && !a.IsUnspecified()
}

// forwardedFor reads the address of one element of a Forwarded header (RFC 7239 section 4). An element that is not whole is refused: the walk cuts at every comma, and a comma
// within quotes may be a visitor's attempt to make an element of their own.
func forwardedFor(element string) (netip.Addr, bool) {
	node, found := "", false
	for more := true; more; {
		name, rest, ok := strings.Cut(element, "=")
		value, rest, whole := forwardedValue(rest)
		if !ok || !whole || strings.ContainsAny(name, "\"\\;") {
			return netip.Addr{}, false
		}
		if strings.EqualFold(strings.TrimSpace(name), "for") {
			if found {
				return netip.Addr{}, false
			}
			node, found = value, true
		}
		element, more = strings.CutPrefix(strings.TrimSpace(rest), ";")
		if !more && element != "" {
			return netip.Addr{}, false
		}
	}
	return nodeAddress(node)
}

// forwardedValue cuts a token or a quoted string off text.
func forwardedValue(text string) (value, rest string, ok bool) {
	if !strings.HasPrefix(text, `"`) {
		end := strings.IndexByte(text, ';')
		if end < 0 {
			end = len(text)
		}
		return strings.TrimSpace(text[:end]), text[end:], !strings.ContainsAny(text[:end], `"\=`)
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			return b.String(), text[i+1:], true
		case c == '\\' && i+1 < len(text):
			i++
			b.WriteByte(text[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", "", false
}

// checkProxy tells the operator, once, when somebody close by says whom they speak for and is not listed: everybody behind such a proxy would share one address's limits.
func (s *Server) checkProxy(r *http.Request) {
	if len(r.Header["X-Forwarded-For"])+len(r.Header["Forwarded"]) == 0 || s.proxyTold.Load() {
		return
	}
	if peer := peerAddress(r.RemoteAddr); (peer.IsPrivate() || peer.IsLoopback()) && !s.proxies.trust(peer) && s.proxyTold.CompareAndSwap(false, true) {
		s.config.Log.WarnContext(r.Context(), "a proxy is not named by --trusted-proxies; the people behind it share its address, and its limits", "proxy", peer.String())
	}
}

// checkScheme tells the operator, once, when a proxy says that people come by another scheme than the public URL's: then browsers do not return the cookies, and sign-ins go
// in circles. X-Forwarded-Proto is used for nothing else.
func (s *Server) checkScheme(r *http.Request) {
	said := r.Header.Get("X-Forwarded-Proto")
	if said == "" || said == s.config.BaseURL.Scheme || s.schemeTold.Load() || !s.proxies.trust(peerAddress(r.RemoteAddr)) {
		return
	}
	if s.schemeTold.CompareAndSwap(false, true) {
		s.config.Log.WarnContext(r.Context(), "the proxy says that people come by another scheme than that of the public URL; their cookies will be lost", "forwarded_proto", short(said), "base_url", s.config.BaseURL.String())
	}
}
