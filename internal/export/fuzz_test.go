package export

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"portico/internal/locale"
)

// FuzzCSV: whatever a text is, and in whichever column, a parser reads back two fields that are those texts, titles too, and no spreadsheet takes one for a formula (S-67).
func FuzzCSV(f *testing.F) {
	for _, seed := range [][2]string{{"Liège", "a;b,c"}, {"=1+1", `"quoted"`}, {"\t=1", "\r\n@x"}, {"＝1", "a\nb"}, {"", "'"}, {"\x00=1", "\xff"}} {
		f.Add(seed[0], seed[1], true)
		f.Add(seed[0], seed[1], false)
	}
	f.Fuzz(func(t *testing.T, one, two string, iso bool) {
		form := For(locale.For(locale.French), iso, time.UTC)
		table := Table{Columns: []Column{{Title: one}, {Title: "x" + two}}, Rows: func(yield func([]Cell, error) bool) {
			yield([]Cell{Text(one), Text(two)}, nil)
		}}
		var b bytes.Buffer
		if err := CSV(&b, table, form); err != nil {
			t.Fatal(err)
		}
		in := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), byteOrderMark)))
		in.Comma, in.FieldsPerRecord = form.Written.Separator, 2
		rows, err := in.ReadAll()
		if err != nil || len(rows) != 2 {
			t.Fatalf("%q: %d rows, %v", b.String(), len(rows), err)
		}
		fields := append(rows[0], rows[1]...)
		for i, text := range []string{one, "x" + two, one, two} {
			got, want := fields[i], strings.ReplaceAll(text, "\r", "") // lines inside a field end as the file's do
			if got != want && got != "'"+want {
				t.Errorf("%q is %q", text, got)
			}
		}
		for _, field := range fields {
			if first, _ := utf8.DecodeRuneInString(field); field != "" && strings.ContainsRune("=+-@\t\r\n\x00＝＋－＠", first) {
				t.Errorf("%q begins as a formula does", field)
			}
		}
	})
}
