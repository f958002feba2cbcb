package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"portico/internal/testserver"
)

func TestDemoFromSignInToSignOut(t *testing.T) {
	t.Parallel()
	d := demo(t)
	p := newPerson(t, d.urls["portal"])
	p.signIn("/sites?q=gent", "operator").want(t, http.StatusOK, "Kouter Offices", "Olivia Peeters")

	for path, text := range map[string]string{
		"/overview": "Noordzee Energie", "/sites": "Cold store Meuse", "/sites/204486": "Liège", "/explore": "<form",
	} {
		a, _ := p.open(path)
		a.want(t, http.StatusOK, text, "<svg", "</html>")
		if policy := a.Header.Get("Content-Security-Policy"); strings.Contains(policy, "unsafe") || !strings.Contains(policy, "default-src 'none'") {
			t.Errorf("%s: policy %q", path, policy)
		}
		for _, forbidden := range []string{" style=", "<script>", "javascript:", "eyJ"} {
			if strings.Contains(a.Body, forbidden) {
				t.Errorf("%s holds %q", path, forbidden)
			}
		}
	}
	p.get("/sites/1").want(t, http.StatusNotFound)
	p.get("/sites/204601").want(t, http.StatusNotFound) // the other account's
	p.get("/variables/99999999").want(t, http.StatusNotFound)

	portal, err := url.Parse(p.Base)
	if err != nil {
		t.Fatal(err)
	}
	old := p.HTTP.Jar.Cookies(portal)
	a := p.post("/auth/logout", nil)
	a.want(t, http.StatusSeeOther)
	if a.Header.Get("Clear-Site-Data") == "" {
		t.Error("signing out leaves the browser's cache")
	}
	a, _ = p.open(a.Header.Get("Location"))
	a.want(t, http.StatusOK)
	if a.Request.URL.Path != "/auth/signed-out" {
		t.Errorf("signing out ends at %s", a.Request.URL)
	}
	p.HTTP.Jar.SetCookies(portal, old)
	if a := p.get("/sites"); a.StatusCode != http.StatusSeeOther || !strings.HasPrefix(a.Header.Get("Location"), "/auth/login") {
		t.Errorf("the old cookie still opens %d %s", a.StatusCode, a.Header.Get("Location"))
	}
	eventually(t, "back-channel logout", func() bool { return d.log.Count("back-channel logout delivered", `"status":200`) == 1 })
	if err := d.stop(syscall.SIGINT); err != nil {
		t.Errorf("Ctrl-C: %v\n%s", err, d.log)
	}
	for _, secret := range []string{"operator-demo", "rt."} {
		if strings.Contains(d.log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

func TestFiftyParallelRequestsRefreshOnce(t *testing.T) {
	t.Parallel()
	d := demo(t, "--access-token-lifetime=12s")
	p := newPerson(t, d.urls["portal"])
	p.signIn("/sites", "viewer").want(t, http.StatusOK)
	for round := 1; round <= 2; round++ {
		time.Sleep(13 * time.Second)
		var good atomic.Int32
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if a := p.get("/sites"); a.StatusCode == http.StatusOK {
					good.Add(1)
				}
			})
		}
		wg.Wait()
		if n := good.Load(); n != 50 {
			t.Errorf("round %d: %d of 50 requests succeeded", round, n)
		}
		if n := d.log.Await(round, "refresh token taken"); n != round {
			t.Errorf("round %d: %d refreshes at the provider, want %d", round, n, round)
		}
	}
	if n := d.log.Count("refresh token presented again"); n != 0 {
		t.Errorf("%d refresh tokens were presented twice", n)
	}
}

func TestParallelTabsBackButtonAndBookmark(t *testing.T) {
	t.Parallel()
	d := demo(t)
	p := newPerson(t, d.urls["portal"])
	var forms []answer
	for _, path := range []string{"/sites", "/overview", "/explore", "/sites/204481", "/sites/204482"} { // five tabs
		a, _ := p.open(path)
		forms = append(forms, a)
	}
	var callback string
	for i, a := range forms {
		id := a.Form("password").Value("id")
		if id == "" {
			t.Fatalf("tab %d shows no sign-in page", i)
		}
		a = p.post(d.urls["identity"]+"/login", url.Values{"id": {id}, "persona": {"7be40911-viewer"}})
		for a.StatusCode/100 == 3 && a.Request.URL.Path != "/auth/callback" {
			callback = a.Header.Get("Location")
			a = p.get(callback)
		}
		a.want(t, http.StatusSeeOther)
		final, _ := p.open(a.Header.Get("Location"))
		final.want(t, http.StatusOK)
		if want := []string{"/sites", "/overview", "/explore", "/sites/204481", "/sites/204482"}[i]; final.Request.URL.Path != want {
			t.Errorf("tab %d ends at %s, want %s", i, final.Request.URL.Path, want)
		}
	}
	again, _ := p.open(callback) // back button, or a bookmark
	again.want(t, http.StatusOK)
	if again.Request.URL.Path != "/overview" {
		t.Errorf("a used callback ends at %s, want /overview", again.Request.URL.Path)
	}
	stranger := newPerson(t, d.urls["portal"])
	stranger.get(callback).want(t, http.StatusBadRequest)
	if n := d.log.Count("replayed"); n != 0 {
		t.Error("a code was presented twice")
	}
}

func TestBadInput(t *testing.T) {
	t.Parallel()
	d := demo(t)
	p := newPerson(t, d.urls["portal"])
	p.signIn("/sites", "viewer").want(t, http.StatusOK)
	for path, status := range map[string]int{
		"/auth/callback":                                    400,
		"/auth/callback?code=a&code=b&state=x":              400,
		"/auth/callback?code=a&error=access_denied&state=x": 400,
		"/explore?s=" + strings.Repeat("a", 9000):           414,
		"/explore?" + strings.Repeat("a=1&", 300):           400,
		"/explore?s=10101&from=yesterday":                   400,
		"/explore?s=10101&from=1026-01-01&to=now":           400,
		"/explore?s=10101&from=now-7d&to=NaN":               400,
		"/explore?s=NaN":                                    400,
		"/explore?s=10101&g=fortnight":                      400,
		"/explore?s=10101@median":                           400,
		"/explore?s=99999999":                               404,
		"/sites/abc":                                        404,
		"/sites/-1":                                         404,
		"/sites/99999999999999999999":                       404,
		"/sites;x=1":                                        400,
		"/nothing":                                          404,
	} {
		if a := p.get(path); a.StatusCode != status {
			t.Errorf("%.60s: status %d, want %d", path, a.StatusCode, status)
		}
	}
	for _, path := range []string{"//sites", "/sites/../auth/session", "/./sites", "/%2e%2e/sites", "/sites%2f1", "/sites\\1", "/explore?a=%zz"} {
		if status := rawStatus(t, d.urls["portal"], path); status != 400 {
			t.Errorf("%s: status %d, want 400", path, status)
		}
	}
	p.get("/sites").want(t, http.StatusOK) // nothing was lost
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodOptions, http.MethodTrace} {
		req, _ := http.NewRequest(method, p.Base+"/sites", nil)
		a := p.do(req)
		if a.StatusCode != http.StatusMethodNotAllowed || a.Header.Get("Allow") == "" {
			t.Errorf("%s: status %d, Allow %q", method, a.StatusCode, a.Header.Get("Allow"))
		}
	}
	cross, _ := http.NewRequest(http.MethodPost, p.Base+"/auth/logout", nil)
	cross.Header.Set("Sec-Fetch-Site", "cross-site")
	p.do(cross).want(t, http.StatusForbidden)
	p.get("/sites").want(t, http.StatusOK)
}

func TestBrokenCookiesNeverLoop(t *testing.T) {
	t.Parallel()
	d := demo(t)
	portal, err := url.Parse(d.urls["portal"])
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"garbage": "x", "empty": "", "right form, unknown": "1." + strings.Repeat("A", 86), "too long": strings.Repeat("b", 3000)} {
		p := newPerson(t, d.urls["portal"])
		p.HTTP.Jar.SetCookies(portal, []*http.Cookie{{Name: "portico", Value: value, Path: "/"}, {Name: "portico-login-0", Value: value, Path: "/"}})
		a, redirects := p.open("/sites/204481")
		if redirects > 5 || a.StatusCode != http.StatusOK || !strings.Contains(a.Body, `name="id"`) {
			t.Errorf("%s: %d redirects to %s, status %d, want the sign-in page within five", name, redirects, a.Request.URL, a.StatusCode)
		}
	}
}

func TestClearMessages(t *testing.T) {
	t.Parallel()
	d := demo(t)
	taken := strings.TrimPrefix(d.urls["portal"], "http://localhost:")
	second := start(t, nil, "version")
	if err := <-second.done; err != nil {
		t.Errorf("version: %v", err)
	}
	second.done <- nil
	for _, c := range []struct {
		args []string
		want []string
	}{
		{[]string{"demo", "--listen=127.0.0.1:" + taken, "--identity-listen=127.0.0.1:0", "--hub-listen=127.0.0.1:0"}, []string{"address already in use", "--listen="}},
		{[]string{"serve"}, []string{"--base-url", "--issuer", "--client-id", "--client-secret-file", "--keys"}},
		{[]string{"serve", "--base-url=http://example.com", "--session-idle=never"}, []string{"must be https", "--session-idle"}},
		{[]string{"serve", "--base-url=http://portal.internal:8080"}, []string{"must be https", "end TLS in a reverse proxy"}},
		{[]string{"demo", "--listen=0.0.0.0:0"}, []string{"loopback"}},
	} {
		p := &program{t: t, log: &testserver.Log{}}
		p.cmd = newCommand(c.args...)
		p.cmd.Stderr = p.log
		err := p.cmd.Run()
		for _, want := range c.want {
			if err == nil || !strings.Contains(p.log.String(), want) {
				t.Errorf("web %s: %v, the message lacks %q:\n%s", strings.Join(c.args, " "), err, want, p.log)
			}
		}
	}
}

// rawStatus asks for a path exactly as it stands, as no well-meaning client would.
func rawStatus(t *testing.T, portal, path string) int {
	t.Helper()
	host := strings.TrimPrefix(portal, "http://")
	conn, err := net.Dial("tcp", "127.0.0.1:"+host[strings.LastIndex(host, ":")+1:])
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", path, host); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}
