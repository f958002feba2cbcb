package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/internal/demo/fault"
	"portico/internal/store/sqlite"
)

// checked is the outcome of `web check --json`.
type checked struct {
	OK     bool
	Checks []struct{ Check, Status, Detail, Next string }
	text   string
	err    error
}

// check runs `web check --json` with the deployment's configuration and what the test sets instead: pairs of names and values.
func (d *deployment) check(t *testing.T, env ...string) checked {
	t.Helper()
	cmd := newCommand("check", "--json")
	cmd.Env = append(cmd.Env, d.env...)
	for i := 0; i < len(env); i += 2 {
		cmd.Env = append(cmd.Env, env[i]+"="+env[i+1])
	}
	var out bytes.Buffer
	cmd.Stdout = &out
	var c checked
	c.err = cmd.Run()
	c.text = out.String()
	if err := json.Unmarshal(out.Bytes(), &c); err != nil {
		t.Fatalf("check --json prints no JSON: %v\n%s", err, out.String())
	}
	if c.OK != (c.err == nil) {
		t.Errorf("ok is %t, and the program ends with %v", c.OK, c.err)
	}
	return c
}

// found reports whether a check has a status and a text in what it says or advises.
func (c checked) found(check, status, text string) bool {
	return slices.ContainsFunc(c.Checks, func(f struct{ Check, Status, Detail, Next string }) bool {
		return f.Check == check && f.Status == status && strings.Contains(f.Detail+" "+f.Next, text)
	})
}

// changed is the deployment's identity server seen through somebody who changes its answers.
func (d *deployment) changed(t *testing.T, change func(*http.Response, []byte) []byte) string {
	t.Helper()
	issuer, err := url.Parse(d.value("DATAHUB_AUTH_URL"))
	if err != nil {
		t.Fatal(err)
	}
	target := &url.URL{Scheme: "http", Host: "127.0.0.1:" + issuer.Port()}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = issuer.Host
	}}
	server := httptest.NewUnstartedServer(proxy)
	own := "http://id.localhost:" + portOf(t, server.Listener)
	proxy.ModifyResponse = func(resp *http.Response) error {
		var b bytes.Buffer
		_, _ = b.ReadFrom(resp.Body)
		body := bytes.ReplaceAll(b.Bytes(), []byte("http://"+issuer.Host), []byte(own))
		if body = change(resp, body); body != nil {
			resp.Body = http.NoBody
			resp.ContentLength = int64(len(body))
			resp.Header.Del("Content-Length")
			resp.Body = readCloser{bytes.NewReader(body)}
		}
		return nil
	}
	server.Start()
	t.Cleanup(server.Close)
	return own
}

type readCloser struct{ *bytes.Reader }

func (readCloser) Close() error { return nil }

// value is a variable of the deployment's environment.
func (d *deployment) value(name string) string {
	for _, v := range slices.Backward(d.env) {
		if value, ok := strings.CutPrefix(v, name+"="); ok {
			return value
		}
	}
	return ""
}

// TestCheckFindsEachMistake: one thing is wrong at a time, the check that looks for it says so and what to do, and the others go on.
func TestCheckFindsEachMistake(t *testing.T) {
	t.Parallel()
	d := deploy(t, time.Minute)
	all := d.check(t)
	for _, want := range []string{"configuration", "sealing keys", "database", "identity server", "signing keys", "client", "redirect URI", "identity server clock", "sign-out", "revocation", "back-channel logout", "data hub", "data hub clock"} {
		if !all.found(want, "ok", "") {
			t.Errorf("%s is not well in a deployment that is: %s", want, all.text)
		}
	}
	if !all.OK || !strings.Contains(all.text, "is not there yet") {
		t.Errorf("the deployment is well: %v\n%s", all.err, all.text)
	}
	if _, err := os.Stat(strings.TrimPrefix(d.value("PORTICO_DATABASE"), "sqlite://")); err == nil {
		t.Error("the check made the database")
	}

	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	keys, err := os.ReadFile(d.value("PORTICO_KEYS_FILE"))
	if err != nil {
		t.Fatal(err)
	}
	year := time.Now().UTC().Format("2006")
	old := strings.Replace(string(keys), " "+year+"-", " 2020-", 1)
	damaged := write("damaged.db", strings.Repeat("no database ", 1000))
	elsewhere := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(elsewhere.Close)
	document := func(from, to string) func(*http.Response, []byte) []byte {
		return func(_ *http.Response, body []byte) []byte {
			return bytes.ReplaceAll(body, []byte(from), []byte(to))
		}
	}
	open := write("open.keys", string(keys))
	if err := os.Chmod(open, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		env                 []string
		check, status, text string
	}{
		"unknown client":        {[]string{"DATAHUB_CLIENT_ID", "nobody"}, "client", "failed", "--client-id"},
		"wrong secret":          {[]string{"DATAHUB_CLIENT_SECRET_FILE", write("secret", "wrong")}, "client", "failed", "--client-auth"},
		"unregistered redirect": {[]string{"PORTICO_CALLBACK_PATH", "/elsewhere"}, "redirect URI", "failed", "register " + d.base + "/elsewhere"},
		"refused scope": {[]string{"DATAHUB_AUTH_URL", d.changed(t, func(resp *http.Response, body []byte) []byte {
			resp.Header.Set("Location", strings.Replace(resp.Header.Get("Location"), "error=login_required", "error=invalid_scope", 1))
			return body
		})}, "redirect URI", "failed", "--scopes"},
		"no identity server":       {[]string{"DATAHUB_AUTH_URL", "http://127.0.0.1:9"}, "identity server", "failed", "--issuer"},
		"something else as issuer": {[]string{"DATAHUB_AUTH_URL", elsewhere.URL}, "identity server", "failed", "openid-configuration"},
		"another issuer": {[]string{"DATAHUB_AUTH_URL", d.changed(t, func(_ *http.Response, body []byte) []byte {
			return bytes.Replace(body, []byte(`"issuer":"`), []byte(`"issuer":"https://other.example/?`), 1)
		})}, "identity server", "failed", "set --issuer to"},
		"PKCE without S256":   {[]string{"DATAHUB_AUTH_URL", d.changed(t, document(`"code_challenge_methods_supported":["S256"]`, `"code_challenge_methods_supported":["plain"]`))}, "identity server", "failed", "S256"},
		"plain http endpoint": {[]string{"DATAHUB_AUTH_URL", d.changed(t, document(`"token_endpoint":"http://id.localhost`, `"token_endpoint":"http://id.example.com`))}, "identity server", "failed", "https"},
		"no keys": {[]string{"DATAHUB_AUTH_URL", d.changed(t, func(_ *http.Response, body []byte) []byte {
			if bytes.Contains(body, []byte(`"kty"`)) {
				return []byte(`{"keys":[]}`)
			}
			return body
		})}, "signing keys", "failed", "jwks_uri"},
		"no end session":         {[]string{"DATAHUB_AUTH_URL", d.changed(t, document(`"end_session_endpoint"`, `"x"`))}, "sign-out", "warning", "stay signed in there"},
		"no revocation":          {[]string{"DATAHUB_AUTH_URL", d.changed(t, document(`"revocation_endpoint"`, `"x"`))}, "revocation", "warning", ""},
		"no back-channel logout": {[]string{"DATAHUB_AUTH_URL", d.changed(t, document(`"backchannel_logout_supported":true`, `"x":true`))}, "back-channel logout", "warning", "--session-max"},
		"clock an hour ahead": {[]string{"DATAHUB_AUTH_URL", d.changed(t, func(resp *http.Response, body []byte) []byte {
			resp.Header.Set("Date", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat))
			return body
		})}, "identity server clock", "failed", "NTP"},
		"clock half a minute off": {[]string{"DATAHUB_AUTH_URL", d.changed(t, func(resp *http.Response, body []byte) []byte {
			resp.Header.Set("Date", time.Now().Add(-30*time.Second).UTC().Format(http.TimeFormat))
			return body
		})}, "identity server clock", "warning", "NTP"},
		"page of its own": {[]string{"DATAHUB_AUTH_URL", d.changed(t, func(resp *http.Response, body []byte) []byte {
			if resp.Request.URL.Path == "/connect/authorize" {
				resp.Header.Set("Location", "/welcome")
			}
			return body
		})}, "redirect URI", "warning", "sign in once"},
		"no data hub":              {[]string{"DATAHUB_API_URL", "http://127.0.0.1:9"}, "data hub", "failed", "--api-url"},
		"something else as hub":    {[]string{"DATAHUB_API_URL", elsewhere.URL}, "data hub", "failed", "something else"},
		"no keys file":             {[]string{"PORTICO_KEYS_FILE", filepath.Join(dir, "none")}, "sealing keys", "failed", "web keys new"},
		"weak key":                 {[]string{"PORTICO_KEYS_FILE", write("weak.keys", "k1 "+strings.Repeat("A", 43)+"\n")}, "sealing keys", "failed", "not random"},
		"old key":                  {[]string{"PORTICO_KEYS_FILE", write("old.keys", old)}, "sealing keys", "warning", "web keys rotate"},
		"keys that all can read":   {[]string{"PORTICO_KEYS_FILE", open}, "sealing keys", "warning", "chmod 600"},
		"damaged database":         {[]string{"PORTICO_DATABASE", "sqlite://" + damaged}, "database", "failed", "restore a copy"},
		"database nowhere":         {[]string{"PORTICO_DATABASE", "sqlite:///proc/portico/p.db"}, "database", "failed", "right to write"},
		"database away":            {[]string{"PORTICO_DATABASE", "postgres://portico@127.0.0.1:9/portico"}, "database", "failed", "--database"},
		"database in memory":       {[]string{"PORTICO_DATABASE", "memory:"}, "database", "warning", "after a restart"},
		"sessions away":            {[]string{"PORTICO_SESSIONS", "redis://127.0.0.1:9"}, "sessions", "failed", "--sessions"},
		"callback of its own":      {[]string{"PORTICO_CALLBACK_PATH", "/sites"}, "configuration", "failed", "--callback-path"},
		"sampled by nobody":        {[]string{"OTEL_TRACES_SAMPLER", "sometimes", "OTEL_TRACES_EXPORTER", "otlp"}, "configuration", "failed", "OTEL_TRACES_SAMPLER"},
		"no client key":            {[]string{"PORTICO_CLIENT_KEY_FILE", damaged}, "configuration", "failed", damaged},
		"keys in a folder":         {[]string{"PORTICO_KEYS_FILE", dir}, "sealing keys", "failed", "name the file"},
		"mistakes":                 {[]string{"PORTICO_SESSION_IDLE", "soon", "PORTICO_LOG_LEVEL", "loud"}, "configuration", "failed", "--session-idle"},
		"user of the data hub":     {[]string{"DATAHUB_USERNAME", "screen", "DATAHUB_PASSWORD", "wrong"}, "application user", "failed", "password"},
		"admins for everybody":     {[]string{"PORTICO_ADMIN_LISTEN", "0.0.0.0:9090"}, "configuration", "warning", "no login"},
		"managers of all accounts": {[]string{"PORTICO_MANAGER_ROLE", "Manager"}, "configuration", "warning", "--manager-account"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := d.check(t, tt.env...)
			if !c.found(tt.check, tt.status, tt.text) || c.OK != (tt.status != "failed") {
				t.Errorf("no %s of %s with %q (%v):\n%s", tt.status, tt.check, tt.text, c.err, c.text)
			}
			if strings.Contains(c.text, `"wrong"`) || len(c.Checks) < 7 {
				t.Errorf("a secret is shown, or checks are missing:\n%s", c.text)
			}
		})
	}
}

// TestCheckFindsAllAtOnce prints lines for people, a line for each problem.
func TestCheckFindsAllAtOnce(t *testing.T) {
	t.Parallel()
	d := deploy(t, time.Minute)
	d.faults.Set(fault.Rule{Path: "/jwks", Fault: fault.Fault{Status: http.StatusInternalServerError}})
	d.env = append(d.env, "DATAHUB_CLIENT_ID=nobody", "PORTICO_SESSION_IDLE=soon", "DATAHUB_API_URL=http://127.0.0.1:9", "PORTICO_KEYS_FILE=/nowhere")
	out, err := d.command(t, "check")
	if err == nil {
		t.Error("the check succeeds")
	}
	for _, want := range []string{"configuration        failed   --session-idle", "sealing keys         failed ", "database             ok ", "identity server      ok ", "signing keys         failed ", "client               failed ", "redirect URI         failed ", "data hub             failed ", "checks failed"} {
		if !strings.Contains(out, want) {
			t.Errorf("the output lacks %q:\n%s", want, out)
		}
	}
	for line := range strings.Lines(out) {
		if strings.Contains(line, " failed ") && !strings.Contains(line, "; next: ") {
			t.Errorf("a line does not say what to do: %s", line)
		}
	}
}

// TestCheckOfALiveDatabase: records under a key that is gone, and tables of a newer program.
func TestCheckOfALiveDatabase(t *testing.T) {
	t.Parallel()
	d := deploy(t, time.Minute)
	portal := d.serve(t)
	newPerson(t, d.base).signIn("/sites", "viewer").want(t, http.StatusOK)
	c := d.check(t)
	if !c.OK || !c.found("database", "ok", "tables of version") {
		t.Errorf("beside a running portal: %s", c.text)
	}
	fresh, err := newCommand("keys", "new").Output()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "fresh")
	if err := os.WriteFile(path, fresh, 0o600); err != nil {
		t.Fatal(err)
	}
	if c := d.check(t, "PORTICO_KEYS_FILE", path); !c.found("database", "warning", "which the file lacks") {
		t.Errorf("a missing key is not found: %s", c.text)
	}
	_ = portal
	file := strings.TrimPrefix(d.value("PORTICO_DATABASE"), "sqlite://")
	s, err := sqlite.Open(t.Context(), file, nil)
	if err != nil {
		t.Fatal(err)
	}
	have, known, err := s.Schema(t.Context())
	if err != nil || have != known || have < 3 {
		t.Errorf("Schema = %d, %d, %v", have, known, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
