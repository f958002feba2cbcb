package export

import (
	"iter"
	"strings"
	"time"

	"portico/internal/locale"
	"portico/internal/series"
)

// Line is one variable over time.
type Line struct {
	Name  string
	Unit  string
	Slots iter.Seq2[series.Slot, error] // oldest first
}

// Course is what variables did over a range, and how that was found out. It makes one table.
type Course struct {
	Lines       []Line
	Range       series.Range
	Granularity string // in words
	Aggregation string
	Facts       []Fact // what else is to be said, first
	Made        time.Time
	By          string // who made it
	Address     string // of the page that shows the same

	count, expected, late int // values, as far as rows were made
}

// Table has a row for each slot of any line: its beginning, its end, by how much clocks were ahead of UTC, a column for each line, and whether values are missing, came late or are calculated. A slot
// that no value came for is a row all the same; one that nothing is expected for yet is not.
func (c *Course) Table(l locale.Locale) Table {
	t := Table{Columns: []Column{{Title: l.T("export.begin", c.Range.Zone.String())}, {Title: l.T("export.end")}, {Title: l.T("export.offset")}}}
	var names []string
	for _, line := range c.Lines {
		names = append(names, line.Name)
		t.Columns = append(t.Columns, Column{Title: line.Name, Unit: line.Unit})
	}
	t.Title = strings.Join(names, ", ")
	t.Columns = append(t.Columns, Column{Title: l.T("export.state")})
	t.Rows = func(yield func([]Cell, error) bool) {
		for m, err := range c.moments() {
			if err != nil {
				yield(nil, err)
				return
			}
			if row, show := c.row(m, l); show && !yield(row, nil) {
				return
			}
		}
	}
	t.About = func() []Fact { return c.about(t.Title, l) }
	return t
}

// instant is a slot of time with what each line has there; nil is a line that has no slot there.
type instant struct {
	start, end time.Time
	slots      []*series.Slot
}

func (c *Course) row(m instant, l locale.Locale) ([]Cell, bool) {
	row := []Cell{Time(m.start), Time(m.end), Text(locale.Offset(m.start.In(c.Range.Zone)))}
	var missing []string
	states := map[series.State][]string{} // names of the lines
	values, expected := 0, 0
	for i, s := range m.slots {
		cell := Cell{}
		if s != nil && !s.Future {
			expected++
		}
		switch {
		case s == nil || s.Missing && s.Future:
		case s.Missing:
			missing = append(missing, c.Lines[i].Name)
		default:
			cell = Number(s.Value)
			states[s.State] = append(states[s.State], c.Lines[i].Name)
			values++
		}
		row = append(row, cell)
	}
	c.count += values
	c.expected += expected
	c.late += len(states[series.Late])
	switch {
	case expected == 0 && values == 0:
		return nil, false
	case values == 0:
		return append(row, Text(l.T("export.no-data"))), true
	}
	return append(row, Text(c.state(missing, states, l))), true
}

// state says what is to be known of the values of a row; of which lines, unless it is so of all.
func (c *Course) state(missing []string, states map[series.State][]string, l locale.Locale) string {
	var list []string
	if len(missing) > 0 {
		list = append(list, l.T("export.partly", strings.Join(missing, ", ")))
	}
	for _, s := range []struct {
		state   series.State
		all, of locale.Key
	}{{series.Late, "export.state-late", "export.late-of"}, {series.Estimated, "export.state-estimated", "export.estimated-of"}} {
		switch names := states[s.state]; len(names) {
		case 0:
		case len(c.Lines):
			list = append(list, l.T(s.all))
		default:
			list = append(list, l.T(s.of, strings.Join(names, ", ")))
		}
	}
	if list == nil {
		return l.T("export.state-measured")
	}
	return strings.Join(list, "; ")
}

// moments goes through all lines side by side, by time.
func (c *Course) moments() iter.Seq2[instant, error] {
	return func(yield func(instant, error) bool) {
		heads := make([]*series.Slot, len(c.Lines))
		next := make([]func() (series.Slot, error, bool), len(c.Lines))
		for i, line := range c.Lines {
			pull, stop := iter.Pull2(line.Slots)
			defer stop()
			next[i] = pull
		}
		advance := func(i int) error {
			s, err, ok := next[i]()
			if heads[i] = nil; ok && err == nil {
				heads[i] = &s
			}
			return err
		}
		for i := range next {
			if err := advance(i); err != nil {
				yield(instant{}, err)
				return
			}
		}
		for {
			m, ok := earliest(heads)
			if !ok || !yield(m, nil) {
				return
			}
			for i := range m.slots {
				if m.slots[i] == nil {
					continue
				}
				if err := advance(i); err != nil {
					yield(instant{}, err)
					return
				}
			}
		}
	}
}

// earliest gathers the slots that begin first.
func earliest(heads []*series.Slot) (instant, bool) {
	var first *series.Slot
	for _, s := range heads {
		if s != nil && (first == nil || s.Start.Before(first.Start)) {
			first = s
		}
	}
	if first == nil {
		return instant{}, false
	}
	m := instant{start: first.Start, end: first.End, slots: make([]*series.Slot, len(heads))}
	for i, s := range heads {
		if s != nil && s.Start.Equal(m.start) {
			m.slots[i] = s
		}
	}
	return m, true
}

// about describes the table after its last row, when it is known how complete it is.
func (c *Course) about(what string, l locale.Locale) []Fact {
	var units []string
	for _, line := range c.Lines {
		if line.Unit != "" {
			units = append(units, line.Unit)
		}
	}
	share := 1.0
	if c.expected > 0 {
		share = min(float64(c.count)/float64(c.expected), 1)
	}
	facts := append([]Fact{{l.T("export.what"), Text(what)}}, c.Facts...)
	return append(facts,
		Fact{l.T("fact.unit"), Text(strings.Join(units, ", "))},
		Fact{l.T("fact.zone"), Text(c.Range.Zone.String())},
		Fact{l.T("time.from"), Time(c.Range.From)},
		Fact{l.T("time.to"), Time(c.Range.To)},
		Fact{l.T("series.granularity"), Text(c.Granularity)},
		Fact{l.T("series.aggregate"), Text(c.Aggregation)},
		Fact{l.T("export.completeness"), Text(l.T("export.completeness-is", l.Percent(share), c.count, c.expected))},
		Fact{l.T("export.late"), Text(l.T("export.late-is", c.late))},
		Fact{l.T("export.made"), Time(c.Made)},
		Fact{l.T("export.by"), Text(c.By)},
		Fact{l.T("export.address"), Text(c.Address)},
	)
}
