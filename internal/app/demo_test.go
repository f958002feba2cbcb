//go:build !nodemo

package app

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"portico/internal/config"
)

// Whoever opens the portal without being signed in sees the start page, with live figures that need no identity server, and can be somebody by one click.
func TestDemoStartPage(t *testing.T) {
	t.Parallel()
	v := visitDemo(t, func(c *config.Demo) { c.Fail = []string{"identity=500"} })
	where, status, body := v.open("/")
	v.want("/", status, http.StatusOK, body, "Noordzee Energie", "Cold store Meuse", "demo data", "Europe/Brussels", "live", "Sign in as operator", "Sign in as viewer", "Sign in as screen", "/demo/flow", "/demo/clock", "noindex")
	if where.Path != "/demo" || emptiness(body) != "" {
		t.Errorf("/ leads to %s, %s", where, emptiness(body))
	}
	v.d.Faults.Identity.Clear()
	for words, name := range map[string]string{"Sign in as operator": "Olivia Peeters", "Sign in as viewer": "Victor Lambert", "Sign in as screen": "Control room screen"} {
		other := v.another()
		other.signIn(words)
		where, status, body = other.open("/")
		other.want("/ of "+name, status, http.StatusOK, body, name)
		if where.Path != "/overview" {
			t.Errorf("%s is led to %s", name, where)
		}
		_, status, body = other.open("/demo")
		other.want("the start page of "+name, status, http.StatusOK, body, "You are signed in as "+name)
	}
}

// What one guest reads, another one sees for a moment: nothing of the first one's choices is in it, and when the Data Hub does not answer nobody waits for it again.
func TestDemoStartPageIsShared(t *testing.T) {
	t.Parallel()
	still := func(c *config.Demo) { c.Now, c.Speed = "2026-11-26T08:00:00Z", "0" }
	v := visitDemo(t, still)
	if chosen := v.start("system.fr.comfortable.on.iso.own.site"); !strings.Contains(chosen, "2026-11-26") {
		t.Error("choices do not count for who has made them")
	}
	if usual := v.start("system.fr"); !regexp.MustCompile(`class="kpi-value">[0-9]+,[0-9]`).MatchString(usual) {
		t.Error("somebody's choices are in what another guest sees")
	}
	v = visitDemo(t, still, func(c *config.Demo) { c.Fail = []string{"hub=cut"} })
	const failed = "Ces données sont momentanément indisponibles."
	began := time.Now()
	v.want("without a Data Hub", http.StatusOK, http.StatusOK, v.start("system.fr"), failed)
	v.d.Faults.Hub.Clear()
	if again := v.start("system.fr"); !strings.Contains(again, failed) && time.Since(began) < 5*time.Second {
		t.Error("the next guest waits for the Data Hub, too")
	}
}

var barLink = regexp.MustCompile(`<a class="button[^"]*"(?: rel="(?:next|prev)")? href="([^"]+)"[^>]* data-tour-(next|back|leave)>`)

// bar returns where the tour's bar leads, by name.
func bar(body string) map[string]string {
	links := map[string]string{}
	for _, m := range barLink.FindAllStringSubmatch(body, -1) {
		links[m[2]] = html.UnescapeString(m[1])
	}
	return links
}

// The tour goes through its stops by links alone, stays while somebody looks around, and can be left anywhere.
func TestDemoTour(t *testing.T) {
	t.Parallel()
	v := visitDemo(t)
	_, status, body := v.open("/demo?tour=1")
	for n := 1; n <= 8; n++ {
		v.want(fmt.Sprint("stop ", n), status, http.StatusOK, body, fmt.Sprintf("Stop %d of 8", n), `aria-current="step"`, `href="/demo/files/tour.`)
		links := bar(body)
		if links["leave"] != "/demo?tour=0" || (links["back"] == "") != (n == 1) || (links["next"] == "") != (n == 8) {
			t.Fatalf("stop %d leads to %v", n, links)
		}
		if n < 8 {
			_, status, body = v.open(links["next"])
		}
	}
	for _, path := range []string{"/sites", "/demo/faults", "/nothing"} {
		_, _, body = v.open(path)
		v.want("another page, "+path, http.StatusOK, http.StatusOK, body, "Stop 8 of 8", `href="/demo/files/tour.`)
	}
	_, _, body = v.open("/demo?tour=0")
	if strings.Contains(body, "Stop ") || len(bar(body)) > 0 {
		t.Error("the tour was left and goes on")
	}
	if _, _, body = v.open("/sites"); len(bar(body)) > 0 {
		t.Error("the tour was left and goes on elsewhere")
	}
	for _, odd := range []string{"9", "-1", "x", "%00"} {
		if _, status, body = v.open("/demo?tour=" + odd); status != http.StatusOK || len(bar(body)) > 0 {
			t.Errorf("tour=%s: %d", odd, status)
		}
	}
}

func TestDemoClockPage(t *testing.T) {
	t.Parallel()
	v := visitDemo(t, func(c *config.Demo) { c.Now, c.Speed = "2026-11-26T08:00:00Z", "0" })
	for _, tt := range []struct{ name, value, clock string }{
		{"to", "2026-10-25T00:55:00Z", "02:55:00"}, {"by", "1h", "02:55:00"}, {"by", "5m", "03:00:00"}, {"by", "-24h", "04:00:00"}, {"to", "2026-03-29T00:55:00Z", "01:55:00"}, {"by", "5m", "03:00:00"},
		{"to", "2025-07-01T12:30", "12:30:00"}, {"to", "2025-07-01T12:30:15", "12:30:15"},
	} {
		_, status, body := v.post("/demo/clock", url.Values{tt.name: {tt.value}})
		v.want(tt.name+" "+tt.value, status, http.StatusOK, body, tt.clock, "It stands still")
	}
	_, _, body := v.open("/demo/clock")
	for _, day := range []string{`name="to" value="2025-03-30T00:55:00Z"`, `name="to" value="2025-10-26T00:55:00Z"`} {
		v.want("the page in 2025", http.StatusOK, http.StatusOK, body, day)
	}
	_, status, body := v.post("/demo/clock", url.Values{"speed": {"60"}})
	v.want("speed", status, http.StatusOK, body, "goes on from there")
	_, status, body = v.post("/demo/clock", url.Values{"reset": {"1"}})
	v.want("reset", status, http.StatusOK, body, "It follows the real time")
	before := v.d.Clock.Now()
	for _, bad := range []url.Values{{"to": {"yesterday"}}, {"to": {"2019-01-01T00:00"}}, {}, {"speed": {"-1"}}, {"speed": {"NaN"}}, {"speed": {"1e9"}}, {"by": {"1 day"}}, {"by": {"200000h"}}} {
		if _, status, _ := v.post("/demo/clock", bad); status != http.StatusBadRequest {
			t.Errorf("%v: %d", bad, status)
		}
	}
	if moved := v.d.Clock.Now().Sub(before); moved < 0 || moved > time.Minute {
		t.Errorf("what was refused moved the clock by %v", moved)
	}
}

// A demo that others can reach shows and takes no password, lets nobody break it for others, and finds its own servers without the proxy in front.
func TestS97HostedDemo(t *testing.T) {
	t.Parallel()
	v := visitDemo(t, func(c *config.Demo) {
		c.PortalOrigin, c.IdentityOrigin, c.HubOrigin = "https://demo.example.com", "https://id.example.com", "https://hub.example.com"
	})
	v.http.Transport = v.d.Near(v.http.Transport) // as the proxy in front would
	_, status, body := v.open("/")
	v.want("/", status, http.StatusOK, body, "everybody who is here shares it", "Noordzee Energie", "Sign in as viewer")
	v.signIn("Sign in as operator")
	for path, want := range map[string]int{"/overview": http.StatusOK, "/demo/flow": http.StatusOK, "/demo/clock": http.StatusOK, "/demo/faults": http.StatusNotFound} {
		if _, status, body = v.open(path); status != want || strings.Contains(body, "published passwords") || strings.Contains(body, `href="/demo/faults`) {
			t.Errorf("%s: %d, want %d", path, status, want)
		}
	}
	if _, status, _ = v.post("/demo/flow", url.Values{"do": {"away"}}); status != http.StatusBadRequest {
		t.Errorf("the identity server was taken away: %d", status)
	}
	if _, _, body = v.open("/demo/flow"); strings.Contains(body, `value="away"`) || !strings.Contains(body, `value="ten"`) {
		t.Error("the page about the flow offers what would break it for others")
	}
	if _, status, _ = v.post("/demo/clock", url.Values{"speed": {"60"}}); status != http.StatusMethodNotAllowed || v.d.Clock.Speed() != 1 {
		t.Errorf("the clock was moved: %d", status)
	}
	for _, address := range []string{v.d.IdentityURL + "/faults", v.d.HubURL + "/faults"} {
		req, _ := http.NewRequest(http.MethodGet, address, nil)
		if _, status, _ = v.do(req); status == http.StatusOK {
			t.Errorf("%s: %d", address, status)
		}
	}
	if screen := v.d.Screen(); strings.Contains(screen, "-demo") || !strings.Contains(screen, "portal https://demo.example.com\n") {
		t.Errorf("the screen shows %s", screen)
	}
	other := v.another()
	other.http.Transport = v.d.Near(other.http.Transport)
	_, _, body = other.open("/auth/login")
	if other.want("the login page", http.StatusOK, http.StatusOK, body, "Victor Lambert"); strings.Contains(body, "viewer-demo") || strings.Contains(body, `type="password"`) {
		t.Error("the login page knows passwords")
	}
}
