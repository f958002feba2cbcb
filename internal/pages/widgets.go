package pages

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"portico/internal/board"
	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/web/templates"
)

// widgetReader reads the widgets of one board for one request. What several of them need is read once.
type widgetReader struct {
	*reader
	r     *Request
	board board.Board
	site  datahub.SiteID // of a template
	wall  bool
	sites func() ([]siteProfile, error)
}

// widgetReaders say how each kind is read into its model. They may leave an error to the one who calls them: it stays with the widget.
var widgetReaders = map[board.Kind]func(*widgetReader, context.Context, board.Widget, *templates.WidgetModel) error{
	board.BigNumber: (*widgetReader).number, board.Trend: (*widgetReader).trend, board.Today: (*widgetReader).today, board.Peak: (*widgetReader).peak,
	board.Carpet: (*widgetReader).carpet, board.Duration: (*widgetReader).duration, board.Weather: (*widgetReader).weather, board.Price: (*widgetReader).price, board.Guard: (*widgetReader).guard,
	board.AlarmWall: (*widgetReader).alarmWall, board.AlarmRibbon: (*widgetReader).ribbon, board.SiteMap: (*widgetReader).siteMap, board.League: (*widgetReader).league,
	board.Freshness: (*widgetReader).freshness, board.Completeness: (*widgetReader).completeness,
	board.Breakdown: (*widgetReader).breakdown, board.Flow: (*widgetReader).flow, board.Image: (*widgetReader).image,
	board.Text: (*widgetReader).text, board.Clock: (*widgetReader).clock, board.Link: (*widgetReader).link,
}

// widgetReader reads for a page, or for a wall of 1080 lines on which twelve rows stand.
func (p *Pages) widgetReader(r *Request, ctx context.Context, b board.Board, site datahub.SiteID, wall bool) *widgetReader {
	read := p.reader
	if wall {
		read = p.onlooker
	}
	w := &widgetReader{reader: read(r), r: r, board: b, site: site, wall: wall}
	w.sites = sync.OnceValues(func() ([]siteProfile, error) { return w.readAll(ctx) })
	return w
}

// Widgets returns what each widget of b shows, in the order of b. What one of them fails with stays with it; an error ends the session.
func (p *Pages) Widgets(r *Request, b board.Board, site datahub.SiteID) ([]templates.WidgetModel, error) {
	ctx, cancel := context.WithTimeout(r.Context(), panelTimeout)
	defer cancel()
	w := p.widgetReader(r, ctx, b, site, false)
	models := make([]templates.WidgetModel, len(b.Widgets))
	err := each(ctx, b.Widgets, func(ctx context.Context, i int, widget board.Widget) (err error) {
		models[i], err = w.read(ctx, widget)
		return err
	})
	return models, err
}

// FillWidgets makes the widgets of b as panels of a page, of which render renders as much as there is, as [Request.Fill] says. The part of a widget is called w- and its id.
func (p *Pages) FillWidgets(r *Request, b board.Board, site datahub.SiteID, render func([]templates.WidgetModel) error) error {
	ctx, cancel := context.WithTimeout(r.Context(), r.panelTime())
	defer cancel()
	w := p.widgetReader(r, ctx, b, site, false)
	models, panels := make([]templates.WidgetModel, len(b.Widgets)), make([]Panel, len(b.Widgets))
	for i, widget := range b.Widgets {
		models[i] = w.frame(widget)
		panels[i] = Panel{Name: "w-" + widget.ID, To: &models[i].Panel, Make: func(ctx context.Context) (func(), error) {
			m, err := w.read(ctx, widget)
			return func() {
				m.Panel = models[i].Panel
				models[i] = m
			}, err
		}}
	}
	return r.Fill(panels, func() error { return render(models) })
}

// frame is a widget before anything of it is known.
func (w *widgetReader) frame(widget board.Widget) templates.WidgetModel {
	m := templates.WidgetModel{ID: widget.ID, Kind: string(widget.Kind), X: widget.X + 1, Y: widget.Y + 1, W: widget.W, H: widget.H, Title: locale.Plain(widget.Title)}
	if m.Title == "" {
		m.Title = w.kindName(widget.Kind)
	}
	return m
}

func (w *widgetReader) kindName(k board.Kind) string {
	return w.r.Locale.T(locale.Key("widget." + string(k)))
}

// read reads one widget, and says since when it is not current. What it fails with stays with it.
func (w *widgetReader) read(ctx context.Context, widget board.Widget) (templates.WidgetModel, error) {
	own, oldest := w.alone()
	m, _, ends := own.attempt(ctx, widget)
	if since := oldest(); !since.IsZero() && m.State != "failed" {
		m.Reason = w.r.Locale.T("widget.stale", w.r.Locale.DateTime(since.In(datahub.HomeZone()), w.real), w.r.Locale.Duration(w.real.Sub(since)))
		if m.State != "late" && m.State != "silent" {
			m.State = "stale"
		}
	}
	return m, ends
}

// alone reads for one widget; since says of when the oldest answer is that it used, of those which it shares with others only if it did.
func (w *widgetReader) alone() (own *widgetReader, since func() time.Time) {
	one, of := *w, []*reader{}
	one.reader = w.apart()
	one.sites = func() ([]siteProfile, error) {
		of = append(of, w.reader)
		return w.sites()
	}
	return &one, func() time.Time { return one.oldest(of...) }
}

// attempt reads one widget, and returns what it failed with and what ends the session.
func (w *widgetReader) attempt(ctx context.Context, widget board.Widget) (m templates.WidgetModel, cause, ends error) {
	l := w.r.Locale
	m = w.frame(widget)
	m.Title = locale.Plain(widget.Title) // some have names of their own for what they show
	defer func() {
		if m.Title == "" {
			m.Title = w.kindName(widget.Kind)
		}
		if w.closed() {
			seal(&m)
		}
	}()
	if lack := widget.Lacks(); lack != "" {
		m.State, m.Reason = "empty", l.T(locale.Key("widget.no-"+lack))
		return m, nil, nil
	}
	err := widgetReaders[widget.Kind](w, ctx, widget, &m)
	switch {
	case err == nil:
		return m, nil, nil
	case errors.Is(err, datahub.ErrNotFound), errors.Is(err, ErrNotFound), errors.Is(refused(err), ErrForbidden):
		m.State, m.Reason = "empty", l.T("trouble.refused")
		return m, nil, nil
	case errors.Is(err, errOutside):
		w.lacks(&m, "outside")
		return m, nil, nil
	}
	w.fail(&m, err)
	if ends := endsSession(err); !errors.Is(ends, context.Canceled) || w.r.Context().Err() != nil {
		return m, err, ends
	}
	return m, err, nil
}

// closed reports whether the reader may open no other page: screens and visitors of links.
func (w *widgetReader) closed() bool { return w.r.Shared || w.r.Wall != nil }

// siteHref leads to a site's page, as far as it opens.
func (w *widgetReader) siteHref(id datahub.SiteID) string {
	if w.closed() {
		return ""
	}
	return siteHref(id)
}

// seal takes out of a widget what leads to pages that do not open.
func seal(m *templates.WidgetModel) {
	m.Menu, m.Link, m.Failure, m.Next = nil, nil, nil, templates.Link{}
	for i := range m.Items {
		m.Items[i].Href = ""
	}
}

// fail says why there is nothing to see, and offers to try again.
func (w *widgetReader) fail(m *templates.WidgetModel, err error) {
	m.State, m.Reason = "failed", Trouble(err, w.r.Locale)
	m.Failure = &templates.FailureModel{RetryTo: w.r.Layout.ReturnTo, RequestID: w.r.Layout.RequestID, Part: "w-" + m.ID}
}

// readAll reads all sites that the board is about: those of a template's site, else as many as a page shows.
func (w *widgetReader) readAll(ctx context.Context) ([]siteProfile, error) {
	sites, refs, err := w.sitesAndLists(ctx)
	if err != nil {
		return nil, err
	}
	return w.readSites(ctx, sites[:min(len(sites), overviewSites)], refs, twoDays)
}

// chosen are the profiles of the sites that a widget is about.
func (w *widgetReader) chosen(widget board.Widget) ([]siteProfile, error) {
	all, err := w.sites()
	id := datahub.SiteID(widget.Site)
	if id == 0 {
		id = w.site
	}
	if err != nil || id == 0 {
		return all, err
	}
	for i := range all {
		if all[i].site.ID == id {
			return all[i : i+1], nil
		}
	}
	return nil, nil
}

// age says how old the newest value is, judged by the variable's own step.
func (w *widgetReader) age(m *templates.WidgetModel, last time.Time, step time.Duration) {
	if last.IsZero() || last.After(w.now) { // what is known of hours to come has no age
		return
	}
	age := w.now.Sub(last)
	m.Age = w.r.Locale.T("widget.age", w.r.Locale.Duration(age))
	step = max(step, time.Minute)
	grace := min(step, lateGrace)
	late, silent := 2*step+grace, 4*step+grace
	m.Last = templates.AgeModel{ISO: last.UTC().Format(time.RFC3339), Late: seconds(late), Silent: seconds(silent), Gone: seconds(max(96*step, keptShown))}
	switch {
	case age > silent:
		m.State = "silent"
	case age > late:
		m.State = "late"
	}
}

const (
	lateGrace = 5 * time.Minute // the most that the way of a value may take without its being late
	keptShown = 24 * time.Hour  // how long the last picture of a wall can be read at least
)

func (w *widgetReader) text(_ context.Context, widget board.Widget, m *templates.WidgetModel) error {
	if m.Title == "" {
		m.Title = w.r.Locale.T("widget.text")
	}
	for paragraph := range strings.SplitSeq(widget.Text, "\n\n") {
		if paragraph = strings.TrimSpace(paragraph); paragraph != "" {
			m.Text = append(m.Text, paragraph)
		}
	}
	return nil
}

func (w *widgetReader) clock(_ context.Context, _ board.Widget, m *templates.WidgetModel) error {
	clock := w.r.Layout.Clock
	m.Clock = &clock
	return nil
}

func (w *widgetReader) link(_ context.Context, widget board.Widget, m *templates.WidgetModel) error {
	m.Link = &templates.Link{Text: widget.Text, Href: "/dashboards/" + widget.Board}
	if widget.Text == "" {
		m.Link.Text = w.r.Locale.T("widget.all")
	}
	return nil
}
