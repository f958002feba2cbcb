package server

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Limits on what one request may carry. Excess is answered with 4xx and a small page.
const (
	maxHeaderBytes = 32 << 10
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
		next.ServeHTTP(w, r)
	})
}

func (s *Server) checkRequest(r *http.Request) error {
	path, query, _ := strings.Cut(r.RequestURI, "?")
	switch {
	case isProbe(r.URL.Path):
		return nil // probes come by address
	case !strings.EqualFold(r.Host, s.baseURL.Host):
		return &pageError{Status: http.StatusMisdirectedRequest, Kind: kindWrongHost, Err: errors.New("host is not the portal's")}
	case r.URL.Host != "" || ambiguousPath(path):
		return &pageError{Status: http.StatusBadRequest, Kind: kindBadAddress, Err: errors.New("ambiguous path")}
	case len(query) > maxQueryBytes:
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
// first and compares no more than the host; this also tells http from https.
func (s *Server) sameOrigin(next http.Handler) http.Handler {
	ours := s.baseURL.Scheme + "://" + s.baseURL.Host
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		if r.Method == http.MethodPost && origin != "" && origin != "null" && !strings.EqualFold(origin, ours) && !slices.Contains(s.openToOthers(), r.URL.Path) {
			s.refuseForeign(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// openToOthers are the paths that the identity server, or a website that it knows, may send a form to. None of them changes anything by itself.
func (s *Server) openToOthers() []string { return []string{s.callbackPath, initiatePath} }

func (s *Server) refuseForeign(w http.ResponseWriter, r *http.Request) {
	s.fail(w, r, &pageError{Status: http.StatusForbidden, Kind: kindCrossSite, RetryTo: "/", Err: errors.New("cross-origin request")})
}

// foreignLoad reports whether a browser says that this request was caused by another site and is no plain navigation of
// a tab: an image, a frame, a script. Fetch Metadata, sections 2.1 to 2.3; browsers without it are not judged.
func foreignLoad(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	if site == "" || site == "same-origin" || site == "none" {
		return false
	}
	return !navigation(r)
}

// navigation reports whether the request asks for a page in a tab. Browsers without Fetch Metadata are taken at their Accept header.
func navigation(r *http.Request) bool {
	if mode := r.Header.Get("Sec-Fetch-Mode"); mode != "" {
		return mode == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document"
	}
	if r.Header.Get("X-Requested-With") != "" || r.Header.Get("HX-Request") != "" {
		return false
	}
	accept := r.Header.Get("Accept")
	return accept == "" || strings.Contains(accept, "text/html") || !strings.Contains(accept, "json") && strings.Contains(accept, "*/*")
}
