package pages

import (
	"cmp"
	"context"
	"iter"
	"time"

	"portico/internal/datahub"
	"portico/internal/series"
)

// profile is the course of one variable over the last days, as amounts per step.
type profile struct {
	variable datahub.Variable
	unit     string        // of the amounts
	slots    []series.Slot // from as far back as the page looks to the end of today
	before   []series.Slot // a week earlier, to compare with
	apart    bool          // before is no part of slots
	step     time.Duration // of slots
	own      time.Duration // of the variable, by which its age is judged
	last     time.Time     // of the newest point, zero without one
	recent   reading       // of a variable that is read by the hour: its newest value
	found    bool          // there is such a variable
	err      error
}

// reading is a power or an amount per hour.
type reading struct {
	value float64
	known bool
}

// usable reports whether there are figures to be shown.
func (p profile) usable() bool { return p.found && p.err == nil && !p.last.IsZero() }

// all are the slots that are known, the earlier ones first.
func (p profile) all() iter.Seq[series.Slot] {
	return func(yield func(series.Slot) bool) {
		if p.apart {
			for _, s := range p.before {
				if !yield(s) {
					return
				}
			}
		}
		for _, s := range p.slots {
			if !yield(s) {
				return
			}
		}
	}
}

// reach is how far back a page looks.
type reach int

const (
	byHour  reach = iota // today and this weekday last week by the hour: as much as tells the states of sites, which may be many
	oneDay               // 24 hours, and the hours of this weekday last week: for rows of lists
	twoDays              // yesterday and today, and the same last week
	week                 // eight days, which hold what is compared
)

// finestStep is the shortest step that is read as it is over days; finer ones are read by the hour, and their newest values by themselves.
const finestStep = 5 * time.Minute

// wantedProfile is a variable whose profile goes to a place.
type wantedProfile struct {
	to       *profile
	variable datahub.Variable
	unit     string
	zone     *time.Location

	course, before, newest question
	r, rb                  series.Range
	g, gb                  datahub.Granularity
}

// profiles reads what the list wants, in as few calls as there are kinds of variables. What one fails with stays in its profile; the error is what ends the session.
func (rd *reader) profiles(ctx context.Context, list []*wantedProfile, back reach) error {
	var all []*question
	for _, w := range list {
		all = append(all, w.ask(back, rd.now)...)
	}
	if err := rd.points(ctx, all); err != nil {
		return err
	}
	for _, w := range list {
		w.fill(rd.now)
	}
	return nil
}

// ask writes the questions about one variable.
func (w *wantedProfile) ask(back reach, now time.Time) []*question {
	day := midnight(now, w.zone, 0)
	w.r = series.Range{From: now.Add(-25 * time.Hour).Truncate(time.Hour), To: midnight(now, w.zone, 1), Zone: w.zone}
	w.rb = series.Range{From: midnight(now, w.zone, -7), To: midnight(now, w.zone, -6), Zone: w.zone}
	name := "day"
	switch back {
	case twoDays:
		name, w.r.From, w.rb.From = "two days", midnight(day, w.zone, -1), midnight(day, w.zone, -8)
	case week:
		name, w.r.From = "week", midnight(day, w.zone, -8)
	case byHour:
		name, w.r.From = "today", w.readingBefore(day)
	}
	w.course = w.question(name, w.r.From, now, back == byHour || w.fine())
	w.g = w.course.span.g
	list := []*question{&w.course}
	if back != week {
		w.before = w.question("", w.readingBefore(w.rb.From), w.rb.To, back == oneDay || back == byHour || w.fine())
		w.gb = w.before.span.g
		list = append(list, &w.before)
	}
	switch {
	case back == byHour:
		w.newest = newestQuestion(w.variable, now)
		list = append(list, &w.newest)
	case w.fine():
		w.newest = w.question("newest", now.Add(-30*time.Minute), now, false)
		list = append(list, &w.newest)
	}
	return list
}

// readingBefore is where a question by the hour begins: for a counter, an hour before the first hour that is wanted.
func (w *wantedProfile) readingBefore(from time.Time) time.Time {
	if w.variable.QuantityType == datahub.Cumulative {
		return from.Add(-time.Hour)
	}
	return from
}

func (w *wantedProfile) fine() bool { return w.variable.Step.Duration() < finestStep }

func (w *wantedProfile) question(name string, from, to time.Time, hours bool) question {
	q := question{variable: w.variable.ID, span: span{name: name, from: from, to: to, g: datahub.GranularityRaw}}
	if hours {
		q.span.g, q.span.agg = datahub.GranularityHour, aggregateOf(w.variable)
	}
	return q
}

// fill makes the profile of the answers. Without that about the newest value, where it was asked for, only the hour of it would be known, by which every meter is late.
func (w *wantedProfile) fill(now time.Time) {
	p := profile{variable: w.variable, found: true, own: w.variable.Step.Duration(), step: stepOf(w.variable, w.g)}
	defer func() { *w.to = p }()
	if p.err = cmp.Or(w.course.err, w.newest.err); p.err != nil {
		return
	}
	var ok bool
	if p.slots, p.unit, ok = amounts(w.variable, w.unit, series.Fill(w.course.points, w.r, w.g, p.step, now)); !ok {
		p.found = false
		return
	}
	if points := w.course.points; len(points) > 0 {
		p.last = points[len(points)-1].Time
	}
	p.before, p.apart = p.slots, w.before.variable != 0
	if p.apart {
		rb := series.Range{From: w.before.span.from, To: w.rb.To, Zone: w.zone}
		p.before, _, _ = amounts(w.variable, w.unit, series.Fill(w.before.points, rb, w.gb, stepOf(w.variable, w.gb), now))
	}
	w.fillNewest(&p)
}

// fillNewest takes time and value of the newest point, where the course only knows its hour.
func (w *wantedProfile) fillNewest(p *profile) {
	points := w.newest.points
	if len(points) == 0 {
		return
	}
	last := points[len(points)-1]
	p.last = last.Time
	r := series.Range{From: points[0].Time, To: last.Time.Add(p.own), Zone: w.zone}
	slots, _, _ := amounts(w.variable, w.unit, series.Fill(points, r, datahub.GranularityRaw, p.own, r.To))
	if n := len(slots); n > 0 && !slots[n-1].Missing {
		p.recent = reading{slots[n-1].Value / slots[n-1].End.Sub(slots[n-1].Start).Hours(), true}
	}
}

// stepOf is the length of a slot at a granularity.
func stepOf(v datahub.Variable, g datahub.Granularity) time.Duration {
	if g == datahub.GranularityHour {
		return time.Hour
	}
	return v.Step.Duration()
}
