package pages

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"portico/internal/datahub"
	"portico/internal/series"
)

// marks are what happened in the range besides the values. What could not be read leaves the picture poorer, and said so.
type marks struct {
	found     []datahub.Alarm // all of the variables
	alarms    []alarmSpan
	levels    []datahub.Alarm // whose set and reset values are shown
	alarmsErr error
	events    []datahub.Event
	eventsErr error
	crowded   bool // there are too many events to be marked
}

// alarmSpan is a time in which an alarm was present.
type alarmSpan struct {
	alarm    datahub.Alarm
	from, to time.Time
}

const (
	mostAlarms = 8   // whose history is read
	mostLevels = 2   // whose levels are drawn
	mostFlags  = 60  // that have room beside each other
	flagDays   = 400 // of a range whose events are marked: in a longer one each flag would stand for dozens of them
)

// readMarks reads what happened in the range, side by side.
func (d *exploreData) readMarks(ctx context.Context, rd *reader) error {
	return rd.all(ctx, d.readAlarms, d.readEvents)
}

// readAlarms reads the alarms of the variables and when they were present.
func (d *exploreData) readAlarms(ctx context.Context, rd *reader) error {
	ids := make([]datahub.VariableID, len(d.lines))
	for i := range d.lines {
		ids[i] = d.lines[i].variable.ID
	}
	found, err := rd.alarms(ctx, datahub.AlarmQuery{Variables: ids})
	if err != nil {
		d.marks.alarmsErr = err
		return endsSession(err)
	}
	alarms := slices.SortedFunc(slices.Values(found), func(a, b datahub.Alarm) int { return cmp.Compare(a.ID, b.ID) })
	d.marks.found, alarms = alarms, alarms[:min(len(alarms), mostAlarms)]
	if len(alarms) <= mostLevels {
		d.marks.levels = alarms
	}
	to := earlierOf(d.r.To, d.now)
	spans, failed := make([][]alarmSpan, len(alarms)), make([]error, len(alarms))
	err = rd.histories(ctx, alarms, d.r.From, to, func(i int, changes []datahub.StateChange, err error) {
		if failed[i] = err; err == nil {
			spans[i] = spansOf(alarms[i], changes, d.r.From, to)
		}
	})
	d.marks.alarms, d.marks.alarmsErr = slices.Concat(spans...), errors.Join(failed...)
	return err
}

// spansOf finds when an alarm was present out of its changes, newest first. Whether it was at the start is known from its first change, or without any from its newest state.
func spansOf(a datahub.Alarm, changes []datahub.StateChange, from, to time.Time) []alarmSpan {
	var spans []alarmSpan
	present, since := a.Latest != nil && a.Latest.State.Present && a.Latest.Time.Before(to), from
	if n := len(changes); n > 0 {
		first := changes[n-1].State // that it was acknowledged says that it was there
		present = !first.Present || first.Acknowledged
	}
	for _, c := range slices.Backward(changes) {
		switch {
		case c.State.Present && !present:
			since = c.Time
		case !c.State.Present && present:
			spans = append(spans, alarmSpan{a, since, c.Time})
		}
		present = c.State.Present
	}
	if present && since.Before(to) {
		spans = append(spans, alarmSpan{a, since, to})
	}
	return spans
}

// readEvents reads the events at the sites of the variables.
func (d *exploreData) readEvents(ctx context.Context, rd *reader) error {
	if d.r.Days() > flagDays {
		d.marks.crowded = true
		return nil
	}
	sites := d.sites()
	events, failed := make([][]datahub.Event, len(sites)), make([]error, len(sites))
	err := each(ctx, sites, func(ctx context.Context, i int, site datahub.SiteID) error {
		events[i], failed[i] = rd.hub.Events(ctx, datahub.EventQuery{Site: site, From: d.r.From, To: d.r.To})
		return endsSession(failed[i])
	})
	d.marks.events, d.marks.eventsErr = slices.Concat(events...), errors.Join(failed...)
	slices.SortFunc(d.marks.events, func(a, b datahub.Event) int { return a.From.Compare(b.From) })
	return err
}

// overview is the longer time around the range, of the first variable.
type overview struct {
	r     series.Range
	unit  string // of its parts: d, M or y
	slots []series.Slot
	err   error
}

// readOverview reads the month, the year or the years around the range.
func (d *exploreData) readOverview(ctx context.Context, rd *reader) error {
	o, g := &d.overview, datahub.GranularityDay
	switch days := d.r.Days(); {
	case days <= 4:
		o.r, o.unit, g = d.r.Around("M"), "d", datahub.GranularityHour
	case days <= 200:
		o.r, o.unit = d.r.Around("y"), "M"
	default:
		o.r, o.unit, g = d.r.Around("y").Widen(2, "y"), "y", datahub.GranularityMonth
	}
	read := d.lines[0].read(ctx, rd, o.r, g)
	o.slots, o.err = over(read.slots, d.now), read.err
	return endsSession(o.err)
}

// over are the slots up to the first that is not over yet: what is known of it is less than it will be, and looks like a fall.
func over(slots []series.Slot, now time.Time) []series.Slot {
	n := slices.IndexFunc(slots, func(s series.Slot) bool { return s.End.After(now) })
	if n < 0 {
		return slots
	}
	return slots[:n]
}
