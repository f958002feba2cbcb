package pages

import (
	"cmp"
	"slices"
	"time"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/web/templates"
)

func presentEvents(d eventsData, l locale.Locale, layout templates.LayoutModel) templates.EventsModel {
	m := templates.EventsModel{Layout: layout, Sections: alarmSections(l, "/events", d.may), Query: d.query.q}
	m.Head = templates.PageHeadModel{Title: l.T("place.events"), Facts: []string{d.zone.String()}}
	if d.wrong == nil {
		m.Head.Facts = []string{l.Range(d.r.From.In(d.zone), d.r.To.In(d.zone)), d.zone.String()}
	}
	var write templates.Link // none without the right
	if d.may(datahub.FeatureEvents, datahub.RightWrite) {
		write = templates.Link{Text: l.T("events.new"), Href: query.With("/events/new", "site", idText(int64(d.query.site)))}
		m.Head.Actions = []templates.Link{write}
	}
	if d.done != "" {
		m.Done = l.T(locale.Key("events.done-" + d.done))
	}
	calendar := d.query.view == "calendar"
	m.Views = []templates.TabModel{{Link: templates.Link{Text: l.T("events.list"), Href: d.query.href("", "")}, Current: !calendar}, {Link: templates.Link{Text: l.T("events.calendar"), Href: d.query.href("calendar", "")}, Current: calendar}}
	m.Filter = d.filter(l)
	if calendar {
		m.Calendar = d.calendar(l)
		m.Head.Facts[0] = m.Calendar.Title
		return m
	}
	var more bool
	if m.Events, more = d.list(l); more {
		m.More = l.T("events.more", eventsAtMost)
	}
	if len(m.Events) == 0 {
		m.Empty = &templates.EmptyModel{Text: l.T("events.none"), Next: write}
		if d.wrong != nil {
			m.Empty = &templates.EmptyModel{Text: l.T("series.problems"), Next: templates.Link{Text: l.T("time.last30"), Href: "/events"}}
		}
	}
	return m
}

// alikeFrom is how many events of a day that are alike stand behind one row of the list.
const alikeFrom = 3

// list has the newest first, and says whether there are more. A door that opens forty times a day is one row, behind which there are forty; where a page would have too many of them, the row leads to its own.
func (d eventsData) list(l locale.Locale) (rows []templates.EventRowModel, more bool) {
	groups := gathered(d.events, d.zoneFor)
	shown := groups[:min(len(groups), eventsAtMost)]
	more = len(shown) < len(groups)
	apart := len(groups) > 1 && len(d.events) > eventsAtMost
	for _, same := range shown {
		row, own := d.row(same, l), alikeHref(same[0], d.zoneFor(same[0]), d.query.kind)
		if apart && len(same) > 1 && own != d.query.href("", "") {
			row.Alike, row.Href = nil, own
		} else if len(same) > eventsAtMost {
			more = true
		}
		rows = append(rows, row)
	}
	return rows, more
}

// gathered puts those of a day together that are alike, where they are many. Events come with the newest first.
func gathered(events []datahub.Event, zone func(datahub.Event) *time.Location) (groups [][]datahub.Event) {
	dayOf := func(e datahub.Event) string { return e.From.In(zone(e)).Format(time.DateOnly) }
	for rest := events; len(rest) > 0; {
		n := 1
		for n < len(rest) && dayOf(rest[n]) == dayOf(rest[0]) {
			n++
		}
		for _, same := range alike(rest[:n]) {
			if len(same) >= alikeFrom {
				groups = append(groups, same)
			} else {
				groups = slices.AppendSeq(groups, slices.Chunk(same, 1))
			}
		}
		rest = rest[n:]
	}
	return groups
}

// row is of an event, or of some that are alike.
func (d eventsData) row(same []datahub.Event, l locale.Locale) templates.EventRowModel {
	each := make([]templates.EventRowModel, min(len(same), eventsAtMost))
	for i, e := range same[:len(each)] {
		each[i] = eventRow(e, d.zoneFor(e), d.now, locale.Name(d.sites[e.Site].Name), d.typeName(e.TypeID), d.may(datahub.FeatureEvents, datahub.RightWrite), l)
	}
	if len(same) == 1 {
		return each[0]
	}
	zone, newest, oldest := d.zoneFor(same[0]), same[0], same[len(same)-1]
	of := each[0]
	of.Title, of.When = l.T("events.times", len(same), of.Title), l.Range(oldest.From.In(zone), laterOf(newest.From, newest.To).In(zone))
	of.Editable, of.Alike = false, each
	return of
}

// zoneFor is the zone in which an event's times are shown.
func (d eventsData) zoneFor(e datahub.Event) *time.Location { return d.in(d.sites[e.Site].Zone()) }

func (d eventsData) typeName(id int) string { return typeName(d.types, id) }

func typeName(types []datahub.Named, id int) string {
	for _, t := range types {
		if t.ID == id {
			return locale.Plain(t.Name)
		}
	}
	return ""
}

// eventRow presents an event; site and kind are "" where the page says them. Who may write is led to the form.
func eventRow(e datahub.Event, zone *time.Location, now time.Time, site, kind string, writes bool, l locale.Locale) templates.EventRowModel {
	m := templates.EventRowModel{Title: locale.Name(e.Title), Type: kind, Site: site, SiteHref: siteHref(e.Site), ISO: e.From.UTC().Format(time.RFC3339), Href: "/events/" + idText(int64(e.ID)), Editable: writes}
	m.When = l.DateTime(e.From.In(zone), now)
	if e.To.After(e.From) {
		m.When = l.Range(e.From.In(zone), e.To.In(zone))
	}
	return m
}

func (d eventsData) filter(l locale.Locale) templates.EventFilterModel {
	q := d.query
	m := templates.EventFilterModel{View: q.view, Month: q.month, Query: templates.FieldModel{Name: "q", Label: l.T("events.search"), Value: q.q}, Types: typeOptions(d.types, q.kind, l), Sites: siteOptions(d.sites, int64(q.site), l)}
	if q.view == "" {
		m.From = templates.FieldModel{Name: "from", Label: l.T("time.from"), Value: q.from, Hint: l.T("time.from-hint")}
		m.To = templates.FieldModel{Name: "to", Label: l.T("time.to"), Value: q.to, Hint: l.T("time.to-hint")}
	}
	wrongTime(d.wrong, &m.From, &m.To, l)
	if q.site != 0 || q.kind != 0 || q.q != "" {
		m.Clear = eventsQuery{from: q.from, to: q.to}.href(q.view, q.month)
	}
	return m
}

func siteOptions(sites map[datahub.SiteID]datahub.Site, chosen int64, l locale.Locale) []templates.OptionModel {
	list := []templates.OptionModel{{Text: l.T("alarms.every-site"), Selected: chosen == 0}}
	for _, s := range (alarmsData{sites: sites}).sortedSites() {
		list = append(list, templates.OptionModel{Value: idText(int64(s.ID)), Text: locale.Name(s.Name), Selected: int64(s.ID) == chosen})
	}
	return list
}

func typeOptions(types []datahub.Named, chosen int64, l locale.Locale) []templates.OptionModel {
	list := []templates.OptionModel{{Text: l.T("events.every-type"), Selected: chosen == 0}}
	for _, t := range types {
		list = append(list, templates.OptionModel{Value: idText(int64(t.ID)), Text: locale.Name(t.Name), Selected: int64(t.ID) == chosen})
	}
	return list
}

// linesPerDay bounds what a day of the calendar shows; the list has the rest.
const linesPerDay = 4

// calendar lays the month's weeks out, each with its number by ISO 8601. An event that lasts several days stands in each of them.
func (d eventsData) calendar(l locale.Locale) *templates.CalendarModel {
	middle := d.r.From.AddDate(0, 0, 14)
	m := &templates.CalendarModel{Title: l.Month(middle), Prev: d.query.href("calendar", middle.AddDate(0, -1, 1-middle.Day()).Format("2006-01")), Next: d.query.href("calendar", middle.AddDate(0, 1, 1-middle.Day()).Format("2006-01"))}
	for i := range 7 {
		m.Days = append(m.Days, l.Weekday(d.r.From.AddDate(0, 0, i).Weekday()))
	}
	for week := d.r.From; week.Before(d.r.To); week = midnight(week, d.zone, 7) {
		_, number := week.ISOWeek()
		w := templates.CalendarWeekModel{Number: l.Int(number)}
		for i := range 7 {
			w.Days = append(w.Days, d.day(midnight(week, d.zone, i), middle.Month(), l))
		}
		m.Weeks = append(m.Weeks, w)
	}
	return m
}

func (d eventsData) day(day time.Time, month time.Month, l locale.Locale) templates.CalendarDayModel {
	m := templates.CalendarDayModel{Number: l.Int(day.Day()), Name: l.Date(day), ISO: day.Format(time.DateOnly), Outside: day.Month() != month, Today: day.Equal(midnight(d.now, d.zone, 0))}
	next := midnight(day, d.zone, 1)
	list := d.query
	list.from, list.to = day.Format(time.DateOnly), next.Format(time.DateOnly)
	groups := alike(slices.DeleteFunc(slices.Clone(d.events), func(e datahub.Event) bool {
		return !e.From.Before(next) || !e.To.After(day) && e.From.Before(day)
	}))
	for _, same := range groups[:min(len(groups), linesPerDay)] {
		e := same[0]
		row := eventRow(e, d.zone, d.now, locale.Name(d.sites[e.Site].Name), d.typeName(e.TypeID), false, l)
		if len(same) > 1 {
			of := list
			of.q, of.site = locale.Plain(e.Title), e.Site
			row.Title, row.Href = l.T("events.times", len(same), row.Title), of.href("", "")
		}
		m.Events = append(m.Events, row)
	}
	if len(groups) > linesPerDay {
		m.More = templates.Link{Text: l.T("events.more-day", len(groups)-linesPerDay), Href: list.href("", "")}
	}
	return m
}

// alike groups events by what happened where.
func alike(events []datahub.Event) (groups [][]datahub.Event) {
	type happening struct {
		site  datahub.SiteID
		title string
	}
	at := map[happening]int{}
	for _, e := range events {
		what := happening{e.Site, e.Title}
		i, known := at[what]
		if !known {
			i = len(groups)
			at[what], groups = i, append(groups, nil)
		}
		groups[i] = append(groups[i], e)
	}
	return groups
}

// presentEvent says what an event says.
func presentEvent(d eventFormData, e datahub.Event, now time.Time, l locale.Locale, layout templates.LayoutModel) templates.EventModel {
	row := eventRow(e, d.zone, now, "", typeName(d.types, e.TypeID), false, l)
	return templates.EventModel{
		Layout: layout, Head: templates.PageHeadModel{Crumbs: []templates.Link{{Text: l.T("place.events"), Href: "/events"}}, Title: row.Title, Facts: texts(d.zone.String())},
		Facts: known([]templates.FactModel{
			{Term: l.T("column.time"), Value: row.When}, {Term: l.T("column.site"), Value: locale.Name(d.sites[e.Site].Name)}, {Term: l.T("events.type"), Value: row.Type},
			{Term: l.T("events.comment"), Value: locale.Plain(e.Comment)}, {Term: l.T("fact.id"), Value: idText(int64(e.ID)), Code: true},
		}),
	}
}

func presentEventForm(d eventFormData, l locale.Locale, layout templates.LayoutModel) templates.EventFormModel {
	f := d.form
	m := templates.EventFormModel{Layout: layout, Action: "/events", Types: typeOptions(d.types, f.kind, l)[1:], Zone: d.zone.String()}
	title := l.T("events.new")
	if f.id != 0 {
		m.Action = "/events/" + idText(int64(f.id))
		if d.deletes {
			m.Delete = m.Action + "/delete"
		}
		m.Site = locale.Name(d.sites[datahub.SiteID(f.site)].Name)
		title = l.T("events.change")
	} else {
		m.Sites = siteOptions(d.sites, f.site, l)
		m.Sites[0].Text = l.T("events.choose-site")
	}
	m.Head = templates.PageHeadModel{Crumbs: []templates.Link{{Text: l.T("place.events"), Href: "/events"}}, Title: cmp.Or(locale.Plain(f.title), title)}
	wrong := func(field string) string {
		if key := f.wrong[field]; key != "" {
			return l.T(locale.Key(key))
		}
		return ""
	}
	m.Problem, m.SiteError = wrong(""), wrong("site")
	m.Title = templates.FieldModel{Name: "title", Label: l.T("events.title"), Value: locale.Typed(f.title, titleMost), Error: wrong("title")}
	m.Comment = templates.FieldModel{Name: "comment", Label: l.T("events.comment"), Value: locale.Typed(f.comment, commentMost)}
	m.From = templates.FieldModel{Name: "from", Label: l.T("time.from"), Value: f.from, Error: wrong("from")}
	m.To = templates.FieldModel{Name: "to", Label: l.T("time.to"), Value: f.to, Hint: l.T("events.to-hint"), Error: wrong("to")}
	return m
}
