package pages

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"portico/internal/export"
	"portico/internal/locale"
	"portico/internal/series"
	"portico/web/templates"
)

// exportTime is how long a browser may take to fetch a long file.
const exportTime = 10 * time.Minute

// export sends what the explorer shows as a file. A long one is offered to be made in the background instead.
func (p *Pages) export(w http.ResponseWriter, r *Request) error {
	q, err := readExportQuery(r.URL.Query())
	if err != nil {
		return err
	}
	rd := p.reader(r)
	x, err := planExport(r.Context(), rd, q, r.Locale)
	if err != nil {
		return err
	}
	if x.values() > exportAtOnce {
		return r.Render(http.StatusOK, templates.ExportOffer(presentExportOffer(x, q, r, rd.layout(r))))
	}
	s := x.sheet(r)
	read := func(part, line int) ([]series.Slot, error) { return x.read(r.Context(), rd, part, line) }
	table, zone := s.table(len(x.parts), read, time.Now(), r.Locale)
	return p.sendTable(w, r, table, q.format, exportForm(r.Locale, q.form, zone, r.By), s.fileName(q.format))
}

// exportForm is how a file is written: as was asked for, else as the person prefers.
func exportForm(l locale.Locale, form string, zone *time.Location, by string) export.Form {
	f := export.For(l, form == "iso", zone)
	f.By = by
	return f
}

// sendTable makes a small file and sends it when it is complete, so that what goes wrong is still a page.
func (p *Pages) sendTable(w http.ResponseWriter, r *Request, t export.Table, format string, f export.Form, name string) error {
	var b bytes.Buffer
	if err := writeTable(&b, t, format, f); err != nil {
		return err
	}
	attach(w, format, name)
	http.ServeContent(w, r.Request, "", time.Time{}, bytes.NewReader(b.Bytes()))
	return nil
}

func writeTable(w io.Writer, t export.Table, format string, f export.Form) error {
	if format == "xlsx" {
		return export.XLSX(w, t, f)
	}
	return export.CSV(w, t, f)
}

// attach says what comes and how it is called.
func attach(w http.ResponseWriter, format, name string) {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	if format == "xlsx" {
		w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	}
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
}

// errBusy says that somebody else works on it.
var errBusy = errors.New("another process makes this file")

// exporters bounds how many files this process makes at once: each may take a hundred megabytes for a moment.
type exporters chan struct{}

func (e exporters) enter(ctx context.Context) (leave func(), err error) {
	select {
	case e <- struct{}{}:
		return func() { <-e }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
