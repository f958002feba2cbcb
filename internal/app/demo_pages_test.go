//go:build !nodemo

package app

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"portico/internal/config"
)

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
	gas := v.d.Variable("Hasselt", "Gas")
	sites, variables := v.d.Contents(101)
	for i, at := range moments(t) {
		if err := v.d.Clock.Set(at); err != nil {
			t.Fatal(err)
		}
		paths := []string{"/demo", "/overview", fmt.Sprint("/explore?s=", gas), fmt.Sprint("/variables/", gas), tourOf(v.d).Places.Alarm}
		if *everyPage || i%10 == 0 { // a year costs
			paths = append(paths, tourOf(v.d).Places.Explore, tourOf(v.d).Places.Carpet, "/dashboards/"+controlRoom, "/tv/"+controlRoom)
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
			lists = append(lists, "/sites?view=map", "/search?q=cold", "/quality", "/demo/tour", "/demo/flow", "/demo/faults", tourOf(v.d).Places.Wall)
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
