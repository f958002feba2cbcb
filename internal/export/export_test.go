package export

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/series"
)

var brussels = func() *time.Location {
	z, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		panic(err)
	}
	return z
}()

// autumn is the long day of October 2026 in quarter hours: value i in quarter i, none from 11:00 to 12:00.
func autumn() *Course {
	r := series.Range{From: time.Date(2026, 10, 25, 0, 0, 0, 0, brussels), To: time.Date(2026, 10, 26, 0, 0, 0, 0, brussels), Zone: brussels}
	var points []datahub.DataPoint
	for i := range 100 {
		if at := r.From.Add(time.Duration(i) * 15 * time.Minute); at.In(brussels).Hour() != 11 {
			points = append(points, datahub.DataPoint{Time: at, Value: float64(i) - 2.125})
		}
	}
	slots := series.Fill(points, r, datahub.GranularityRaw, 15*time.Minute, r.To)
	return &Course{
		Lines: []Line{{Name: "=Power", Unit: "kW", Slots: all(slots)}}, Range: r, Granularity: "15 min", Aggregation: "average", Made: r.To, By: "@anna", Address: "https://portal.example/explore",
		Facts: []Fact{{"Site", Text("+32 Liège;\"quoted\"")}},
	}
}

func all(slots []series.Slot) iter.Seq2[series.Slot, error] {
	return func(yield func(series.Slot, error) bool) {
		for _, s := range slots {
			if !yield(s, nil) {
				return
			}
		}
	}
}

// readCSV reads a file with another parser than a text comparison: as a program of the region would.
func readCSV(t *testing.T, b []byte, w locale.Written) [][]string {
	t.Helper()
	text, marked := strings.CutPrefix(string(b), byteOrderMark)
	if marked != (w.Separator == ';') {
		t.Errorf("byte order mark: %v", marked)
	}
	in := csv.NewReader(strings.NewReader(text))
	in.Comma = w.Separator
	rows, err := in.ReadAll() // also checks that all rows are equally long
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// forms are the four regions and ISO.
func forms() map[string]Form {
	list := map[string]Form{"ISO": For(locale.For(locale.English), true, brussels)}
	for _, l := range locale.Langs() {
		list[locale.For(l).Tag()] = For(locale.For(l), false, brussels)
	}
	return list
}

func TestCSVReadsBackInEachRegion(t *testing.T) {
	for name, f := range forms() {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := CSV(&b, autumn().Table(locale.For(locale.Dutch)), f); err != nil {
				t.Fatal(err)
			}
			rows := readCSV(t, b.Bytes(), f.Written)
			if len(rows) != 101 {
				t.Fatalf("%d rows, want a head and 100 quarter hours", len(rows))
			}
			if want := []string{"Begin (Europe/Brussels)", "Einde", "Klok", "'=Power [kW]", "Toestand"}; !slices.Equal(rows[0], want) {
				t.Errorf("the head is %q, want %q", rows[0], want)
			}
			empty := 0
			seen := map[string]bool{}
			for i, row := range rows[1:] {
				at, err := time.ParseInLocation(f.Written.DateTime, row[0], brussels)
				if err != nil {
					t.Fatal(err)
				}
				want := autumn().Range.From.Add(time.Duration(i) * 15 * time.Minute)
				if at.Format("15:04") != want.In(brussels).Format("15:04") || row[2] != locale.Offset(want.In(brussels)) {
					t.Errorf("row %d is at %s %s, want %v", i, row[0], row[2], want.In(brussels))
				}
				if seen[row[0]+row[2]] {
					t.Errorf("%s %s stands twice", row[0], row[2])
				}
				seen[row[0]+row[2]] = true
				if row[3] == "" {
					empty++
					if row[4] != "geen gegevens" {
						t.Errorf("row %d has no value and says %q", i, row[4])
					}
					continue
				}
				if v, err := strconv.ParseFloat(strings.Replace(row[3], f.Written.Decimal, ".", 1), 64); err != nil || v != float64(i)-2.125 {
					t.Errorf("row %d reads %v, %v, want %v", i, v, err, float64(i)-2.125)
				}
			}
			if empty != 4 {
				t.Errorf("%d rows without a value, want the four quarters of the gap", empty)
			}
		})
	}
}

func TestXLSXReadsBackInEachRegion(t *testing.T) {
	for name, f := range forms() {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			f.By = "@anna"
			if err := XLSX(&b, autumn().Table(locale.For(locale.French)), f); err != nil {
				t.Fatal(err)
			}
			book, err := excelize.OpenReader(&b)
			if err != nil {
				t.Fatal(err)
			}
			defer book.Close() //nolint:errcheck // read only
			if got, want := book.GetSheetList(), []string{f.Data, f.About}; !slices.Equal(got, want) {
				t.Fatalf("sheets %q, want %q", got, want)
			}
			raw, err := book.GetRows(f.Data, excelize.Options{RawCellValue: true})
			if err != nil || len(raw) != 101 {
				t.Fatalf("%d rows, %v, want a head and 100 quarter hours", len(raw), err)
			}
			for i := range 100 {
				checkRow(t, book, f, raw[i+1], i)
			}
			if formula, _ := book.GetCellFormula(f.Data, "D1"); formula != "" || raw[0][3] != "=Power [kW]" {
				t.Errorf("the head is %q with the formula %q", raw[0][3], formula)
			}
			about, err := book.GetRows(f.About)
			if err != nil {
				t.Fatal(err)
			}
			for term, want := range map[string]string{"Contenu": "=Power", "Site": `+32 Liège;"quoted"`, "Unité": "kW", "Fuseau horaire": "Europe/Brussels", "Granularité": "15 min", "Agrégation": "average", "Complétude": "96\u00a0% (96 valeurs sur 100)", "Créé par": "@anna", "Adresse": "https://portal.example/explore"} {
				if i := slices.IndexFunc(about, func(row []string) bool { return row[0] == term }); i < 0 || about[i][1] != want {
					t.Errorf("the description says %q, want %s: %s", about, term, want)
				}
			}
		})
	}
}

// checkRow wants a number in D and dates in A and B, formatted as such.
func checkRow(t *testing.T, book *excelize.File, f Form, raw []string, i int) {
	t.Helper()
	want := autumn().Range.From.Add(time.Duration(i) * 15 * time.Minute).In(brussels)
	serial, err := strconv.ParseFloat(raw[0], 64)
	if err != nil {
		t.Fatalf("row %d begins with %q, which is no date", i, raw[0])
	}
	if at, err := excelize.ExcelDateToTime(serial, false); err != nil || at.Round(time.Second).Format("02 15:04:05") != want.Format("02 15:04:05") {
		t.Errorf("row %d is at %v, %v, want %v", i, at, err, want)
	}
	if raw[2] != locale.Offset(want) {
		t.Errorf("row %d is at %s, want %s", i, raw[2], locale.Offset(want))
	}
	cell := "A" + strconv.Itoa(i+2)
	id, err := book.GetCellStyle(f.Data, cell)
	if err != nil {
		t.Fatal(err)
	}
	if style, err := book.GetStyle(id); err != nil || style.CustomNumFmt == nil || *style.CustomNumFmt != f.Written.Sheet {
		t.Errorf("%s has the style %+v, %v, want the format %s", cell, style, err, f.Written.Sheet)
	}
	if want.Hour() == 11 {
		if raw[3] != "" || raw[4] != "pas de données" {
			t.Errorf("the gap has the row %q", raw)
		}
		return
	}
	if kind, _ := book.GetCellType(f.Data, "D"+strconv.Itoa(i+2)); raw[3] != strconv.FormatFloat(float64(i)-2.125, 'f', -1, 64) || kind != excelize.CellTypeUnset && kind != excelize.CellTypeNumber {
		t.Errorf("row %d holds %q of type %v, want the number %v", i, raw[3], kind, float64(i)-2.125)
	}
}

func TestTextsAreNeverFormulas(t *testing.T) {
	for _, s := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\x00=1", "＝1+1", "＋1", "－1", "＠SUM(A1)"} {
		if got := harmless(s); got != "'"+s {
			t.Errorf("harmless(%q) = %q", s, got)
		}
	}
	for _, s := range []string{"", "kW", "'=1", "5 - 3", "–"} {
		if got := harmless(s); got != s {
			t.Errorf("harmless(%q) = %q", s, got)
		}
	}
	f := For(locale.For(locale.Dutch), false, time.UTC)
	if got := f.field(Number(-5.5)); got != "-5,5" {
		t.Errorf("a number below zero is written %q", got)
	}
}

func TestLinesOfDifferentStepsStandSideBySide(t *testing.T) {
	r := series.Range{From: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 6, 1, 1, 0, 0, 0, time.UTC), Zone: time.UTC}
	at := func(m int) time.Time { return r.From.Add(time.Duration(m) * time.Minute) }
	quarter := series.Fill([]datahub.DataPoint{{Time: at(0), Value: 1}, {Time: at(30), Value: 3}, {Time: at(45), Value: 4}}, r, datahub.GranularityRaw, 15*time.Minute, at(50))
	half := series.Fill([]datahub.DataPoint{{Time: at(0), Value: 0}}, r, datahub.GranularityRaw, 30*time.Minute, at(60))
	c := &Course{Range: r, Lines: []Line{{Name: "A", Slots: all(quarter)}, {Name: "B", Slots: all(half)}}}
	var b bytes.Buffer
	if err := CSV(&b, c.Table(locale.For(locale.English)), For(locale.For(locale.English), true, time.UTC)); err != nil {
		t.Fatal(err)
	}
	var got [][]string
	for _, row := range readCSV(t, b.Bytes(), locale.ISO())[1:] {
		got = append(got, row[3:])
	}
	want := [][]string{{"1", "0", "complete"}, {"", "", "no data"}, {"3", "", "missing: B"}, {"4", "", "complete"}}
	if len(got) != len(want) {
		t.Fatalf("rows %q, want %q", got, want)
	}
	for i := range want {
		if !slices.Equal(got[i], want[i]) {
			t.Errorf("row %d is %q, want %q", i, got[i], want[i])
		}
	}
	if c.count != 4 || c.expected != 6 {
		t.Errorf("%d of %d values, want 4 of 6", c.count, c.expected)
	}
}

func TestAnErrorEndsTheFile(t *testing.T) {
	broken := errors.New("the Data Hub went away")
	table := func() Table {
		return Table{Columns: []Column{{Title: "A"}}, Rows: func(yield func([]Cell, error) bool) {
			if yield([]Cell{Number(1)}, nil) {
				yield(nil, broken)
			}
		}}
	}
	f := For(locale.For(locale.English), false, time.UTC)
	if err := CSV(io.Discard, table(), f); !errors.Is(err, broken) {
		t.Errorf("CSV = %v", err)
	}
	var b bytes.Buffer
	if err := XLSX(&b, table(), f); !errors.Is(err, broken) || b.Len() > 0 {
		t.Errorf("XLSX = %v after %d bytes; a part is no workbook", err, b.Len())
	}
}

func TestTooManyRowsAreRefused(t *testing.T) {
	wide := make([]Cell, 10_000)
	table := Table{Columns: make([]Column, len(wide)), Rows: func(yield func([]Cell, error) bool) {
		for yield(wide, nil) {
		}
	}}
	if err := XLSX(io.Discard, table, For(locale.For(locale.English), false, time.UTC)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("XLSX = %v, want ErrTooLarge", err)
	}
}

func TestSheetNames(t *testing.T) {
	for in, want := range map[string]string{"Data": "Data", "a/b:c?": "a b c", "'x'": "x", strings.Repeat("é", 40): strings.Repeat("é", 31)} {
		if got := sheetName(in); got != want {
			t.Errorf("sheetName(%q) = %q, want %q", in, got, want)
		}
	}
}

// The last column says what is to be known of the values: of which lines, unless it is so of all.
func TestStatesOfRows(t *testing.T) {
	r := series.Range{From: time.Date(2026, 11, 1, 0, 0, 0, 0, brussels), To: time.Date(2026, 11, 1, 5, 0, 0, 0, brussels), Zone: brussels}
	line := func(name string, states ...series.State) Line {
		var slots []series.Slot
		for i, s := range states {
			start := r.From.Add(time.Duration(i) * time.Hour)
			slots = append(slots, series.Slot{Start: start, End: start.Add(time.Hour), Value: 1, State: s, Missing: s == 99})
		}
		return Line{Name: name, Slots: all(slots)}
	}
	const missing = series.State(99)
	c := &Course{Range: r, Lines: []Line{line("a", series.Measured, series.Late, series.Late, missing, missing), line("b", series.Measured, series.Measured, series.Late, series.Late, missing), line("c", series.Measured, series.Estimated, series.Late, series.Measured, missing)}}
	table := c.Table(locale.For(locale.English))
	var got []string
	for row, err := range table.Rows {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, row[len(row)-1].text)
	}
	if want := []string{"complete", "came late: a; calculated: c", "came late", "missing: a; came late: b", "no data"}; !slices.Equal(got, want) {
		t.Errorf("the rows say %q, want %q", got, want)
	}
	about := table.About()
	late := slices.IndexFunc(about, func(f Fact) bool { return f.Term == "Late values" })
	if late < 0 || !strings.HasPrefix(about[late].Value.text, "5 values are marked") {
		t.Errorf("the description says %v", about)
	}
}
