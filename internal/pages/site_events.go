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

// eventsPerPage bounds how many rows one page lists: a site can have thousands of events in a year.
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
	groups := gathered(events, func(datahub.Event) *time.Location { return f.zone })
	from := min((page-1)*eventsPerPage, len(groups))
	shown := groups[from:min(from+eventsPerPage, len(groups))]
	m := eventList(shown, types, f.sources, f.zone, f.now, r.Locale)
	href := func(n int) string {
		return query.With(siteTabHref(f.site.ID, "events"), "days", days, "page", query.Number(n))
	}
	if len(events) > 0 {
		m.Pager, m.Empty = pagerOf(page, eventsPerPage, len(shown), len(groups), href, r.Locale)
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

// eventList has a row for each event, and one for those of a day that are alike, which leads to them.
func eventList(groups [][]datahub.Event, types map[int]string, sources []datahub.Source, zone *time.Location, now time.Time, l locale.Locale) templates.ListModel {
	m := templates.ListModel{Caption: l.T("site.events"), Columns: columns(l, "event", "from", "until", "kind", "meters")}
	names := map[datahub.SourceID]string{}
	for _, s := range sources {
		names[s.ID] = locale.Name(s.Name)
	}
	for _, same := range groups {
		newest, from := same[0], same[len(same)-1].From
		name := templates.CellModel{Text: locale.Name(newest.Title), Href: "/events/" + idText(int64(newest.ID))}
		until := templates.CellModel{}
		if end := laterOf(newest.From, newest.To); end.After(from) {
			until = templates.CellModel{Text: l.DateTime(end.In(zone), now), ISO: end.Format(time.RFC3339), Note: l.Duration(end.Sub(from))}
		}
		if len(same) > 1 {
			name, until.Note = templates.CellModel{Text: l.T("events.times", len(same), name.Text), Href: alikeHref(newest, zone, 0)}, ""
		}
		m.Rows = append(m.Rows, []templates.CellModel{
			name, {Text: l.DateTime(from.In(zone), now), ISO: from.Format(time.RFC3339)}, until, {Text: locale.Plain(types[newest.TypeID])}, {Text: strings.Join(metersOf(same, names), ", ")},
		})
	}
	if len(m.Rows) == 0 {
		m.Empty = &templates.EmptyModel{Text: l.T("site.events-none")}
	}
	return m
}

// alikeHref leads to the events of a day that are called the same, of a kind that was chosen; 0 if none was.
func alikeHref(e datahub.Event, zone *time.Location, kind int64) string {
	day := e.From.In(zone)
	return eventsQuery{site: e.Site, kind: kind, q: e.Title, from: day.Format(time.DateOnly), to: day.AddDate(0, 0, 1).Format(time.DateOnly)}.href("", "")
}

// metersOf names the meters of events, each once.
func metersOf(events []datahub.Event, names map[datahub.SourceID]string) (meters []string) {
	for _, e := range events {
		for _, id := range e.Sources {
			if name := names[id]; name != "" && !slices.Contains(meters, name) {
				meters = append(meters, name)
			}
		}
	}
	return meters
}
