package locale

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	cldr "golang.org/x/text/message"
)

func TestWrittenForPrograms(t *testing.T) {
	brussels, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 10, 25, 1, 5, 0, 0, time.UTC).In(brussels) // the second 2:05 of that night
	for _, tt := range []struct {
		name         string
		w            Written
		number, time string
		separator    rune
	}{
		{"en", For(English).Written(), "-1234567.25", "25/10/2026 02:05:00", ','},
		{"fr", For(French).Written(), "-1234567,25", "25/10/2026 02:05:00", ';'},
		{"nl", For(Dutch).Written(), "-1234567,25", "25/10/2026 02:05:00", ';'},
		{"de", For(German).Written(), "-1234567,25", "25.10.2026 02:05:00", ';'},
		{"ISO", ISO(), "-1234567.25", "2026-10-25T02:05:00+01:00", ','},
	} {
		check(t, tt.name+" number", tt.w.Number(-1234567.25), tt.number)
		check(t, tt.name+" time", tt.w.Time(at), tt.time)
		if tt.w.Separator != tt.separator || tt.w.Decimal == string(tt.separator) {
			t.Errorf("%s: fields are separated by %q, decimals by %q", tt.name, tt.w.Separator, tt.w.Decimal)
		}
		for _, v := range []float64{0, 0.1 + 0.2, 1e-9, -1e21, math.MaxFloat64} {
			if back, err := strconv.ParseFloat(strings.Replace(tt.w.Number(v), tt.w.Decimal, ".", 1), 64); err != nil || back != v {
				t.Errorf("%s: %v is written %q, which reads %v, %v", tt.name, v, tt.w.Number(v), back, err)
			}
		}
		check(t, tt.name, tt.w.Number(math.NaN())+tt.w.Number(math.Inf(-1)), "")
	}
	check(t, "first", Offset(at.Add(-time.Hour)), "UTC+02:00")
	check(t, "second", Offset(at), "UTC+01:00")
}

// TestRegions compares what a language says of itself with CLDR: the form of one, the decimal sign, and that there is a word for each day and month.
func TestRegions(t *testing.T) {
	for _, l := range Langs() {
		f, tag := forms[l], language.MustParse(For(l).Tag())
		for n := range 1000 {
			if want := plural.Cardinal.MatchPlural(tag, n, 0, 0, 0, 0) == plural.One; f.singular(n) != want {
				t.Errorf("%s: %d is singular: %v, in CLDR %v", l, n, f.singular(n), want)
			}
		}
		if want := cldr.NewPrinter(tag).Sprint(0.5); l != English && !strings.Contains(want, f.decimal) {
			t.Errorf("%s: 0.5 is %s in CLDR, the decimal sign here is %q", l, want, f.decimal)
		}
		for _, words := range [][]string{f.weekdays[:], f.months[:], f.monthsLong[:]} {
			sorted := slices.Sorted(slices.Values(words))
			if slices.Contains(words, "") || len(slices.Compact(sorted)) != len(words) {
				t.Errorf("%s: a word is missing or stands twice in %v", l, words)
			}
		}
	}
}

func TestStyled(t *testing.T) {
	at := time.Date(2026, 11, 16, 14, 5, 8, 0, time.UTC)
	for l, weekday := range map[Lang]string{English: "Mon", French: "lun.", Dutch: "ma", German: "Mo"} {
		f := For(l).Styled(true, true)
		check(t, "date", f.Date(at), "2026-11-16")
		check(t, "day", f.Day(at), weekday+"_11-16")
		check(t, "date and time", f.DateTime(at, at), "2026-11-16 14:05")
		check(t, "number", f.Fixed(1234.5, 1), "1'234.5")
		check(t, "own unit", f.Quantity(12400, "kWh"), "12'400_kWh")
		check(t, "another", For(l).Styled(false, false).Quantity(20000, "kWh"), strings.Replace("20.0_MWh", ".", forms[l].decimal, 1))
		if f.Written() != ISO() || For(l).Written() == ISO() {
			t.Errorf("%s: files are written as %+v", l, f.Written())
		}
	}
}

func TestReadNumber(t *testing.T) {
	for text, want := range map[string][2]float64{"1.5": {1.5, refused}, "1,5": {refused, 1.5}, "−18,5": {refused, -18.5}, "1.234": {1.234, 1234}, "1,234.5": {1234.5, refused}, "12.345.678,5": {refused, 12_345_678.5},
		"1.2345": {1.2345, refused}, "1 000": {1000, 1000}, "1\u202f234": {1234, 1234}, "0": {0, 0}, "1e3": {1000, 1000}} {
		for i, l := range []Lang{English, Dutch} {
			got, err := For(l).Written().Read(text)
			if err != nil {
				got = refused
			}
			if got != want[i] {
				t.Errorf("%s: %q reads %v, %v, want %v", l, text, got, err, want[i])
			}
		}
	}
	for _, text := range []string{"", "x", "1e999", "NaN", "Inf", "1 kW"} {
		if v, err := For(Dutch).Written().Read(text); err == nil {
			t.Errorf("%q reads %v", text, v)
		}
	}
}

// refused stands for what is no number.
const refused = -1
