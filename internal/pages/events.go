package pages

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"portico/internal/datahub"
	"portico/internal/fold"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/internal/series"
	"portico/web/templates"
)

// eventsAtMost bounds the rows of the list, and the events behind them; a shorter range or a filter shows the rest.
const eventsAtMost = 300

// eventsQuery is what the address of the events says.
type eventsQuery struct {
	view     string // calendar, or "" for the list
	month    string // of the calendar: 2026-11
	site     datahub.SiteID
	kind     int64 // id of an event type
	q        string
	from, to string
}

func parseEventsQuery(v url.Values) (q eventsQuery, err error) {
	if q.view, err = query.Choice(v, "view", "calendar"); err != nil {
		return q, err
	}
	for _, p := range []struct {
		name string
		to   *string
	}{{"month", &q.month}, {"q", &q.q}, {"from", &q.from}, {"to", &q.to}} {
		if *p.to, err = query.One(v, p.name, 400); err != nil {
			return q, err
		}
	}
	q.q = locale.Plain(q.q)
	site, err := query.ID(v, "site")
	if err != nil {
		return q, err
	}
	q.site = datahub.SiteID(site)
	if q.kind, err = query.ID(v, "type"); err != nil {
		return q, err
	}
	if q.from == "" && q.to == "" {
		q.from, q.to = "now-30d/d", "now+1d/d"
	}
	return q, nil
}

func (q eventsQuery) href(view, month string) string {
	from, to := q.from, q.to
	if view == "calendar" {
		from, to = "", ""
	}
	return query.With("/events", "view", view, "month", month, "site", idText(int64(q.site)), "type", idText(q.kind), "q", q.q, "from", from, "to", to)
}

// eventsData is what the list and the calendar of events are made of.
type eventsData struct {
	query  eventsQuery
	now    time.Time
	zone   *time.Location
	in     func(own *time.Location) *time.Location // see reader
	r      series.Range
	sites  map[datahub.SiteID]datahub.Site
	types  []datahub.Named
	events []datahub.Event // newest first in the list, oldest first in the calendar
	wrong  *query.Error    // from or to, when it cannot be read
	done   string
	may    func(feature string, right datahub.Right) bool
}

// events lists what happened, or shows it in a calendar.
func (p *Pages) events(_ http.ResponseWriter, r *Request) error {
	q, err := parseEventsQuery(r.URL.Query())
	if err != nil {
		return err
	}
	d := eventsData{query: q, now: r.Now}
	if d.done, err = query.Choice(r.URL.Query(), "done", "made", "changed", "deleted"); err != nil {
		return err
	}
	rd := p.reader(r)
	d.may = rd.may
	if d.sites, d.types, err = rd.sitesAndTypes(r.Context()); err != nil {
		return err
	}
	d.zone, d.in = rd.in(zoneOf(d.sites, q.site)), rd.in
	if d.r, err = q.span(d.now, d.zone); err != nil {
		wrong, ok := errors.AsType[*query.Error](err)
		if !ok || wrong.Param == "month" {
			return err
		}
		d.wrong = wrong
		return r.Render(http.StatusBadRequest, templates.Events(presentEvents(d, r.Locale, rd.layout(r))))
	}
	found, err := r.Hub.Events(r.Context(), datahub.EventQuery{Site: q.site, From: d.r.From, To: d.r.To})
	if err != nil {
		return err
	}
	d.choose(found)
	return r.Render(http.StatusOK, templates.Events(presentEvents(d, r.Locale, rd.layout(r))))
}

// span is the range of the list, or the calendar's month with the days that its weeks need.
func (q eventsQuery) span(now time.Time, zone *time.Location) (series.Range, error) {
	if q.view != "calendar" {
		r, err := series.ParseRange(q.from, q.to, now, zone)
		if err != nil {
			return r, &query.Error{Param: paramOf(err), Err: err}
		}
		return r, nil
	}
	month := now.In(zone)
	if q.month != "" {
		var err error
		if month, err = time.ParseInLocation("2006-01", q.month, zone); err != nil || month.Year() < 2000 || month.Year() > 2100 {
			return series.Range{}, &query.Error{Param: "month", Err: query.ErrChoice}
		}
	}
	first, last := series.DayStart(month.Year(), month.Month(), 1, zone), series.DayStart(month.Year(), month.Month()+1, 0, zone)
	return series.Range{From: monday(first), To: midnight(monday(last), zone, 7), Zone: zone}, nil
}

// monday is the first day of t's week.
func monday(t time.Time) time.Time {
	return midnight(t, t.Location(), -(int(t.Weekday())+6)%7)
}

// choose keeps what the filter lets pass.
func (d *eventsData) choose(found []datahub.Event) {
	for _, e := range found {
		if (d.query.kind == 0 || int64(e.TypeID) == d.query.kind) && fold.Has(e.Title+" "+d.sites[e.Site].Name, d.query.q) {
			d.events = append(d.events, e)
		}
	}
	if d.query.view == "calendar" {
		return
	}
	slices.Reverse(d.events)
}

// sitesAndTypes reads what forms and filters of events offer.
func (rd *reader) sitesAndTypes(ctx context.Context) (map[datahub.SiteID]datahub.Site, []datahub.Named, error) {
	var sites []datahub.Site
	var types []datahub.Named
	jobs := []func(context.Context) error{
		func(ctx context.Context) (err error) { sites, err = rd.sites(ctx); return err },
		func(ctx context.Context) (err error) { types, err = rd.eventTypes(ctx); return endsSession(err) },
	}
	err := each(ctx, jobs, func(ctx context.Context, _ int, f func(context.Context) error) error { return f(ctx) })
	of := map[datahub.SiteID]datahub.Site{}
	for _, s := range sites {
		of[s.ID] = s
	}
	slices.SortFunc(types, func(a, b datahub.Named) int { return a.ID - b.ID })
	return of, types, err
}

// eventTypes are the kinds of events, kept as other lists of names are.
func (rd *reader) eventTypes(ctx context.Context) ([]datahub.Named, error) {
	types, err := recall(ctx, rd, "event types", referencesLife, of[datahub.Named](80), rd.hub.EventTypes)
	return slices.Clone(types), err
}

// zoneOf is the zone of a site, or that of most sites.
func zoneOf(sites map[datahub.SiteID]datahub.Site, id datahub.SiteID) *time.Location {
	if site, ok := sites[id]; ok {
		return site.Zone()
	}
	var all []datahub.Site
	for _, s := range sites {
		all = append(all, s)
	}
	return commonZone(all)
}
