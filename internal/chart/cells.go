package chart

import (
	"math"
	"strconv"
	"time"

	"portico/internal/series"
)

// Ramp turns values into the nine steps of a sequence.
type Ramp struct {
	Low, High float64
	Cool      bool // the blue sequence, for water and cold; else the warm one
}

// steps is the number of colours of a sequence.
const steps = 9

// class is the class of a value's step: q0 for the lowest.
func (r Ramp) class(v float64) string {
	return "q" + strconv.Itoa(int(r.share(v)*(steps-1)+0.5))
}

// share is where a value stands between the ends, 0 to 1.
func (r Ramp) share(v float64) float64 {
	if r.High <= r.Low {
		return 0.5
	}
	return min(max((v-r.Low)/(r.High-r.Low), 0), 1)
}

func (r Ramp) sequence() string {
	if r.Cool {
		return " cool"
	}
	return ""
}

// key draws the sequence with its ends, at the foot of a picture.
func (p *pen) key(f Frame, r Ramp) {
	const w, h = 18.0, 8.0
	x, y := float64(f.Width)-right-steps*w, float64(f.Height)-12
	high := f.Value(r.High)
	x -= 6 + 7*float64(len([]rune(high)))
	p.text("tick", x-6, y+h, "end", f.Value(r.Low))
	for i := range steps {
		p.put(`<rect class="cell q`, i, `" x="`, x+float64(i)*w, `" y="`, y, `" width="`, w, `" height="`, h, `"/>`)
	}
	p.text("tick", x+steps*w+6, y+h, "start", high)
}

// title writes what a part of a picture says.
func (p *pen) title(label func(int) string, i int) {
	if label == nil {
		return
	}
	p.put(`<title>`, escape(label(i)), `</title>`)
}

// CalendarSpec describes the days of a range.
type CalendarSpec struct {
	Frame    // Height is not looked at: it follows from the years
	Range    series.Range
	Days     []series.Slot // local days
	Ramp     Ramp
	Weekdays [7]string // from Monday, short
	Month    func(time.Time) string
	Label    func(i int) string // what Days[i] says, on hover and read out
	Href     func(i int) string // where it leads; nil for nowhere
}

// leastCell is the least side of a day's square: in smaller ones the names of the weekdays write over each other.
const leastCell = 8.0

// Calendar draws a square for each day: weeks side by side, Monday on top, a row of weeks for each year or for what there is, or several where one has no room.
func Calendar(s CalendarSpec) SVG {
	const head, foot, names = 18.0, 26.0, 34.0
	most := max(1, int((float64(s.Width)-names-right)/leastCell))
	var rows []calendarRow
	for _, row := range rowsOf(s.Days, s.Range.Zone) {
		rows = append(rows, row.split(weekday(s.Days[row.from].Start.In(s.Range.Zone)), most)...)
	}
	weeks := 1
	for _, row := range rows {
		weeks = max(weeks, row.weeks)
	}
	size := math.Floor(min((float64(s.Width)-names-right)/float64(weeks), 40)*2) / 2
	block := 7*size + head + 6
	s.Height = int(block*float64(len(rows)) + foot)
	var p pen
	p.open(s.Frame, "calendar"+s.Ramp.sequence(), "group")
	p.hatch(s.ID)
	for i, row := range rows {
		p.weeks(s, row, float64(i)*block+head, names, size)
	}
	p.key(s.Frame, s.Ramp)
	return p.close()
}

// calendarRow is a row of weeks: days[from:to].
type calendarRow struct{ from, to, weeks, year int }

// rowsOf begins a row with each year when there are more than 53 weeks.
func rowsOf(days []series.Slot, zone *time.Location) []calendarRow {
	var rows []calendarRow
	for i, d := range days {
		year := d.Start.In(zone).Year()
		if len(rows) == 0 || len(days) > 371 && year != rows[len(rows)-1].year {
			rows = append(rows, calendarRow{from: i, year: year})
		}
		row := &rows[len(rows)-1]
		row.to = i + 1
		row.weeks = (i-row.from+weekday(days[row.from].Start.In(zone)))/7 + 1
	}
	return rows
}

// split makes rows of about the same length, none longer than most weeks; the first day is so many days after a Monday.
func (r calendarRow) split(after, most int) (rows []calendarRow) {
	n := (r.weeks + most - 1) / most
	days := 7 * ((r.weeks + n - 1) / n)
	for from := r.from; from < r.to; after = 0 {
		to := min(from+days-after, r.to)
		rows = append(rows, calendarRow{from: from, to: to, weeks: (after + to - from + 6) / 7, year: r.year})
		from = to
	}
	return rows
}

// weekday is 0 for Monday.
func weekday(t time.Time) int { return (int(t.Weekday()) + 6) % 7 }

func (p *pen) weeks(s CalendarSpec, row calendarRow, y, x, size float64) {
	for d := 0; d < 7; d += 2 {
		p.text("tick", x-6, y+size*(float64(d)+0.5)+4, "end", s.Weekdays[d])
	}
	shift, labelled := weekday(s.Days[row.from].Start.In(s.Range.Zone)), -40.0
	for i := row.from; i < row.to; i++ {
		day, at := s.Days[i], s.Days[i].Start.In(s.Range.Zone)
		cx, cy := x+size*float64((i-row.from+shift)/7), y+size*float64((i-row.from+shift)%7)
		if (at.Day() == 1 || i == row.from) && cx-labelled >= 40 {
			p.text("tick", cx, y-6, "start", s.Month(at))
			labelled = cx
		}
		p.cell(s.ID, day, s.Ramp, [4]float64{cx, cy, size - 1, size - 1}, func() {
			p.title(s.Label, i)
		}, link(s.Href, i))
	}
}

func link(href func(int) string, i int) string {
	if href == nil {
		return ""
	}
	return href(i)
}

// cell draws one value as a coloured box, hatched when it is missing and empty when it is still to come.
func (p *pen) cell(id string, s series.Slot, r Ramp, box [4]float64, inside func(), href string) {
	if href != "" {
		p.put(`<a href="`, escape(href), `">`)
	}
	class, fill := "cell", ""
	switch {
	case s.Missing && s.Future:
		class = "cell none"
	case s.Missing:
		class, fill = "gap", ` fill="url(#`+escape(id)+`-gap)"`
	default:
		class = "cell " + r.class(s.Value) + stateClass(s.State)
	}
	p.put(`<rect class="`, class, `"`, fill, ` x="`, box[0], `" y="`, box[1], `" width="`, box[2], `" height="`, box[3], `">`)
	inside()
	p.put(`</rect>`)
	if href != "" {
		p.put(`</a>`)
	}
}

// ProfileSpec describes an average week.
type ProfileSpec struct {
	Frame
	Profile  series.Profile
	Ramp     Ramp
	Weekdays [7]string
	Hour     func(h int) string
	Label    func(day, hour int) string
}

// Profile draws the 168 hours of a week: days from the top, hours from the left.
func Profile(s ProfileSpec) SVG {
	p := newPlot(s.Frame, right)
	p.y1, p.y0 = 22, float64(s.Height-26)
	w, h := (p.x1-p.x0)/24, (p.y0-p.y1)/7
	p.open(s.Frame, "profile"+s.Ramp.sequence(), "img")
	p.hatch(s.ID)
	for d := range 7 {
		p.text("tick", p.x0-6, p.y1+h*(float64(d)+0.5)+4, "end", s.Weekdays[d])
		for hour := range 24 {
			c := s.Profile[d][hour]
			p.cell(s.ID, series.Slot{Value: c.Mean, Missing: c.Count == 0}, s.Ramp, [4]float64{p.x0 + w*float64(hour), p.y1 + h*float64(d), w - 1, h - 1}, func() {
				p.put(`<title>`, escape(s.Label(d, hour)), `</title>`)
			}, "")
		}
	}
	every := enough([]int{1, 2, 3, 6}, 24, int(p.x1-p.x0)/44)
	for hour := 0; hour < 24; hour += every {
		p.text("tick", p.x0+w*(float64(hour)+0.5), p.y1-6, "middle", s.Hour(hour))
	}
	p.key(s.Frame, s.Ramp)
	return p.close()
}
