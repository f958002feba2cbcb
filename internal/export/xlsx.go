package export

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// SheetCells bounds a workbook: it is held in memory until it is complete, about a hundred bytes a cell.
const SheetCells = 600_000

// nowhere is no directory, so that the library finds none for its temporary files and keeps to memory: what people may see is not left on disks.
const nowhere = "/dev/null/none"

// XLSX writes t as a workbook with two sheets: the rows under a fixed head, and what they are. Texts are cells of type text, which are never formulas, whatever they
// begin with. It returns ErrTooLarge when the rows do not fit, and writes nothing until the workbook is complete.
func XLSX(w io.Writer, t Table, f Form) error {
	book := excelize.NewFile(excelize.Options{TmpDir: nowhere})
	defer book.Close() //nolint:errcheck // nothing is open
	b := &workbook{File: book, form: f}
	if err := b.write(t); err != nil {
		return err
	}
	if err := book.Write(w); err != nil {
		return fmt.Errorf("writing XLSX: %w", err)
	}
	return nil
}

type workbook struct {
	*excelize.File
	form       Form
	head, date int // styles
}

func (b *workbook) write(t Table) error {
	if err := b.prepare(t.Title); err != nil {
		return fmt.Errorf("preparing XLSX: %w", err)
	}
	if err := b.rows(t); err != nil {
		return err
	}
	if err := b.about(t); err != nil {
		return fmt.Errorf("describing XLSX: %w", err)
	}
	return nil
}

func (b *workbook) prepare(title string) (err error) {
	format := b.form.Written.Sheet
	if b.date, err = b.NewStyle(&excelize.Style{CustomNumFmt: &format}); err != nil {
		return err
	}
	if b.head, err = b.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}}); err != nil {
		return err
	}
	if err = b.SetSheetName("Sheet1", sheetName(b.form.Data)); err != nil {
		return err
	}
	return b.SetDocProps(&excelize.DocProperties{Title: title, Creator: b.form.By, LastModifiedBy: b.form.By, Language: b.form.Language})
}

func (b *workbook) rows(t Table) error {
	out, err := b.NewStreamWriter(sheetName(b.form.Data))
	if err != nil {
		return fmt.Errorf("preparing XLSX: %w", err)
	}
	if err := b.heads(out, t.Columns); err != nil {
		return fmt.Errorf("preparing XLSX: %w", err)
	}
	n := 1
	for row, err := range t.Rows {
		if err != nil {
			return err
		}
		if n++; n*len(t.Columns) > SheetCells || n > excelize.TotalRows {
			return ErrTooLarge
		}
		if err := b.row(out, n, row); err != nil {
			return fmt.Errorf("writing XLSX: %w", err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing XLSX: %w", err)
	}
	return nil
}

// heads writes the first row, which stays in sight, and makes the columns wide enough for a date.
func (b *workbook) heads(out *excelize.StreamWriter, columns []Column) error {
	if err := out.SetColWidth(1, max(len(columns), 1), 20); err != nil {
		return err
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	heads := make([]any, len(columns))
	for i, c := range columns {
		heads[i] = excelize.Cell{StyleID: b.head, Value: c.head()}
	}
	return out.SetRow("A1", heads)
}

func (b *workbook) row(out *excelize.StreamWriter, n int, row []Cell) error {
	values := make([]any, len(row))
	for i, c := range row {
		values[i] = b.value(c)
	}
	return out.SetRow(fmt.Sprint("A", n), values)
}

// value is a cell as the library takes it; nil leaves it out.
func (b *workbook) value(c Cell) any {
	switch c.kind {
	case text:
		return c.text
	case number:
		if math.IsNaN(c.number) || math.IsInf(c.number, 0) {
			return nil
		}
		return c.number
	case moment:
		return excelize.Cell{StyleID: b.date, Value: wall(c.time.In(b.form.Zone))}
	}
	return nil
}

// wall is what t's clocks show, as a time in UTC: dates of spreadsheets know no zones.
func wall(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

func (b *workbook) about(t Table) error {
	if t.About == nil {
		return nil
	}
	name := sheetName(b.form.About)
	if _, err := b.NewSheet(name); err != nil {
		return err
	}
	out, err := b.NewStreamWriter(name)
	if err != nil {
		return err
	}
	if err := out.SetColWidth(1, 1, 24); err != nil {
		return err
	}
	if err := out.SetColWidth(2, 2, 60); err != nil {
		return err
	}
	for i, fact := range t.About() {
		if err := out.SetRow(fmt.Sprint("A", i+1), []any{excelize.Cell{StyleID: b.head, Value: fact.Term}, b.value(fact.Value)}); err != nil {
			return err
		}
	}
	return out.Flush()
}

// sheetName leaves out what names of sheets may not hold, and what is longer than they may be.
func sheetName(s string) string {
	s = strings.Trim(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]`, r) || r < ' ' {
			return ' '
		}
		return r
	}, s), " '")
	if r := []rune(s); len(r) > excelize.MaxSheetNameLength {
		s = string(r[:excelize.MaxSheetNameLength])
	}
	return s
}
