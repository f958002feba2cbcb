package pages

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/series"
	"portico/web/templates"
)

// name is what a line is called beside others: with its meter when another one has the same name, and with its site when that is not enough.
func (d *exploreData) name(i int) string {
	line := d.lines[i]
	var sameName, sameMeter bool
	for j, other := range d.lines {
		same := j != i && other.variable.Name == line.variable.Name
		sameName = sameName || same
		sameMeter = sameMeter || same && other.source.Name == line.source.Name && other.siteName != line.siteName
	}
	switch name := locale.Name(line.variable.Name); {
	case sameMeter:
		return name + " · " + locale.Name(line.siteName)
	case sameName:
		return name + " · " + locale.Name(line.source.Name)
	default:
		return name
	}
}

// quantity writes a value of the line: in the unit that was chosen, or in one that suits its size when nobody chose.
func (l exploreLine) quantity(v float64, t locale.Locale) string {
	if l.ref.Unit != "" {
		t = t.OwnUnits()
	}
	return t.Quantity(v, l.unit)
}

// when writes the start of a shown value, as exactly as its length asks for.
func (d *exploreData) when(t time.Time, l locale.Locale) string {
	length := map[datahub.Granularity]time.Duration{datahub.GranularityDay: 24 * time.Hour, datahub.GranularityWeek: 7 * 24 * time.Hour, datahub.GranularityMonth: 30 * 24 * time.Hour, datahub.GranularityYear: 365 * 24 * time.Hour}[d.granularity]
	return slotTime(series.Slot{Start: t, End: t.Add(length)}, d.zone, d.now, l)
}

// figures are the statistics of the lines, a row each.
func (d *exploreData) figures(l locale.Locale) templates.TableModel {
	m := templates.TableModel{Listed: true, Title: l.T("series.statistics"), Caption: l.T("series.statistics"), Columns: []string{l.T("column.variable"), l.T("stat.total"), l.T("stat.mean"), l.T("stat.min"), l.T("stat.max"), l.T("stat.max-at"), l.T("stat.last"), l.T("stat.values"), l.T("stat.silent")}}
	compare := d.compare != "" && d.compare != series.NoComparison && compares(d.query.view)
	if compare {
		m.Columns = append(m.Columns, l.T(locale.Key("compare."+string(d.compare))))
	}
	for i, line := range d.lines {
		sum := series.Summarize(line.slots)
		if sum.Count == 0 {
			continue
		}
		total := locale.None
		if line.isAmount(d.granularity) {
			total = line.quantity(sum.Sum+line.unplaced(), l)
		}
		whole := d.typical(&line)
		row := []string{d.name(i), total, line.quantity(whole.Mean, l), line.quantity(whole.Min, l), line.quantity(whole.Max, l), d.when(whole.MaxAt, l), line.quantity(whole.Last, l),
			l.T("stat.of", l.Int(sum.Count), l.Int(sum.Expected), l.Percent(sum.Completeness())), silence(line.slots, l)}
		if compare {
			row = append(row, d.change(line, sum, l))
		}
		m.Rows = append(m.Rows, row)
	}
	return m
}

// typical summarizes the values that are whole: a part of an amount is not the least of them, and not the last. Where none is whole it is of all.
func (d *exploreData) typical(line *exploreLine) series.Summary {
	if s := series.Summarize(line.entire(d.granularity, d.r, d.now)); s.Count > 0 {
		return s
	}
	return series.Summarize(line.slots)
}

// silence is how long there were no values, a dash when there was no gap.
func silence(slots []series.Slot, l locale.Locale) string {
	silent := time.Duration(0)
	for _, g := range series.Gaps(slots) {
		silent += g.To.Sub(g.From)
	}
	if silent == 0 {
		return locale.None
	}
	return l.Duration(silent)
}

// change compares the totals or means of both ranges, as far as the present one has come.
func (d *exploreData) change(line exploreLine, sum series.Summary, l locale.Locale) string {
	before := series.Summarize(between(line.compared.slots, d.r.From, sum.LastAt.Add(time.Second)))
	if before.Count == 0 {
		return locale.None
	}
	if line.isAmount(d.granularity) {
		return l.Change(before.Sum, sum.Sum)
	}
	return l.Change(before.Mean, sum.Mean)
}

// summary says in sentences what one line did.
func (d *exploreData) summary(i int, l locale.Locale) string {
	line := d.lines[i]
	sum := series.Summarize(line.slots)
	if sum.Count == 0 {
		return ""
	}
	text := ""
	if line.isAmount(d.granularity) {
		text = l.T("series.sum-total", line.quantity(sum.Sum+line.unplaced(), l), line.quantity(sum.Max, l), d.when(sum.MaxAt, l))
	} else {
		text = l.T("series.sum-mean", line.quantity(sum.Mean, l), line.quantity(sum.Min, l), d.when(sum.MinAt, l), line.quantity(sum.Max, l), d.when(sum.MaxAt, l))
	}
	if line.compared.err == nil && len(line.compared.slots) > 0 {
		if change := d.change(line, sum, l); change != locale.None {
			text += " " + l.T(locale.Key("series.sum-change-"+string(d.compare)), change)
		}
	}
	if c := sum.Completeness(); c < 1 {
		text += " " + l.T("series.sum-complete", l.Percent(c))
	}
	if len(d.lines) > 1 {
		text = l.T("problem.named", d.name(i), text)
	}
	return text
}

// explain says where each line's figures come from.
func (d *exploreData) explain(hub *datahub.Client, l locale.Locale) templates.ExplainModel {
	m := templates.ExplainModel{Open: d.query.explain}
	for i := range d.lines {
		m.Lines = append(m.Lines, d.explainLine(i, hub, l))
	}
	return m
}

func (d *exploreData) explainLine(i int, hub *datahub.Client, l locale.Locale) templates.ExplainLine {
	line := &d.lines[i]
	sum := series.Summarize(line.slots)
	facts := []templates.FactModel{
		{Term: l.T("explain.points"), Value: l.T("explain.points-of", l.Int(line.points), l.Int(sum.Count), l.Int(sum.Expected))},
		{Term: l.T("series.granularity"), Value: d.stepName(d.granularity, l)},
		{Term: l.T("series.aggregate"), Value: d.howText(line, l)},
		{Term: l.T("explain.conversion"), Value: line.conversion(l)},
		{Term: l.T("fact.zone"), Value: d.zone.String()},
		{Term: l.T("explain.range"), Value: l.Range(d.r.From.In(d.zone), d.r.To.In(d.zone))},
	}
	if line.isAmount(d.granularity) && sum.Count > 0 {
		facts = append(facts, templates.FactModel{Term: l.T("stat.total"), Value: d.totalText(line, sum, l)})
	}
	compared := ""
	if before, ok := d.r.Before(d.compare, d.granularity); ok && line.compared.asked.Variable != 0 {
		facts = append(facts, templates.FactModel{Term: l.T(locale.Key("compare." + string(d.compare))), Value: l.T("explain.compared", l.Range(before.From.In(d.zone), before.To.In(d.zone)), l.Int(line.compared.points))})
		compared = command(hub.DataURL(line.compared.asked))
	}
	if line.variable.Calculated {
		facts = append(facts, templates.FactModel{Term: l.T("fact.origin"), Value: l.T("variable.calculated")})
	}
	notes := slices.Concat(gapNotes(line.slots, d.zone, d.now, l), d.resetNotes(line, l), d.stateNotes(line, l), d.spikeNotes(line, l))
	return templates.ExplainLine{Name: d.name(i), Facts: facts, Notes: notes, Command: command(hub.DataURL(line.asked)), Compared: compared}
}

// howText says how points became values.
func (d *exploreData) howText(line *exploreLine, l locale.Locale) string {
	switch {
	case line.differences:
		return l.T("aggregate.differences")
	case d.granularity == datahub.GranularityRaw:
		return l.T("explain.as-they-are")
	}
	return l.T(locale.Key("aggregate." + aggregateName(line.aggregate)))
}

func (l exploreLine) conversion(t locale.Locale) string {
	switch {
	case l.factor == 1:
		return t.T("explain.none")
	case l.factor == -1:
		return t.T("explore.turned")
	}
	return fmt.Sprintf("1 %s = %s %s", l.own, t.Precise(l.factor), l.unit)
}

func (d *exploreData) totalText(line *exploreLine, sum series.Summary, l locale.Locale) string {
	text := l.T("explain.sum", l.Int(sum.Count), locale.Join(l.Precise(rounded(sum.Sum)), line.unit))
	if u := line.unplaced(); u != 0 {
		text += " " + l.T("explain.unplaced", locale.Join(l.Precise(rounded(u)), line.unit))
	}
	return text
}

// resetNotes say where a counter began again.
func (d *exploreData) resetNotes(line *exploreLine, l locale.Locale) []string {
	var notes []string
	for _, r := range series.Resets(line.readings) {
		key := locale.Key("explain.exchanged")
		if r.RolledOver {
			key = "explain.rolled"
		}
		notes = append(notes, l.T(key, l.DateTime(r.At.In(d.zone), d.now)))
	}
	return notes
}

// command asks the Data Hub for the same; the token stays out of it.
func command(address string) string {
	return `curl -H "Authorization: Bearer $TOKEN" '` + strings.ReplaceAll(address, "'", "%27") + `'`
}
