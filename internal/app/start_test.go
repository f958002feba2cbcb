package app

import (
	"net"
	"strings"
	"testing"

	"portico/internal/config"
)

// Each address is told under its flag, --listen first, with what helps against what is wrong with it.
func TestListenable(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	taken, away := l.Addr().String(), "192.0.2.1:80" // RFC 5737: nobody's
	if err := listenable(t.Context(), config.Portal{Listen: "127.0.0.1:0", AdminListen: "off"}); err != nil {
		t.Error(err)
	}
	for _, tt := range []struct {
		p    config.Portal
		want []string // what lines begin and end with
	}{
		{config.Portal{Listen: taken, AdminListen: taken}, []string{"--listen: ", "; choose another address, or end who has this one", "--admin-listen: ", "; choose another address, or off, or end who has this one"}},
		{config.Portal{Listen: away, AdminListen: away}, []string{"--listen: ", "; choose another address", "--admin-listen: ", "; choose another address, or off"}},
	} {
		lines := strings.Split(errorText(listenable(t.Context(), tt.p)), "\n")
		if len(lines) != len(tt.want)/2 {
			t.Fatalf("%+v: %q", tt.p, lines)
		}
		for i, line := range lines {
			if !strings.HasPrefix(line, tt.want[2*i]) || !strings.HasSuffix(line, tt.want[2*i+1]) {
				t.Errorf("%+v: %q, want %q", tt.p, line, tt.want)
			}
		}
	}
}

// What a start finds on its way out stands under the flag that mends it, as what it finds when it opens the stores.
func TestStoresInTheWayHaveTheirFlags(t *testing.T) {
	t.Parallel()
	var c config.Config
	c.Sessions.Store = config.Store{KeysFile: "/nowhere", Database: "sqlite:///proc/portico/p.db", Sessions: "redis://127.0.0.1:9"}
	err := startable(t.Context(), c)
	for _, want := range []string{"--keys: ", "\n--database: nothing can be written", "\n--sessions: redis: "} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("startable = %v, without %q", err, want)
		}
	}
}
