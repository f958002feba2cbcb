package pages

import (
	"context"
	"net/url"
	"strings"
	"time"

	"portico/internal/datahub"
	"portico/internal/export"
	"portico/internal/fold"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/internal/series"
)

// Bounds of a file.
const (
	exportAtOnce = 40_000    // values that are read while the person waits: a year of quarter hours
	exportMost   = 1_500_000 // values in a file
	exportPart   = 3_000     // values that are read, and kept, at a time
)

// exportQuery is what the address of a file says: the parameters of the explorer, and how the file is written.
type exportQuery struct {
	explore exploreQuery
	format  string // csv or xlsx
	form    string // regional or iso, "" as the person prefers
	raw     bool   // every value that there is, whatever the page shows
}

func readExportQuery(v url.Values) (q exportQuery, err error) {
	if q.explore, err = readExploreQuery(v); err != nil {
		return q, err
	}
	if len(q.explore.refs) == 0 {
		return q, &query.Error{Param: "s", Err: query.ErrChoice}
	}
	if q.format, err = query.Choice(v, "format", "csv", "xlsx"); err != nil {
		return q, err
	}
	if q.format == "" {
		q.format = "csv"
	}
	if q.form, err = query.Choice(v, "form", "regional", "iso"); err != nil {
		return q, err
	}
	raw, err := query.Choice(v, "values", "shown", "all")
	q.raw = raw == "all"
	return q, err
}

// address is the address of the file, and of what is asked before a long one is made.
func (q exportQuery) address() string { return "/export" + q.encode() }

// encode writes the query with its question mark.
func (q exportQuery) encode() string {
	e := q.explore
	e.path, e.explain = explorePath, false
	text := e.encode()
	for _, p := range [][2]string{{"format", q.format}, {"form", q.form}, {"values", map[bool]string{true: "all"}[q.raw]}} {
		if p[1] != "" {
			text += "&" + p[0] + "=" + p[1]
		}
	}
	return text
}

// exportPlan is what is read for a file, part by part.
type exportPlan struct {
	d     *exploreData
	g     datahub.Granularity
	lines []exportLine
	parts []series.Range
	rows  int            // roughly
	late  [][]series.Gap // of each line of d: stretches whose values are known to have come late, beside what reading finds out; nil for none
}

// exportLine is a column: a variable, or what it is compared with.
type exportLine struct {
	index    int
	compared bool
	name     string
}

// planExport finds out what a file holds, without reading any point.
func planExport(ctx context.Context, rd *reader, q exportQuery, l locale.Locale) (*exportPlan, error) {
	d, err := readExplore(ctx, rd, q.explore)
	if err != nil {
		return nil, err
	}
	for name := range d.query.problems {
		return nil, &query.Error{Param: name, Err: query.ErrChoice}
	}
	x := &exportPlan{d: d, g: d.granularity}
	if asked, ok := granularityWord(q.explore.g); ok {
		x.g = asked // a file holds what a picture does not
	}
	if q.raw {
		x.g = datahub.GranularityRaw
	}
	for i := range d.lines {
		x.lines = append(x.lines, exportLine{index: i, name: locale.Name(d.name(i))})
	}
	if _, ok := d.r.Before(d.compare, x.g); ok {
		for i := range d.lines {
			x.lines = append(x.lines, exportLine{i, true, locale.Name(d.name(i)) + " – " + l.T(locale.Key("compare."+string(d.compare)))})
		}
	}
	x.divide()
	return x, nil
}

// values is roughly how many the file holds.
func (x *exportPlan) values() int { return x.rows * len(x.lines) }

// step is how long a row of the file is at least: that of the finest variable where each has its own.
func (x *exportPlan) step() time.Duration {
	switch x.g {
	case datahub.GranularityMinute:
		return time.Minute
	case datahub.GranularityHour:
		return time.Hour
	case datahub.GranularityRaw:
		finest := 24 * time.Hour
		for _, l := range x.d.lines {
			step := l.variable.Step.Duration()
			if step <= 0 && l.variable.Step.Period < datahub.Month {
				step = time.Minute // nobody knows: it could be many
			}
			if step > 0 {
				finest = min(finest, step)
			}
		}
		return finest
	}
	return 24 * time.Hour
}

// divide splits the range where no value lies on both sides: at whole hours, or whole steps that are longer. What stands by the day and longer is one part.
func (x *exportPlan) divide() {
	r, step := x.d.r, x.step()
	x.rows = int(r.To.Sub(r.From)/step) + 1
	if step >= 24*time.Hour {
		x.parts = []series.Range{r}
		return
	}
	unit := max(step, time.Hour)
	length := max(time.Duration(exportPart/len(x.lines))*step/unit, 1) * unit
	for from := r.From; from.Before(r.To); {
		to := from.Truncate(unit).Add(length)
		if to.After(r.To) {
			to = r.To
		}
		x.parts = append(x.parts, series.Range{From: from, To: to, Zone: r.Zone})
		from = to
	}
}

// read reads one column of one part.
func (x *exportPlan) read(ctx context.Context, rd *reader, part, line int) ([]series.Slot, error) {
	r, column := x.parts[part], x.lines[line]
	l := &x.d.lines[column.index]
	wanted := r
	if column.compared {
		wanted = x.before(r)
	}
	got := l.read(ctx, rd, wanted, x.g)
	if column.index < len(x.late) {
		series.MarkLate(got.slots, x.late[column.index])
	}
	switch {
	case column.compared && x.d.compare == series.HolidaysBefore:
		return r.Compared(x.d.compare, x.g, got.slots), got.err
	case column.compared:
		return series.Align(got.slots, wanted, r), got.err
	}
	return got.slots, got.err
}

// before is what a part is compared with: as far back, by the calendar, as the whole range is; where each day has its own, those of its days. What is one part is compared as on the page.
func (x *exportPlan) before(part series.Range) series.Range {
	whole, _ := x.d.r.Before(x.d.compare, x.g)
	switch {
	case len(x.parts) == 1:
		return whole
	case x.d.compare == series.HolidaysBefore:
		days, _ := part.Before(x.d.compare, x.g)
		return days
	}
	days := int(dayNumber(x.d.r.From, part.Zone) - dayNumber(whole.From, part.Zone))
	rest := x.d.r.From.Sub(whole.From.In(part.Zone).AddDate(0, 0, days))
	back := func(t time.Time) time.Time { return t.In(part.Zone).AddDate(0, 0, -days).Add(-rest) }
	return series.Range{From: back(part.From), To: back(part.To), Zone: part.Zone}
}

func dayNumber(t time.Time, zone *time.Location) int64 {
	y, m, d := t.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400
}

// exportSheet is what a file says of its contents besides the values, in the words of the person who asked for it.
type exportSheet struct {
	Names       []string  `json:"names"`
	Units       []string  `json:"units"`
	Sites       string    `json:"sites"`
	Meters      string    `json:"meters"`
	Zone        string    `json:"zone"`
	From        time.Time `json:"from"`
	To          time.Time `json:"to"`
	Granularity string    `json:"granularity"`
	Aggregation string    `json:"aggregation"`
	Address     string    `json:"address"` // local
	By          string    `json:"by"`
}

func (x *exportPlan) sheet(r *Request) exportSheet {
	d, l := x.d, r.Locale
	s := exportSheet{Zone: d.zone.String(), From: d.r.From, To: d.r.To, By: r.By}
	var sites, meters, aggregations []string
	for _, column := range x.lines {
		line := d.lines[column.index]
		s.Names, s.Units = append(s.Names, column.name), append(s.Units, line.unit)
		if column.compared {
			continue
		}
		sites, meters = append(sites, locale.Name(line.siteName)), append(meters, locale.Name(line.source.Name))
		how := l.T(locale.Key("aggregate." + aggregateName(line.aggregate)))
		if line.differences {
			how = l.T("aggregate.differences")
		}
		aggregations = append(aggregations, how)
	}
	s.Sites, s.Meters, s.Aggregation = once(sites), once(meters), once(aggregations)
	s.Granularity = d.stepName(x.g, l)
	s.Address = d.query.href(func(q *exploreQuery) {
		q.from, q.to, q.zone, q.g, q.explain = series.Local(d.r.From, d.zone), series.Local(d.r.To, d.zone), d.zone.String(), wordOf(x.g), false
	})
	return s
}

// once writes texts one after the other, each of them once.
func once(list []string) string {
	var kept []string
	seen := map[string]bool{}
	for _, s := range list {
		if !seen[s] {
			kept, seen[s] = append(kept, s), true
		}
	}
	return strings.Join(kept, ", ")
}

// table is the table of a file whose values come from read, part by part.
func (s exportSheet) table(parts int, read func(part, line int) ([]series.Slot, error), made time.Time, l locale.Locale) (export.Table, *time.Location) {
	zone, ok := datahub.ParseZone(s.Zone)
	if !ok {
		zone = time.UTC
	}
	c := &export.Course{Range: series.Range{From: s.From, To: s.To, Zone: zone}, Granularity: s.Granularity, Aggregation: s.Aggregation, Made: made, By: s.By, Address: s.Address,
		Facts: []export.Fact{{Term: l.T("column.site"), Value: export.Text(s.Sites)}, {Term: l.T("column.meter"), Value: export.Text(s.Meters)}}}
	for i, name := range s.Names {
		c.Lines = append(c.Lines, export.Line{Name: name, Unit: s.Units[i], Slots: func(yield func(series.Slot, error) bool) {
			for part := range parts {
				slots, err := read(part, i)
				if err != nil {
					yield(series.Slot{}, err)
					return
				}
				for _, slot := range slots {
					if !yield(slot, nil) {
						return
					}
				}
			}
		}})
	}
	return c.Table(l), zone
}

// fileName is the name under which a browser keeps the file: what it is, and when.
func (s exportSheet) fileName(format string) string {
	zone, _ := datahub.ParseZone(s.Zone)
	if zone == nil {
		zone = time.UTC
	}
	return plainName(strings.Join(s.Names[:min(len(s.Names), 2)], "-")) + "-" + s.From.In(zone).Format("2006-01-02") + "-" + s.To.In(zone).Format("2006-01-02") + "." + format
}

// plainName keeps what every file system takes.
func plainName(name string) string {
	var b strings.Builder
	for _, r := range fold.Text(name) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() >= 60 {
			break
		}
	}
	if name = strings.Trim(b.String(), "-"); name == "" {
		return "data"
	}
	return name
}
