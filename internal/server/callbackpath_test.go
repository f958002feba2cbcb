package server

import (
	"strings"
	"testing"
)

func TestCallbackPathOfOurOwn(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	for path, free := range map[string]bool{"/auth/callback": true, "/signin-oidc": true, "/login": false, "/logout": true, "/api/auth/callback": false, "/auth/login": false, "/sites": false, "/healthz": false, "/": false, "/static/x": true} {

		b.server.config.CallbackPath = path
		if err := b.server.checkCallbackPath(); (err == nil) != free || err != nil && !strings.Contains(err.Error(), "--callback-path") {
			t.Errorf("%s: %v, want free %t", path, err, free)
		}
	}
}
