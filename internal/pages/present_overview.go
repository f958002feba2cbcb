package pages

import (
	"math"
	"strings"
	"time"

	"portico/internal/chart"
	"portico/internal/locale"
	"portico/internal/series"
	"portico/web/templates"
)

// overviewData is what the overview is made of.
type overviewData struct {
	sites []siteProfile
	total int // sites that the person may see
	zone  *time.Location
	now   time.Time

	alarmsFailed bool // nobody knows how many there are
}

// total is the power of all sites together on one grid of steps.
type total struct {
	slots []series.Slot // kW; missing where most sites are
	share []float64     // of the sites that have a value, by slot; −1 for what is still to come
	sites int
}

const totalStep = 15 * time.Minute

// addUp adds the sites' power on a grid of quarter hours from eight days ago to the end of today. A slot that fewer than half of the sites have
// is missing; the newest slots, which not everybody has sent yet, are still to come.
func addUp(d overviewData, of func(siteProfile) profile) total {
	r := series.Range{From: midnight(d.now, d.zone, -8), To: midnight(d.now, d.zone, 1), Zone: d.zone}
	n := int(r.To.Sub(r.From) / totalStep)
	sum, cover := make([]float64, n), make([]float64, n) // kW, and how many sites' worth of values it is made of
	t := total{slots: make([]series.Slot, n), share: make([]float64, n)}
	for _, site := range d.sites {
		p := of(site)
		if !p.usable() || powerOf[p.unit] == "" {
			continue
		}
		t.sites++
		for s := range p.all() {
			if !s.Missing {
				spread(s, s.Value/s.End.Sub(s.Start).Hours()*kilo[p.unit], r.From, sum, cover)
			}
		}
	}
	for i := range n {
		start := r.From.Add(time.Duration(i) * totalStep)
		t.slots[i] = series.Slot{Start: start, End: start.Add(totalStep), Value: sum[i]}
		t.share[i] = min(cover[i]/float64(max(t.sites, 1)), 1)
		recent := d.now.Sub(start) < 3*totalStep
		switch {
		case t.sites == 0 || start.Add(totalStep).After(d.now) && t.share[i] < 1 || recent && t.share[i] < 0.9:
			t.slots[i].Missing, t.slots[i].Future, t.slots[i].Value, t.share[i] = true, true, 0, -1
		case t.share[i] < 0.5:
			t.slots[i].Missing, t.slots[i].Value = true, 0
		}
	}
	return t
}

// spread adds a slot's mean power to the quarters of an hour that it covers, each by the part that it covers.
func spread(s series.Slot, kw float64, start time.Time, sum, cover []float64) {
	for i := max(int(s.Start.Sub(start)/totalStep), 0); i < len(sum); i++ {
		from := start.Add(time.Duration(i) * totalStep)
		if !from.Before(s.End) {
			return
		}
		overlap := min(s.End.Sub(from), totalStep, from.Add(totalStep).Sub(s.Start))
		part := float64(overlap) / float64(totalStep)
		sum[i] += kw * part
		cover[i] += part
	}
}

// kilo turns units of energy into kWh.
var kilo = map[string]float64{"Wh": 1e-3, "kWh": 1, "MWh": 1e3}

// energy adds up a total's power over [from, to), in kWh.
func (t total) energy(from, to time.Time) (float64, int) {
	s := series.Summarize(between(t.slots, from, to))
	return s.Sum * totalStep.Hours(), s.Count
}

// until is the end of the newest slot today.
func (t total) until(from time.Time) time.Time {
	s := series.Summarize(between(t.slots, from, midnight(from, from.Location(), 1)))
	if s.Count == 0 {
		return from
	}
	return s.LastAt.Add(totalStep)
}

func overviewKPIs(d overviewData, rows []templates.SiteRowModel, electricity, solar total, l locale.Locale) []templates.KPIModel {
	var list []templates.KPIModel
	if electricity.sites > 0 {
		list = append(list, todayKPI(d, electricity, l.T("kpi.electricity-today"), 1, true, l))
	}
	if solar.sites > 0 {
		list = append(list, todayKPI(d, solar, l.T("kpi.pv-today"), 2, false, l))
	}
	if electricity.sites > 0 {
		list = append(list, peakKPI(d, electricity, l), nightKPI(d, electricity, l))
	}
	return append(list, alarmsKPI(d, l), onTimeKPI(d.sites, rows, l, d.now))
}

// todayKPI compares today so far with the same hours a week ago. Less is better for what is used, more for what is produced.
func todayKPI(d overviewData, t total, label string, color int, lessIsBetter bool, l locale.Locale) templates.KPIModel {
	from := midnight(d.now, d.zone, 0)
	to := t.until(from)
	today, _ := t.energy(from, to)
	weekAgo := earlier(from, d.zone, 7)
	before, n := t.energy(weekAgo, earlier(to, d.zone, 7))
	k := templates.KPIModel{Label: label, Spark: chart.Sparkline(hourly(between(t.slots, from, midnight(from, from.Location(), 1))), color, 84, 30)}
	k.Value, k.Unit = l.Parts(today, "kWh")
	if n > 0 && before > 0 {
		k.Change, k.Tone = l.Change(before, today), tone(before, today, lessIsBetter)
		k.Note = l.T("compare.with", l.Day(weekAgo))
	}
	if share := meanShare(t, series.Range{From: from, To: to}); share < 0.995 && to.After(from) {
		k.Note = strings.TrimPrefix(k.Note+" · ", " · ") + l.T("chart.complete", l.Percent(share))
	}
	return k
}

// tone says whether a change is welcome; small ones are neither.
func tone(before, now float64, lessIsBetter bool) string {
	if before == 0 || math.Abs(now-before) < 0.05*math.Abs(before) {
		return ""
	}
	if now < before == lessIsBetter {
		return "good"
	}
	return "bad"
}

// hourly thins quarters of an hour to hours, for small pictures.
func hourly(slots []series.Slot) []series.Slot {
	var out []series.Slot
	for i := 0; i+4 <= len(slots); i += 4 {
		s := series.Summarize(slots[i : i+4])
		out = append(out, series.Slot{Start: slots[i].Start, End: slots[i+3].End, Value: s.Mean, Missing: s.Count == 0})
	}
	return out
}

func peakKPI(d overviewData, t total, l locale.Locale) templates.KPIModel {
	from := midnight(d.now, d.zone, 0)
	s := series.Summarize(between(t.slots, from, midnight(from, from.Location(), 1)))
	k := templates.KPIModel{Label: l.T("kpi.peak-today"), Value: locale.None}
	if s.Count > 0 {
		k.Value, k.Unit = l.Parts(s.Max, "kW")
		k.Note = l.T("kpi.at", l.Time(s.MaxAt.In(d.zone)))
	}
	return k
}

// nightKPI is the mean power of the last night that is over, against the one a week before.
func nightKPI(d overviewData, t total, l locale.Locale) templates.KPIModel {
	day := lastNight(d.now, d.zone)
	now, before := series.Summarize(nightOf(t.slots, day)), series.Summarize(nightOf(t.slots, earlier(day, d.zone, 7)))
	k := templates.KPIModel{Label: l.T("kpi.night"), Value: locale.None}
	if now.Count == 0 {
		return k
	}
	k.Value, k.Unit = l.Parts(now.Mean, "kW")
	if before.Count > 0 && before.Mean > 0 {
		k.Change, k.Tone, k.Note = l.Change(before.Mean, now.Mean), tone(before.Mean, now.Mean, true), l.T("compare.with", l.Day(earlier(day, d.zone, 7)))
	}
	return k
}

// alarmsKPI counts the alarms that are present.
func alarmsKPI(d overviewData, l locale.Locale) templates.KPIModel {
	if d.alarmsFailed {
		return templates.KPIModel{Label: l.T("overview.alarms"), Value: locale.None, Note: l.T("state.failed"), Href: "/alarms"}
	}
	open, acknowledged := 0, 0
	for _, s := range d.sites {
		open, acknowledged = open+s.alarms.open, acknowledged+s.alarms.acknowledged
	}
	k := templates.KPIModel{Label: l.T("overview.alarms"), Value: l.Int(open), Href: "/alarms"}
	if acknowledged > 0 {
		k.Note = l.T("alarms.acknowledged", acknowledged)
	}
	return k
}

func onTimeKPI(sites []siteProfile, rows []templates.SiteRowModel, l locale.Locale, now time.Time) templates.KPIModel {
	onTime, known, share := 0, 0, 0.0
	for i, s := range sites {
		if !s.electricity.found || s.electricity.err != nil {
			continue
		}
		known++
		if rows[i].DataState == "ok" {
			onTime++
		}
		if s.electricity.usable() {
			share += s.electricity.figures(s.site.Zone(), now).share
		}
	}
	k := templates.KPIModel{Label: l.T("kpi.on-time"), Value: locale.None, Href: "/quality"}
	if known > 0 {
		k.Value = l.T("kpi.of", onTime, known)
		k.Note = l.T("kpi.complete", l.Percent(share/float64(known)))
	}
	return k
}

// lead is the sentence about what stands out most: a base load that has grown overnight by enough to be seen in the whole, else a site that is silent, else the one whose use has grown most.
func lead(d overviewData, electricity total, l locale.Locale) templates.Link {
	var worst, most *siteProfile
	silence, growth := time.Duration(0), 0.15
	night := series.Summarize(nightOf(electricity.slots, lastNight(d.now, d.zone))).Mean
	for _, n := range overnight(d.sites, d.now) {
		if n.silent == 0 && n.growth() > 0.25 && n.size() > 0.01*night {
			return templates.Link{Text: l.T("lead.night", locale.Name(n.site.site.Name), l.Percent(math.Round(n.growth()*100)/100)), Href: siteHref(n.site.site.ID)}
		}
	}
	for i, s := range d.sites {
		if !s.electricity.usable() {
			continue
		}
		f := s.electricity.figures(s.site.Zone(), d.now)
		if freshness(f.age, s.electricity.own) == "silent" && f.age > silence {
			worst, silence = &d.sites[i], f.age
		}
		if d.now.Sub(midnight(d.now, s.site.Zone(), 0)) >= 2*time.Hour {
			if more, ok := f.change(); ok && more > growth {
				most, growth = &d.sites[i], more
			}
		}
	}
	switch {
	case worst != nil:
		return templates.Link{Text: l.T("lead.silent", locale.Name(worst.site.Name), l.Duration(silence)), Href: siteHref(worst.site.ID)}
	case most != nil:
		text := l.T("lead.more", locale.Name(most.site.Name), l.Percent(math.Round(growth*100)/100), l.Day(earlier(d.now, d.zone, 7)))
		return templates.Link{Text: text, Href: siteHref(most.site.ID)}
	}
	if _, err := metersRead(d.sites); err != nil {
		return templates.Link{Text: l.T("lead.unknown")}
	}
	return templates.Link{Text: l.T("lead.none")}
}

// metersRead counts the sites whose electricity could be read, and returns what kept others from it: of those nothing is said.
func metersRead(sites []siteProfile) (n int, err error) {
	for _, s := range sites {
		if s.electricity.usable() {
			n++
		}
		if s.electricity.err != nil {
			err = s.electricity.err
		}
	}
	return n, err
}

// overviewTrend shows yesterday and today, with the same two weekdays of last week dashed.
func overviewTrend(d overviewData, electricity, solar total, l locale.Locale) templates.ChartModel {
	r := series.Range{From: midnight(d.now, d.zone, -1), To: midnight(d.now, d.zone, 1), Zone: d.zone}
	m := templates.ChartModel{ID: "trend", Title: l.T("overview.trend"), About: l.T("chart.about", "kW", d.zone.String())}
	if solar.sites == 0 {
		m.Title = l.T("kpi.electricity")
	}
	if n, err := metersRead(d.sites); n == 0 && err != nil {
		m.Failure = &templates.FailureModel{Text: Trouble(err, l), RetryTo: "/overview"}
		return m
	}
	if electricity.sites == 0 && solar.sites == 0 {
		m.Empty = &templates.EmptyModel{Text: l.T("overview.no-meters"), Next: templates.Link{Text: l.T("overview.all"), Href: "/sites"}}
		return m
	}
	t := trendData{id: "trend", r: r, now: d.now, unit: "kW"}
	add := func(x total, color int, label string) {
		if x.sites == 0 {
			return
		}
		t.lines = append(t.lines, trendLine{slots: between(x.slots, r.From, r.To), color: color, zero: true, label: label})
		if color == 1 {
			past := shownAt(between(x.slots, earlier(r.From, d.zone, 7), earlier(r.To, d.zone, 7)), d.zone, 7)
			t.lines = append(t.lines, trendLine{slots: past, color: color, compare: true, label: l.T("chart.week-before")})
		}
	}
	add(electricity, 1, l.T("kpi.electricity"))
	add(solar, 2, l.T("kpi.pv"))
	shown := between(electricity.slots, r.From, r.To)
	s := series.Summarize(shown)
	if s.Count > 0 {
		m.Summary = l.T("overview.summary", l.Quantity(s.Sum*totalStep.Hours(), "kWh"), l.Quantity(s.Max, "kW"), l.DateTime(s.MaxAt.In(d.zone), d.now))
	}
	t.fill(&m, l)
	m.Strip, m.StripDoc = strip(electricity, r), l.T("chart.strip", l.Percent(meanShare(electricity, r)))
	return m
}

// strip shows by the hour which part of the sites had data.
func strip(t total, r series.Range) chart.SVG {
	var parts []float64
	for i := 0; i+4 <= len(t.slots); i += 4 {
		if t.slots[i].Start.Before(r.From) || !t.slots[i].Start.Before(r.To) {
			continue
		}
		parts = append(parts, min(t.share[i], t.share[i+1], t.share[i+2], t.share[i+3]))
	}
	return chart.Strip(parts, 768, 8)
}

func meanShare(t total, r series.Range) float64 {
	sum, n := 0.0, 0
	for i, s := range t.slots {
		if !s.Start.Before(r.From) && s.Start.Before(r.To) && t.share[i] >= 0 {
			sum, n = sum+t.share[i], n+1
		}
	}
	return sum / float64(max(n, 1))
}
