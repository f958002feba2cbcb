package server

import (
	"net/http"
	"strings"
)

// withHeaders sets what every answer carries, also redirects, errors and static files (OWASP ASVS 5.0, V3.4). Pages
// replace the Content-Security-Policy by their own; everything else keeps the strictest one.
func (s *Server) withHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", s.referrerPolicy(r.URL.Path))
		h.Set("Reporting-Endpoints", `csp="`+reportPath+`"`)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=(), browsing-topics=()")
		if s.baseURL.Scheme == "https" {
			h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
		}
		if s.noIndex {
			h.Set("X-Robots-Tag", "noindex, nofollow")
		}
		if !isStatic(r.URL.Path) {
			h.Set("Cache-Control", "no-store")
		}
		next.ServeHTTP(w, r)
	})
}

// pagePolicy is the Content-Security-Policy of a page. Scripts run by nonce only. Browsers enforce form-action on the
// redirects that follow a form, so the identity server's sign-out origin stands there, and nothing else does.
func (s *Server) pagePolicy(nonce string) string {
	var b strings.Builder
	b.WriteString("default-src 'none'; script-src 'nonce-")
	b.WriteString(nonce)
	b.WriteString("' 'strict-dynamic'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'")
	if origin := s.rp.EndSessionOrigin(); origin != "" {
		b.WriteString(" ")
		b.WriteString(origin)
	}
	b.WriteString("; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; report-uri " + reportPath + "; report-to csp")
	return b.String()
}

// referrerPolicy lets browsers name the origin of our own forms, which is how old ones prove that a form is ours, and tells other sites nothing. The address of the
// callback, which holds a code, is told to nobody.
func (s *Server) referrerPolicy(path string) string {
	if path == s.callbackPath {
		return "no-referrer"
	}
	return "same-origin"
}
