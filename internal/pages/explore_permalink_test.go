package pages

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

// A permanent link shows the same figures as the view that it was taken from, whenever that is.
func TestPermalinkReproducesTheView(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.now = moment.Add(-90 * time.Minute).Truncate(time.Second)
	for _, view := range []string{"chart", "duration", "profile", "table"} {
		a := b.get("/explore?s=" + school + "~MWh&s=" + weather + "!r&from=now-3d/d&to=now-1d/d&cmp=prev&view=" + view)
		link := regexp.MustCompile(`href="(/explore\?[^"]*)">Permanent`).FindStringSubmatch(a.body)
		if link == nil || strings.Contains(link[1], "now") || !strings.Contains(link[1], "tz=Europe/Brussels") {
			t.Fatalf("%s: link %v", view, link)
		}
		b.now = b.now.Add(26 * time.Minute)
		again := b.get(html.UnescapeString(link[1]))
		for _, part := range []string{`id="figures-title"`, `<div class="chart-wide`, `<table class="table">`} {
			if was, is := section(a.body, part), section(again.body, part); was != is || len(was) < 100 && part == `id="figures-title"` {
				t.Errorf("%s: the %s differs:\n%.400s\n%.400s", view, part, was, is)
			}
		}
	}
}

// A permanent link that is opened twice, a day apart and for other people's settings of the zone, is the same page to the last sign.
func TestPermalinkIsTheSamePageWhenever(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, view := range exploreViews {
		b.now, b.zone = time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC), nil
		a := b.get("/explore?s=" + school + "~MWh&s=" + weather + "!r&from=now-9d/d&to=now-2d/d&cmp=wk&at=0.01&explain=1&view=" + view)
		link := regexp.MustCompile(`href="(/explore\?[^"]*)">Permanent`).FindStringSubmatch(a.body)
		if link == nil {
			t.Fatalf("%s: no link", view)
		}
		open := func() answer { // without the time around it, which goes on
			a := b.get(html.UnescapeString(link[1]))
			a.body = strings.Replace(a.body, section(a.body, `id="brush-title"`), "", 1)
			return a
		}
		first := open()
		b.now, b.zone = b.now.Add(23*time.Hour), time.FixedZone("Elsewhere/Zone", -5*3600)
		again := open()
		if first.status != http.StatusOK || first.body != again.body {
			at := 0
			for at < min(len(first.body), len(again.body)) && first.body[at] == again.body[at] {
				at++
			}
			t.Errorf("%s: %d, and differs:\n%.300s\n%.300s", view, first.status, first.body[max(at-150, 0):], again.body[max(at-150, 0):])
		}
	}
}

// Links keep what is shown, and add, take out or change one thing.
func TestExploreLinks(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.get("/explore?s=" + store + "&s=" + freezer + "!r&from=now-2d/d&to=now/d&cmp=wk&view=table")
	a.want(t, "links", http.StatusOK,
		`href="/explore?s=`+store+`&amp;view=table&amp;from=now-2d/d&amp;to=now/d&amp;cmp=wk"`,                         // without the freezer
		`href="/explore?s=`+store+`~MWh&amp;s=`+freezer+`!r&amp;view=table&amp;from=now-2d/d&amp;to=now/d&amp;cmp=wk"`, // in another unit
		`href="/explore?s=`+store+`&amp;s=`+freezer+`!r@max&amp;view=table&amp;from=now-2d/d&amp;to=now/d&amp;cmp=wk"`, // the highest values
		`href="/explore?s=`+store+`&amp;s=`+freezer+`!r&amp;from=now-2d/d&amp;to=now/d&amp;cmp=wk"`,                    // the chart
		`<input type="hidden" name="s" value="`+freezer+`!r">`, `<option value="60302">`, `rel="prev"`, "Shorter time", "Longer time",
		`data-key="ArrowLeft"`, `data-key="="`, `data-key="-"`, `data-key="t+d"`, `data-key="t+y"`, `data-key-next="c"`, `data-key-next="v"`, `data-key-next="u"`,
		`explain=1#explain"`, `href="/dashboards/add?kind=trend&amp;range=now-2d%2Fd&amp;series=`+store+`&amp;series=`+freezer+`%21r"`)
	b.get("/explore?s="+store+"&view=carpet&from=now-30d/d&to=now").want(t, "a range that goes on", http.StatusOK, `href="/dashboards/add?kind=carpet&amp;range=now-30d%2Fd&amp;series=`+store+`"`)
	b.get("/explore?s="+store+"&add=1&site=204482&from=now-2d/d&to=now/d").want(t, "adding from another site", http.StatusOK, `href="/explore?s=`+store+`&amp;s=`+school+`&amp;from=now-2d/d&amp;to=now/d"`)
}
