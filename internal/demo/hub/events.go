package hub

import (
	"slices"
	"strconv"
	"time"

	"portico/internal/demo/energy"
)

var eventSchema = newSchema(map[string]kind{"siteId": anID, "sourceIds": someIDs, "typeId": anID, "title": aText, "comment": aText, "from": anInstant, "to": anInstant})

var timeRangeTypes = []energy.Entry{{ID: 1, Name: "Moment"}, {ID: 2, Name: "Period"}}

// someIDs reads an array of ids.
func someIDs(v any) (any, bool) {
	given, ok := v.([]any)
	found := []any{}
	for _, item := range given {
		id, is := anID(item)
		found, ok = append(found, id), ok && is
	}
	return found, ok
}

// eventRange is how far back the list of events goes when nobody says.
const eventRange = 30 * 24 * time.Hour

// events answers with what began in a range, the last 30 days if none is given: the world's, and those that people wrote.
func (c *call) events() (any, error) {
	from, to, err := c.params.utcBounds("from", "to")
	if err != nil {
		return nil, err
	}
	if c.params.get("from") == "" {
		from = c.hub.c.Now().Add(-eventRange)
	}
	keep, err := c.eventFilter()
	if err != nil {
		return nil, err
	}
	found := slices.DeleteFunc(c.eventsBetween(from, to), func(o object) bool { return !keep(o) })
	slices.SortFunc(found, func(a, b object) int { return a.idOf("id") - b.idOf("id") })
	return paged(c, found, func(o object) object { return o })
}

// eventFilter is the condition that the parameters make.
func (c *call) eventFilter() (func(object) bool, error) {
	wanted, err := c.params.ids("ids", "id")
	if err != nil {
		return nil, err
	}
	sites, err := c.params.ids("siteid", "siteids")
	if err != nil {
		return nil, err
	}
	sources, err := c.params.ids("sourceid", "sourceids")
	if err != nil {
		return nil, err
	}
	types, err := c.params.ids("typeid", "typeids", "eventtypeid", "eventtypeids")
	if err != nil {
		return nil, err
	}
	return func(o object) bool {
		of, _ := o["sourceIds"].([]any)
		return wanted.has(o.idOf("id")) && sites.has(o.idOf("siteId")) && types.has(o.idOf("typeId")) &&
			(sources == nil || slices.ContainsFunc(of, func(id any) bool { return sources[id.(int)] }))
	}, nil
}

// eventsBetween are the events that began in [from, to), in no particular order. Those of sites that are gone are left out.
func (c *call) eventsBetween(from, to time.Time) []object {
	now := c.hub.c.Now()
	until := to
	if until.After(now) {
		until = now // nobody knows the future
	}
	if oldest := now.Add(-energy.History); from.Before(oldest) {
		from = oldest
	}
	written := c.tenant.writtenEvents()
	var found []object
	for _, e := range c.hub.c.World.Events(c.account, from, until) {
		if _, changed := written[e.ID]; !changed && c.view.site[e.Site] != nil {
			found = append(found, eventOfWorld(e))
		}
	}
	for _, o := range written {
		if began := o.instant("from"); o != nil && !began.Before(from) && began.Before(to) && c.view.site[o.idOf("siteId")] != nil {
			found = append(found, o)
		}
	}
	return found
}

func eventOfWorld(e energy.Event) object {
	sources := []any{}
	for _, id := range e.Sources {
		sources = append(sources, id)
	}
	return object{"id": e.ID, "siteId": e.Site, "sourceIds": sources, "typeId": e.Type, "title": e.Title, "from": dateTime(e.From), "to": dateTime(e.To)}
}

// writtenEvents are the events that were written, by id, and nil for each of the world's that was deleted.
func (t *tenant) writtenEvents() map[int]object {
	t.mu.Lock()
	defer t.mu.Unlock()
	written := make(map[int]object, len(t.events))
	for id, o := range t.events {
		written[id] = o
	}
	return written
}

// eventOfPath is the event that the path names.
func (c *call) eventOfPath() (object, error) {
	id, _ := strconv.Atoi(c.r.PathValue("id"))
	if o, ok := c.tenant.writtenEvents()[id]; o != nil && c.view.site[o.idOf("siteId")] != nil {
		return o, nil
	} else if !ok {
		if e, ok := c.hub.c.World.Event(c.account, id); ok && !e.From.After(c.hub.c.Now()) && c.view.site[e.Site] != nil {
			return eventOfWorld(e), nil
		}
	}
	return nil, notFound("There is no such event.")
}

func (c *call) event() (any, error) { return c.eventOfPath() }

// newEvent answers with the whole event.
func (c *call) newEvent() (any, error) {
	body, err := c.object()
	if err != nil {
		return nil, err
	}
	o := object{"sourceIds": []any{}, "typeId": energy.EventTypes[len(energy.EventTypes)-1].ID}
	if err := eventSchema.read(o, body); err != nil {
		return nil, err
	}
	if err := c.checkEvent(o); err != nil {
		return nil, err
	}
	o["id"] = c.hub.newID()
	return o, c.writeEvent(o.idOf("id"), o)
}

func (c *call) checkEvent(o object) error {
	if o["siteId"] == nil || c.view.site[o.idOf("siteId")] == nil {
		return invalid("siteId", "There is no such site.")
	}
	of, _ := o["sourceIds"].([]any)
	for _, id := range of {
		if s := c.view.source[id.(int)]; s == nil || s.site != o.idOf("siteId") {
			return invalid("sourceIds", "The site has no such source.")
		}
	}
	if o["from"] == nil {
		return invalid("from", "The event needs a date.")
	}
	if o["to"] == nil {
		o["to"] = o["from"]
	}
	if o.instant("to").Before(o.instant("from")) {
		return invalid("to", "The event ends before it begins.")
	}
	return nil
}

// writeEvent keeps an event, or nil for one that is deleted.
func (c *call) writeEvent(id int, o object) error {
	c.tenant.mu.Lock()
	defer c.tenant.mu.Unlock()
	if len(c.tenant.events) >= maxDocuments {
		return full("%d entities of each kind", maxDocuments)
	}
	c.tenant.events[id] = o
	return nil
}

func (c *call) putEvent() (any, error)   { return c.editEvent(c.replacement(eventSchema)) }
func (c *call) patchEvent() (any, error) { return c.editEvent(c.patching(eventSchema)) }

func (c *call) editEvent(edit edit) (any, error) {
	o, err := c.eventOfPath()
	if err != nil {
		return nil, err
	}
	if o, err = edit(o); err != nil {
		return nil, err
	}
	if err := c.checkEvent(o); err != nil {
		return nil, err
	}
	return nil, c.writeEvent(o.idOf("id"), o)
}

func (c *call) deleteEvent() (any, error) {
	o, err := c.eventOfPath()
	if err != nil {
		return nil, err
	}
	if id := o.idOf("id"); id >= firstID {
		c.tenant.mu.Lock()
		delete(c.tenant.events, id)
		c.tenant.mu.Unlock()
		return nil, nil
	}
	return nil, c.writeEvent(o.idOf("id"), nil)
}

// dateTime is a date of an entity, in UTC. Only data have dates without an offset.
func dateTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.999Z07:00") }

// instant is a member that holds a date; zero when it has none.
func (o object) instant(name string) time.Time {
	t, _ := time.Parse(time.RFC3339, o.textOf(name))
	return t
}
