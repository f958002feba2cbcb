package pages

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/web/templates"
)

// eventSpans are how far back lists of events look, in days; the first when nobody says.
var eventSpans = []string{"30", "90", "365"}

// eventsPerPage bounds how many events one page lists: a door can have thousands in a month.
const eventsPerPage = 100

// siteEvents lists what happened at a site lately, and what is planned for the next month.
func (p *Pages) siteEvents(_ http.ResponseWriter, r *Request) error {
	days, err := query.Choice(r.URL.Query(), "days", eventSpans...)
	if err != nil {
		return err
	}
	page, err := query.Page(r.URL.Query())
	if err != nil {
		return err
	}
	rd := p.reader(r)
	f, err := rd.siteFrame(r, "events")
	if err != nil {
		return err
	}
	if days == "" {
		days = eventSpans[0]
	}
	events, types, err := rd.events(r.Context(), datahub.EventQuery{Site: f.site.ID, From: midnight(f.now, f.zone, -atoi(days)), To: midnight(f.now, f.zone, 31)})
	if err != nil {
		return err
	}
	from := min((page-1)*eventsPerPage, len(events))
	shown := events[from:min(from+eventsPerPage, len(events))]
	m := eventList(shown, types, f.sources, f.zone, f.now, r.Locale)
	href := func(n int) string {
		return query.With(siteTabHref(f.site.ID, "events"), "days", days, "page", query.Number(n))
	}
	if len(events) > 0 {
		m.Pager, m.Empty = pagerOf(page, eventsPerPage, len(shown), len(events), href, r.Locale)
	}
	for _, d := range eventSpans {
		m.Links = append(m.Links, templates.TabModel{Link: templates.Link{Text: r.Locale.T("events.days", atoi(d)), Href: query.With(siteTabHref(f.site.ID, "events"), "days", d)}, Current: d == days})
	}
	return r.Render(http.StatusOK, templates.SiteList(f.page(r, rd), m))
}

// events reads events, the newest first, and the names of their types.
func (rd *reader) events(ctx context.Context, q datahub.EventQuery) ([]datahub.Event, map[int]string, error) {
	list, err := recall(ctx, rd, fmt.Sprint("events ", q.Site, q.From.Unix(), q.To.Unix()), 0, of[datahub.Event](300), func(ctx context.Context) ([]datahub.Event, error) { return rd.hub.Events(ctx, q) })
	if err != nil {
		return nil, nil, err
	}
	list = slices.Clone(list)
	slices.Reverse(list)
	types, err := rd.named(ctx, "event types", rd.hub.EventTypes)
	return list, types, endsSession(err)
}

func eventList(events []datahub.Event, types map[int]string, sources []datahub.Source, zone *time.Location, now time.Time, l locale.Locale) templates.ListModel {
	m := templates.ListModel{Caption: l.T("site.events"), Columns: columns(l, "event", "from", "until", "kind", "meters")}
	names := map[datahub.SourceID]string{}
	for _, s := range sources {
		names[s.ID] = locale.Name(s.Name)
	}
	for _, e := range events {
		until := templates.CellModel{}
		if e.To.After(e.From) {
			until = templates.CellModel{Text: l.DateTime(e.To.In(zone), now), ISO: e.To.Format(time.RFC3339), Note: l.Duration(e.To.Sub(e.From))}
		}
		var meters []string
		for _, id := range e.Sources {
			if name := names[id]; name != "" {
				meters = append(meters, name)
			}
		}
		m.Rows = append(m.Rows, []templates.CellModel{
			{Text: locale.Name(e.Title), Href: "/events/" + idText(int64(e.ID))}, {Text: l.DateTime(e.From.In(zone), now), ISO: e.From.Format(time.RFC3339)}, until, {Text: locale.Plain(types[e.TypeID])}, {Text: strings.Join(meters, ", ")},
		})
	}
	if len(m.Rows) == 0 {
		m.Empty = &templates.EmptyModel{Text: l.T("site.events-none")}
	}
	return m
}
