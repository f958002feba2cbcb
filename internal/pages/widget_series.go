package pages

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"portico/internal/board"
	"portico/internal/chart"
	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/series"
	"portico/web/templates"
)

// explored reads the series of a widget as the explorer would, with what change does to its question, and what beside reads of them.
func (w *widgetReader) explored(ctx context.Context, widget board.Widget, m *templates.WidgetModel, change func(*exploreQuery), beside ...func(context.Context, *exploreData) error) (*exploreData, error) {
	q := exploreQuery{path: explorePath, view: exploreViews[0], from: cmp.Or(widget.Range, w.board.Range, "now/d"), to: "now", problems: map[string]bool{}}
	for _, text := range widget.Series {
		ref, err := series.ParseRef(text)
		if err != nil {
			return nil, err
		}
		q.refs = append(q.refs, ref)
	}
	change(&q)
	d, err := readExplore(ctx, w.reader, q)
	if err != nil {
		return nil, err
	}
	switch {
	case d.query.problems["s"]:
		err = datahub.ErrNotFound
	case len(d.query.problems) == 0:
		jobs := []func(context.Context, *reader) error{d.readPoints}
		if widget.Kind == board.Trend || widget.Kind == board.Price { // others do not show what happened
			jobs = append(jobs, d.readMarks)
		}
		for _, read := range beside {
			jobs = append(jobs, func(ctx context.Context, _ *reader) error { return read(ctx, d) })
		}
		if err = w.all(ctx, jobs...); err == nil {
			err = d.failed()
		}
		if err == nil {
			err = d.readNewest(ctx, w.reader)
		}
	}
	m.Menu = d.widgetMenu(w.r.Locale)
	if m.Title == "" {
		m.Title = locale.Join(locale.Name(d.lines[0].variable.Name), "· "+locale.Name(d.lines[0].siteName))
	}
	return d, err
}

// failed returns what kept all lines from being read; nil when there is one to draw.
func (d *exploreData) failed() (err error) {
	for _, line := range d.lines {
		if line.err == nil {
			return nil
		}
		err = line.err
	}
	return err
}

// widgetMenu leads from a widget to the same elsewhere: as the explorer shows it, as a table, as files, and to where its figures come from.
func (d *exploreData) widgetMenu(l locale.Locale) []templates.Link {
	as := func(change func(*exploreQuery)) string {
		return d.query.href(func(q *exploreQuery) {
			if q.view == "table" { // in which what is no view of the explorer is read
				q.view = exploreViews[0]
			}
			change(q)
		})
	}
	menu := []templates.Link{{Text: l.T("widget.explore"), Href: as(func(*exploreQuery) {})}, {Text: l.T("widget.table"), Href: as(func(q *exploreQuery) { q.view = "table" })}}
	if len(d.query.problems) == 0 {
		menu = append(menu, d.files(l)[:2]...)
	}
	return append(menu, templates.Link{Text: l.T("widget.explain"), Href: as(func(q *exploreQuery) { q.explain = true }) + "#explain"})
}

// judge says what is missing of the lines, and how old the newest value is; false when there is nothing to show.
func (w *widgetReader) judge(d *exploreData, m *templates.WidgetModel) bool {
	l := w.r.Locale
	var failed, count, expected int
	var newest, step = time.Time{}, time.Duration(0)
	for _, line := range d.lines {
		if line.err != nil {
			failed++
			continue
		}
		sum := series.Summarize(line.slots)
		count, expected = count+sum.Count, expected+sum.Expected
		if last, own := line.lastValue(); sum.Count > 0 && last.After(newest) {
			newest, step = last, own
		}
	}
	switch {
	case failed == len(d.lines):
		w.fail(m, d.lines[0].err)
		return false
	case count == 0:
		d.missed(m, l)
		return false
	case failed > 0:
		m.State, m.Reason = "partial", l.T("widget.some-failed", failed, len(d.lines))
	case float64(count) < 0.995*float64(expected):
		m.State, m.Reason = "partial", l.T("widget.partly", l.Percent(float64(count)/float64(expected)))
	}
	if !d.r.To.Before(w.now) {
		w.age(m, newest, step)
	}
	return true
}

// lengthOf is how long a slot is.
func lengthOf(slots []series.Slot) time.Duration {
	if len(slots) == 0 {
		return 0
	}
	return slots[0].End.Sub(slots[0].Start)
}

// trend draws the series with alarms and events.
func (w *widgetReader) trend(ctx context.Context, widget board.Widget, m *templates.WidgetModel) error {
	d, err := w.explored(ctx, widget, m, func(*exploreQuery) {})
	if err != nil || !w.judge(d, m) {
		return err
	}
	m.Summary = d.summary(0, w.r.Locale) // it also describes the picture
	w.draw(d.trend(w.r.Locale), widget, m)
	return nil
}

// draw puts a trend into a widget, in the widget's proportions.
func (w *widgetReader) draw(t trendData, widget board.Widget, m *templates.WidgetModel) {
	spec, units := t.spec(w.r.Locale)
	m.About = t.about(units, w.r.Locale)
	for _, line := range t.lines {
		if named := (templates.LegendModel{Color: line.color, Dashed: line.compare, Text: line.label}); !slices.Contains(m.Legend, named) { // both ends of a band have one name
			m.Legend = append(m.Legend, named)
		}
	}
	w.drawn(widget, m, spec.Frame, func(f chart.Frame) chart.SVG { spec.Frame = f; return chart.Trend(spec) })
}

// drawn puts a picture into a widget: in the widget's proportions, and for phones, where all widgets are as wide as the screen, once more where its writing would become too small to be read.
func (w *widgetReader) drawn(widget board.Widget, m *templates.WidgetModel, f chart.Frame, draw func(chart.Frame) chart.SVG) {
	f.ID, f.Title, f.Desc = "w-"+widget.ID+"-p", cmp.Or(m.Title, w.kindName(widget.Kind)), m.Summary
	f.Width, f.Height = w.size(widget, m.Legend)
	if f.Letters = w.letters(); widget.H == 1 {
		f.Letters = max(f.Letters, deskLetters) // and no room to give away
	}
	m.Picture = draw(f)
	if f.Width > narrowWidth+90 || w.wall {
		f.ID, f.Width, f.Height, f.Letters = f.ID+"-n", narrowWidth, narrowHeight, w.letters()*0.765 // as the style sheet says
		m.Narrow = draw(f)
	}
}

// How large walls and desks write in pictures, as their style sheets say.
const wallLetters, deskLetters = 17, 11.5

// letters is how large writing in pictures is; 0 as on pages for people.
func (w *widgetReader) letters() float64 {
	if w.wall {
		return wallLetters
	}
	return 0
}

// size is how large a picture is drawn for a widget, so that its writing has the size that it should have where it is looked at.
func (w *widgetReader) size(widget board.Widget, legend []templates.LegendModel) (width, height int) {
	if w.wall {
		return wallSize(widget, legend)
	}
	return deskSize(widget, legend)
}

// deskSize is size for people's pages, whose rows are 56 pixels high and 16 apart: what head, foot, figure and legend leave, and a line that says what is seen.
func deskSize(widget board.Widget, legend []templates.LegendModel) (width, height int) {
	width, height = max(100*widget.W-44, 180), 72*widget.H-94
	figure := widget.Kind == board.Today || widget.Kind == board.Peak
	switch {
	case widget.H == 1:
		return width, 42
	case widget.H == 2 && figure: // at its left
		return max(width-110, 120), 60
	case widget.H == 2:
		height = 62
	case widget.Kind == board.Peak && widget.W < 5: // above it, with three lines of words
		height -= 60
	case figure:
		height -= 40
	case widget.H > 3 && widget.Kind != board.AlarmRibbon && widget.Kind != board.SiteMap:
		height -= 24
	}
	if widget.Kind == board.AlarmRibbon || widget.Kind == board.SiteMap { // no foot
		height += 22
	}
	if lines := legendLines(legend, widget.H, width, 44); lines > 0 && !figure {
		height -= 22*lines + 8
	}
	return width, max(height, 44)
}

// wallSize is size for walls: of 1080 lines, with a line of words about what is in the way.
func wallSize(widget board.Widget, legend []templates.LegendModel) (width, height int) {
	width, height = 107*widget.W-28, 53*widget.H
	figure := widget.Kind == board.Today || widget.Kind == board.Peak
	switch {
	case widget.H == 1: // nothing beside it
		return width, 37
	case widget.H == 2 && figure: // at its left
		return max(width-150, 120), height - 50
	case figure: // above it
		height -= 36
	case widget.Kind == board.AlarmRibbon: // no foot
		height += 12
	default:
		height -= 17 * legendLines(legend, widget.H, width, 29)
	}
	if widget.W < 5 { // the unit stands below the title
		height -= 17
	}
	return max(width, 180), max(height-50, 46)
}

// legendLines is how many lines a legend takes, of those that the style sheet lets it have: one in a widget of two rows, two in one of three, and else no more than with two names in each. around is the mark before
// a name, and the room after it.
func legendLines(legend []templates.LegendModel, rows, width, around int) int {
	if len(legend) < 2 {
		return 0
	}
	const letter = 7.6 // about, in the units of pictures
	lines, used := 1, 0
	for _, name := range legend {
		long := min(int(letter*float64(utf8.RuneCountInString(name.Text)))+around, width)
		if used += long; used > width {
			lines, used = lines+1, long
		}
	}
	switch rows {
	case 2:
		return 1
	case 3:
		return min(lines, 2)
	}
	return min(lines, (len(legend)+1)/2)
}

// carpetQuery is what a carpet shows: a month when nobody chose, because a day or two of a dashboard's own period make none.
func carpetQuery(widget board.Widget) func(*exploreQuery) {
	return func(q *exploreQuery) {
		q.view = "carpet"
		if widget.Range == "" {
			q.from = "now-30d/d"
		}
	}
}

// carpet refers to the picture of hours by days.
func (w *widgetReader) carpet(ctx context.Context, widget board.Widget, m *templates.WidgetModel) error {
	d, err := w.explored(ctx, widget, m, carpetQuery(widget))
	if err != nil || !w.judge(d, m) {
		return err
	}
	p := d.single(0, w.r.Locale)
	m.Carpet, m.About, m.Summary = p.Carpet, p.About, p.Summary
	return nil
}

// duration orders the values.
func (w *widgetReader) duration(ctx context.Context, widget board.Widget, m *templates.WidgetModel) error {
	d, err := w.explored(ctx, widget, m, func(q *exploreQuery) {
		q.view = "duration"
		if widget.Range == "" && w.board.Range == "" {
			q.from = "now-30d/d"
		}
		if widget.Limit != nil {
			q.level = strconv.FormatFloat(*widget.Limit, 'f', -1, 64)
		}
	})
	if err != nil || !w.judge(d, m) {
		return err
	}
	l, line := w.r.Locale, d.lines[0]
	spec := chart.DurationSpec{Frame: d.frame(l), Zero: true, For: func(t time.Duration) string { return l.T("explore.hours", l.Int(int(t.Hours()))) }}
	m.Summary = d.peaks(0, l)
	spec.Curves = []chart.Curve{{Held: series.Duration(line.slots), Color: line.color}}
	if d.level != nil {
		spec.Rules = []chart.Rule{{Value: *d.level, Label: l.Quantity(*d.level, line.unit)}}
	}
	m.About = l.T("chart.about", line.unit, d.zone.String())
	w.drawn(widget, m, spec.Frame, func(f chart.Frame) chart.SVG { spec.Frame = f; return chart.Duration(spec) })
	return nil
}

// guard lists cold rooms and the like: each value, and for how long it was above the limit today.
func (w *widgetReader) guard(ctx context.Context, widget board.Widget, m *templates.WidgetModel) error {
	d, err := w.explored(ctx, widget, m, func(q *exploreQuery) { q.from = "now/d" })
	if err != nil {
		return err
	}
	l := w.r.Locale
	for i, line := range d.lines {
		sum := series.Summarize(line.slots)
		item := templates.WidgetItem{Link: templates.Link{Text: d.name(i), Href: variableHref(line.variable.ID)}, State: templates.StateModel{Name: "ok", Text: l.T("state.ok")}, Value: l.T("state.no-data")}
		switch {
		case sum.Count == 0:
			item.State = templates.StateModel{Name: "silent", Text: l.T("state.silent")}
		case widget.Limit != nil && sum.Last > *widget.Limit:
			item.State = templates.StateModel{Name: "alarm", Text: l.T("state.alarm")}
		}
		if sum.Count > 0 {
			item.Value = l.Quantity(sum.Last, line.unit)
		}
		if widget.Limit != nil && sum.Count > 0 {
			if above := series.About(line.slots, *widget.Limit).Above; above > 0 {
				item.Note = l.T("widget.above-limit", l.Duration(above))
			}
		}
		m.Items = append(m.Items, item)
	}
	if widget.Limit != nil {
		m.About = l.Quantity(*widget.Limit, d.lines[0].unit)
	}
	w.judge(d, m)
	return nil
}

// price draws today, also what is known of the hours to come.
func (w *widgetReader) price(ctx context.Context, widget board.Widget, m *templates.WidgetModel) error {
	d, err := w.explored(ctx, widget, m, func(q *exploreQuery) { q.from, q.to = "now/d", "now/d" })
	if err != nil || !w.judge(d, m) {
		return err
	}
	m.Summary = d.summary(0, w.r.Locale)
	w.draw(d.trend(w.r.Locale), widget, m)
	return nil
}
