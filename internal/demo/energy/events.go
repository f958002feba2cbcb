package energy

import (
	"slices"
	"time"
)

// Event is something that happened at a site.
type Event struct {
	ID      int
	Site    int   // id
	Sources []int // ids
	Type    int   // of EventTypes
	Title   string
	From    time.Time // UTC
	To      time.Time // UTC; From for a moment
}

// EventTypes are the kinds of events.
var EventTypes = []Entry{{doorEvent, "Door"}, {workEvent, "Maintenance"}, {testEvent, "Test"}, {outageEvent, "Outage"}, {changeEvent, "Change"}, {noteEvent, "Note"}}

const (
	doorEvent = iota + 1
	workEvent
	testEvent
	outageEvent
	changeEvent
	noteEvent
)

// Events returns what happened to account's sites and began in [from, to), oldest first. Like the data it is a pure function of time.
func (w *World) Events(account int64, from, to time.Time) []Event {
	var found []Event
	for _, h := range w.happenings() {
		if w.Sites[h.site].Account != account || !from.Before(to) {
			continue
		}
		for date := w.dateOf(from); date <= w.dateOf(to); date++ {
			for _, e := range h.on(w.moment(h.site, w.midnight(date))) {
				if !e.From.Before(from) && e.From.Before(to) {
					e.Site, e.Sources, e.Type, e.Title = w.Sites[h.site].ID, h.sources, h.kind, h.title
					found = append(found, e)
				}
			}
		}
	}
	slices.SortStableFunc(found, func(a, b Event) int { return a.From.Compare(b.From) })
	return found
}

// Event returns the event of an id, whenever it is; false when account's sites have none.
func (w *World) Event(account int64, id int) (Event, bool) {
	from := time.Unix(w.midnight(int64(id%1_000_000/100)+firstDate), 0)
	for _, e := range w.Events(account, from, from.AddDate(0, 0, 1)) {
		if e.ID == id {
			return e, true
		}
	}
	return Event{}, false
}

// happening is a kind of thing that happens at a site, and when.
type happening struct {
	site    int // index
	sources []int
	kind    int
	title   string
	on      func(m *moment) []Event // what begins on the day that begins at m; only the id and the times are set
}

// happenings are all that happens, by numbers that are part of the events' ids.
func (w *World) happenings() []happening {
	source := func(site int, name string) []int {
		for _, s := range w.Sources {
			if s.Site == w.Sites[site-1].ID && s.Name == name {
				return []int{s.ID}
			}
		}
		panic("energy: no source " + name)
	}
	all := []happening{
		{6, source(6, "Rooms"), doorEvent, "Dock door opened", doors},
		{12, source(12, "Common electricity meter"), changeEvent, "Meter exchanged", spell(onDate(20260518), 9, 0.5)},
		{8, source(8, "Main electricity meter"), testEvent, "Emergency generator tested", spell((*day).firstTuesday, 10, 1)},
		{11, source(11, "Main electricity meter"), testEvent, "UPS batteries tested", spell((*day).secondWednesday, 6, 0.5)},
		{11, source(11, "Rack rows"), changeEvent, "Servers moved from row 3 to row 4", spell(onDate(20260316), 8, 9)},
		{9, source(9, "Water meter"), workEvent, "Water meter serviced", spell((*day).thirdMonday, 11+47.0/60, 4+23.0/60)},
		{7, source(7, "Boiler house"), outageEvent, "Gateway offline", spell(func(d *day) bool { return d.dayOfMonth == 1 }, 1, 3.5)},
		{7, source(7, "Boiler house"), workEvent, "Heat exchangers cleaned", spell(mended(exchangers), 8, 3)},
		{9, source(9, "Main electricity meter"), workEvent, "Filters cleaned", spell(mended(filters), 7, 1)},
		{1, source(1, "Main electricity meter"), outageEvent, "Gateway without power", spell(onDate(silentDay), 0, 24)},
		{8, source(8, "Gas meter"), noteEvent, "Gas meter stuck: replaced", spell(onDate(20251107), 1, 1)},
	}
	for i := range all {
		all[i].site--
		on, number := all[i].on, i
		all[i].on = func(m *moment) []Event {
			date := (m.sec+43200)/86400 - firstDate
			events := on(m)
			for n := range events {
				events[n].ID = number*1_000_000 + int(date)*100 + n + 1
			}
			return events
		}
	}
	return all
}

// firstDate is 2020-01-01, in days since 1970. Ids of events count from it.
const firstDate = 18_262

// doors are a day's openings of the dock door, as far as a hundred of them go.
func doors(m *moment) []Event {
	var found []Event
	for sec := m.day.start + 120; sec < m.day.end; sec += doorSlot {
		found = append(found, lasting(sec, doorOpen))
	}
	return found
}

// spell is something that lasts some hours from an hour on, on the days that when tells.
func spell(when func(*day) bool, from, hours float64) func(*moment) []Event {
	return func(m *moment) []Event {
		if !when(&m.day) {
			return nil
		}
		return []Event{lasting(m.day.start+int64(from*3600), int64(hours*3600))}
	}
}

func lasting(sec, seconds int64) Event {
	return Event{From: time.Unix(sec, 0).UTC(), To: time.Unix(sec+seconds, 0).UTC()}
}

func onDate(date int) func(*day) bool { return func(d *day) bool { return d.date == date } }

// mended are the days on which something that creeps is cleaned.
func mended(shift int64) func(*day) bool {
	return func(d *day) bool { return ((d.start+43200)/86400+shift)%creepDays == 0 }
}
