package chart

import (
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"portico/internal/datahub"
	"portico/internal/series"
)

func brussels(t testing.TB) *time.Location {
	z, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// days is a month of days with a change of clocks, two of them missing and the last to come.
func days(z *time.Location) ([]series.Slot, series.Range) {
	r := series.Range{From: time.Date(2026, 10, 1, 0, 0, 0, 0, z), To: time.Date(2026, 11, 1, 0, 0, 0, 0, z), Zone: z}
	slots := series.Fill(nil, r, datahub.GranularityDay, 0, r.To.Add(-time.Hour))
	for i := range slots {
		if !slots[i].Future && i != 6 && i != 7 {
			slots[i].Missing, slots[i].Value = false, float64(i*7%11)
		}
	}
	return slots, r
}

// pictures are one of each kind, with gaps, every state of a value, and names that are no markup.
func pictures(t testing.TB) map[string]SVG {
	z := brussels(t)
	month, r := days(z)
	hour := hours(48, 10, 11)
	for i := range hour {
		hour[i].State = series.State(i / 16)
	}
	hour[2].Value = 0
	states := spec(true, hour)
	lines := spec(false, hour)
	lines.Right = func(v float64) string { return num(v) + "°" }
	lines.Lines = append(lines.Lines, Line{Slots: hours(48), Color: 2, Dash: 1, Right: true})
	lines.Lines[1].Slots[5].Value = 140
	lines.Bands = []Band{{hour[20].Start, hour[26].Start, "alarm", "Freezer <2> above −15"}}
	lines.Flags = []Flag{{hour[22].Start, "Door & dock", "/events/7?a=1&b=2"}, {hour[30].Start, "Note", ""}, {hour[30].Start.Add(time.Minute), "Another <one>", ""}}
	lines.Rules = []Rule{{Value: 9, Label: "set"}, {Value: 7, Label: "reset", Faint: true}}
	ramp := Ramp{Low: 0, High: 10}
	label := func(i int) string { return fmt.Sprint("<", i, ">") }
	weekdays := [7]string{"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"}
	profile := series.ByWeekday(hours(160), time.UTC)
	pairs := series.Pairs(hours(24), hours(24, 3))
	fit, _ := series.FitLine(pairs)
	return map[string]SVG{
		"states-bars": Trend(states), "states-lines": Trend(lines),
		"duration":  Duration(DurationSpec{Frame: framed("c"), Curves: []Curve{{series.Duration(hour), 1}, {series.Duration(hours(40)), 3}}, Zero: true, For: func(d time.Duration) string { return num(d.Hours()) + " h" }, Rules: []Rule{{Value: 8, Label: "8 <kW>"}}}),
		"histogram": Histogram(HistogramSpec{Frame: framed("c"), Classes: series.Classes(hour, 12), Color: 2, Count: num, Label: label}),
		"heat":      Heat(HeatSpec{Frame: framed("h"), Ramp: ramp, Names: 90, Rows: []HeatRow{{Label: "A <b> & a long name of a site", Href: "/sites/1?a=1&b=2", Days: month}, {Label: "B", Days: month}}, Day: func(i int) string { return fmt.Sprint(i + 1) }, Says: func(row, day int) string { return label(day) }}),
		"calendar":  Calendar(CalendarSpec{Frame: framed("c"), Range: r, Days: month, Ramp: ramp, Weekdays: weekdays, Month: func(t time.Time) string { return t.Format("Jan") }, Label: label, Href: func(i int) string { return fmt.Sprintf("/explore?day=%d&x=1", i) }}),
		"profile":   Profile(ProfileSpec{Frame: framed("c"), Profile: profile, Ramp: Ramp{Low: 0, High: 11, Cool: true}, Weekdays: weekdays, Hour: func(h int) string { return fmt.Sprint(h) }, Label: func(d, h int) string { return fmt.Sprint(d, ":", h) }}),
		"ribbon":    Ribbon(RibbonSpec{Frame: framed("c"), Range: series.Range{From: hour[0].Start, To: hour[47].End, Zone: time.UTC}, Names: 130, Time: clockOrDay, Rows: []RibbonRow{{"Liège <1>", "/sites/1?a&b", []Band{{hour[3].Start, hour[9].Start, "alarm", "a"}, {hour[30].Start, hour[31].Start, "cleared", "b"}}}, {"Gent", "", nil}}}),
		"scatter":   Scatter(ScatterSpec{Frame: framed("c"), Pairs: pairs, Color: 4, X: num, XName: "°C", YName: "kW <x>", Line: &fit}),
		"brush":     Brush(BrushSpec{Frame: framed("c"), Range: r, Slots: month, Color: 1, From: month[9].Start, To: month[12].Start, Time: clockOrDay, Parts: []BrushPart{{month[0].Start, month[7].Start, "1 & 7", "/explore?from=a&to=b"}}}),
		"days":      CarpetDays(Spec{Range: r, Time: clockOrDay}, 6),
		"key":       Key(ramp, num),
		"stack":     Stack(StackSpec{Frame: framed("c"), Range: r, Time: clockOrDay, Parts: stacked(month)}),
		"sankey":    Sankey(SankeySpec{Frame: framed("c"), In: []Flow{{"Grid <1>", "40 kWh", 40, 1, ""}, {"Roof & wall with a name that is far too long to be written", "20 kWh", 20, 2, ""}, {"Battery", "0", 0, 5, ""}}, Out: []Flow{{"HVAC", "30 kWh", 30, 8, ""}, {"Export", "0.1 kWh", 0.1, 1, ""}, {"Heat", "19.9 kWh", 19.9, 4, ""}, {"Rest", "10 kWh", 10, 0, ""}}}),
		"nothing":   Histogram(HistogramSpec{Frame: framed("c"), Count: num}) + Duration(DurationSpec{Frame: framed("d"), For: time.Duration.String}) + Scatter(ScatterSpec{Frame: framed("e"), X: num}),
	}
}

// stacked are parts of days, of which one is given away, one is known later than the others, and one is the rest.
func stacked(days []series.Slot) []StackPart {
	away, late := slices.Clone(days), slices.Clone(days)
	for i := range away {
		away[i].Value = -away[i].Value / 2
		late[i].Missing = late[i].Missing || i < 4
	}
	return []StackPart{{days, 1}, {late, 2}, {away, 5}, {days, 0}}
}

// Bands are as wide as their amounts, and what comes in has the width of what goes out.
func TestSankeyIsToScale(t *testing.T) {
	t.Parallel()
	picture := string(Sankey(SankeySpec{Frame: framed("c"), In: []Flow{{"a", "", 60, 1, ""}, {"b", "", 20, 2, ""}}, Out: []Flow{{"c", "", 40, 3, ""}, {"d", "", 40, 4, ""}, {"e", "", 0, 5, ""}}}))
	heights := map[string]float64{}
	for _, m := range regexp.MustCompile(`<rect class="bar (s\d)"[^>]* height="([\d.]+)"`).FindAllStringSubmatch(picture, -1) {
		heights[m[1]], _ = strconv.ParseFloat(m[2], 64)
	}
	if len(heights) != 4 || math.Abs(heights["s1"]-3*heights["s2"]) > 0.2 || heights["s3"] != heights["s4"] || math.Abs(heights["s1"]+heights["s2"]-2*heights["s3"]) > 0.2 {
		t.Errorf("the bars are %v high", heights)
	}
	if n := strings.Count(picture, `class="flow`); n != 4 {
		t.Errorf("%d bands for 4 amounts", n)
	}
}

// A stacked bar ends where its parts add up to, and every value has its piece.
func TestStackAddsUp(t *testing.T) {
	t.Parallel()
	z := brussels(t)
	month, r := days(z)
	parts, pieces := stacked(month), 0
	for _, part := range parts {
		for _, s := range part.Slots {
			if !s.Missing && s.Value != 0 {
				pieces++
			}
		}
	}
	s := StackSpec{Frame: framed("c"), Range: r, Time: clockOrDay, Parts: parts}
	if got := strings.Count(paths(Stack(s), "bar "), "Z"); got != pieces {
		t.Errorf("%d pieces for %d values", got, pieces)
	}
	p := &stack{plot: newPlot(s.Frame, right), spec: s}
	p.fit()
	if below, above := p.below(len(parts), 5); below != -month[5].Value/2 || above != 3*month[5].Value || p.axis.high < above || p.axis.low > below {
		t.Errorf("a bar from %v to %v on %+v", below, above, p.axis)
	}
}

// TestAsManyMarksAsValues counts what is drawn of random series: a bar, square, dot or point for each value, and none for what is missing.
func TestAsManyMarksAsValues(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 2))
	z := brussels(t)
	for range 50 {
		slots, r := days(z)
		values := 0
		for i := range slots {
			slots[i].Future, slots[i].Missing, slots[i].Value = false, rnd.IntN(4) == 0, float64(rnd.IntN(5)-1)
			slots[i].State = series.State(rnd.IntN(3))
			if slots[i].Missing {
				slots[i].Value = 0
			} else {
				values++
			}
		}
		s := Spec{Frame: framed("c"), Range: r, Lines: []Line{{Slots: slots, Color: 1, Bars: true}}, Time: clockOrDay}
		if got := strings.Count(paths(Trend(s), "bar "), "Z"); got != values {
			t.Errorf("%d bars for %d values", got, values)
		}
		c := CalendarSpec{Frame: framed("c"), Range: r, Days: slots, Ramp: Ramp{Low: -1, High: 4}, Month: func(time.Time) string { return "" }}
		if got := strings.Count(string(Calendar(c)), `class="cell q`) - steps; got != values {
			t.Errorf("%d squares for %d values", got, values)
		}
		s.Lines[0].Bars = false
		for i := range slots {
			slots[i].State = series.Measured
		}
		line := paths(Trend(s), "line ")
		if got := strings.Count(line, "M") + strings.Count(line, "L"); got != values {
			t.Errorf("%d points for %d values", got, values)
		}
		if got, want := strings.Count(line, "M"), runs(slots); got != want {
			t.Errorf("%d stretches of line, want %d", got, want)
		}
	}
}

// paths are the paths of all elements whose class begins so.
func paths(picture SVG, class string) string {
	var b strings.Builder
	for _, part := range strings.Split(string(picture), `<path class="`+class)[1:] {
		_, d, _ := strings.Cut(part, ` d="`)
		d, _, _ = strings.Cut(d, `"`)
		b.WriteString(d)
	}
	return b.String()
}

func runs(slots []series.Slot) int {
	n := 0
	for i, s := range slots {
		if !s.Missing && (i == 0 || slots[i-1].Missing) {
			n++
		}
	}
	return n
}

func TestBothAxesShareTheirLines(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		low, high := rnd.NormFloat64()*math.Pow(10, float64(rnd.IntN(9)-4)), rnd.NormFloat64()*math.Pow(10, float64(rnd.IntN(9)-4))
		low, high = min(low, high), max(low, high)
		n := 1 + rnd.IntN(7)
		s := newScale(low, high, rnd.IntN(2) == 0)
		o := s.over(n)
		if s.low > low || s.high < high-s.step*1e-6 || s.parts() > 8 || s.parts() < 1 {
			t.Fatalf("%v to %v stand on %+v", low, high, s)
		}
		if o.parts() != n || o.low > low+o.step*1e-6 || o.high < high-o.step*1e-6 {
			t.Fatalf("%v to %v in %d parts stand on %+v", low, high, n, o)
		}
	}
}

func TestTicksAreLocal(t *testing.T) {
	t.Parallel()
	z := brussels(t)
	for _, n := range []int{1, 2, 3, 7, 31, 62, 90, 365, 1500, 4000} {
		r := series.Range{From: time.Date(2026, 3, 28, 0, 0, 0, 0, z), To: time.Date(2026, 3, 28+n, 0, 0, 0, 0, z), Zone: z}
		ticks, whole := ticksOf(r, 9)
		if len(ticks) < 2 || len(ticks) > 13 || whole != (n > 2) {
			t.Errorf("%d days have %d ticks, whole days %v", n, len(ticks), whole)
		}
		for _, at := range ticks {
			if h, m, _ := at.In(z).Clock(); whole && h+m != 0 {
				t.Errorf("%d days: a tick at %v", n, at)
			}
		}
	}
}

func BenchmarkPictures(b *testing.B) {
	hour := hours(720)
	h := series.Duration(hour)
	for name, draw := range map[string]func(){
		"sparkline_day":  func() { Sparkline(hour[:96], 1, 108, 24) },
		"duration_month": func() { Duration(DurationSpec{Frame: framed("c"), Curves: []Curve{{h, 1}}, For: time.Duration.String}) },
		"bars_week":      func() { Trend(spec(true, hour[:168])) },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				draw()
			}
		})
	}
}

// On a phone a year stands in rows of half a year, so that the names of the weekdays do not write over each other.
func TestCalendarOnAPhone(t *testing.T) {
	z := brussels(t)
	r := series.Range{From: time.Date(2025, 11, 26, 0, 0, 0, 0, z), To: time.Date(2026, 11, 26, 0, 0, 0, 0, z), Zone: z}
	year := series.Fill(nil, r, datahub.GranularityDay, 0, r.To)
	mondays := regexp.MustCompile(`y="([0-9.]+)"[^>]*>(?:Mo|We)<`)
	for _, test := range []struct{ width, rows int }{{760, 1}, {312, 2}, {200, 3}} {
		f := framed("c")
		f.Width = test.width
		svg := string(Calendar(CalendarSpec{Frame: f, Range: r, Days: year, Ramp: Ramp{High: 1}, Weekdays: [7]string{"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"}, Month: func(t time.Time) string { return t.Format("Jan") }}))
		names := mondays.FindAllStringSubmatch(svg, -1)
		if len(names) != 2*test.rows {
			t.Errorf("a year %d wide has %d rows of weeks, want %d", test.width, len(names)/2, test.rows)
			continue
		}
		monday, _ := strconv.ParseFloat(names[0][1], 64)
		wednesday, _ := strconv.ParseFloat(names[1][1], 64)
		if wednesday-monday < 2*leastCell {
			t.Errorf("a year %d wide has two days in %v, want room for a line of writing", test.width, wednesday-monday)
		}
		if n := strings.Count(svg, `<rect class="gap"`); n != len(year) {
			t.Errorf("a year %d wide has %d days, want %d", test.width, n, len(year))
		}
	}
}

// On a phone a year has a name for each quarter at least, and what is longer or shorter as many as before.
func TestAYearHasNamesOnAPhone(t *testing.T) {
	t.Parallel()
	for days, want := range map[int]int{30: 2, 92: 3, 365: 4, 800: 2} {
		s := spec(true, hours(24))
		s.Width, s.Range.From = 310, time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
		s.Range.To = s.Range.From.AddDate(0, 0, days)
		s.Time = func(at time.Time, _ bool) string {
			if days > 62 && days <= 400 {
				return at.Format("Jan")
			}
			return at.Format("2 Jan 2006")
		}
		picture := string(Trend(s))
		if n := len(regexp.MustCompile(`>(\d+ )?[A-Z][a-z][a-z]( \d+)?</text>`).FindAllString(picture, -1)); n < want {
			t.Errorf("%d days have %d names, want %d", days, n, want)
		}
	}
}

// Where clocks are put forward at midnight, a day stands at its first moment, on its own date.
func TestTicksOfADayWithoutMidnight(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/Havana") // 10 March 2024: 0:00 becomes 1:00
	if err != nil {
		t.Fatal(err)
	}
	r := series.Range{From: time.Date(2024, 3, 8, 0, 0, 0, 0, zone), To: time.Date(2024, 3, 14, 0, 0, 0, 0, zone), Zone: zone}
	ticks, _ := ticksOf(r, 9)
	for i, tick := range ticks {
		if tick.Day() != 8+i || tick.Add(-1).Day() != 7+i {
			t.Errorf("tick %d is %v", i, tick)
		}
	}
	if len(ticks) != 6 {
		t.Errorf("%d ticks", len(ticks))
	}
}
