package pages

import (
	"cmp"
	"strconv"
	"time"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/internal/series"
	"portico/web/templates"
)

func presentQuality(d qualityData, l locale.Locale, layout templates.LayoutModel) templates.QualityModel {
	m := templates.QualityModel{Layout: layout, Head: templates.PageHeadModel{Title: l.T("quality.title"), Facts: []string{l.T("overview.sites", d.total), d.zone.String()}}}
	href := func(from time.Time, page int) string {
		return query.With("/quality", "from", dayText(from), "page", query.Number(page))
	}
	m.Matrix = matrixFrame(d.query.first(d.zone, d.now), l)
	m.Steps = monthSteps(d.query.first(d.zone, d.now), d.now, l, func(from time.Time) string { return href(from, d.query.page) })
	m.Matrix.Subject, m.Matrix.Late = l.T("column.site"), true
	for _, s := range d.sites {
		m.Matrix.Rows = append(m.Matrix.Rows, siteQualityRow(s, d.now, l))
	}
	m.Late, m.Stuck, m.Units = lateMeters(d.sites, d.now, l), stuckMeters(d.sites, l), unitDoubts(d.sites, d.refs, l)
	m.Pager, m.Empty = pagerOf(d.query.page, sitesPerMatrix, len(d.sites), d.total, func(n int) string { return href(d.query.from, n) }, l)
	if d.total == 0 {
		m.Empty = &templates.EmptyModel{Text: l.T("overview.none")}
	}
	return m
}

// dayText writes a day for an address, "" for none.
func dayText(day time.Time) string {
	if day.IsZero() {
		return ""
	}
	return day.Format(time.DateOnly)
}

// matrixFrame heads a matrix of days.
func matrixFrame(from time.Time, l locale.Locale) templates.MatrixModel {
	m := templates.MatrixModel{Caption: l.T("quality.matrix", l.Range(from, midnight(from, from.Location(), qualityDays)))}
	for i := range qualityDays {
		day := midnight(from, from.Location(), i)
		m.Days = append(m.Days, templates.MatrixDay{Text: strconv.Itoa(day.Day()), Long: l.Day(day), Weekend: day.Weekday() == time.Saturday || day.Weekday() == time.Sunday})
	}
	return m
}

// monthSteps lead to the thirty days before and after.
func monthSteps(from, now time.Time, l locale.Locale, href func(time.Time) string) []templates.Link {
	links := []templates.Link{{Text: l.T("quality.earlier"), Href: href(from.AddDate(0, 0, -qualityDays))}}
	if next := midnight(from, from.Location(), qualityDays); next.Before(now) {
		links = append(links, templates.Link{Text: l.T("quality.later"), Href: href(next)}, templates.Link{Text: l.T("quality.now"), Href: href(time.Time{})})
	}
	return links
}

// siteQualityRow adds up the meters of a site, day by day.
func siteQualityRow(s siteQualityData, now time.Time, l locale.Locale) templates.MatrixRow {
	href := siteTabHref(s.site.ID, "quality")
	row := templates.MatrixRow{Name: templates.Link{Text: locale.Name(s.site.Name), Href: href}, Complete: locale.None, Late: locale.None}
	days, came, expected := make([]dayQuality, qualityDays), 0, 0
	for _, m := range s.meters {
		if m.err != nil {
			row.Failed = l.T("state.failed")
			continue
		}
		for i, d := range m.marked() {
			days[i].from, days[i].came, days[i].expected = d.from, days[i].came+min(d.came, d.expected), days[i].expected+d.expected
			days[i].unchanging = days[i].unchanging || d.unchanging
		}
		c, e := m.complete()
		came, expected = came+c, expected+e
	}
	if expected > 0 {
		row.Complete = l.Percent(float64(came) / float64(expected))
		row.Cells = qualityCells(days, href, l)
	}
	row.State, row.Age = worstAge(s.meters, now, l)
	if late, known := lateOf(s.meters, now); known > 0 {
		row.Late = l.Int(late)
	}
	return row
}

// lateOf counts the meters whose newest value is older than it should be, and those of which that is known.
func lateOf(meters []*meterQuality, now time.Time) (late, known int) {
	for _, m := range meters {
		late, known = late+boolToInt(m.late(now)), known+boolToInt(m.newest.err == nil)
	}
	return late, known
}

// worstAge is how old the newest value of the meter is that has been silent for longest.
func worstAge(meters []*meterQuality, now time.Time, l locale.Locale) (state templates.StateModel, age string) {
	var worst time.Duration
	for _, m := range meters {
		last := m.newest.last().Time
		if m.err != nil || m.newest.err != nil {
			continue
		}
		if last.IsZero() {
			return templates.StateModel{Name: "silent", Text: l.T("state.silent")}, l.T("quality.over", l.Duration(now.Sub(m.newest.span.from)))
		}
		if a := now.Sub(last); a >= worst && freshness(a, m.variable.Step.Duration()) != "ok" || state.Name == "" {
			worst = max(worst, a)
			state, age = ageOf(last, m.variable.Step.Duration(), now, l)
		}
	}
	return state, age
}

func qualityCells(days []dayQuality, href string, l locale.Locale) []templates.MatrixCell {
	cells := make([]templates.MatrixCell, len(days))
	for i, d := range days {
		cells[i] = templates.MatrixCell{State: dayState(d), Text: l.Day(d.from)}
		switch {
		case d.share() < 0:
			cells[i].Text += ": " + l.T("quality.to-come")
			continue
		case d.unchanging:
			cells[i].Text += ": " + l.T("quality.unchanging")
		default:
			cells[i].Text += ": " + l.Percent(d.share())
		}
		cells[i].Href = query.With(href, "day", dayText(d.from), "from", dayText(days[0].from))
	}
	return cells
}

// dayState names how a day's cell is drawn.
func dayState(d dayQuality) string {
	switch s := d.share(); {
	case s < 0:
		return "future"
	case s == 0:
		return "missing"
	case d.unchanging:
		return "unchanging"
	case s < 0.5:
		return "poor"
	case s < 0.995:
		return "part"
	}
	return "full"
}

// lateMeters lists the meters whose newest value is older than it should be by their own step.
func lateMeters(sites []siteQualityData, now time.Time, l locale.Locale) templates.ListModel {
	m := templates.ListModel{Caption: l.T("quality.late"), Columns: columns(l, "meter", "site", "expected", "seen", "state"), Note: l.T("quality.late-about")}
	for _, s := range sites {
		for _, x := range s.meters {
			if !x.late(now) {
				continue
			}
			last, step := x.newest.last().Time, x.variable.Step.Duration()
			state, seen, iso := templates.StateModel{Name: "silent", Text: l.T("state.silent")}, l.T("quality.over", l.Duration(now.Sub(x.newest.span.from))), ""
			if !last.IsZero() {
				state, _ = ageOf(last, step, now, l)
				seen, iso = l.DateTime(last.In(x.zone), now), last.Format(time.RFC3339)
			}
			m.Rows = append(m.Rows, []templates.CellModel{meterCell(x), {Text: locale.Name(s.site.Name), Href: siteTabHref(s.site.ID, "quality")}, {Text: l.T("quality.every", l.Duration(step))}, {Text: seen, ISO: iso}, {Text: state.Text, State: state}})
		}
	}
	if len(m.Rows) == 0 {
		m.Empty, m.Note = &templates.EmptyModel{Text: unblamed(sites, "quality.late-none", "quality.late-none-partly", l)}, ""
	}
	return m
}

// stuckMeters lists the meters that sent the same value for days.
func stuckMeters(sites []siteQualityData, l locale.Locale) templates.ListModel {
	m := templates.ListModel{Caption: l.T("quality.stuck"), Columns: columns(l, "meter", "site", "value", "days")}
	for _, s := range sites {
		for _, x := range s.meters {
			if run := x.still; x.err == nil && run != nil {
				m.Rows = append(m.Rows, []templates.CellModel{meterCell(x), {Text: locale.Name(s.site.Name), Href: siteTabHref(s.site.ID, "quality")}, {Text: l.Value(run.Value)}, {Text: l.T("quality.still", l.Int(int(run.To.Sub(run.From).Hours()))), Note: l.DateTime(run.From.In(x.zone), time.Time{})}})
			}
		}
	}
	if len(m.Rows) == 0 {
		m.Empty = &templates.EmptyModel{Text: unblamed(sites, "quality.stuck-none", "quality.stuck-none-partly", l)}
	}
	return m
}

// unblamed says that no meter is to blame, as far as their values could be read.
func unblamed(sites []siteQualityData, none, partly locale.Key, l locale.Locale) string {
	read, failed := 0, error(nil)
	for _, s := range sites {
		for _, x := range s.meters {
			if err := cmp.Or(x.err, x.newest.err); err != nil {
				failed = err
			} else {
				read++
			}
		}
	}
	switch {
	case failed == nil:
		return l.T(none)
	case read == 0:
		return Trouble(failed, l)
	}
	return l.T(partly)
}

func meterCell(m *meterQuality) templates.CellModel {
	return templates.CellModel{Text: locale.Name(m.source.Name), Note: locale.Plain(m.variable.Name), Href: variableHref(m.variable.ID)}
}

func presentSiteQuality(f siteFrame, d siteQualityData, q qualityQuery, day []*question, l locale.Locale, frame templates.SiteFrameModel) templates.SiteQualityModel {
	m := templates.SiteQualityModel{Frame: frame}
	zone, href := f.zone, siteTabHref(f.site.ID, "quality")
	m.Matrix = matrixFrame(q.first(zone, f.now), l)
	m.Matrix.Subject = l.T("column.meter")
	m.Steps = monthSteps(q.first(zone, f.now), f.now, l, func(from time.Time) string { return query.With(href, "from", dayText(from)) })
	for _, x := range d.meters {
		row := templates.MatrixRow{Name: templates.Link{Text: locale.Name(x.source.Name), Href: sourceHref(x.source.ID)}, Complete: locale.None}
		if came, expected := x.complete(); x.err != nil {
			row.Failed = l.T("state.failed")
		} else if expected > 0 {
			row.Complete = l.Percent(float64(came) / float64(expected))
			row.Cells = qualityCells(x.marked(), href, l)
		}
		row.State, row.Age = worstAge([]*meterQuality{x}, f.now, l)
		m.Matrix.Rows = append(m.Matrix.Rows, row)
	}
	if len(d.meters) == 0 {
		m.Empty = &templates.EmptyModel{Text: l.T("quality.none")}
	}
	if day != nil {
		list := dayGaps(d.meters, day, localDay(q.day, zone), f.now, l)
		m.Day = &list
	}
	stuck := stuckMeters([]siteQualityData{d}, l)
	m.Stuck = &stuck
	if units := unitDoubts([]siteQualityData{d}, f.refs, l); len(units.Rows) > 0 {
		m.Units = &units
	}
	return m
}

// dayGaps lists what is missing in a day, and how complete its totals are.
func dayGaps(meters []*meterQuality, day []*question, from, now time.Time, l locale.Locale) templates.ListModel {
	m := templates.ListModel{Caption: l.T("quality.day", l.Date(from)), Columns: columns(l, "meter", "data", "gaps")}
	r := series.Range{From: from, To: midnight(from, from.Location(), 1), Zone: from.Location()}
	for i, x := range meters {
		step := x.variable.Step.Duration()
		slots := series.Fill(day[i].points, r, datahub.GranularityRaw, step, now)
		sum := series.Summarize(slots)
		gaps, data := "", l.T("quality.of", sum.Count, sum.Expected)
		for n, g := range series.Gaps(slots) {
			if n == 4 {
				gaps += " …"
				break
			}
			if n > 0 {
				gaps += "; "
			}
			gaps += l.T("quality.gap", l.Time(g.From.In(x.zone)), l.Time(g.To.In(x.zone)), l.Duration(g.To.Sub(g.From)))
		}
		if day[i].err != nil {
			data = l.T("state.failed")
		}
		m.Rows = append(m.Rows, []templates.CellModel{meterCell(x), {Text: data, Note: l.T("chart.complete", l.Percent(sum.Completeness()))}, {Text: gaps}})
	}
	return m
}
