package pages

import (
	"slices"
	"time"

	"portico/internal/locale"
	"portico/internal/series"
	"portico/web/templates"
)

// Bounds on what is named one by one.
const (
	spikesNamed = 4
	stillNamed  = 3
)

// stillFrom is from which time on a value that does not change is worth a word.
const stillFrom = stillDays * 24 * time.Hour

// stateNotes say what is peculiar about the values of a line: which came late, which lie in the future, where the meter stood still.
func (d *exploreData) stateNotes(line *exploreLine, l locale.Locale) []string {
	notes := d.lateNotes(line, l)
	if line.ahead > 0 {
		notes = append(notes, l.T("states.future", l.Duration(max(line.ahead.Round(time.Minute), time.Minute))))
	}
	slots := line.slots
	if line.readings != nil {
		slots = nil // of a counter that stands still nothing was used
	}
	for i, run := range series.Still(slots, stillFrom) {
		if i == stillNamed {
			break
		}
		notes = append(notes, l.T("states.still", l.Int(int(run.To.Sub(run.From).Hours())), line.quantity(run.Value, l), l.DateTime(run.From.In(d.zone), d.now), l.DateTime(run.To.In(d.zone), d.now)))
	}
	if len(line.slots) > 0 && line.slots[0].State == series.Estimated {
		notes = append(notes, l.T("states.calculated"))
	}
	return notes
}

// lateNotes say what came late, and what figures did not have before.
func (d *exploreData) lateNotes(line *exploreLine, l locale.Locale) []string {
	var notes []string
	for _, c := range line.late {
		in := between(line.slots, c.From, c.To)
		sum := series.Summarize(in)
		if sum.Count == 0 {
			continue
		}
		to := l.Time(c.To.In(d.zone))
		if midnight(c.From, d.zone, 0) != midnight(c.To, d.zone, 0) {
			to = l.DateTime(c.To.In(d.zone), d.now)
		}
		note := l.T("states.late", sum.Count, l.DateTime(c.From.In(d.zone), d.now), to, l.DateTime(c.seen.In(d.zone), d.now))
		if line.isAmount(d.granularity) {
			note += " " + l.T("states.late-sum", line.quantity(sum.Sum, l))
		}
		notes = append(notes, note)
	}
	return notes
}

// spikeNotes name the values that stand far out, without links.
func (d *exploreData) spikeNotes(line *exploreLine, l locale.Locale) []string {
	var notes []string
	for _, s := range series.Spikes(line.slots) {
		if len(notes) == spikesNamed {
			break
		}
		notes = append(notes, l.T("states.spike", line.quantity(s.Value, l), d.when(s.Start, l)))
	}
	for _, t := range d.leftOut(line) {
		notes = append(notes, l.T("states.left-out", d.when(t, l)))
	}
	return notes
}

// leftOut are the times of the range at which a value of the line is left out.
func (d *exploreData) leftOut(line *exploreLine) []time.Time {
	return slices.DeleteFunc(slices.Clone(line.without), func(t time.Time) bool { return t.Before(d.r.From) || !t.Before(d.r.To) })
}

// tooMany says how many values were asked for, how many there can be and what is shown instead, and leads to the part of the range that can be shown as asked.
func (d *exploreData) tooMany(l locale.Locale) []templates.LinkedNote {
	if !d.coarsened {
		return nil
	}
	total := 0
	for _, line := range d.lines {
		total += series.Count(d.r, d.asked, line.variable.Step.Duration())
	}
	most := min(series.Longest*len(d.lines), mostValues)
	note := templates.LinkedNote{Text: l.T("series.coarsened", l.Int(total), l.Int(most), d.stepName(d.granularity, l))}
	if total <= most { // how many there are is not known, or one variable has too many of them
		note.Text = l.T("series.coarsened-some", d.stepName(d.granularity, l))
	}
	if r, ok := d.closer(); ok {
		note.Link = templates.Link{Text: l.T("series.closer", l.Range(r.From.In(d.zone), r.To.In(d.zone))), Href: d.query.span(r)}
	}
	return []templates.LinkedNote{note}
}

// outliers name what stands far out, each with a link that leaves it out, and what is left out, each with a link that brings it back.
func (d *exploreData) outliers(l locale.Locale) []templates.LinkedNote {
	list := d.tooMany(l)
	for i := range d.lines {
		line := &d.lines[i]
		name := func(text string) string {
			if len(d.lines) > 1 {
				return l.T("problem.named", d.name(i), text)
			}
			return text
		}
		for n, s := range series.Spikes(line.slots) {
			if n == spikesNamed || len(d.query.omit) == omissionsMost {
				break
			}
			o := omission{line.variable.ID, s.Start.Unix()}
			list = append(list, templates.LinkedNote{Text: name(l.T("states.spike", line.quantity(s.Value, l), d.when(s.Start, l))),
				Link: templates.Link{Text: l.T("states.leave-out"), Href: d.query.href(func(q *exploreQuery) { q.omit = append(q.omit, o) })}})
		}
		for _, t := range d.leftOut(line) {
			o := omission{line.variable.ID, t.Unix()}
			list = append(list, templates.LinkedNote{Text: name(l.T("states.left-out", d.when(t, l))),
				Link: templates.Link{Text: l.T("states.bring-back"), Href: d.query.href(func(q *exploreQuery) {
					q.omit = slices.DeleteFunc(q.omit, func(x omission) bool { return x == o })
				})}})
		}
	}
	return list
}
