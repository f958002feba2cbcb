package app

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/internal/config"
)

// What the configuration refuses is not connected to, not even to look.
func TestRefusedStoresAreNotReached(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		c    config.Store
		want []string
	}{
		"database without TLS":   {config.Store{Database: "postgres://u@db.example.com/x?sslmode=disable"}, []string{"database"}},
		"no database":            {config.Store{Database: "mysql://x"}, []string{"database"}},
		"cache without TLS":      {config.Store{Database: "mysql://x", Sessions: "redis://cache.example.com"}, []string{"database", "sessions"}},
		"cache without password": {config.Store{Database: "mysql://x", Sessions: "rediss://cache.example.com"}, []string{"database", "sessions"}},
		"neither of them":        {config.Store{Database: "postgres://u@db.example.com/x?sslmode=disable", Sessions: "nonsense"}, []string{"database", "sessions"}},
	} {
		var f findings
		f.stores(t.Context(), tt.c, nil)
		var skipped []string
		for _, one := range f {
			if one.Status == checkSkipped && one.Detail == mendFirst {
				skipped = append(skipped, one.Check)
			}
		}
		if len(f) != len(tt.want) || !slices.Equal(skipped, tt.want) {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

// Files that cannot be read are told beside mistakes in the settings, and nothing is called well.
func TestFilesAreReadInSpiteOfMistakes(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		c    config.Identity
		want []string
	}{
		"no file":     {config.Identity{}, nil},
		"authority":   {config.Identity{IssuerCAFile: "/nowhere"}, []string{"--issuer-ca-file: "}},
		"both of two": {config.Identity{IssuerCAFile: "/nowhere", ClientCertificateFile: "/nowhere", ClientCertificateKey: "/nowhere"}, []string{"--issuer-ca-file: ", "--client-certificate-file: "}},
	} {
		var f findings
		if f.parts(t.Context(), config.Config{Identity: tt.c}, true) || len(f) != len(tt.want) {
			t.Fatalf("%s: %+v", name, f)
		}
		for i, want := range tt.want {
			if f[i].Status != checkFailed || !strings.HasPrefix(f[i].Detail, want) {
				t.Errorf("%s: %+v", name, f[i])
			}
		}
	}
}

func TestCertificates(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(nil)
	t.Cleanup(server.Close)
	c := &certificates{}
	client := server.Client()
	client.Transport = c.watch(client.Transport)
	resp, err := client.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	end := server.Certificate().NotAfter
	for _, tt := range []struct {
		now  time.Time
		want string
	}{{end.AddDate(0, -1, 0), checkOK}, {end.AddDate(0, 0, -13), checkWarning}} {
		var f findings
		if c.judge(&f, tt.now); len(f) != 1 || f[0].Status != tt.want {
			t.Errorf("at %v: %+v, want %s", tt.now, f, tt.want)
		}
	}
}
