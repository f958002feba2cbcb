package pages

import (
	"math"
	"slices"
	"strconv"
	"time"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/series"
)

// mostValues bounds what one page reads: four years of quarter hours.
const mostValues = 150_000

// parse decides zone, range, comparison, units and granularity. Problems are remembered by parameter.
func (d *exploreData) parse() {
	q := &d.query
	if q.zone != "" {
		zone, ok := datahub.ParseZone(q.zone)
		if ok {
			d.zone = zone
		}
		q.problems["tz"] = !ok
	}
	r, err := series.ParseRange(q.from, q.to, d.now, d.zone)
	if err != nil {
		q.problems[paramOf(err)] = true
	}
	d.r, d.compare = r, series.Comparison(q.cmp)
	if q.cmp != "" && !slices.Contains(comparisons, d.compare) {
		q.problems["cmp"] = true
	}
	if q.level != "" {
		v, err := strconv.ParseFloat(q.level, 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			q.problems["at"] = true
		}
		d.level = &v
	}
	agg := datahub.Aggregate(0)
	if q.agg != "" && q.agg != "auto" {
		if agg = aggregateWord(q.agg); agg == 0 {
			q.problems["agg"] = true
		}
	}
	g, asked := granularityWord(q.g)
	if q.g != "" && q.g != "auto" && !asked {
		q.problems["g"] = true
	}
	d.chooseUnit()
	for i := range d.lines {
		d.lines[i].choose(agg, d.refs, q.problems)
		d.lines[i].without = q.omitted(d.lines[i].variable.ID)
	}
	d.paint()
	d.sides()
	for name, wrong := range q.problems {
		if !wrong {
			delete(q.problems, name)
		}
	}
	if len(q.problems) == 0 {
		d.chooseGranularity(g, asked)
	}
}

// autoUnit is what addresses say for the unit that a variable has.
const autoUnit = "auto"

// chooseUnit takes the unit that the form of the page says for all variables that can have it.
func (d *exploreData) chooseUnit() {
	unit := d.query.unit
	if unit == "" {
		return
	}
	fits := unit == autoUnit
	for i := range d.lines {
		if _, ok := locale.Convert(d.refs.symbol(d.lines[i].variable.UnitID), unit); ok {
			d.lines[i].ref.Unit, fits = unit, true
		} else if unit == autoUnit {
			d.lines[i].ref.Unit = ""
		}
		d.query.refs[i].Unit = d.lines[i].ref.Unit
	}
	d.query.problems["unit"] = !fits
}

// choose decides how a variable's points become values: its aggregate, its unit, its sign.
func (l *exploreLine) choose(agg datahub.Aggregate, refs lists, problems map[string]bool) {
	l.aggregate, l.differences = aggregateOf(l.variable), l.variable.QuantityType == datahub.Cumulative
	if l.ref.Aggregate != 0 {
		agg = l.ref.Aggregate
	}
	if agg != 0 {
		l.aggregate, l.differences = agg, false
	}
	l.own = refs.symbol(l.variable.UnitID)
	if l.aggregate == datahub.Count {
		l.own = ""
	}
	l.unit, l.factor = l.own, 1
	if l.ref.Unit != "" {
		factor, ok := locale.Convert(l.own, l.ref.Unit)
		if ok {
			l.unit, l.factor = l.ref.Unit, factor
		} else {
			problems["s"] = true
		}
	}
	if l.ref.Negative {
		l.factor = -l.factor
	}
}

// paint gives each line the colour of its medium, or the next that is free, and from the fifth on a pattern.
func (d *exploreData) paint() {
	used := map[int]bool{}
	for i := range d.lines {
		color := energyColor(d.lines[i].source.EnergyTypeID)
		for n := 1; used[color]; n++ {
			color = n
		}
		used[color] = true
		d.lines[i].color, d.lines[i].dash = color, max(0, i-3)%4
	}
}

// sides puts lines on the axes: where the address says, and what has another unit than the first one on the right axis if nothing was put there.
func (d *exploreData) sides() {
	chosen := slices.ContainsFunc(d.lines, func(l exploreLine) bool { return l.ref.Right })
	for i := range d.lines {
		l := &d.lines[i]
		l.right = l.ref.Right || !chosen && l.unit != d.lines[0].unit
	}
}

// axisUnit is the unit of an axis, that of its first line.
func (d *exploreData) axisUnit(right bool) string {
	for _, l := range d.lines {
		if l.right == right {
			return l.unit
		}
	}
	return ""
}

// fits reports whether a line's axis has its unit.
func (d *exploreData) fits(l exploreLine) bool {
	return d.axisUnit(l.right) == l.unit
}

// chooseGranularity takes what was asked for if it makes a bearable number of values and suits the view, else what the view needs.
func (d *exploreData) chooseGranularity(asked datahub.Granularity, isAsked bool) {
	d.granularity = d.suitable()
	if !isAsked || !suits(d.query.view, asked) {
		return
	}
	if d.bearable(asked) {
		d.granularity = asked
		return
	}
	d.coarsened, d.asked = true, asked
}

// closer is the end of the range of which there can be a picture at the granularity that was asked for; false when that is less than a day.
func (d *exploreData) closer() (series.Range, bool) {
	part := *d
	for _, days := range []int{365, 180, 90, 30, 7, 1} {
		part.r.From = d.r.To.In(d.zone).AddDate(0, 0, -days)
		if part.r.From.After(d.r.From) && part.bearable(d.asked) {
			return part.r, true
		}
	}
	return part.r, false
}

// suits reports whether a view can be drawn at a granularity.
func suits(view string, g datahub.Granularity) bool {
	switch view {
	case "carpet":
		return g == datahub.GranularityRaw || g == datahub.GranularityHour
	case "profile":
		return g == datahub.GranularityHour
	case "calendar":
		return g == datahub.GranularityDay
	}
	return true
}

// suitable is the granularity of a view when nobody chose: fine where every value counts, hours of the day, days of a calendar, and as many as a picture shows elsewhere.
func (d *exploreData) suitable() datahub.Granularity {
	switch d.query.view {
	case "calendar":
		return datahub.GranularityDay
	case "profile":
		return datahub.GranularityHour
	case "scatter":
		if d.r.Days() <= 62 {
			return datahub.GranularityHour
		}
		return datahub.GranularityDay
	case "carpet":
		if d.bearable(datahub.GranularityRaw) && d.carpetStep() < time.Hour {
			return datahub.GranularityRaw
		}
		return datahub.GranularityHour
	case "duration", "histogram":
		if d.regular() && d.bearable(datahub.GranularityRaw) {
			return datahub.GranularityRaw
		}
		return d.coarsest(func(series.Range, time.Duration) datahub.Granularity { return datahub.GranularityHour })
	}
	return d.coarsest(func(r series.Range, step time.Duration) datahub.Granularity { return series.Fit(r, step, fullWidth) })
}

// coarsest is the coarsest of what the lines need each.
func (d *exploreData) coarsest(of func(series.Range, time.Duration) datahub.Granularity) datahub.Granularity {
	best := -1
	for _, l := range d.lines {
		g := of(d.r, l.variable.Step.Duration())
		if step := l.variable.Step; step.Count > 0 && step.Duration() == 0 {
			g = map[datahub.TimePeriod]datahub.Granularity{datahub.Month: datahub.GranularityMonth, datahub.Year: datahub.GranularityYear}[step.Period]
		}
		best = max(best, slices.IndexFunc(granularities, func(w granularityName) bool { return w.g == g }))
	}
	return granularities[best].g
}

// regular reports whether all variables have steps of a fixed length.
func (d *exploreData) regular() bool {
	return !slices.ContainsFunc(d.lines, func(l exploreLine) bool { return l.variable.Step.Duration() <= 0 })
}

// bearable reports whether a granularity makes a number of values that a page can read.
func (d *exploreData) bearable(g datahub.Granularity) bool {
	total := 0
	for _, l := range d.lines {
		step := l.variable.Step.Duration()
		if g == datahub.GranularityRaw && step == 0 && d.r.Days() > 62 {
			return false
		}
		n := series.Count(d.r, g, step)
		if n > series.Longest {
			return false
		}
		total += n
	}
	return total <= mostValues
}

// carpetStep is the length of a carpet's rows: the finest step of raw values that divides an hour and is five minutes at least, else an hour.
func (d *exploreData) carpetStep() time.Duration {
	step := d.lines[0].variable.Step.Duration()
	for _, l := range d.lines {
		if l.variable.Step.Duration() != step {
			return time.Hour
		}
	}
	if step < 5*time.Minute || step > time.Hour || time.Hour%step != 0 {
		return time.Hour
	}
	return step
}
