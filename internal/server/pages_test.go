package server

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"portico/internal/demo/fault"
	"portico/internal/locale"
)

// shown are all pages of the portal with something that must be on them in any language.
var shown = map[string]string{
	"/overview": "PV roof Logistics Park", "/sites": "Cold store Meuse", "/sites?q=namur&sort=-today": "Swimming pool Salzinnes", "/sites/204486": "Cold store Meuse", "/sites/204486/sources": "DEMO06002",
	"/sources/6044861": "549999990000060014", "/variables/80101": "Hospital Sint-Jan wing", "/explore": "Cold store Meuse", "/explore?site=204486": "Compressors",
	"/explore?s=80101&from=2026-10-24&to=2026-10-27&g=hour&agg=max&cmp=wk": "Hospital Sint-Jan wing", "/auth/session": "Alice Peeters", "/auth/account": "Noordzee", "/settings": "Deutsch", "/settings/sessions": `name="end" value="all"`, "/auth/signed-out": "", "/auth/expired?to=/sites": "/auth/login?return_to=%2Fsites",
}

// rawKey is a key of the catalogue, or a verb of fmt, that reached the page.
var rawKey = regexp.MustCompile(`>\s*[a-z]+\.[a-z0-9-]+\s*<|%![a-z]|\{[0-9]\}|NaN|\+Inf|\b0001\b`)

func TestPagesInFourLanguages(t *testing.T) {
	t.Parallel()
	b := newBench(t, "http://portal.localhost:8080")
	langs := locale.Langs()
	if testing.Short() {
		langs = langs[:1] // the others differ in words only
	}
	for _, l := range langs {
		for path, text := range shown {
			a := b.get(path, "Accept-Language", string(l))
			a.want(t, string(l)+" "+path, http.StatusOK, `<html lang="`+string(l)+`"`, "<h1", text)
			if found := rawKey.FindString(a.body); found != "" {
				t.Errorf("%s %s shows %q", l, path, found)
			}
			if scripts := strings.Count(a.body, "<script"); scripts > strings.Count(a.body, `<script type="module" src="/static/`)+strings.Count(a.body, `type="application/json">`) || strings.Contains(a.body, " style=") || strings.Contains(a.body, "javascript:") {
				t.Errorf("%s %s: script or inline style", l, path)
			}
		}
	}
}

func TestPlaceInTheMenu(t *testing.T) {
	t.Parallel()
	b := newBench(t, "http://portal.localhost:8080")
	for path, place := range map[string]string{"/overview": "/overview", "/sites": "/sites", "/sites/204486": "/sites", "/sources/6044861": "/sites", "/variables/80101": "/sites", "/explore": "/explore", "/quality": "/quality", "/variables/999999": "/sites", "/explore?view=nothing&s=80101": "/explore"} {
		a := b.get(path)
		marked := regexp.MustCompile(`<a class="place" href="([^"]+)" aria-current="page"`).FindAllStringSubmatch(a.body, -1)
		if len(marked) != 1 || marked[0][1] != place {
			t.Errorf("%s marks %v, want %s", path, marked, place)
		}
	}
}

// A page that cannot be shown keeps the menu for who is signed in, says why in their language, and leads to one that can.
func TestWayOnFromErrors(t *testing.T) {
	t.Parallel()
	b := newBench(t, "http://portal.localhost:8080")
	for path, want := range map[string][]string{
		"/variables/999999": {"Vers la liste des sites", `<a class="button primary" href="/sites">`, "Alice Peeters"},
		"/sites?sort=zz":    {"ce choix n’est pas proposé", `<a class="button primary" href="/sites">`, "Ouvrir la page sans cette valeur", "Alice Peeters"},
		"/sites?page=x":     {"n’est pas un nombre entier positif"},
	} {
		a := b.get(path, "Accept-Language", "fr")
		for _, text := range want {
			if !strings.Contains(a.body, text) {
				t.Errorf("%s: %s, lacks %q", path, a.Status, text)
			}
		}
	}
}

// TestDataHubInTrouble breaks the Data Hub in every way: a page whose subject cannot be had says what to do; one that lacks a part shows the rest.
func TestDataHubInTrouble(t *testing.T) {
	t.Parallel()
	b := newBench(t, "http://portal.localhost:8080")
	for name, tt := range map[string]struct {
		fault fault.Fault
		whole int // status of a page whose subject fails
	}{
		"500":         {fault.Fault{Status: 500}, http.StatusBadGateway},
		"503":         {fault.Fault{Status: 503, RetryAfter: 2 * time.Minute}, http.StatusServiceUnavailable},
		"403":         {fault.Fault{Status: 403}, http.StatusNotFound}, // what may not be seen is not told apart
		"429":         {fault.Fault{Status: 429, RetryAfter: 2 * time.Minute}, http.StatusServiceUnavailable},
		"cut off":     {fault.Fault{Truncate: 20}, http.StatusBadGateway},
		"never comes": {fault.Fault{Delay: time.Minute}, http.StatusGatewayTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, "http://portal.localhost:8080")
			if tt.fault.Delay > 0 {
				b.waitFor(time.Second)
			}
			b.faults.Set(fault.Rule{Path: "/sites", Fault: tt.fault})
			a := b.get("/sites/204486")
			a.want(t, "the site fails", tt.whole, "/sites/204486")
			if retry := a.Header.Get("Retry-After"); tt.whole >= 500 && tt.fault.Truncate == 0 && retry == "" {
				t.Error("no Retry-After")
			}
			if len(a.Cookies()) != 0 {
				t.Errorf("cookies %v", a.Cookies())
			}
			b.get("/sites/204486", "Accept", "application/json").want(t, "the site fails, for a script", tt.whole, `"code":`)
			if name == "never comes" || name == "429" {
				return // the parts that follow would only wait: a Data Hub that asks for patience is left alone as a whole
			}
			b.faults.Set(fault.Rule{Path: "/data", Fault: tt.fault})
			for path, text := range map[string]string{"/sites/204486": "Cold store Meuse", "/variables/80101": "Hospital Sint-Jan wing", "/overview": "Cold store Meuse"} {
				b.get(path).want(t, path+" without its points", http.StatusOK, text)
			}
			b.get("/variables/80101").want(t, "the panel says so", http.StatusOK, `class="panel-failure"`)
		})
	}
	b.faults.Set()
	b.get("/sites/204486").want(t, "well again", http.StatusOK)
}

func TestRejectedToken(t *testing.T) {
	t.Parallel()
	b := newBench(t, "http://portal.localhost:8080")
	b.faults.Set(fault.Rule{Fault: fault.Fault{Status: http.StatusUnauthorized}})
	a := b.get("/sites")
	if a.StatusCode != http.StatusBadGateway && a.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a token that the Data Hub rejects again and again: %d", a.StatusCode)
	}
	if a.Header.Get("Location") != "" || len(a.Cookies()) > 0 {
		t.Errorf("sent to %q with cookies %v: the session is good", a.Header.Get("Location"), a.Cookies())
	}
	b.faults.Set()
	b.get("/sites").want(t, "well again", http.StatusOK)
}
