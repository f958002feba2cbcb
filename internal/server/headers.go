package server

import (
	"maps"
	"net/http"
	"strings"
)

// strictPolicy is the Content-Security-Policy of whatever is no page.
const strictPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox"

// commonHeaders are the headers that are the same for all answers: names and values.
func (s *Server) commonHeaders() [][2]string {
	headers := [][2]string{
		{"X-Content-Type-Options", "nosniff"},
		{"X-Frame-Options", "DENY"},
		{"Cross-Origin-Opener-Policy", "same-origin"},
		{"Cross-Origin-Resource-Policy", "same-origin"},
		{"Permissions-Policy", "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=(), browsing-topics=()"},
	}
	if s.config.BaseURL.Scheme == "https" {
		headers = append(headers, [2]string{"Strict-Transport-Security", "max-age=63072000; includeSubDomains"})
	}
	if s.config.NoIndex {
		headers = append(headers, [2]string{"X-Robots-Tag", "noindex, nofollow"})
	}
	return headers
}

// withHeaders sets what every answer carries, also redirects, errors and static files (OWASP ASVS 5.0, V3.4). Pages
// replace the Content-Security-Policy by their own; everything else keeps the strictest one.
//
// The Referrer-Policy lets browsers name the origin of our own forms, which is how old ones prove that a form is ours, and tells other sites nothing. The address of the
// callback, which holds a code, is told to nobody.
func (s *Server) withHeaders(next http.Handler) http.Handler {
	common := http.Header{}
	for _, c := range append(s.commonHeaders(), [2]string{"Content-Security-Policy", strictPolicy}, [2]string{"Reporting-Endpoints", `csp="` + reportPath + `"`}, [2]string{"Referrer-Policy", "same-origin"}) {
		common[c[0]] = []string{c[1]} // shared by all answers: whoever changes a header puts another list in its place, or a longer one
	}
	noStore, noReferrer := []string{"no-store"}, []string{"no-referrer"}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		maps.Copy(h, common)
		if r.URL.Path == s.config.CallbackPath {
			h["Referrer-Policy"] = noReferrer
		}
		if !isStatic(r.URL.Path) {
			h["Cache-Control"] = noStore
		}
		next.ServeHTTP(w, r)
	})
}

// pagePolicy is the Content-Security-Policy of a page. Scripts run by nonce only. Browsers enforce form-action on the redirects that follow a form, so the identity
// server's sign-out origin stands there, that of its sign-in on pages with a form that leads there, and nothing else does.
func (s *Server) pagePolicy(e *event) string {
	var b strings.Builder
	b.Grow(512)
	b.WriteString("default-src 'none'; script-src 'nonce-")
	b.WriteString(e.Nonce)
	b.WriteString("' 'strict-dynamic'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'")
	out := s.config.RP.EndSessionOrigin()
	if out != "" {
		b.WriteString(" " + out)
	}
	if in := s.config.RP.AuthorizationOrigin(); e.SignsIn && in != "" && in != out {
		b.WriteString(" " + in)
	}
	b.WriteString("; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; report-uri " + reportPath + "; report-to csp")
	return b.String()
}
