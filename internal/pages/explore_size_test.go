package pages

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"html"
	"math"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"portico/internal/datahub"
)

// What is too much is made coarser, and said; what nobody means is refused, and said.
func TestTooMuchIsCoarsenedOrRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.get("/explore?s="+engine+"&from=now-50d&to=now&g=minute").want(t, "seventy thousand minutes", http.StatusOK, "values, too many for one picture, which has 62", "as asked</a>")
	if n := len(b.values("/explore?s=" + engine + "&from=now-50d&to=now&g=minute")); n > 1300 {
		t.Errorf("%d values reach the browser", n)
	}
	b.get("/explore?s="+engine+"&from=now-12y&to=now").want(t, "twelve years", http.StatusBadRequest, `name="from"`, `value="now-12y"`, "at most eleven years", `href="/explore?s=`+engine+`&amp;from=now-30d&amp;to=now"`)
	b.get("/explore?s=10101&from=now-10y&to=now").want(t, "ten years", http.StatusOK, `class="chart trend"`)
	b.get("/explore?"+strings.Repeat("x=1&", 2)+strings.Join(manyRefs(9), "&")).want(t, "nine variables", http.StatusBadRequest)
}

// Three years of minutes are shown by days, at once: what was asked for can be had of a part, which the page leads to. The Data Hub puts the days that are over together once; later only what is new is asked for,
// and the values are the same as when it is asked for all at once.
func TestThreeYearsOfMinutes(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	to, err := url.Parse(b.address)
	if err != nil {
		t.Fatal(err)
	}
	var long, events atomic.Int64
	data := httputil.NewSingleHostReverseProxy(to)
	between := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from, _ := time.Parse("2006-01-02T15:04:05", r.URL.Query().Get("from"))
		until, _ := time.Parse("2006-01-02T15:04:05", r.URL.Query().Get("to"))
		switch {
		case r.URL.Path == "/events":
			events.Add(1)
		case r.URL.Path == "/data" && until.Sub(from) > 100*24*time.Hour:
			long.Add(1)
		}
		data.ServeHTTP(w, r)
	}))
	t.Cleanup(between.Close)
	if b.hub, err = datahub.New(datahub.Config{BaseURL: between.URL, Timeout: 20 * time.Second}); err != nil {
		t.Fatal(err)
	}
	b.now = time.Date(2026, 11, 26, 9, 0, 30, 0, time.UTC)
	const target = "/explore?s=" + engine + "&from=now-3y&to=now&g=raw"
	a := b.get(target)
	a.want(t, "three years", http.StatusOK, `class="chart trend"`, "too many for one picture", "Events are marked in up to 400 days at once")
	if n := long.Swap(0); n == 0 || events.Load() != 0 {
		t.Errorf("%d questions about long times, %d about events", n, events.Load())
	}
	link := regexp.MustCompile(`<a href="([^"]*)">Show [^<]* as asked</a>`).FindStringSubmatch(a.body)
	if link == nil {
		t.Fatal("nothing leads to what was asked for")
	}
	if d := b.data(html.UnescapeString(link[1])); len(d.Series) != 1 || len(d.Series[0].V) < 1000 {
		t.Errorf("what was asked for has %d series", len(d.Series))
	}
	long.Store(0)
	b.now = b.now.Add(90 * time.Second)
	values := b.values(target)
	if n := long.Load(); n != 0 {
		t.Errorf("a minute later the Data Hub is asked %d times about what is over", n)
	}
	zone := datahub.HomeZone()
	points, err := b.hub.Client(always{"alice"}).DataPoints(t.Context(), datahub.DataQuery{Variable: 60201, From: b.now.AddDate(-3, 0, 0), To: b.now, Granularity: datahub.GranularityDay, Aggregate: datahub.Avg, Zone: zone})
	if err != nil || len(points) != len(values) {
		t.Fatalf("%d values, %d points, %v", len(values), len(points), err)
	}
	for i, p := range points {
		if v := values[i]; math.Abs(v-p.Value) > 1e-3*max(math.Abs(p.Value), 1) {
			t.Errorf("%v: %v, want %v", p.Time.In(zone), v, p.Value)
		}
	}
}

func manyRefs(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprint("s=", 20101+i)
	}
	return list
}

// A year of quarter hours of four variables takes at most 30 kB on the wire, with every gap and every peak.
func TestAYearOfFourVariablesIsSmall(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	const target = "/explore?s=20101&s=20102&s=20103&s=20104&g=raw&from=2025-10-01&to=2026-10-01"
	d := b.data(target)
	data, err := json.Marshal(d)
	if n := packed(data); err != nil || n > 30_000 || !d.Series[3].Thinned {
		t.Errorf("%d bytes for the browser, %d packed, %v; want at most 30000", len(data), n, err)
	}
	page := b.get(target)
	page.want(t, "a year", http.StatusOK)
	if n := packed([]byte(page.body)); n > 80_000 {
		t.Errorf("the page takes %d bytes packed", n)
	}
	t.Logf("%d bytes for the browser, %d packed; the page %d, %d packed", len(data), packed(data), len(page.body), packed([]byte(page.body)))
}

func packed(data []byte) int {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(data)
	_ = z.Close()
	return b.Len()
}
