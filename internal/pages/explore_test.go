package pages

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"portico/internal/datahub"
	"portico/internal/demo/fault"
	"portico/internal/locale"
	"portico/web/templates"
)

// Variables of the demo.
const (
	school  = "20101"  // Hasselt: electricity, kWh per quarter hour
	gas     = "20202"  // Hasselt: a gas index that rolls over
	store   = "60101"  // Liège: electricity
	freezer = "60301"  // Liège: a temperature with an alarm
	engine  = "60201"  // Liège: a compressor's power, by the minute
	weather = "40501"  // Zaventem: outdoor temperature
	flats   = "120105" // Arlon: an electricity index whose meter was exchanged
)

func TestExploreShowsEveryView(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.now = moment
	for view, texts := range map[string][]string{
		"chart": {`class="chart trend"`, `id="brush-title"`}, "table": {"<td"}, "carpet": {"/explore/carpet.png?s=" + school, "carpet-hours"}, "duration": {`class="chart duration"`, "20.0\u00a0kWh"},
		"calendar": {`class="chart calendar"`, "/explore?s=" + school + "&amp;s=" + weather + "&amp;from="}, "profile": {`class="chart profile"`}, "histogram": {`class="chart histogram"`}, "scatter": {`class="chart scatter"`, "pairs of values"},
	} {
		for _, lang := range locale.Langs() {
			b.lang = lang
			a := b.get("/explore?s=" + school + "&s=" + weather + "&from=now-2d/d&to=now/d&at=20&view=" + view)
			a.want(t, view, http.StatusOK)
			if lang == locale.English {
				a.want(t, view, http.StatusOK, texts...)
				a.want(t, view, http.StatusOK, `aria-current="page"`, "Where these figures come from", `curl -H &#34;Authorization: Bearer $TOKEN&#34;`)
			}
			for _, bad := range []string{"style=", "NaN", "explore.", "view.", "%!", "<nil>"} {
				if i := strings.Index(strings.ReplaceAll(a.body, "portico.example", ""), bad); i >= 0 {
					t.Errorf("%s in %s holds %q: …%s", view, lang, bad, a.body[max(0, i-60):min(len(a.body), i+60)])
				}
			}
		}
	}
}

func TestExploreDrawsTwoAxesConvertsAndTurns(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.get("/explore?s=" + store + "~MWh*-1&s=" + freezer + "!r@max&s=" + school + "&from=2026-11-02&to=2026-11-09&cmp=wk")
	if n := strings.Count(a.body, "curl -H"); n != 6 {
		t.Errorf("%d commands, want one for each variable and one for what it is compared with", n)
	}
	a.want(t, "three variables", http.StatusOK, "MWh", "°C at the right", "same weekdays last week", "compare", "1 kWh = −0.001 MWh", "Not drawn: two axes")
	own, converted := b.values("/explore?s="+store+"&from=2026-11-02&to=2026-11-09&g=day"), b.values("/explore?s="+store+"~GJ*-1&from=2026-11-02&to=2026-11-09&g=day")
	if d := b.data("/explore?s=" + store + "&s=" + freezer + "!r&from=2026-11-02&to=2026-11-09&cmp=wk"); len(d.Axes) != 2 || d.Series[1].Role != "compare" || d.Series[2].Axis != 1 {
		t.Errorf("axes %v, series %v", d.Axes, d.Series)
	}
	for i := range own {
		if want := -own[i] * 0.0036; converted[i] > want+1e-4 || converted[i] < want-1e-4 {
			t.Errorf("day %d: %v kWh are %v GJ, want %v", i, own[i], converted[i], want)
		}
	}
	b.get("/explore?s="+store+"~GW").want(t, "another quantity", http.StatusBadRequest, "its unit cannot be converted")
	b.get("/explore?s="+store+"&s=999999999").want(t, "a variable that is not there", http.StatusBadRequest, "Variable: A variable cannot be shown", "none that you may see", "Electricity",
		`<a href="/explore?s=`+store+`&amp;from=now-7d&amp;to=now">Show it without that</a>`)
	b.get("/explore?s=999999999").want(t, "only that", http.StatusNotFound)
	b.get("/explore?"+strings.Repeat("s="+store+"&", 3)+"from=now-1d&to=now").want(t, "the same thrice", http.StatusOK)
}

// The unit of the form is that of all variables that can have it, holds however large values are, and is kept in every link; without a choice large values have a larger unit, if the person likes that.
func TestUnitsAreChosen(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	const span = "&from=2026-10-01&to=2026-11-01"
	b.get("/explore?s="+school+span).want(t, "no choice", http.StatusOK, "\u00a0MWh; highest", `<option value="auto" selected>auto (kWh)</option>`, `data-key-next="u"`)
	chosen := b.get("/explore?s=" + school + "~MWh&s=" + weather + "&s=" + store + span + "&unit=kWh")
	chosen.want(t, "a choice", http.StatusOK, `<option value="kWh" selected>`, `/explore?s=`+school+`~kWh&amp;s=`+weather+`&amp;s=`+store+`~kWh&amp;view=table`, `name="s" value="`+store+`~kWh"`)
	if strings.Contains(chosen.body, "\u00a0MWh;") || strings.Contains(chosen.body, "unit=kWh") {
		t.Error("the choice of a unit does not hold, or is not kept with the variables")
	}
	b.get("/explore?s="+school+"~GJ&s="+store+"~MWh"+span).want(t, "different ones", http.StatusOK, "as chosen for each", "\u00a0GJ;", "\u00a0MWh;")
	b.get("/explore?s="+school+"~GJ"+span+"&unit=auto").want(t, "back", http.StatusOK, "\u00a0MWh; highest")
	page := b.get("/variables/" + school + "?from=2026-10-01&to=2026-11-01&unit=GJ")
	page.want(t, "a variable's own page", http.StatusOK, "\u00a0GJ", `unit=GJ"`, "/export?s="+school+"~GJ")
	b.get("/explore?s="+school+span+"&unit=bar").want(t, "a pressure", http.StatusBadRequest, `name="unit"`, "None of these variables can be converted")
	if data := b.data("/explore?s=" + school + "~Wh" + span + "&g=day"); data.Axes[0].Unit != "Wh" {
		t.Errorf("the axis is in %s", data.Axes[0].Unit)
	}
}

// data is what the browser gets to draw the chart at target.
func (b *bench) data(target string) templates.ChartDataModel {
	b.Helper()
	r := httptest.NewRequest(http.MethodGet, target, nil)
	q, err := readExploreQuery(r.URL.Query())
	if err != nil {
		b.Fatal(err)
	}
	page := b.request(httptest.NewRecorder(), r)
	rd := b.pages.reader(page)
	d, err := readExplore(b.Context(), rd, q)
	if err == nil {
		err = d.readCourse(b.Context(), rd)
	}
	if err != nil || len(d.query.problems) > 0 {
		b.Fatalf("%s: %v, problems %v", target, err, d.query.problems)
	}
	m := presentExplore(d, page, page.Layout)
	if m.Chart == nil || m.Chart.Data == nil {
		b.Fatalf("%s: no data for the browser", target)
	}
	return *m.Chart.Data
}

// values are those of the first series.
func (b *bench) values(target string) []float64 { b.Helper(); return b.data(target).Series[0].V }

// Whoever leaves before the page is there stops what is read for them.
func TestLeavingStopsTheReading(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.faults.Set(fault.Rule{Path: "/data", Fault: fault.Fault{Delay: time.Minute}})
	ctx, leave := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer leave()
	began := time.Now()
	a := b.serve(httptest.NewRequest(http.MethodGet, "/explore?s="+school+"&from=now-10y&to=now", nil).WithContext(ctx))
	if took := time.Since(began); took > 30*time.Second || a.status == http.StatusOK && strings.Contains(a.body, `class="chart trend"`) {
		t.Errorf("%d after %v", a.status, took)
	}
}

func section(body, from string) string {
	_, s, _ := strings.Cut(body, from)
	s, _, _ = strings.Cut(s, "</section>")
	return s
}

func TestExploreKnowsWhereTheDataHubsClocksChange(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	autumn := b.get("/explore?s=" + school + "&view=table&from=2026-10-25&to=2026-10-26")
	autumn.want(t, "25 October", http.StatusOK, "02:15 CEST", "02:15 CET", "100 of 100")
	b.get("/explore?s="+school+"&view=table&from=2026-03-29&to=2026-03-30").want(t, "29 March", http.StatusOK, "92 of 92")
	b.get("/explore?s="+school+"&view=table&from=2026-10-25&to=2026-10-26&tz=America/New_York").want(t, "another zone", http.StatusOK, "96 of 96", "America/New_York")
}

func TestCountersInTheExplorer(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.get("/explore?s="+flats+"&from=2026-05-17&to=2026-05-20&g=raw").want(t, "a meter exchange", http.StatusOK, "The readings fell on Mon\u00a018", "differences")
	for _, v := range b.values("/explore?s=" + flats + "&from=2026-05-17&to=2026-05-20&g=raw") {
		if v < 0 || v > 100 {
			t.Errorf("a quarter hour of %v kWh", v)
		}
	}
}

func TestExploreMarksAlarmsAndEvents(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.get("/explore?s=" + freezer + "&from=now-2d&to=now")
	a.want(t, "a freezer", http.StatusOK, "band state-alarm", "sets at", "resets at", `class="flag"`)
	if d := b.data("/explore?s=" + freezer + "&from=now-2d&to=now"); len(d.Bands) == 0 || len(d.Flags) == 0 || len(d.Rules) != 2 {
		t.Errorf("the browser gets %d bands, %d flags, %d rules", len(d.Bands), len(d.Flags), len(d.Rules))
	}
}

// An alarm's level far from the values is told, not drawn: the axis is the values'.
func TestLevelsFarFromTheValuesAreTold(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	const sunday = "/explore?s=10101&from=2026-10-25T00:00&to=2026-10-26T00:00" // an office that sleeps at an eighth of its limit
	b.get(sunday).want(t, "a quiet day", http.StatusOK, "Levels of alarms outside of the picture: sets at 90.0", "resets at 80.0")
	if d := b.data(sunday); len(d.Axes) == 0 || d.Axes[0].Max > 40 || len(d.Rules) > 0 { // that data come or not has no level
		t.Errorf("the axis is %+v, the levels are %+v", d.Axes, d.Rules)
	}
}

func TestSpansOfAlarms(t *testing.T) {
	t.Parallel()
	at := func(h int) time.Time { return time.Date(2026, 11, 1, h, 0, 0, 0, time.UTC) }
	change := func(h int, present, acked bool) datahub.StateChange {
		return datahub.StateChange{Time: at(h), State: datahub.AlarmState{Present: present, Acknowledged: acked}}
	}
	latest := func(c datahub.StateChange) datahub.Alarm { return datahub.Alarm{Latest: &c} }
	for name, c := range map[string]struct {
		alarm   datahub.Alarm
		changes []datahub.StateChange // newest first
		want    string
	}{
		"never":                {datahub.Alarm{}, nil, "[]"},
		"there all the time":   {latest(change(1, true, false)), nil, "[6-18]"},
		"ended long before":    {latest(change(1, false, false)), nil, "[]"},
		"began later":          {latest(change(20, true, false)), nil, "[]"},
		"came and went":        {datahub.Alarm{}, []datahub.StateChange{change(9, false, false), change(8, true, true), change(7, true, false)}, "[7-9]"},
		"was there and went":   {datahub.Alarm{}, []datahub.StateChange{change(9, false, false)}, "[6-9]"},
		"was acknowledged":     {datahub.Alarm{}, []datahub.StateChange{change(9, true, true)}, "[6-18]"},
		"twice, and still is":  {datahub.Alarm{}, []datahub.StateChange{change(12, true, false), change(9, false, false), change(7, true, false)}, "[7-9 12-18]"},
		"acknowledged and off": {datahub.Alarm{}, []datahub.StateChange{change(10, false, true), change(9, true, true), change(8, true, false)}, "[8-10]"},
	} {
		var got []string
		for _, s := range spansOf(c.alarm, c.changes, at(6), at(18)) {
			got = append(got, fmt.Sprintf("%d-%d", s.from.Hour(), s.to.Hour()))
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
}

// Without alarms, events, overview and comparison there is still a chart, and the page says what is missing.
func TestExploreWithoutTheRest(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.faults.Set(fault.Rule{Path: "/alarms", Fault: fault.Fault{Status: 500}})
	b.get("/explore?s="+freezer+"&from=now-2d&to=now").want(t, "no alarms", http.StatusOK, `class="chart trend"`, "Alarms and events could not be read in full")
	b.faults.Set(fault.Rule{Path: "/data", Fault: fault.Fault{Status: 500}})
	b.get("/explore?s="+engine+"&from=now-2d&to=now").want(t, "no data", http.StatusOK, "The Data Hub answered with an error")
}

// That the Data Hub does not say what one of several variables is, is no mistake of the address.
func TestExploreKnowsSilenceFromAbsence(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.get("/explore?s="+store+"&s=99999999").want(t, "one that is not there", http.StatusBadRequest, "there is none that you may see")
	b.faults.Set(fault.Rule{Path: "/variables", Fault: fault.Fault{Status: http.StatusServiceUnavailable}})
	if a := b.get("/explore?s=" + store + "&s=" + engine); a.status < http.StatusInternalServerError {
		t.Errorf("%d %.300s: the store is known from before, and nobody says what the other is", a.status, a.body)
	}
}

// The field of the zone offers what one would choose, each once, the sites' own first; what is no zone is told in words, beside what could have been meant, and all that was typed and chosen is still there.
func TestZonesAreOfferedAndJudged(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, page := range []string{"/explore?s=20101&s=80101", "/variables/20101?"} {
		a := b.get(page + "&from=2026-07-01&to=2026-07-08")
		a.want(t, page, http.StatusOK, `name="tz" value="" maxlength="64"`, `list="tz-offer"`, `<datalist id="tz-offer">`, `<option value="Europe/London">UTC+01:00</option>`, `<option value="UTC">UTC+00:00</option></datalist>`)
		_, offer, _ := strings.Cut(a.body, `<datalist id="tz-offer">`)
		offer, _, _ = strings.Cut(offer, "</datalist>")
		if !strings.HasPrefix(offer, `<option value="Europe/Brussels">`) || strings.Contains(offer[:60], "UTC") || strings.Count(offer, `"Europe/Brussels"`) != 1 {
			t.Errorf("%s offers %s", page, offer)
		}
		for typed, said := range map[string]string{"brussel": "“brussel” is no time zone. Did you mean Europe/Brussels?", "europe/brussels": "Did you mean Europe/Brussels?", "new york": "Did you mean America/New_York?", "Mars": "“Mars” is no time zone. Write one such as Europe/Brussels, or UTC."} {
			a := b.get(page + "&from=2026-07-01&to=2026-07-08&g=hour&cmp=wk&tz=" + url.QueryEscape(typed))
			a.want(t, typed, http.StatusBadRequest, said, `value="`+typed+`"`, `aria-invalid="true"`, `value="2026-07-01"`, `<option value="hour" selected>`, `<option value="wk" selected>`, "Show it in the time of Europe/Brussels")
			if strings.Contains(a.body, "Show it in the time of Europe/Brussels") && !strings.Contains(a.body, "from=2026-07-01&amp;to=2026-07-08&amp;g=hour&amp;cmp=wk\"") {
				t.Errorf("%s: the way back loses something", typed)
			}
		}
		b.get(page+"&tz=Asia/Tokyo").want(t, "a zone that is not offered", http.StatusOK, "Asia/Tokyo")
	}
}
