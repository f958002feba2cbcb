package server

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"portico/internal/proxy"
)

// Limits on what one request may carry. Excess is answered with 4xx and a small page.
const (
	maxHeaderBytes = 32 << 10 // of a request, its first line included
	maxFormBytes   = 64 << 10
	maxQueryBytes  = 8 << 10
	maxQueryParams = 200
	maxCookies     = 50
)

// guard refuses what no route should have to think about: foreign hosts, paths that could be read in two ways, and
// requests that are too large in any direction.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := s.checkRequest(r); err != nil {
			s.fail(w, r, err)
			return
		}
		r.Host = s.config.BaseURL.Host // as browsers write it in Origin, with which it is compared behind
		next.ServeHTTP(w, r)
	})
}

// ourHost reports whether a Host header names the portal: with the port that the scheme has anyway, too, which proxies may add.
func (s *Server) ourHost(host string) bool {
	if strings.EqualFold(host, s.config.BaseURL.Host) {
		return true
	}
	port := ":443"
	if s.config.BaseURL.Scheme == "http" {
		port = ":80"
	}
	return s.config.BaseURL.Port() == "" && strings.EqualFold(host, s.config.BaseURL.Host+port)
}

func (s *Server) checkRequest(r *http.Request) error {
	path, query, _ := strings.Cut(r.RequestURI, "?")
	switch {
	case isProbe(path):
		return nil // probes come by address
	case !s.ourHost(r.Host):
		return &pageError{Status: http.StatusMisdirectedRequest, Kind: kindWrongHost, Err: errors.New("host is not the portal's")}
	case r.URL.Host != "" || ambiguousPath(path):
		return &pageError{Status: http.StatusBadRequest, Kind: kindBadAddress, Err: errors.New("ambiguous path")}
	case len(query) > maxQueryBytes && path != s.config.CallbackPath: // what the identity server sends back may explain at length; the limit on headers is enough
		return &pageError{Status: http.StatusRequestURITooLong, Kind: kindTooLarge, Err: errors.New("query too long")}
	case strings.Count(query, "&") >= maxQueryParams:
		return &pageError{Status: http.StatusBadRequest, Kind: kindTooLarge, Err: errors.New("too many query parameters")}
	case countCookies(r) > maxCookies:
		return &pageError{Status: http.StatusBadRequest, Kind: kindTooLarge, Err: errors.New("too many cookies")}
	case r.ContentLength > maxFormBytes:
		return &pageError{Status: http.StatusRequestEntityTooLarge, Kind: kindTooLarge, Err: errors.New("body too large")}
	}
	if _, err := url.ParseQuery(query); err != nil {
		return &pageError{Status: http.StatusBadRequest, Kind: kindBadAddress, Err: errors.New("malformed query")}
	}
	return nil
}

// countCookies counts without parsing, so that a flood costs nothing.
func countCookies(r *http.Request) int {
	n := 0
	for _, line := range r.Header["Cookie"] {
		n += strings.Count(line, ";") + 1
	}
	return n
}

func isProbe(path string) bool  { return path == "/healthz" || path == "/readyz" }
func isStatic(path string) bool { return strings.HasPrefix(path, "/static/") }

// sameOrigin refuses requests that change something from an origin that is not the portal's. http.CrossOriginProtection behind it judges by Fetch Metadata
// first and compares no more than the host; this also tells http from https. Neither knows an exception: see docs/adr/0008.
func (s *Server) sameOrigin(next http.Handler) http.Handler {
	ours := s.config.BaseURL.Scheme + "://" + s.config.BaseURL.Host
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		if r.Method == http.MethodPost && origin != "" && origin != "null" && !strings.EqualFold(origin, ours) {
			s.refuseForeign(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Server) refuseForeign(w http.ResponseWriter, r *http.Request) {
	s.fail(w, r, &pageError{Status: http.StatusForbidden, Kind: kindCrossSite, RetryTo: "/", Err: errors.New("cross-origin request")})
}

// foreignLoad reports whether a browser says that this request was caused by another site and is no plain navigation of
// a tab: an image, a frame, a script. Fetch Metadata, sections 2.1 to 2.3; browsers without it are not judged.
func foreignLoad(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	return site != "" && site != "same-origin" && site != "none" && !inTab(r)
}

// inTab reports whether a browser says that the request asks for a page in a tab.
func inTab(r *http.Request) bool {
	return r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document"
}

// judged reports whether the browser says what the request is for.
func judged(r *http.Request) bool {
	return r.Header.Get("Sec-Fetch-Mode") != "" || r.Header.Get("Sec-Fetch-Dest") != ""
}

// ahead reports whether a browser asks before anybody does: what it gets may never be looked at.
func ahead(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Sec-Purpose"), "prefetch") || r.Header.Get("Purpose") == "prefetch" || r.Header.Get("X-Moz") == "prefetch"
}

// startsSignIn refuses a sign-in that something else than a tab asks for.
func startsSignIn(r *http.Request) error {
	if foreignLoad(r) || judged(r) && !inTab(r) || ahead(r) {
		return &pageError{Status: http.StatusForbidden, Kind: kindCrossSite, RetryTo: "/auth/login", Err: errors.New("sign-in asked for by something else than a tab")}
	}
	return nil
}

// navigation reports whether the request asks for a page in a tab. Browsers without Fetch Metadata are taken at their Accept header.
func navigation(r *http.Request) bool {
	if strings.HasPrefix(r.URL.Path, proxy.Path) {
		return false
	}
	if judged(r) {
		return inTab(r)
	}
	if r.Header.Get("X-Requested-With") != "" || r.Header.Get("HX-Request") != "" {
		return false
	}
	accept := r.Header.Get("Accept")
	return accept == "" || strings.Contains(accept, "text/html") || !strings.Contains(accept, "json") && strings.Contains(accept, "*/*")
}
