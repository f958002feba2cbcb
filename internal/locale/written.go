package locale

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Tag is the language as it is written in Belgium, in BCP 47: nl-BE.
func (l Locale) Tag() string { return string(l.lang) + "-BE" }

// Written is how numbers and dates stand in files that other programs read back. People's spreadsheets take what their region is used to;
// everything else takes [ISO].
type Written struct {
	Decimal   string // sign between whole and fraction; there are no group separators, which programs take for something else
	Separator rune   // between the fields of a CSV file
	DateTime  string // a day with its time of day, as a layout of package time
	Sheet     string // both, as a number format of spreadsheets
}

// ISO writes ISO 8601 dates with their offset, decimal points, and commas between fields (RFC 4180).
func ISO() Written {
	return Written{Decimal: ".", Separator: ',', DateTime: "2006-01-02T15:04:05-07:00", Sheet: "yyyy-mm-dd hh:mm:ss"}
}

// Written returns the form of the locale's region, or ISO if that was chosen. Where the comma is the decimal sign, a semicolon separates fields, as spreadsheets there expect.
func (l Locale) Written() Written {
	if l.iso {
		return ISO()
	}
	w := Written{Decimal: l.form.decimal, Separator: ';', DateTime: "02/01/2006 15:04:05", Sheet: "dd/mm/yyyy hh:mm:ss"}
	if w.Decimal == "." {
		w.Separator = ','
	}
	if l.form.dayDot != "" {
		w.DateTime, w.Sheet = "02.01.2006 15:04:05", "dd.mm.yyyy hh:mm:ss"
	}
	return w
}

// Number writes v with all its digits and a plain minus sign; "" for what is not finite.
func (w Written) Number(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return ""
	}
	return strings.Replace(strconv.FormatFloat(v, 'f', -1, 64), ".", w.Decimal, 1)
}

// Read reads a number as people type it: with the decimal sign of the form, with or without group separators and blanks, with either minus sign. A separator that has not three digits behind
// it is refused: it was meant for the decimal sign of another region, and the number would be read ten times as large.
func (w Written) Read(text string) (float64, error) {
	group := ","
	if w.Decimal == "," {
		group = "."
	}
	text = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "’", "", "−", "-").Replace(text)
	whole, fraction, _ := strings.Cut(text, w.Decimal)
	for i, part := range strings.Split(whole, group) {
		if i > 0 && len(part) != 3 || strings.Contains(fraction, group) {
			return 0, strconv.ErrSyntax
		}
	}
	v, err := strconv.ParseFloat(strings.NewReplacer(group, "", w.Decimal, ".").Replace(text), 64)
	if err == nil && (math.IsNaN(v) || math.IsInf(v, 0)) {
		err = strconv.ErrRange
	}
	return v, err
}

// Time writes the local time of t's zone.
func (w Written) Time(t time.Time) string { return t.Format(w.DateTime) }

// Offset writes by how much t's zone is ahead of UTC: UTC+02:00. In autumn it tells the two hours apart that clocks show alike; it begins with a
// letter, so that no spreadsheet takes it for a formula.
func Offset(t time.Time) string { return "UTC" + t.Format("-07:00") }
