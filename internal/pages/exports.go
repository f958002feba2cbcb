package pages

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"portico/internal/export"
	"portico/internal/query"
	"portico/internal/series"
	"portico/internal/shelf"
	"portico/web/templates"
)

// makeExport begins a file in the background.
func (p *Pages) makeExport(w http.ResponseWriter, r *Request) error {
	if err := r.ParseForm(); err != nil {
		return &query.Error{Param: "s", Err: query.ErrTooLong}
	}
	q, err := readExportQuery(r.PostForm)
	if err != nil {
		return err
	}
	x, err := planExport(r.Context(), p.reader(r), q, r.Locale)
	if err != nil {
		return err
	}
	if reason := x.refused(q); reason != "" {
		return &query.Error{Param: "from", Err: errTooMany}
	}
	jobs, err := shelf.All[exportJob](r.Context(), r.Shelf, r.Owner, shelf.Export)
	if err != nil {
		return err
	}
	to := "/exports?done=full"
	if len(jobs) < exportsEach {
		name, err := p.startExport(r, x, q)
		if err != nil {
			return err
		}
		to = "/exports/" + name
	}
	http.Redirect(w, r.Request, to, http.StatusSeeOther)
	return nil
}

// refused says why a file of a plan is not made, "" when it is.
func (x *exportPlan) refused(q exportQuery) string {
	switch {
	case x.values() > exportMost:
		return "large"
	case q.format == "xlsx" && x.rows*(len(x.lines)+4) > export.SheetCells:
		return "sheet"
	}
	return ""
}

// exports lists the person's files.
func (p *Pages) exports(_ http.ResponseWriter, r *Request) error {
	done, err := query.Choice(r.URL.Query(), "done", "full", "deleted")
	if err != nil {
		return err
	}
	jobs, err := shelf.All[exportJob](r.Context(), r.Shelf, r.Owner, shelf.Export)
	if err != nil {
		return err
	}
	slices.SortFunc(jobs, func(a, b shelf.Document[exportJob]) int { return b.Value.Made.Compare(a.Value.Made) })
	return r.Render(http.StatusOK, templates.Exports(presentExports(jobs, done, r)))
}

// exportOf is the job that the path names, if it is the person's.
func exportOf(r *Request) (string, exportJob, error) {
	name := r.PathValue("export")
	job, err := shelf.Get[exportJob](r.Context(), r.Shelf, r.Owner, shelf.Export, name)
	if errors.Is(err, shelf.ErrNotFound) {
		return "", job, notFound("export")
	}
	return name, job, err
}

// exportPage shows how far a file has come. One that nobody works on any more is taken up again.
func (p *Pages) exportPage(w http.ResponseWriter, r *Request) error {
	name, job, err := exportOf(r)
	if err != nil {
		return err
	}
	if job.stalled(time.Now()) {
		p.workOn(r, name)
	}
	if !job.complete() && job.Failed == "" {
		w.Header().Set("Refresh", "4") // also without a script
	}
	return r.Render(http.StatusOK, templates.Export(presentExport(name, job, r)))
}

// exportFile sends a complete file, row by row.
func (p *Pages) exportFile(w http.ResponseWriter, r *Request) error {
	name, job, err := exportOf(r)
	if err != nil {
		return err
	}
	if !job.complete() {
		return notFound("file")
	}
	leave, err := p.exporters.enter(r.Context())
	if err != nil {
		return err
	}
	defer leave()
	parts := make([][]byte, job.Parts) // packed, so that a slow browser holds little
	for i := range parts {
		if parts[i], err = shelf.Get[[]byte](r.Context(), r.Shelf, r.Owner, shelf.Part, partName(name, i)); err != nil {
			if errors.Is(err, shelf.ErrNotFound) {
				err = notFound("part of a file")
			}
			return err
		}
	}
	read := func(part, line int) ([]series.Slot, error) { return unpackColumn(parts[part], line) }
	table, zone := job.Sheet.table(job.Parts, read, job.Made, r.Locale)
	if err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(exportTime)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	attach(w, job.Format, job.Sheet.fileName(job.Format))
	err = writeTable(w, table, job.Format, exportForm(r.Locale, job.Form, zone, r.By))
	if err != nil && job.Format == "csv" {
		panic(http.ErrAbortHandler) // half a file must not look like a whole one
	}
	if err != nil {
		w.Header().Del("Content-Disposition") // nothing was sent yet
	}
	return err
}

// changeExport takes up a job that failed, or deletes one with its parts.
func (p *Pages) changeExport(w http.ResponseWriter, r *Request) error {
	name, job, err := exportOf(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return &query.Error{Param: "do", Err: query.ErrTooLong}
	}
	do, err := query.Choice(r.PostForm, "do", "resume", "delete")
	if err != nil {
		return err
	}
	switch do {
	case "resume":
		p.workOn(r, name)
		http.Redirect(w, r.Request, "/exports/"+name, http.StatusSeeOther)
	case "delete":
		if err := r.Shelf.Take(r.Context(), r.Owner, shelf.Export, name); err != nil && !errors.Is(err, shelf.ErrNotFound) {
			return err
		}
		r.Later("deleting an export", 0, func(ctx context.Context) error { return deleteParts(ctx, r.Shelf, r.Owner, name, job.Parts) })
		http.Redirect(w, r.Request, "/exports?done=deleted", http.StatusSeeOther)
	default:
		return &query.Error{Param: "do", Err: query.ErrChoice}
	}
	return nil
}

func deleteParts(ctx context.Context, keeper *shelf.Keeper, owner shelf.Owner, name string, parts int) error {
	for i := range parts {
		if err := keeper.Take(ctx, owner, shelf.Part, partName(name, i)); err != nil && !errors.Is(err, shelf.ErrNotFound) {
			return err
		}
	}
	return nil
}
