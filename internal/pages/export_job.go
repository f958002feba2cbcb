package pages

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"encoding/gob"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/pause"
	"portico/internal/series"
	"portico/internal/shelf"
)

// Bounds of what is made in the background.
const (
	exportLife  = 24 * time.Hour   // after which a file is gone
	exportsEach = 5                // of one person
	exportBytes = 24 << 20         // of one, packed
	exportQuiet = 45 * time.Second // without a sign of life of whoever makes it, somebody else goes on
	exportTries = 4                // of one part
	exportsHere = 2                // that one process makes or sends at once
)

// exportJob is a file that is made, or being made, in parts: values, which become CSV or XLSX when the file is fetched. Whoever has it on the shelf owns it.
type exportJob struct {
	Query  string         `json:"query"` // of /export, with the range in absolute times
	Format string         `json:"format"`
	Form   string         `json:"form"`
	Sheet  exportSheet    `json:"sheet"`
	Late   [][]series.Gap `json:"late,omitempty"` // of each variable: what the session that asked knew to have come late
	Parts  int            `json:"parts"`
	Done   int            `json:"done"` // parts that are kept
	Bytes  int            `json:"bytes"`
	Rows   int            `json:"rows"` // roughly, when it is complete
	Made   time.Time      `json:"made"`
	Beat   time.Time      `json:"beat"`   // last sign of life of whoever makes it
	Worker string         `json:"worker"` // who that is
	Failed string         `json:"failed"` // "", away, refused or large
}

func (j exportJob) complete() bool { return j.Parts > 0 && j.Done == j.Parts }

// stalled reports whether nobody works on it any more: the process is gone, or was told to go.
func (j exportJob) stalled(now time.Time) bool {
	return !j.complete() && j.Failed == "" && now.Sub(j.Beat) > exportQuiet
}

// partName names a part of a job. Names sort as the parts do.
func partName(job string, part int) string { return fmt.Sprintf("%s-%05d", job, part) }

// startExport puts a job on the person's shelf and begins.
func (p *Pages) startExport(r *Request, x *exportPlan, q exportQuery) (string, error) {
	name := strings.ToLower(rand.Text()[:20])
	pinned := q
	pinned.explore.from, pinned.explore.to, pinned.explore.zone = series.Local(x.d.r.From, x.d.zone), series.Local(x.d.r.To, x.d.zone), x.d.zone.String()
	_, err := shelf.Change(r.Context(), r.Shelf, r.Owner, shelf.Export, name, exportLife, func(j *exportJob) error {
		*j = exportJob{Query: strings.TrimPrefix(pinned.encode(), "?"), Format: q.format, Form: q.form, Sheet: x.sheet(r), Late: p.cameLate(r, x), Parts: len(x.parts), Rows: x.rows, Made: time.Now(), Beat: time.Now()}
		return nil
	})
	if err == nil {
		p.workOn(r, name)
	}
	return name, err
}

// cameLate are the stretches of each variable whose values the session knows to have come late: whoever makes the file may be another process, later.
func (p *Pages) cameLate(r *Request, x *exportPlan) [][]series.Gap {
	late := make([][]series.Gap, len(x.d.lines))
	for i, line := range x.d.lines {
		late[i] = p.kept.absences(r.Who, line.variable.ID, time.Now()).late()
	}
	return late
}

// workOn goes on with a job until it is complete, fails, or the process is going away; what is done stays done.
func (p *Pages) workOn(r *Request, name string) {
	w := &exportWork{keeper: r.Shelf, owner: r.Owner, name: name, worker: rand.Text(), hub: r.Hub, who: r.Who, now: r.Now, locale: r.Locale, zone: r.Zone}
	r.Work("making an export", func(ctx context.Context) error {
		leave, err := p.exporters.enter(ctx)
		if err != nil {
			return nil // going away: the job waits for somebody else
		}
		defer leave()
		return w.run(ctx)
	})
}

// exportWork is one process's part in a job.
type exportWork struct {
	keeper       *shelf.Keeper
	owner        shelf.Owner
	name, worker string
	hub          *datahub.Client
	who          Who
	now          time.Time
	locale       locale.Locale
	zone         *time.Location
}

// change changes the job, unless it is gone or somebody else's now.
func (w *exportWork) change(ctx context.Context, f func(*exportJob) error) (exportJob, error) {
	return shelf.Change(ctx, w.keeper, w.owner, shelf.Export, w.name, exportLife, func(j *exportJob) error {
		if j.Query == "" {
			return shelf.ErrNotFound
		}
		return f(j)
	})
}

func (w *exportWork) mine(f func(*exportJob)) func(*exportJob) error {
	return func(j *exportJob) error {
		if j.Worker != w.worker {
			return errBusy
		}
		j.Beat = time.Now()
		f(j)
		return nil
	}
}

func (w *exportWork) run(ctx context.Context) error {
	job, err := w.change(ctx, func(j *exportJob) error {
		if j.Worker != "" && j.Failed == "" && time.Since(j.Beat) < exportQuiet {
			return errBusy
		}
		j.Worker, j.Beat, j.Failed = w.worker, time.Now(), ""
		return nil
	})
	if err == nil {
		err = w.parts(ctx, job)
	}
	switch {
	case err == nil, errors.Is(err, errBusy), errors.Is(err, shelf.ErrNotFound):
		return nil
	case ctx.Err() != nil: // the process is going away; whoever looks next goes on at once
		_, err = w.change(context.WithoutCancel(ctx), w.mine(func(j *exportJob) { j.Worker, j.Beat = "", time.Time{} }))
		return err
	}
	_, kept := w.change(ctx, w.mine(func(j *exportJob) { j.Failed = reasonOf(err) }))
	return errors.Join(err, kept)
}

// reasonOf says in a word why a file could not be made, and so whether trying again can help.
func reasonOf(err error) string {
	switch {
	case errors.Is(err, errTooMany):
		return "large"
	case noAnswer(err):
		return "away"
	}
	return "refused"
}

// parts reads what is missing, part by part.
func (w *exportWork) parts(ctx context.Context, job exportJob) error {
	values, err := url.ParseQuery(job.Query)
	if err != nil {
		return err
	}
	q, err := readExportQuery(values)
	if err != nil {
		return err
	}
	x, err := planExport(ctx, w.reader(), q, w.locale)
	if err != nil {
		return err
	}
	if len(x.parts) != job.Parts || len(x.lines) != len(job.Sheet.Names) {
		return fmt.Errorf("export: %d parts of %d lines, were %d of %d: the variables have changed", len(x.parts), len(x.lines), job.Parts, len(job.Sheet.Names))
	}
	x.late = job.Late
	for part := job.Done; part < job.Parts; part++ {
		if err := w.part(ctx, x, part); err != nil {
			return err
		}
	}
	return nil
}

// reader reads with the person's rights and keeps what it reads for this part only.
func (w *exportWork) reader() *reader {
	return &reader{terms: terms{hub: w.hub, who: w.who, now: w.now, real: time.Now(), kept: newKept(), zone: w.zone}}
}

func (w *exportWork) part(ctx context.Context, x *exportPlan, part int) error {
	packed, err := w.read(ctx, x, part)
	if err != nil {
		return err
	}
	if _, err := shelf.Change(ctx, w.keeper, w.owner, shelf.Part, partName(w.name, part), exportLife, func(b *[]byte) error { *b = packed; return nil }); err != nil {
		return err
	}
	job, err := w.change(ctx, w.mine(func(j *exportJob) { j.Done, j.Bytes = part+1, j.Bytes+len(packed) }))
	if err == nil && job.Bytes > exportBytes {
		err = errTooMany
	}
	return err
}

// read reads the columns of a part, several times when the Data Hub does not answer, and packs them.
func (w *exportWork) read(ctx context.Context, x *exportPlan, part int) ([]byte, error) {
	for try := 0; ; try++ {
		columns, err := w.columns(ctx, x, part)
		if err == nil {
			return packColumns(columns)
		}
		if !noAnswer(err) || try == exportTries || !pause.For(ctx, time.Second<<try) {
			return nil, err
		}
	}
}

func (w *exportWork) columns(ctx context.Context, x *exportPlan, part int) ([][]series.Slot, error) {
	rd := w.reader()
	columns := make([][]series.Slot, len(x.lines))
	for i := range x.lines {
		var err error
		if columns[i], err = x.read(ctx, rd, part, i); err != nil {
			return nil, err
		}
	}
	return columns, nil
}

// packedColumn is a column of slots: seconds, values and marks side by side, which packs well.
type packedColumn struct {
	Start, Length []int64
	Value         []float64
	Mark          []byte // 1 missing, 2 to come, and the state above
}

func packColumns(columns [][]series.Slot) ([]byte, error) {
	packed := make([]packedColumn, len(columns))
	for i, slots := range columns {
		c := &packed[i]
		last := int64(0)
		for _, s := range slots {
			start := s.Start.Unix()
			c.Start, c.Length = append(c.Start, start-last), append(c.Length, s.End.Unix()-start)
			last = start
			mark := byte(s.State) << 2
			if s.Missing {
				mark |= 1
			}
			if s.Future {
				mark |= 2
			}
			c.Value, c.Mark = append(c.Value, s.Value), append(c.Mark, mark)
		}
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if err := gob.NewEncoder(z).Encode(packed); err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	return b.Bytes(), nil
}

// unpackColumn returns one of the columns of a part.
func unpackColumn(packed []byte, line int) ([]series.Slot, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	var columns []packedColumn
	if err := gob.NewDecoder(z).Decode(&columns); err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	if line >= len(columns) {
		return nil, nil
	}
	c := columns[line]
	slots := make([]series.Slot, len(c.Start))
	start := int64(0)
	for i := range slots {
		start += c.Start[i]
		slots[i] = series.Slot{Start: time.Unix(start, 0).UTC(), End: time.Unix(start+c.Length[i], 0).UTC(), Value: c.Value[i], Missing: c.Mark[i]&1 != 0, Future: c.Mark[i]&2 != 0, State: series.State(c.Mark[i] >> 2)}
	}
	return slots, nil
}
