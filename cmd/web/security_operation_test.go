package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"portico/internal/testserver"
)

// One line of JSON for each event, with nothing in it that could look like another one; request ids are our own; pages tell the id and nothing of the inside.
func TestS92LogLinesAndErrorPages(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1, "PORTICO_LOG_LEVEL=debug")
	p := s.alice(t, 0)
	for _, path := range []string{"/a\u202eb", "/x%0a%7b%22msg%22:%22forged%22%7d", "/sites/%1b[31m", "/nothing?q=\u2028"} {
		p.get(path)
	}
	p.ask(http.MethodGet, "/nothing", "", "User-Agent", "evil\u202e", "X-Request-Id", "forged-request-id", "X-Correlation-Id", "forged-request-id", "Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "Referer", "https://evil.example/canary-referer", "Accept-Language", "canary-language")
	s.setHubRaw(func(w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = w.Write([]byte(`{"message":"boom at /srv/app/Controllers/SitesController.cs:42 \u202e\n{\"msg\":\"forged\"}"}`))
		return true
	})
	broken := p.get("/sites/204481")
	eventually(t, "the log has the last request", func() bool { return strings.Contains(s.log(), `"path":"/sites/204481"`) })
	lines := 0
	for line := range strings.Lines(s.log()) {
		lines++
		var entry map[string]any
		if err := json.Unmarshal([]byte(line), &entry); err != nil || entry["msg"] == "" || entry["time"] == "" || entry["level"] == "" {
			t.Errorf("no JSON line: %q (%v)", line, err)
		}
		if at, err := time.Parse(time.RFC3339Nano, fmt.Sprint(entry["time"])); err != nil || time.Since(at) > time.Minute {
			t.Errorf("time %v", entry["time"])
		}
		if entry["msg"] == "forged" || strings.ContainsAny(line, "\u202e\u0007\u2028\x1b") || strings.Contains(line, "forged-request-id") || strings.Contains(line, "canary-referer") {
			t.Errorf("line %q", line)
		}
	}
	if lines < 10 {
		t.Errorf("%d lines", lines)
	}
	missing := p.ask(http.MethodGet, "/nothing", "", "X-Request-Id", "forged-request-id")
	for what, a := range map[string]answer{"a missing page": missing, "a broken Data Hub": broken, "a script": p.ask(http.MethodGet, "/nothing", "", "Accept", "application/json")} {
		id := regexp.MustCompile(`(?:<bdi>|"request_id":")([0-9a-f]{16})[<"]`).FindStringSubmatch(a.Body)
		if id == nil || strings.Contains(a.Body, "forged") {
			t.Errorf("%s: request id %v", what, id)
			continue
		}
		eventually(t, "the log has the request of "+what, func() bool { return strings.Contains(s.log(), `"request_id":"`+id[1]+`"`) })
		for _, inside := range []string{"goroutine", ".go:", "/srv/app", "panic", "sqlite", "127.0.0.1", "go1.", "runtime error", s.database, "SitesController"} {
			if strings.Contains(a.Body, inside) {
				t.Errorf("%s: the page tells %q", what, inside)
			}
		}
	}
}

// Metrics, profiles and reasons are on the operator's listener, which is on loopback unless somebody says otherwise; the public one tells no more than a status.
func TestS93OperatorsSurfaceIsApart(t *testing.T) {
	t.Parallel()
	admin := "127.0.0.1:" + testserver.FreePort(t)
	s := besiege(t, 1, "PORTICO_ADMIN_LISTEN="+admin)
	p := s.alice(t, 0)
	random := p.get("/vars-of-something")
	for _, path := range []string{"/metrics", "/debug/pprof/", "/debug/pprof/heap", "/debug/vars", "/debug", "/admin", "/status", "/env", "/config", "/.git/config", "/version", "/healthz/verbose", "/actuator"} {
		if a := p.get(path); a.StatusCode != random.StatusCode || strings.Contains(a.Body, "portico_") {
			t.Errorf("%s on the public listener: %d", path, a.StatusCode)
		}
	}
	for _, path := range []string{"/healthz", "/readyz", "/readyz?verbose", "/healthz?verbose=1"} {
		a := p.get(path)
		if a.StatusCode != http.StatusOK || len(a.Body) > 80 || strings.Contains(a.Body, "identity") || strings.Contains(a.Body, "version") {
			t.Errorf("%s tells %q", path, a.Body)
		}
	}
	if status, body := fetch(t, "http://"+admin+"/readyz"); status != http.StatusOK || !strings.Contains(body, "identity") {
		t.Errorf("the operator's readiness: %d %s", status, body)
	}
	text, err := os.ReadFile("../../docs/config.md")
	if err != nil || !regexp.MustCompile("`--admin-listen` \\| `PORTICO_ADMIN_LISTEN` \\| `127\\.0\\.0\\.1:").Match(text) {
		t.Errorf("the operator's listener is not on loopback by default (%v)", err)
	}
}

// Mistakes in the configuration stop the program before it listens, all at once, and secrets among them are not repeated.
func TestS95MistakesStopTheProgram(t *testing.T) {
	t.Parallel()
	s := besiege(t, 0)
	dir := t.TempDir()
	file := filepath.Join(dir, "portico.yaml")
	if err := os.WriteFile(file, []byte("session-idel: 1h\nbase-url: https://portal.example\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		env  []string
		want []string
	}{
		"an unknown key":        {[]string{"PORTICO_CONFIG=" + file}, []string{"session-idel"}},
		"plain http":            {[]string{"PORTICO_BASE_URL=http://portal.example", "DATAHUB_API_URL=http://api.example", "DATAHUB_AUTH_URL=http://id.example"}, []string{"--base-url", "--api-url", "--issuer", "https"}},
		"weak limits":           {[]string{"PORTICO_SESSION_MAX=25h", "PORTICO_SESSION_IDLE=25h"}, []string{"--session-max", "--session-idle"}},
		"weak algorithms":       {[]string{"PORTICO_ID_TOKEN_ALGORITHMS=HS256,none"}, []string{"HS256", "none"}},
		"a database in between": {[]string{"PORTICO_DATABASE=postgres://u:password-canary@db.example/p?sslmode=disable"}, []string{"--database", "sslmode"}},
		"a password in a URL":   {[]string{"DATAHUB_API_URL=https://u:password-canary@api.example"}, []string{"--api-url"}},
		"nothing at all":        {[]string{"PORTICO_BASE_URL=", "DATAHUB_AUTH_URL=", "DATAHUB_CLIENT_ID=", "DATAHUB_CLIENT_SECRET_FILE=", "PORTICO_KEYS_FILE="}, []string{"--base-url", "--issuer", "--client-id", "--client-secret-file", "--keys"}},
	} {
		port := testserver.FreePort(t)
		cmd := newCommand("serve", "--listen=127.0.0.1:"+port)
		cmd.Env = append(append(cmd.Env, s.env...), c.env...)
		var out bytes.Buffer
		cmd.Stderr, cmd.Stdout = &out, &out
		if err := cmd.Run(); err == nil {
			t.Errorf("%s: the program ran", name)
		}
		for _, want := range c.want {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: the message lacks %q:\n%s", name, want, out.String())
			}
		}
		if strings.Contains(out.String(), "password-canary") || strings.Contains(out.String(), "portal started") {
			t.Errorf("%s: %s", name, out.String())
		}
	}
}

// nameOfNone are the places of the word demo in a program without one: the command that says so, the tag of the build, and words of others.
var nameOfNone = []string{"without the demo", "cmd/web demo", "tags=nodemo", "nodemo.go", "demoCommand", "config.Demo", "\x04Demo\x1fcmd:", "locale.demoMessages", "app.runDemo", "ExprCodeMove"}

// production is the program as the image has it, built once for all tests.
var production = sync.OnceValues(func() (string, error) {
	return asInTheImage("../..", filepath.Join(filepath.Dir(binary), "production"))
})

// asInTheImage builds the source in root and returns program.
func asInTheImage(root, program string) (string, error) {
	cmd := exec.Command("go", "build", "-tags=nodemo", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", program, "./cmd/web")
	cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building in %s: %w\n%s", root, err, out)
	}
	return program, nil
}

// A production build has no demo in it: no command, no package, no password; and the ordinary one has no way into it but the command.
func TestS96ProductionHasNoDemo(t *testing.T) {
	t.Parallel()
	program, err := production()
	if err != nil {
		t.Fatal(err)
	}
	list, err := exec.Command("go", "list", "-deps", "-tags=nodemo", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, pkg := range []string{"portico/internal/demo", "zitadel"} {
		if strings.Contains(string(list), pkg) {
			t.Errorf("the build has %s in it", pkg)
		}
	}
	binary, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	for _, trace := range []string{"operator-demo", "viewer-demo", "7be40911-viewer", "Kouter Offices", "portico-demo-sso", "How sign-in works", "flow-steps"} {
		if bytes.Contains(binary, []byte(trace)) {
			t.Errorf("the program holds %q", trace)
		}
	}
	for _, at := range regexp.MustCompile(`(?i)[ -~]{2,}?demo|demo[ -~]{2}`).FindAllIndex(binary, -1) { // in text; code compares the command's name
		around := string(binary[max(0, at[1]-44):min(len(binary), at[1]+40)])
		if !slices.ContainsFunc(nameOfNone, func(known string) bool { return strings.Contains(around, known) }) {
			t.Errorf("the program holds the word demo: %q", around)
		}
	}
	cmd := exec.Command(program, "demo")
	cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "without the demo") {
		t.Errorf("web demo: %v\n%s", err, out)
	}
	image, err := os.ReadFile("../../Dockerfile")
	if err != nil || !regexp.MustCompile(`go build [^\n]*-tags nodemo`).Match(image) {
		t.Errorf("the image is built with the demo (%v)", err)
	}
	s := besiege(t, 1)
	for _, args := range [][]string{{"serve", "--demo"}, {"serve", "--demo-seed=1"}, {"serve", "--mode=demo"}} {
		if out, err := s.command(t, args...); err == nil {
			t.Errorf("%v: accepted\n%s", args, out)
		}
	}
	p := s.visitor(t, 0)
	for _, header := range [][]string{{"X-Demo", "1"}, {"Cookie", "demo=1; mode=demo"}, {"X-Portico-Mode", "demo"}} {
		if a := p.ask(http.MethodGet, "/sites?demo=1", "", header...); a.StatusCode != http.StatusSeeOther {
			t.Errorf("%v: %d", header, a.StatusCode)
		}
	}
}

// Two demos share no key and no secret, and neither shares a cookie's name with a real portal.
func TestS98DemoSecretsAreMadeAtEachStart(t *testing.T) {
	t.Parallel()
	var keys, cookies []string
	for range 2 {
		d := demo(t)
		p := newPerson(t, d.urls["portal"])
		p.signIn("/sites", "viewer").want(t, http.StatusOK)
		keys = append(keys, p.get(d.urls["identity"]+"/.well-known/openid-configuration/jwks").Body)
		cookie, real := p.Cookies()["portico"], p.Cookies()[sessionCookie]
		if cookie == "" || real != "" {
			t.Errorf("cookies %v", p.Cookies())
		}
		cookies = append(cookies, cookie)
		_ = d.stop(syscall.SIGINT)
	}
	if keys[0] == keys[1] || len(keys[0]) < 300 || cookies[0] == cookies[1] {
		t.Errorf("keys of %d and %d bytes, equal: %t", len(keys[0]), len(keys[1]), keys[0] == keys[1])
	}
	second := demo(t)
	p := newPerson(t, second.urls["portal"])
	p.setCookies(map[string]string{"portico": cookies[0]})
	p.get("/sites").want(t, http.StatusSeeOther)
}

// Each page of a demo says what it is, and so do its headers, its log and its metrics; a real portal knows none of its addresses.
func TestS99DemoShowsThatItIsOne(t *testing.T) {
	t.Parallel()
	admin := "127.0.0.1:" + testserver.FreePort(t)
	d := demo(t, "--admin-listen="+admin)
	p := newPerson(t, d.urls["portal"])
	p.signIn("/sites", "viewer").want(t, http.StatusOK)
	for _, path := range []string{"/sites", "/overview", "/explore", "/auth/session", "/auth/signed-out", "/nothing", "/healthz", "/static/nothing", "/demo", "/demo/tour", "/demo/clock", "/demo/flow", "/demo/faults"} {
		a := p.get(path)
		if a.Header.Get("X-Robots-Tag") != "noindex, nofollow" {
			t.Errorf("%s: X-Robots-Tag %q", path, a.Header.Get("X-Robots-Tag"))
		}
		if strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") && !strings.Contains(a.Body, "invented data, published passwords") {
			t.Errorf("%s has no notice", path)
		}
	}
	for _, path := range []string{"/", "/login?id=x", "/signed-out"} {
		if a := p.get(d.urls["identity"] + path); a.Header.Get("X-Robots-Tag") == "" {
			t.Errorf("identity %s has no X-Robots-Tag", path)
		}
	}
	if d.log.Await(1, `"level":"WARN"`, "demo mode") != 1 {
		t.Error("the log has no warning")
	}
	if _, metrics := fetch(t, "http://"+admin+"/metrics"); !strings.Contains(metrics, "\nportico_demo 1\n") {
		t.Error("no metric says so")
	}
	s := besiege(t, 1)
	real := s.visitor(t, 0)
	want := real.get("/random-path")
	for _, path := range []string{"/demo", "/demo/tour", "/demo/clock", "/demo/flow", "/demo/flow/events", "/demo/faults", "/demo/files/tour.css", "/login/account", "/signed-out", "/connect/token", "/faults", "/realms/opinum", "/gallery", "/.well-known/openid-configuration"} {
		a := real.get(path)
		if a.StatusCode != want.StatusCode || alike(a, path) != alike(want, "/random-path") || a.Header.Get("X-Robots-Tag") != "" || strings.Contains(a.Body, "invented data, published passwords") {
			t.Errorf("%s on a real portal: %d, unlike a path that nobody thought of", path, a.StatusCode)
		}
		if a := real.post(path, nil); a.StatusCode != want.StatusCode {
			t.Errorf("POST %s on a real portal: %d", path, a.StatusCode)
		}
	}
	if a := real.get("/?tour=1"); a.StatusCode != http.StatusSeeOther || !strings.HasPrefix(a.Header.Get("Location"), "/auth/login") || len(a.Cookies()) > 0 {
		t.Errorf("the tour on a real portal: %d, %s, cookies %v", a.StatusCode, a.Header.Get("Location"), a.Cookies())
	}
}

var ofOneRequest = regexp.MustCompile(`<code>[0-9a-f]+</code>|nonce="[^"]+"|nonce-[^']+|[0-9a-f]{16}|\d\d:\d\d:\d\d|datetime="[^"]+"`)

// alike is an answer without what differs between two requests anyway: its ids, its time, and the path.
func alike(a answer, path string) string {
	a.Header.Del("Date")
	text := fmt.Sprint(a.Header, a.Body)
	for _, form := range []string{path, url.QueryEscape(path), strconv.Itoa(len(a.Body))} {
		text = strings.ReplaceAll(text, form, "")
	}
	return ofOneRequest.ReplaceAllString(text, "")
}

// What goes into a build besides the source has no part in the result: the same commit gives the same program wherever it lies.
func TestS102BuildsAreReproducible(t *testing.T) {
	t.Parallel()
	elsewhere := filepath.Join(t.TempDir(), "somewhere", "else")
	for _, part := range []string{"go.mod", "go.sum", "cmd", "internal", "web"} {
		err := filepath.WalkDir("../../"+part, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "/testdata/") {
				return err
			}
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			to := filepath.Join(elsewhere, strings.TrimPrefix(path, "../../"))
			if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
				return err
			}
			return os.WriteFile(to, b, 0o600)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var sums [][32]byte
	for _, build := range []func() (string, error){production, func() (string, error) { return asInTheImage(elsewhere, filepath.Join(t.TempDir(), "web")) }} {
		program, err := build()
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(program)
		if err != nil {
			t.Fatal(err)
		}
		sums = append(sums, sha256.Sum256(b))
	}
	if sums[0] != sums[1] {
		t.Errorf("two builds of one source differ: %x and %x", sums[0][:4], sums[1][:4])
	}
}
