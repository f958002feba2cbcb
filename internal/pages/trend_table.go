package pages

import (
	"time"

	"portico/internal/locale"
	"portico/internal/series"
	"portico/web/templates"
)

// table writes the slots of all lines in rows, gaps included: a gap is a dash, never a zero.
func (t trendData) table(title string, l locale.Locale) templates.TableModel {
	m := templates.TableModel{Title: l.T("chart.table"), Caption: title, Columns: []string{l.T("column.time")}}
	if len(t.lines) == 0 {
		return m
	}
	rows, more := t.tableSlots()
	if more > 0 {
		m.More = l.T("chart.table-more", more)
	}
	values := make([]map[int64]series.Slot, len(t.lines))
	for i, line := range t.lines {
		unit := t.unit
		if line.right {
			unit = t.rightUnit
		}
		m.Columns = append(m.Columns, locale.Join(line.label, locale.Bracket(unit)))
		if len(rows) > 0 {
			values[i] = byStart(between(line.slots, rows[0].Start, rows[len(rows)-1].End))
		}
	}
	for _, s := range rows {
		row := []string{t.when(s, l)}
		for i := range t.lines {
			cell := locale.None
			if v, ok := values[i][s.Start.Unix()]; ok {
				cell = t.cell(v, l)
			}
			row = append(row, cell)
		}
		m.Rows = append(m.Rows, row)
	}
	return m
}

// tableSlots are the rows of the table, those of the line with the finest steps, and how many more there would be.
func (t trendData) tableSlots() (rows []series.Slot, more int) {
	finest := t.lines[0].slots
	for _, line := range t.lines {
		if len(line.slots) > len(finest) && !line.compare {
			finest = line.slots
		}
	}
	for _, s := range finest {
		if s.Future {
			continue
		}
		if len(rows) == tableRows {
			return rows, len(finest) - tableRows
		}
		rows = append(rows, s)
	}
	return rows, 0
}

// cell writes a value, and that it came late.
func (t trendData) cell(s series.Slot, l locale.Locale) string {
	text := l.Precise(rounded(s.Value))
	if s.State == series.Late && t.late != "" {
		text += " (" + t.late + ")"
	}
	return text
}

// byStart holds the slots with a value by the Unix time of their start.
func byStart(slots []series.Slot) map[int64]series.Slot {
	values := make(map[int64]series.Slot, len(slots))
	for _, s := range slots {
		if !s.Missing {
			values[s.Start.Unix()] = s
		}
	}
	return values
}

func (t trendData) when(s series.Slot, l locale.Locale) string {
	return slotTime(s, t.r.Zone, t.now, l)
}

// slotTime writes a slot's start as exactly as its length asks for. An hour that a night shows twice carries its zone.
func slotTime(s series.Slot, zone *time.Location, now time.Time, l locale.Locale) string {
	at := s.Start.In(zone)
	switch d := s.End.Sub(s.Start); {
	case d >= 200*24*time.Hour:
		return at.Format("2006")
	case d >= 28*24*time.Hour:
		return l.Month(at)
	case d >= 23*time.Hour:
		return l.Date(at)
	}
	text := l.DateTime(at, now)
	if twice(at) {
		text += " " + at.Format("MST")
	}
	return text
}

// twice reports whether a wall clock shows t's time twice that day.
func twice(t time.Time) bool {
	for _, d := range []time.Duration{-time.Hour, time.Hour} {
		if o := t.Add(d); o.Hour() == t.Hour() && o.Minute() == t.Minute() {
			return true
		}
	}
	return false
}
