package pages

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"portico/internal/datahub"
	"portico/internal/query"
	"portico/web/templates"
)

// Bounds of what people write.
const (
	titleMost   = 200 // characters
	commentMost = 2000
)

const localMinute = "2006-01-02T15:04" // as browsers write a day and a time

// eventForm is what was typed, with what is wrong with it.
type eventForm struct {
	id             datahub.EventID // 0 for a new one
	site, kind     int64
	title, comment string
	from, to       string
	wrong          map[string]string // field → key of a sentence
	sources        []datahub.SourceID
}

// eventFormData is what the form's page is made of.
type eventFormData struct {
	form    eventForm
	sites   map[datahub.SiteID]datahub.Site
	types   []datahub.Named
	zone    *time.Location
	deletes bool // the person may delete the event
}

// newEvent shows an empty form.
func (p *Pages) newEvent(_ http.ResponseWriter, r *Request) error {
	site, err := query.ID(r.URL.Query(), "site")
	if err != nil {
		return err
	}
	d := eventFormData{form: eventForm{site: site}}
	rd := p.reader(r)
	if err := rd.require(datahub.FeatureEvents, datahub.RightWrite); err != nil {
		return err
	}
	if d.sites, d.types, err = rd.sitesAndTypes(r.Context()); err != nil {
		return err
	}
	d.zone = zoneOf(d.sites, datahub.SiteID(site))
	d.form.from = r.Now.In(d.zone).Format(localMinute)
	if len(d.types) > 0 {
		d.form.kind = int64(d.types[len(d.types)-1].ID)
	}
	return r.Render(http.StatusOK, templates.EventForm(presentEventForm(d, r.Locale, rd.layout(r))))
}

// event shows the form with an event that is there; who may only look gets what it says.
func (p *Pages) event(_ http.ResponseWriter, r *Request) error {
	id, err := r.id("event")
	if err != nil {
		return err
	}
	e, err := r.Hub.Event(r.Context(), datahub.EventID(id))
	if err != nil {
		return err
	}
	var d eventFormData
	rd := p.reader(r)
	if d.sites, d.types, err = rd.sitesAndTypes(r.Context()); err != nil {
		return err
	}
	d.zone = zoneOf(d.sites, e.Site)
	d.form = eventForm{id: e.ID, site: int64(e.Site), kind: int64(e.TypeID), title: e.Title, comment: e.Comment, from: e.From.In(d.zone).Format(localMinute), sources: e.Sources}
	if e.To.After(e.From) {
		d.form.to = e.To.In(d.zone).Format(localMinute)
	}
	if !rd.may(datahub.FeatureEvents, datahub.RightWrite) {
		return r.Render(http.StatusOK, templates.Event(presentEvent(d, e, r.Now, r.Locale, rd.layout(r))))
	}
	d.deletes = rd.may(datahub.FeatureEvents, datahub.RightDelete)
	return r.Render(http.StatusOK, templates.EventForm(presentEventForm(d, r.Locale, rd.layout(r))))
}

// saveEvent makes an event, or changes the one that the path names. What is wrong with the form, or went wrong with it, is shown beside what was typed.
func (p *Pages) saveEvent(w http.ResponseWriter, r *Request) error {
	rd := p.reader(r)
	if err := rd.require(datahub.FeatureEvents, datahub.RightWrite); err != nil {
		return err
	}
	d, err := readEventForm(r, rd)
	if err != nil {
		return err
	}
	event, status := d.event(), http.StatusBadRequest
	if len(d.form.wrong) == 0 {
		var wrong string
		if status, wrong, err = sendEvent(r.Context(), r.Hub, event); err != nil {
			return refused(err)
		}
		if wrong == "" {
			http.Redirect(w, r.Request, query.With("/events", "site", idText(d.form.site), "done", doneTo(event)), http.StatusSeeOther)
			return nil
		}
		d.form.wrong = map[string]string{"": wrong}
	}
	return r.Render(status, templates.EventForm(presentEventForm(d, r.Locale, rd.layout(r))))
}

// readEventForm reads what was typed, about the event that the path names or a new one, and what it may be about.
func readEventForm(r *Request, rd *reader) (d eventFormData, err error) {
	d.deletes = rd.may(datahub.FeatureEvents, datahub.RightDelete)
	if r.PathValue("event") != "" {
		id, err := r.id("event")
		if err != nil {
			return d, err
		}
		before, err := r.Hub.Event(r.Context(), datahub.EventID(id))
		if err != nil {
			return d, err
		}
		d.form.id, d.form.sources, d.form.site = before.ID, before.Sources, int64(before.Site)
	}
	if err := d.form.read(r); err != nil {
		return d, err
	}
	if d.sites, d.types, err = rd.sitesAndTypes(r.Context()); err != nil {
		return d, err
	}
	d.zone = zoneOf(d.sites, datahub.SiteID(d.form.site))
	return d, nil
}

// sendEvent makes or changes an event. What the form can say about a failure is wrong, with the page's status. An event whose answer is lost is looked for, never sent again.
func sendEvent(ctx context.Context, hub *datahub.Client, event datahub.Event) (status int, wrong string, err error) {
	if event.ID != 0 {
		err = hub.ChangeEvent(ctx, event)
	} else {
		_, err = hub.CreateEvent(ctx, event)
	}
	no, answered := errors.AsType[*datahub.StatusError](err)
	switch {
	case answered && (no.Status == http.StatusBadRequest || no.Status == http.StatusUnprocessableEntity):
		return http.StatusBadRequest, "events.refused", nil
	case !noAnswer(err):
		return 0, "", err
	case !datahub.Unsure(err):
		return http.StatusServiceUnavailable, "events.unsaved", nil
	case !isThere(ctx, hub, event):
		return http.StatusBadGateway, "events.unsure", nil
	}
	return 0, "", nil
}

func doneTo(event datahub.Event) string {
	if event.ID != 0 {
		return "changed"
	}
	return "made"
}

// isThere looks for an event whose answer was lost: true when the Data Hub has it as it was sent.
func isThere(ctx context.Context, hub *datahub.Client, sent datahub.Event) bool {
	list, err := hub.Events(ctx, datahub.EventQuery{Site: sent.Site, From: sent.From, To: sent.From.Add(time.Minute)})
	return err == nil && slices.ContainsFunc(list, func(e datahub.Event) bool {
		return (sent.ID == 0 || e.ID == sent.ID) && e.TypeID == sent.TypeID && e.Title == sent.Title && e.Comment == sent.Comment && e.From.Equal(sent.From) && e.To.Equal(sent.To)
	})
}

// deleteEvent removes an event. One that is gone is what was wanted.
func (p *Pages) deleteEvent(w http.ResponseWriter, r *Request) error {
	id, err := r.id("event")
	if err != nil {
		return err
	}
	if err := p.reader(r).require(datahub.FeatureEvents, datahub.RightDelete); err != nil {
		return err
	}
	err = r.Hub.DeleteEvent(r.Context(), datahub.EventID(id))
	if datahub.Unsure(err) {
		if _, lost := r.Hub.Event(r.Context(), datahub.EventID(id)); errors.Is(lost, datahub.ErrNotFound) {
			err = lost // it is gone
		}
	}
	if err != nil && !errors.Is(err, datahub.ErrNotFound) {
		return refused(err)
	}
	http.Redirect(w, r.Request, "/events?done=deleted", http.StatusSeeOther)
	return nil
}

// read takes the form's fields. It refuses only what no browser sends.
func (f *eventForm) read(r *Request) error {
	if err := r.ParseForm(); err != nil {
		return &query.Error{Param: "title", Err: query.ErrTooLong}
	}
	f.wrong = map[string]string{}
	for _, p := range []struct {
		name    string
		to      *string
		longest int
	}{{"title", &f.title, 4 * titleMost}, {"comment", &f.comment, 4 * commentMost}, {"from", &f.from, 40}, {"to", &f.to, 40}} {
		text, err := query.One(r.PostForm, p.name, p.longest)
		if err != nil {
			return err
		}
		*p.to = strings.TrimSpace(text)
	}
	site, err := query.ID(r.PostForm, "site")
	if err != nil {
		return err
	}
	if f.id == 0 {
		f.site = site // an event stays where it happened
	}
	f.kind, err = query.ID(r.PostForm, "type")
	return err
}

// event is what the form says; what cannot be is noted by field.
func (d *eventFormData) event() datahub.Event {
	f := &d.form
	e := datahub.Event{ID: f.id, Site: datahub.SiteID(f.site), Sources: f.sources, TypeID: int(f.kind), Title: f.title, Comment: f.comment}
	if _, known := d.sites[e.Site]; !known {
		f.wrong["site"] = "events.wrong-site"
	}
	if f.title == "" {
		f.wrong["title"] = "events.wrong-title"
	}
	var err error
	if e.From, err = localTime(f.from, d.zone); err != nil {
		f.wrong["from"] = "events.wrong-time"
	}
	e.To = e.From
	if f.to != "" {
		if e.To, err = localTime(f.to, d.zone); err != nil {
			f.wrong["to"] = "events.wrong-time"
		}
	}
	if len(f.wrong) == 0 && e.To.Before(e.From) {
		f.wrong["to"] = "events.wrong-end"
	}
	return e
}

// localTime reads what a browser's field for a day and a time holds, with or without seconds.
func localTime(text string, zone *time.Location) (time.Time, error) {
	t, err := time.ParseInLocation(localMinute, text, zone)
	if err != nil {
		t, err = time.ParseInLocation(localMinute+":05", text, zone)
	}
	if err == nil && (t.Year() < 2000 || t.Year() > 2100) {
		err = query.ErrChoice
	}
	return t, err
}
