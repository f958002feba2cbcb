package chart

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"portico/internal/series"
)

// texts finds the texts of a picture by a class, with their places.
func texts(t *testing.T, picture SVG, class string) (list []box) {
	t.Helper()
	number := func(s string) float64 {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	for _, m := range regexp.MustCompile(`<text class="`+class+`" x="([-\d.]+)" y="([-\d.]+)" text-anchor="(\w+)">([^<]*)`).FindAllStringSubmatch(string(picture), -1) {
		x, y, width := number(m[1]), number(m[2]), wide(m[4], 17)
		x -= map[string]float64{"start": 0, "middle": width / 2, "end": width}[m[3]]
		list = append(list, box{x, x + width, y - 17*0.75, y})
	}
	return list
}

func together(list []box) bool {
	for i, a := range list {
		for _, b := range list[:i] {
			if a.meets(b) {
				return true
			}
		}
	}
	return false
}

// Values so far apart that their distance is no number any more, or that are none themselves, still have an axis, and it is found.
func TestAxesOfAnyValues(t *testing.T) {
	t.Parallel()
	values := []float64{-math.MaxFloat64, -1e308, -1, 0, math.SmallestNonzeroFloat64, 1e-12, 1, 9007199254740993, 1e308, math.MaxFloat64, math.Inf(1), math.Inf(-1), math.NaN()}
	for _, low := range values {
		for _, high := range values {
			for _, zero := range []bool{false, true} {
				left := newScale(low, high, zero)
				for name, s := range map[string]scale{"an axis": left, "beside another": newScale(0, 7, true).over(left.parts()), "over another": left.over(newScale(0, 7, true).parts())} {
					if n := s.parts(); math.IsNaN(s.low+s.high+s.step) || math.IsInf(s.high-s.low, 0) || s.step <= 0 || n < 1 || n > 20 {
						t.Errorf("from %g to %g, %s: %+v with %d steps", low, high, name, s, n)
					}
				}
			}
		}
	}
}

func TestLargeWritingHasRoom(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	var days []series.Slot
	for i := range 7 {
		days = append(days, series.Slot{Start: start.AddDate(0, 0, i), End: start.AddDate(0, 0, i+1), Value: 100 + float64(i)})
	}
	f := Frame{ID: "r", Width: 500, Height: 110, Value: num, Letters: 17}
	r := series.Range{From: start, To: start.AddDate(0, 0, 7), Zone: time.UTC}
	day := func(t time.Time, _ bool) string { return t.Format("Mon 2 Jan 2006") }
	flows := []Flow{{"Production", "40.2 MWh", 40, 1, ""}, {"Battery discharge", "4.4 MWh", 4, 2, ""}, {"Grid", "3.0 MWh", 3, 3, ""}}
	for name, picture := range map[string]SVG{
		"stack": Stack(StackSpec{Frame: f, Range: r, Parts: []StackPart{{days, 1}}, Time: day}), "trend": Trend(Spec{Frame: f, Range: r, Lines: []Line{{Slots: days, Color: 1, Bars: true}}, Time: day}),
		"sankey": Sankey(SankeySpec{Frame: f, In: flows, Out: flows}),
	} {
		list := append(texts(t, picture, "tick"), texts(t, picture, "tick name")...)
		if len(list) < 4 || together(list) {
			t.Errorf("%s: %d texts, some of them over one another: %v", name, len(list), list)
		}
	}
}

func TestWordsOfLevelsKeepClear(t *testing.T) {
	t.Parallel()
	s := spec(false, hours(24))
	for i := range s.Lines[0].Slots {
		if s.Lines[0].Slots[i].Value = 7.4; i > 12 { // at the right, the line runs where the words would
			s.Lines[0].Slots[i].Value = 8
		}
	}
	s.Letters = 17
	s.Rules = []Rule{{Value: 7.3, Label: "resets at 7.3"}, {Value: 7.6, Label: "sets at 7.6"}, {Value: 0, Label: "zero"}, {Value: 0.1, Label: "near zero"}, {Value: 7.3, Label: "resets at 7.3"}, {Value: 10, Label: "top"}}
	picture := Trend(s)
	words := texts(t, picture, "tick rule-label")
	p := &trend{plot: newPlot(s.Frame, right), spec: s}
	if p.fit(); len(words) != 5 || together(words) {
		t.Fatalf("words of levels stand at %v", words)
	}
	for _, w := range words {
		if w.top < 0 || w.bottom > p.y0 {
			t.Errorf("words of a level stand at %v, outside of the plot", w)
		}
	}
	if set, reset := strings.Index(string(picture), ">sets"), strings.Index(string(picture), ">resets"); set > reset {
		t.Error("the words of the lower level come first")
	}
}

// Two levels close to each other, with words that are wider than half of the picture, as on phones: the upper one's words stand over a line, so that the lower one's have room.
func TestWordsOfCloseLevels(t *testing.T) {
	t.Parallel()
	s := spec(false, hours(24))
	for i := range s.Lines[0].Slots {
		s.Lines[0].Slots[i].Value = 6
	}
	s.Lines[0].Slots[0].Value = 8
	s.Letters = 17
	long := strings.Repeat("x", s.Width*6/10*100/(17*56))
	s.Rules = []Rule{{Value: 5.3, Label: "resets " + long}, {Value: 5.6, Label: "sets " + long}, {Value: 0, Label: "zero"}}
	if words := texts(t, Trend(s), "tick rule-label"); len(words) != 3 || together(words) {
		t.Errorf("words of levels stand at %v", words)
	}
	s.Rules = append(s.Rules, Rule{Value: 5.4, Label: "between " + long}, Rule{Value: 5.5, Label: "and between " + long})
	if words := texts(t, Trend(s), "tick rule-label"); len(words) < 3 || together(words) {
		t.Errorf("of more levels than have room for words those stand at %v", words)
	}
}

// Low widgets of walls: a picture that is higher than its place is made smaller as a whole, and its writing with it.
func TestLowPicturesKeepTheirHeight(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)
	r := series.Range{From: start, To: start.AddDate(0, 0, 1), Zone: time.UTC}
	f := Frame{ID: "r", Width: 400, Height: 40, Value: num, Letters: 17}
	flows := []Flow{{"Production", "40.2 MWh · 84.5 %", 40, 1, "84.5 %"}, {"A battery with a long name", "4.4 MWh · 9.2 %", 4, 2, "9.2 %"}, {"Grid", "3.0 MWh · 6.3 %", 3, 3, "6.3 %"}}
	ribbon := Ribbon(RibbonSpec{Frame: f, Range: r, Names: 130, Time: clockOrDay, Rows: []RibbonRow{{"Liège", "", []Band{{start, start.Add(time.Hour), "alarm", "a"}}}}})
	f.Height = 110
	sankey := Sankey(SankeySpec{Frame: f, In: flows, Out: flows})
	for _, tt := range []struct {
		name    string
		picture SVG
		most    int
		words   []string
	}{{"ribbon", ribbon, 42, []string{">Liège<"}}, {"sankey", sankey, 110, []string{">Production 84.5 %<", "… 9.2 %<", "<title>Grid: 3.0 MWh · 6.3 %<"}}} {
		height, err := strconv.Atoi(regexp.MustCompile(`viewBox="0 0 \d+ (\d+)"`).FindStringSubmatch(string(tt.picture))[1])
		if err != nil || height > tt.most {
			t.Errorf("%s is %d high, want at most %d", tt.name, height, tt.most)
		}
		for _, words := range tt.words {
			if !strings.Contains(string(tt.picture), words) {
				t.Errorf("%s lacks %q", tt.name, words)
			}
		}
	}
	s := spec(false, hours(24))
	s.Letters, s.Height, s.Rules = 17, 50, []Rule{{Value: 12, Label: "the limit"}}
	if picture := string(Trend(s)); strings.Contains(picture, "the limit") || !strings.Contains(picture, `class="rule"`) {
		t.Error("in a picture that is too low for its words a level is written, or not drawn")
	}
}
