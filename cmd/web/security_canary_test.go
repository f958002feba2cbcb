package main

import (
	"encoding/base64"
	"fmt"
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

// A whole visit with everything that can go wrong in it, at the noisiest level of the log, while identity server and Data Hub repeat in their failures whatever they were sent. Nothing
// that grants access is found in the log, metrics, pages, headers, files and the output of commands.
func TestS90CanariesAreFoundNowhere(t *testing.T) {
	t.Parallel()
	h := newHunt(t)
	p := h.goodVisit()
	h.failingRefreshes()
	h.failingSignIns()
	h.pushedRequests()
	h.failingDataHub()
	h.signOuts()
	h.operators()
	h.keep(p)
	if err := h.s.programs[0].stop(syscall.SIGTERM); err != nil {
		t.Errorf("SIGTERM: %v", err)
	}
	h.lookEverywhere(h.planted())
}

// hunt is a visit in which secrets are planted, and what was seen on the way.
type hunt struct {
	t        *testing.T
	s        *siege
	admin    string            // address of the operator's listener
	cookies  map[string]string // that browsers had; what it is → value
	logouts  map[string]string // tokens that were sent
	outputs  map[string]string // of commands and operators' pages; where → text
	mu       sync.Mutex
	tapes    map[string]string // what browsers got
	tracesMu sync.Mutex
	traces   strings.Builder
}

func newHunt(t *testing.T) *hunt {
	h := &hunt{t: t, admin: "127.0.0.1:" + testserver.FreePort(t), cookies: map[string]string{}, logouts: map[string]string{}, outputs: map[string]string{}, tapes: map[string]string{}}
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		h.tracesMu.Lock()
		defer h.tracesMu.Unlock()
		h.traces.Write(b)
	}))
	t.Cleanup(collector.Close)
	h.s = besiege(t, 1, "PORTICO_LOG_LEVEL=debug", "PORTICO_ADMIN_LISTEN="+h.admin, "PORTICO_LOGOUT_HINT=false", "OTEL_EXPORTER_OTLP_ENDPOINT="+collector.URL, "OTEL_BSP_SCHEDULE_DELAY=200")
	return h
}

func (h *hunt) visitor() *person {
	p := h.s.visitor(h.t, -1)
	p.HTTP.Transport = &tape{next: p.HTTP.Transport, mu: &h.mu, got: h.tapes}
	return p
}

// keep notes the cookies that a browser has, each of which opens something.
func (h *hunt) keep(p *person) {
	for name, value := range p.Cookies() {
		if !strings.HasSuffix(name, "-prefs") {
			h.cookies["cookie "+name+" "+value[:min(8, len(value))]] = value
		}
	}
}

// honest lets the identity server do what it should, with access tokens of a second.
func (h *hunt) honest() {
	h.s.op.set(func() {
		h.s.op.hook, h.s.op.token = nil, func(_ http.ResponseWriter, _ *http.Request, answer map[string]any) bool {
			answer["expires_in"] = 1
			return false
		}
	})
}

// echo lets an endpoint of the identity server fail in a way that repeats what it was sent: the form, the credentials, and a field of the form by itself.
func (h *hunt) echo(path, field string, say func(w http.ResponseWriter, r *http.Request, text string) bool) {
	h.s.op.set(func() {
		h.s.op.hook = func(w http.ResponseWriter, r *http.Request) bool {
			return r.URL.Path == path && say(w, r, r.Form.Encode()+" "+r.Header.Get("Authorization")+" "+r.Form.Get(field))
		}
	})
}

// signedIn is somebody whose access token soon ends.
func (h *hunt) signedIn() *person {
	h.honest()
	p := h.visitor()
	callback := p.toCallback("/sites?q=gent")
	h.keep(p)
	p.get(callback).want(h.t, http.StatusSeeOther)
	h.keep(p)
	p.get("/auth/session").want(h.t, http.StatusOK)
	return p
}

// goodVisit has a refresh in it.
func (h *hunt) goodVisit() *person {
	p := h.signedIn()
	time.Sleep(1100 * time.Millisecond)
	for _, path := range []string{"/sites", "/overview", "/sites/204481", "/auth/session", "/settings/sessions", "/nothing", "/explore?from=x"} {
		p.get(path)
	}
	p.get("/auth/callback?code=" + url.QueryEscape(plantedAs(h.s, "code")) + "&state=" + url.QueryEscape(plantedAs(h.s, "state")))
	return p
}

func (h *hunt) failingRefreshes() {
	for _, say := range echoes {
		p := h.signedIn()
		h.s.op.set(func() { h.s.op.token = nil })
		h.echo("/connect/token", "refresh_token", say)
		time.Sleep(1100 * time.Millisecond)
		p.get("/sites")
		p.ask(http.MethodGet, "/sites", "", "Accept", "application/json")
		h.keep(p)
	}
}

// failingSignIns fail at the exchange of the code, at userinfo, at the keys or at the metadata.
func (h *hunt) failingSignIns() {
	for _, path := range []string{"/connect/token", "/userinfo", "/jwks", "/.well-known/openid-configuration"} {
		for _, say := range echoes {
			h.honest()
			p := h.visitor()
			callback := p.toCallback("/sites")
			h.keep(p)
			h.echo(path, "code", say)
			p.get(callback)
			h.keep(p)
		}
	}
}

// pushedRequests go to an endpoint that repeats them, then to one that works.
func (h *hunt) pushedRequests() {
	h.s.op.set(func() { h.s.op.metadata["pushed_authorization_request_endpoint"] = h.s.op.url + "/par" })
	for _, say := range echoes {
		h.echo("/par", "state", say)
		p := h.visitor()
		p.get("/auth/login")
		h.keep(p)
	}
	h.signedIn()
	if len(h.s.op.requests("/par")) <= len(echoes) {
		h.t.Error("no request was pushed")
	}
}

// failingDataHub repeats the token.
func (h *hunt) failingDataHub() {
	for _, say := range echoes {
		p := h.signedIn()
		h.s.setHubRaw(func(w http.ResponseWriter, r *http.Request) bool {
			token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
			return say(w, r, token+" "+base64.StdEncoding.EncodeToString([]byte(token))+" "+r.Header.Get("Authorization"))
		})
		p.get("/sites")
		p.get("/sites/204481")
		h.s.setHubRaw(nil)
	}
}

// signOuts have a revocation that repeats the tokens; then there are logout tokens, good and bad.
func (h *hunt) signOuts() {
	for _, say := range echoes {
		p := h.signedIn()
		h.echo("/revoke", "token", say)
		p.open(p.post("/auth/logout", nil).Header.Get("Location"))
	}
	op := h.s.op
	op.set(func() { op.hook = nil })
	for i, token := range []string{op.logoutToken(nil), op.logoutToken(func(c map[string]any) { c["aud"] = "another" }), newRogue(h.t).logoutToken(nil)} {
		h.logouts[fmt.Sprint("logout token ", i)] = token
		h.visitor().post("/auth/backchannel-logout", url.Values{"logout_token": {token}})
	}
}

const databasePassword = "database-password-canary"

// operators look at their pages and run commands, some of which fail.
func (h *hunt) operators() {
	for _, path := range []string{"/metrics", "/readyz"} {
		_, h.outputs[path] = fetch(h.t, "http://"+h.admin+path)
	}
	for _, args := range []string{"check", "sessions list --everyone", "keys list", "keys rotate --at-once", "keys list", "check --database=postgres://portico@127.0.0.1:1/x?connect_timeout=1", "serve --keys=/nonexistent"} {
		cmd := newCommand(strings.Fields(args)...)
		cmd.Env = append(cmd.Env, h.s.env...)
		if strings.Contains(args, "postgres") {
			cmd.Env = append(cmd.Env, "PORTICO_DATABASE_PASSWORD="+databasePassword)
		}
		out, _ := cmd.CombinedOutput()
		h.outputs["web "+args] = string(out)
	}
}

// planted is everything that must not be found, some of each kind.
func (h *hunt) planted() map[string]string {
	all := map[string]string{"client secret": h.s.secret, "database password": databasePassword}
	h.s.op.set(func() { maps.Copy(all, h.s.op.planted) })
	maps.Copy(all, h.cookies)
	maps.Copy(all, h.logouts)
	for i, key := range h.s.sealingKeys(h.t) {
		all[fmt.Sprint("sealing key ", i)] = key
	}
	for _, kind := range []string{"access token", "refresh token", "ID token", "client secret", "sealing key", "logout token", "cookie __Host-"} {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(all)), func(what string) bool { return strings.HasPrefix(what, kind) }) {
			h.t.Errorf("nothing of the kind %q was planted: %v", kind, slices.Sorted(maps.Keys(all)))
		}
	}
	return all
}

// sealingKeys are the secrets of the key file.
func (s *siege) sealingKeys(t *testing.T) (keys []string) {
	for _, e := range s.env {
		if file, ok := strings.CutPrefix(e, "PORTICO_KEYS_FILE="); ok {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			keys = regexp.MustCompile(`[A-Za-z0-9_-]{43,}`).FindAllString(string(text), -1)
		}
	}
	return keys
}

func (h *hunt) lookEverywhere(planted map[string]string) {
	h.tracesMu.Lock()
	h.outputs["traces"] = h.traces.String()
	h.tracesMu.Unlock()
	log := h.s.log()
	if len(h.outputs["traces"]) < 10000 || len(log) < 10000 || len(h.tapes) < 100 {
		h.t.Errorf("only %d bytes of traces, %d of log and %d pieces of pages are looked at", len(h.outputs["traces"]), len(log), len(h.tapes))
	}
	look(h.t, "the log", log, planted)
	for _, texts := range []map[string]string{h.outputs, h.tapes, h.s.files(h.t)} {
		for where, text := range texts {
			look(h.t, where, text, planted)
		}
	}
}
