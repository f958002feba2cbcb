package app

import (
	"net/http/httptest"
	"testing"
	"time"
)

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
