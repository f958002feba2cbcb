//go:build !nodemo

package app

import (
	"context"
	"flag"
	"fmt"
	"html"
	"io"
	"log/slog"
	"math/rand/v2"
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

// moments are forty values of the demo's clock: those at which something is different, and others between them.
func moments(t *testing.T) []time.Time {
	var list []time.Time
	for _, text := range []string{
		"2026-03-29T00:59:30Z", "2026-03-29T01:00:30Z", "2026-10-25T00:55:00Z", "2026-10-25T01:30:00Z", // clocks are changed
		"2026-11-25T22:59:59Z", "2026-11-25T23:00:01Z", "2026-11-25T23:20:00Z", "2026-11-26T04:59:00Z", // midnight, and the end of the night
		"2025-12-31T22:59:59Z", "2025-12-31T23:00:00Z", "2028-02-29T12:00:00Z", "2027-03-01T00:00:00Z", // years and leap years
		"2026-02-11T11:00:00Z", "2026-02-12T00:00:30Z", "2026-05-18T07:00:00Z", "2026-11-16T13:00:00Z", "2026-11-01T03:30:00Z", "2025-11-06T12:00:00Z", // meters fail
		"2026-11-03T09:02:00Z", "2026-12-25T18:00:00Z", "2024-01-01T00:00:00Z", "2031-12-31T22:00:00Z",
	} {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, at)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for first := list[20]; len(list) < 40; {
		list = append(list, first.Add(time.Duration(random.Int64N(int64(8*365*24*time.Hour)))))
	}
	return list
}

var (
	chartPicture = regexp.MustCompile(`(?s)<svg class="chart .*?</svg>`)
	drawn        = regexp.MustCompile(`<rect class="(bar|span|cell)|<path class="(line|area|bar)[^>]* d="M[^"]{12,}"`) // of more than one point
)

// emptiness says what is missing on a page; "" when nothing is.
func emptiness(body string) string {
	if strings.Contains(body, `class="panel-failure"`) {
		return "something that could not be read"
	}
	if strings.Count(body, `class="empty"`) > strings.Count(body, "Last night was as usual everywhere") {
		return "something empty"
	}
	charts := chartPicture.FindAllString(body, -1)
	if len(charts) == 0 {
		return "no chart"
	}
	for _, chart := range charts {
		if strings.Contains(chart, "carpet-days") && strings.Contains(body, `<img class="carpet-image"`) {
			continue // the picture itself is no SVG
		}
		if !drawn.MatchString(chart) {
			return "a chart with nothing in it"
		}
	}
	return ""
}

var everyPage = flag.Bool("every-page", false, "TestDemoIsNeverEmpty opens every page at each moment, which takes minutes")

// No page of the demo is ever empty, whatever its clock shows. Without the flag each site and each third variable is looked at at one of the moments, and what costs most at four.
func TestDemoIsNeverEmpty(t *testing.T) {
	t.Parallel()
	v := visitDemo(t, func(c *config.Demo) { c.Speed = "0" })
	v.signIn("Sign in as viewer")
	gas, _ := v.d.Variable("Hasselt", "Gas")
	sites, variables := v.d.Contents(101)
	for i, at := range moments(t) {
		if err := v.d.Clock.Set(at); err != nil {
			t.Fatal(err)
		}
		paths := []string{"/demo", "/overview", fmt.Sprint("/explore?s=", gas), fmt.Sprint("/variables/", gas), tourOf(v.d).Places.Alarm}
		if *everyPage || i%10 == 0 { // a year costs
			paths = append(paths, tourOf(v.d).Places.Explore, tourOf(v.d).Places.Carpet, tourOf(v.d).Places.Wall, "/tv/"+controlRoom)
		}
		some, first, stride := sites[i%len(sites):][:1], i, 120
		if *everyPage {
			some, first, stride = sites, 0, 1
		}
		for _, site := range some {
			paths = append(paths, fmt.Sprint("/sites/", site))
		}
		for n := first; n < len(variables); n += stride {
			paths = append(paths, fmt.Sprint("/variables/", variables[n]))
		}
		for _, path := range paths {
			where, status, body := v.open(path)
			if missing := emptiness(body); status != http.StatusOK || missing != "" {
				t.Errorf("%s at %s: %d at %s, %s", path, at.Format(time.RFC3339), status, where, missing)
			}
		}
		tabs := []string{"sources", "data", "alarms", "events", "properties", "files", "quality"}
		if !*everyPage {
			tabs = tabs[i%7:][:1]
		}
		lists := []string{"/sites", "/alarms", "/events", "/demo/clock"}
		for _, site := range some {
			for _, tab := range tabs {
				lists = append(lists, fmt.Sprint("/sites/", site, "/", tab))
			}
		}
		if *everyPage || i%10 == 0 {
			lists = append(lists, "/sites?view=map", "/search?q=cold", "/quality", "/demo/tour", "/demo/flow", "/demo/faults")
		}
		for _, path := range lists {
			_, status, body := v.open(path)
			nothing := strings.Contains(body, `class="empty"`) && !strings.HasSuffix(path, "quality") && strings.Count(path, "/") < 3 // no meter is late, nothing happened there: that is no lack
			if status != http.StatusOK || nothing || strings.Contains(body, `class="panel-failure"`) {
				t.Errorf("%s at %s: %d, or nothing there", path, at.Format(time.RFC3339), status)
			}
		}
	}
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

// start is the start page that a new browser with these preferences sees.
func (v *visitor) start(preferences string) string {
	v.Helper()
	req, _ := http.NewRequest(http.MethodGet, v.d.PortalURL+"/demo", nil)
	req.AddCookie(&http.Cookie{Name: "portico-prefs", Value: preferences})
	_, status, body := v.another().do(req)
	v.want(preferences, status, http.StatusOK, body, `lang="fr"`)
	return body
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
