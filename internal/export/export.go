// Package export writes tables as files that people open in their own programs: CSV and XLSX, row by row, in the form of their region or in ISO form.
// Numbers are numbers, dates are dates, a missing value is an empty cell in a row that is there, and no text is ever a formula.
package export

import (
	"errors"
	"iter"
	"time"

	"portico/internal/locale"
)

// ErrTooLarge says that a table does not fit into the kind of file that was asked for.
var ErrTooLarge = errors.New("the table is too large for this kind of file")

// Table is what a file holds. It is written once.
type Table struct {
	Title   string
	Columns []Column
	Rows    iter.Seq2[[]Cell, error] // each as long as Columns; the first error ends the file
	About   func() []Fact            // what the table is, asked for after the last row
}

// Column is the head of a column. Unit is "" without one.
type Column struct {
	Title, Unit string
}

func (c Column) head() string {
	if c.Unit == "" {
		return c.Title
	}
	return c.Title + " [" + c.Unit + "]"
}

// Fact is a line of a table's description.
type Fact struct {
	Term  string
	Value Cell
}

// Cell is one value: a text, a number, a time, or nothing, which is the zero Cell.
type Cell struct {
	kind   kind
	text   string
	number float64
	time   time.Time
}

type kind int

const (
	blank kind = iota
	text
	number
	moment
)

// Text is a cell with words.
func Text(s string) Cell { return Cell{kind: text, text: s} }

// Number is a cell with a number, written with all its digits.
func Number(v float64) Cell { return Cell{kind: number, number: v} }

// Time is a cell with a time, written as clocks show it in the zone of the form.
func Time(t time.Time) Cell { return Cell{kind: moment, time: t} }

// Form is how a file is written.
type Form struct {
	Written  locale.Written
	Zone     *time.Location // of all times
	Language string         // BCP 47, for the file's properties
	By       string         // who made it, for the file's properties; "" says nothing
	Data     string         // name of the sheet with the rows
	About    string         // name of the sheet that describes them
}

// For is the form that readers of l are used to, or ISO form if iso, with times in zone.
func For(l locale.Locale, iso bool, zone *time.Location) Form {
	f := Form{Written: l.Written(), Zone: zone, Language: l.Tag(), Data: l.T("export.sheet-data"), About: l.T("export.sheet-about")}
	if iso {
		f.Written = locale.ISO()
	}
	return f
}
