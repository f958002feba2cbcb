package app

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"portico/internal/config"
	"portico/internal/datahub"
)

const certificateNotice = 14 * 24 * time.Hour // before its end

// hub asks the Data Hub without a token, which it must refuse.
func (f *findings) hub(ctx context.Context, c config.Hub, certificates *certificates) {
	const what = "data hub"
	hub, err := dataHub(c, certificates.watch, nil)
	if err != nil {
		f.fail(what, "mend --api-url", err)
		return
	}
	ahead, err := hub.Reach(ctx)
	switch {
	case errors.Is(err, datahub.ErrUnavailable):
		f.fail(what, "check --api-url, DNS, the firewall and the certificate", err)
		return
	case err != nil:
		f.fail(what, "check --api-url: something else answers there", err)
		return
	}
	f.ok(what, "%s answers, and refuses whoever has no token", c.APIURL)
	(&clock{known: true, ahead: ahead}).judge(f, what)
}

// certificates watches how long the certificates of those who answer are valid.
type certificates struct {
	mu   sync.Mutex
	ends map[string]time.Time // host → end of its certificate, or of what stands above it
}

func (c *certificates) watch(next http.RoundTripper) http.RoundTripper {
	return &watchedTransport{c, next}
}

type watchedTransport struct {
	c    *certificates
	next http.RoundTripper
}

// RoundTrip implements [http.RoundTripper].
func (t *watchedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(r)
	if err == nil && resp.TLS != nil {
		t.c.mu.Lock()
		defer t.c.mu.Unlock()
		if t.c.ends == nil {
			t.c.ends = map[string]time.Time{}
		}
		for _, one := range resp.TLS.PeerCertificates {
			if end, known := t.c.ends[r.URL.Host]; !known || one.NotAfter.Before(end) {
				t.c.ends[r.URL.Host] = one.NotAfter
			}
		}
	}
	return resp, err
}

func (c *certificates) judge(f *findings, now time.Time) {
	for _, host := range slices.Sorted(maps.Keys(c.ends)) {
		if end := c.ends[host]; end.Sub(now) < certificateNotice {
			f.warn("certificate", "have it renewed", "of %s ends on %s", host, end.Format(time.DateOnly))
		} else {
			f.ok("certificate", "of %s is valid until %s", host, end.Format(time.DateOnly))
		}
	}
}
