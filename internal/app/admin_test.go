package app

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"portico/internal/config"
)

// A web page whose name leads to this machine is refused, as is one that asks from within its visitor's browser; probes and scrapers are not.
func TestS93WebPagesAreKeptFromTheOperatorsListener(t *testing.T) {
	t.Parallel()
	h := forOperators([]string{config.Host("admin.internal:9090"), "portico.monitoring.svc"}, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }))
	for _, c := range []struct {
		host, site string
		want       int
	}{
		{"127.0.0.1:9090", "", 200}, {"[::1]:9090", "", 200}, {"10.1.2.3", "", 200}, {"localhost:9090", "", 200}, {"LOCALHOST", "", 200}, {"portico.localhost:9090", "", 200}, {"", "", 200},
		{"admin.internal:9090", "", 200}, {"portico.monitoring.svc:9090", "", 200}, {"Portico.Monitoring.svc.", "", 200},
		{"evil.example:9090", "", 421}, {"evil.example", "", 421}, {"127.0.0.1.evil.example:9090", "", 421}, {"localhost.evil.example", "", 421}, {"evillocalhost", "", 421}, {"monitoring.svc", "", 421},
		{"localhost:9090", "none", 200}, {"localhost:9090", "same-origin", 200}, {"localhost:9090", "cross-site", 403}, {"127.0.0.1:9090", "same-site", 403},
	} {
		r := httptest.NewRequest(http.MethodGet, "/debug/pprof/profile", nil)
		if r.Host = c.host; c.site != "" {
			r.Header.Set("Sec-Fetch-Site", c.site)
		}
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != c.want {
			t.Errorf("Host %q, Sec-Fetch-Site %q: %d, want %d", c.host, c.site, w.Code, c.want)
		}
	}
}
