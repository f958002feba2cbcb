//go:build !nodemo

package app

import (
	"context"
	"html"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"portico/internal/config"
	"portico/internal/demo"
	"portico/internal/session"
)

// visitor is a browser at a demo that runs in this process.
type visitor struct {
	*testing.T
	d    *demo.Demo
	http *http.Client
}

// visitDemo starts a demo until the test ends.
func visitDemo(t *testing.T, change ...func(*config.Demo)) *visitor {
	t.Helper()
	c := config.Demo{Listen: "127.0.0.1:0", IdentityListen: "127.0.0.1:0", HubListen: "127.0.0.1:0", AccessTokenLifetime: config.Duration{Duration: 10 * time.Minute}, RefreshPolicy: "strict", AdminListen: "off", Seed: 42}
	for _, f := range change {
		f(&c)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	d, err := demo.Start(ctx, c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	keys, err := session.NewKeyring(session.NewKey(time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	p, err := Build(ctx, d.Config, keys, extras(d), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := furnish(ctx, p, d); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- p.Serve(ctx, d.Portal) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		d.Close(context.Background())
	})
	return (&visitor{T: t, d: d}).another()
}

// another is another browser at the same demo.
func (v *visitor) another() *visitor {
	jar, _ := cookiejar.New(nil)
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		_, port, _ := net.SplitHostPort(address)
		return new(net.Dialer).DialContext(ctx, network, "127.0.0.1:"+port)
	}
	return &visitor{T: v.T, d: v.d, http: &http.Client{Jar: jar, Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}}
}

// open follows a path of the portal to its end.
func (v *visitor) open(path string) (where *url.URL, status int, body string) {
	v.Helper()
	req, _ := http.NewRequest(http.MethodGet, v.d.PortalURL+path, nil)
	return v.do(req)
}

var startLink = regexp.MustCompile(`<a class="button[^"]*" href="([^"]+)">([^<]+)</a>`)

// signIn follows a link of the start page.
func (v *visitor) signIn(words string) {
	v.Helper()
	_, _, page := v.open("/demo")
	for _, m := range startLink.FindAllStringSubmatch(page, -1) {
		if m[2] == words {
			if where, status, body := v.open(html.UnescapeString(m[1])); status != http.StatusOK || where.Path != "/overview" {
				v.Fatalf("%q leads to %s, %d\n%s", words, where, status, body)
			}
			return
		}
	}
	v.Fatalf("the start page has no link %q", words)
}

func (v *visitor) post(path string, form url.Values) (where *url.URL, status int, body string) {
	v.Helper()
	req, _ := http.NewRequest(http.MethodPost, v.d.PortalURL+path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.do(req)
}

func (v *visitor) do(req *http.Request) (where *url.URL, status int, body string) {
	v.Helper()
	req.Header.Set("Accept", "text/html")
	resp, err := v.http.Do(req)
	if err != nil {
		v.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		v.Fatal(err)
	}
	return resp.Request.URL, resp.StatusCode, string(b)
}

func (v *visitor) want(what string, got, status int, body string, texts ...string) {
	v.Helper()
	if got != status {
		v.Errorf("%s: %d, want %d", what, got, status)
	}
	for _, text := range texts {
		if !strings.Contains(body, text) {
			v.Errorf("%s: the page lacks %q", what, text)
		}
	}
}

// start is the start page that a new browser with these preferences sees.
func (v *visitor) start(preferences string) string {
	v.Helper()
	req, _ := http.NewRequest(http.MethodGet, v.d.PortalURL+"/demo", nil)
	req.AddCookie(&http.Cookie{Name: "portico-prefs", Value: preferences})
	_, status, body := v.another().do(req)
	v.want(preferences, status, http.StatusOK, body, `lang="fr"`)
	return body
}
