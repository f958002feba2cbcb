package export

import (
	"bytes"
	"context"
	"encoding/csv"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"portico/internal/locale"
	"portico/internal/testserver"
)

// asShown makes CSV in UTF-8 of what cells look like: the filter's tokens are separator, quote, encoding, first line, formats, language, quote all, as shown.
const asShown = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true"

// TestLibreOfficeReadsWorkbooks opens a workbook as people do, and has its first sheet written as CSV: every row is there, dates look like dates of the region, and a name that begins
// with an equals sign is a name.
func TestLibreOfficeReadsWorkbooks(t *testing.T) {
	office, err := exec.LookPath("soffice")
	if err != nil {
		testserver.Missing(t, "workbooks in LibreOffice: install Debian's package libreoffice-calc-nogui")
	}
	dir := t.TempDir()
	var b bytes.Buffer
	if err := XLSX(&b, autumn().Table(locale.For(locale.Dutch)), For(locale.For(locale.Dutch), false, brussels)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "autumn.xlsx"), b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, office, "-env:UserInstallation=file://"+dir+"/profile", "--headless", "--convert-to", asShown, "--outdir", dir, filepath.Join(dir, "autumn.xlsx"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	file, err := os.Open(filepath.Join(dir, "autumn.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // read only
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil || len(rows) != 101 {
		t.Fatalf("%d rows, %v, want a head and 100 quarter hours", len(rows), err)
	}
	for _, c := range []struct {
		row, column int
		want        string
	}{{0, 3, "=Power [kW]"}, {1, 0, "25/10/2026 00:00:00"}, {1, 3, "-2.125"}, {12, 0, "25/10/2026 02:45:00"}, {12, 2, "UTC+02:00"}, {13, 0, "25/10/2026 02:00:00"}, {13, 2, "UTC+01:00"}, {50, 3, ""}, {50, 4, "geen gegevens"}} {
		if got := rows[c.row][c.column]; got != c.want {
			t.Errorf("row %d, column %d: %q, want %q", c.row, c.column, got, c.want)
		}
	}
}
