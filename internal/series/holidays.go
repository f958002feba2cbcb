package series

import (
	"slices"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/be"
	"github.com/rickar/cal/v2/de"
	"github.com/rickar/cal/v2/fr"
	"github.com/rickar/cal/v2/gb"
	"github.com/rickar/cal/v2/nl"
)

// holidaysIn are the public holidays of the country that a zone is named for; elsewhere they are Belgium's.
var holidaysIn = map[string][]*cal.Holiday{"Europe/Amsterdam": nl.Holidays, "Europe/Berlin": de.Holidays, "Europe/London": gb.Holidays, "Europe/Paris": fr.Holidays}

// holidays are the public holidays of a country, found out year by year.
type holidays struct {
	list  []*cal.Holiday
	known map[int]map[int]*cal.Holiday // year → day, as day numbers it → holiday
}

func holidaysOf(zone *time.Location) *holidays {
	list, ok := holidaysIn[zone.String()]
	if !ok {
		list = be.Holidays
	}
	return &holidays{list, map[int]map[int]*cal.Holiday{}}
}

// on is the holiday that a day is, nil for any other day.
func (h *holidays) on(n int) *cal.Holiday {
	year := dateOf(n).Year()
	of, ok := h.known[year]
	if !ok {
		of = map[int]*cal.Holiday{}
		for _, x := range h.list {
			if _, at := x.Calc(year); !at.IsZero() {
				of[day(at, at.Location())] = x
			}
		}
		h.known[year] = of
	}
	return of[n]
}

// counterpart is the day that one is compared with: a holiday with itself a year before, any other day with the same weekday 52 weeks before, or the nearest one before that which was no holiday.
func (h *holidays) counterpart(n int) int {
	if x := h.on(n); x != nil {
		if _, at := x.Calc(dateOf(n).Year() - 1); !at.IsZero() {
			return day(at, at.Location())
		}
	}
	n -= 364
	for h.on(n) != nil {
		n -= 7
	}
	return n
}

// dateOf is a numbered day as a date.
func dateOf(n int) time.Time { return time.Unix(int64(n)*86400, 0).UTC() }

// startOf is where a numbered day starts in zone.
func startOf(n int, zone *time.Location) time.Time {
	y, m, d := dateOf(n).Date()
	return DayStart(y, m, d, zone)
}

// days numbers the first and the last day of r.
func (r Range) days() (first, last int) {
	return day(r.From, r.Zone), max(day(r.From, r.Zone), day(r.To.Add(-1), r.Zone))
}

// counterparts is the range that holds all days that those of r are compared with.
func (r Range) counterparts() Range {
	h := holidaysOf(r.Zone)
	first, last := r.days()
	from, to := h.counterpart(first), h.counterpart(first)
	for n := first; n <= last; n++ {
		of := h.counterpart(n)
		from, to = min(from, of), max(to, of)
	}
	return Range{startOf(from, r.Zone), startOf(to+1, r.Zone), r.Zone}
}

// alignDays shows each day of r beside the one that it is compared with.
func (r Range) alignDays(slots []Slot) (out []Slot) {
	h := holidaysOf(r.Zone)
	at := func(t time.Time) int {
		i, _ := slices.BinarySearchFunc(slots, t, func(s Slot, t time.Time) int { return s.Start.Compare(t) })
		return i
	}
	first, last := r.days()
	for n := first; n <= last; n++ {
		of, part := h.counterpart(n), Range{startOf(n, r.Zone), startOf(n+1, r.Zone), r.Zone}
		if part.From.Before(r.From) {
			part.From = r.From
		}
		if part.To.After(r.To) {
			part.To = r.To
		}
		out = append(out, part.moved(slots[at(startOf(of, r.Zone)):at(startOf(of+1, r.Zone))], n-of, 0, 0)...)
	}
	return out
}
