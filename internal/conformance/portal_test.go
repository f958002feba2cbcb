package conformance

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"portico/internal/app"
	"portico/internal/config"
	"portico/internal/session"
	"portico/internal/testserver"
)

// portal is the portal as `web serve` makes it from flags, on an address of its own.
type portal struct {
	base string
	log  *testserver.Log
}

// startPortal registers a portal with the suite and starts it. Over TLS when secure.
func startPortal(t *testing.T, s *suite, secure bool, flags ...string) *portal {
	t.Helper()
	p := &portal{log: &testserver.Log{}}
	var handler http.Handler
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	p.base = "http://" + server.Listener.Addr().String()
	if secure {
		p.base = "https://" + server.Listener.Addr().String()
	}
	s.client = registration{p.base + "/auth/callback", p.base + "/auth/signed-out", p.base + "/auth/backchannel-logout"}
	env := map[string]string{"DATAHUB_CLIENT_SECRET": clientSecret}
	cmd, err := config.Parse(append([]string{"serve", "--base-url=" + p.base, "--issuer=" + s.issuer, "--client-id=" + clientID, "--api-url=http://127.0.0.1:9", "--database=memory:", "--keys=none",
		"--scopes=openid profile email"}, flags...), func(name string) string { return env[name] }, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := session.NewKeyring(session.NewKey(time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	built, err := app.Build(t.Context(), cmd.Serve, keys, app.Extras{}, slog.New(slog.NewTextHandler(p.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		t.Fatal(err)
	}
	handler = built.Handler()
	if secure {
		server.StartTLS()
	} else {
		server.Start()
	}
	t.Cleanup(server.Close)
	return p
}

// dialLoopback leads every name under localhost to this machine.
func dialLoopback(ctx context.Context, network, address string) (net.Conn, error) {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	return new(net.Dialer).DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
}
