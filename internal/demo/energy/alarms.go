package energy

import (
	"math"
	"slices"
	"time"
)

// Alarm is a rule about a variable. When it is broken is a pure function of the seed, the alarm and the time, like the data themselves.
type Alarm struct {
	ID       string // 24 hex digits
	Variable int    // id
	Source   int    // id
	Site     int    // id
	Name     string
	Binary   bool // present at 1 and absent at 0, of a condition; else a threshold
	Low      bool // present at or below Set and absent from Reset on; else the other way round
	Set      float64
	Reset    float64
	Priority int           // 1 is the most urgent, 3 the least
	Window   time.Duration // values are averaged over so much; 0 means that each one counts by itself
	Alive    Hours         // the alarm is silent outside; the zero Hours are the whole day

	cell  int64                     // days that begin is asked for at once
	begin func(m *moment) []episode // the episodes that begin in the cell that begins at m; nil for an alarm that has never fired
}

// Hours are the hours of a local day, from included, to excluded, such as 18.25 to 19.
type Hours struct{ From, To float64 }

// Change is a change of an alarm's state.
type Change struct {
	Time         time.Time // UTC
	Value        float64   // of the variable, when it happened
	Present      bool
	Acknowledged bool
	By           string // who acknowledged; empty for what the platform noticed by itself
}

// episode is a time during which an alarm is present, in seconds since 1970. Nobody acknowledges it where acknowledged is 0.
type episode struct {
	set, reset, acknowledged int64
	on, off                  float64 // the values at set and reset
}

const (
	lookBack   = 400 // days
	dispatcher = "Olivia Peeters"
)

// Changes returns the changes of a's state in [from, to), oldest first.
func (w *World) Changes(a Alarm, from, to time.Time) []Change {
	var found []Change
	if a.begin == nil || !from.Before(to) {
		return nil
	}
	last := a.cellOf(w.dateOf(to))
	for cell := a.cellOf(w.dateOf(from)) - 1; cell <= last; cell++ { // what began in the cell before may end in this one
		found = append(found, w.changesOf(a, cell, ceilSecond(from), ceilSecond(to))...)
	}
	slices.SortStableFunc(found, func(x, y Change) int { return x.Time.Compare(y.Time) })
	return found
}

// LastChange returns the newest change of a's state at or before t; false when there is none in the last 400 days.
func (w *World) LastChange(a Alarm, t time.Time) (Change, bool) {
	if a.begin == nil {
		return Change{}, false
	}
	end := t.Unix() + 1
	cell := a.cellOf(w.dateOf(t))
	found := w.changesOf(a, cell, math.MinInt64, end)
	for oldest := cell - 1 - lookBack/a.cell; cell > oldest; cell-- {
		found = append(found, w.changesOf(a, cell-1, math.MinInt64, end)...) // what began in the cell before may have ended in this one
		if len(found) > 0 {
			return slices.MaxFunc(found, func(x, y Change) int { return x.Time.Compare(y.Time) }), true
		}
	}
	return Change{}, false
}

// changesOf are the changes in [from, to) that the episodes of one cell bring.
func (w *World) changesOf(a Alarm, cell, from, to int64) []Change {
	var found []Change
	add := func(sec int64, value float64, present, acknowledged bool, by string) {
		if sec >= from && sec < to {
			found = append(found, Change{time.Unix(sec, 0).UTC(), value, present, acknowledged, by})
		}
	}
	site := w.Variables[w.byID[a.Variable]].site
	for _, e := range a.begin(w.moment(site, w.midnight(cell*a.cell))) {
		add(e.set, e.on, true, false, "")
		if e.acknowledged > 0 {
			add(e.acknowledged, e.on, true, true, dispatcher)
		}
		add(e.reset, e.off, false, false, "")
	}
	return found
}

func (a Alarm) cellOf(date int64) int64 { return floorDiv(date, a.cell) }

// dateOf numbers local days, from 1970-01-01 on.
func (w *World) dateOf(t time.Time) int64 {
	y, m, d := t.In(w.zone).Date()
	return floorDiv(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix(), 86400)
}

// midnight is the first second of a local day.
func (w *World) midnight(date int64) int64 {
	y, m, d := time.Unix(date*86400, 0).UTC().Date()
	return time.Date(y, m, d, 0, 0, 0, 0, w.zone).Unix()
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// sets reports whether a value makes the alarm present.
func (a Alarm) sets(x float64) bool {
	if a.Low {
		return x <= a.Set
	}
	return x >= a.Set
}

// resets reports whether a value makes the alarm absent again.
func (a Alarm) resets(x float64) bool {
	if a.Low {
		return x >= a.Reset
	}
	return x <= a.Reset
}
