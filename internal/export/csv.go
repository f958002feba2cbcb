package export

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// byteOrderMark makes spreadsheets read a file as UTF-8.
const byteOrderMark = "\ufeff"

// CSV writes t as RFC 4180 has it: a line of heads, then the rows, lines ended by CRLF. The regional form begins with a byte order mark, because spreadsheets take
// the file for another encoding without one. What describes the table has no place in such a file.
func CSV(w io.Writer, t Table, f Form) error {
	if f.Written.Separator != ',' {
		if _, err := io.WriteString(w, byteOrderMark); err != nil {
			return fmt.Errorf("writing CSV: %w", err)
		}
	}
	out := csv.NewWriter(w)
	out.Comma, out.UseCRLF = f.Written.Separator, true
	fields := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		fields[i] = harmless(c.head())
	}
	if err := out.Write(fields); err != nil {
		return fmt.Errorf("writing CSV: %w", err)
	}
	for row, err := range t.Rows {
		if err != nil {
			return err
		}
		for i, c := range row {
			fields[i] = f.field(c)
		}
		if err := out.Write(fields); err != nil {
			return fmt.Errorf("writing CSV: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("writing CSV: %w", err)
	}
	return nil
}

func (f Form) field(c Cell) string {
	switch c.kind {
	case text:
		return harmless(c.text)
	case number:
		return f.Written.Number(c.number)
	case moment:
		return f.Written.Time(c.time.In(f.Zone))
	}
	return ""
}

// harmless puts an apostrophe before a text that spreadsheets would take for a formula, also by the wide letters that some of them read as the others. Somebody else may have chosen it, to have it
// run on the computer of whoever opens the file.
func harmless(s string) string {
	if first, _ := utf8.DecodeRuneInString(s); s != "" && strings.ContainsRune("=+-@\t\r\n\x00＝＋－＠", first) {
		return "'" + s
	}
	return s
}
