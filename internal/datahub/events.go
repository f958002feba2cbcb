package datahub

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// EventID is an event's id.
type EventID int64

// Event is something that happened at a site: a test, a repair, a note.
type Event struct {
	ID      EventID
	Site    SiteID
	Sources []SourceID
	TypeID  int
	Title   string
	Comment string
	From    time.Time // UTC
	To      time.Time // UTC; From for a moment
}

// EventQuery selects events that begin in [From, To) and fit all that is given. From and To are required.
type EventQuery struct {
	Site     SiteID // 0: any
	From, To time.Time
}

// Events returns the selected events that the person may see, oldest first.
func (c *Client) Events(ctx context.Context, q EventQuery) ([]Event, error) {
	query := url.Values{"from": {utcText(q.From)}, "to": {utcText(q.To)}}
	if q.Site != 0 {
		query.Set("siteId", strconv.FormatInt(int64(q.Site), 10))
	}
	l := listing[wireEvent, Event]{path: pathEvents, query: query, convert: wireEvent.event, wanted: func(e Event) bool {
		return (q.Site == 0 || e.Site == q.Site) && !e.From.Before(q.From) && e.From.Before(q.To)
	}}
	events, err := l.read(ctx, c)
	slices.SortFunc(events, func(a, b Event) int { return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.ID, b.ID)) })
	return events, err
}

// EventTypes returns the reference list of event types.
func (c *Client) EventTypes(ctx context.Context) ([]Named, error) {
	return c.named(ctx, pathEventTypes)
}

// CreateEvent writes an event; its ID is not looked at. It returns the new id, 0 when the Data Hub does not tell it. It is sent once: after an
// ErrUnavailable nobody knows whether the event is there.
func (c *Client) CreateEvent(ctx context.Context, e Event) (EventID, error) {
	var made int64
	err := c.post(ctx, pathEvents, pathEvents, e.members(), func(_ http.Header, body io.Reader) error {
		made, _ = strconv.ParseInt(createdID(body), 10, 64)
		return nil
	})
	return EventID(made), err
}

// Event returns one event, or ErrNotFound when there is none that the person may see.
func (c *Client) Event(ctx context.Context, id EventID) (Event, error) {
	path, err := fill(pathEvent, strconv.FormatInt(int64(id), 10))
	if err != nil {
		return Event{}, err
	}
	var found []wireEvent
	err = c.do(ctx, &request{method: http.MethodGet, path: path, route: pathEvent, limit: c.hub.maxList, read: func(_ http.Header, body io.Reader) (err error) {
		found, _, err = readItems[wireEvent](c, pathEvent, body)
		return err
	}})
	w, err := only(found, err, "event")
	if err != nil {
		return Event{}, err
	}
	return w.event(), nil
}

// ChangeEvent writes the event of e.ID anew; what an Event does not hold stays as it is. ErrNotFound says that there is none.
func (c *Client) ChangeEvent(ctx context.Context, e Event) error {
	path, err := fill(pathEvent, strconv.FormatInt(int64(e.ID), 10))
	if err != nil {
		return err
	}
	return c.patch(ctx, path, pathEvent, e.members())
}

// DeleteEvent removes an event. ErrNotFound says that there is none.
func (c *Client) DeleteEvent(ctx context.Context, id EventID) error {
	path, err := fill(pathEvent, strconv.FormatInt(int64(id), 10))
	if err != nil {
		return err
	}
	return c.delete(ctx, path, pathEvent)
}

func (e Event) members() map[string]any {
	return map[string]any{"siteId": e.Site, "sourceIds": append([]SourceID{}, e.Sources...), "typeId": e.TypeID, "title": e.Title, "comment": e.Comment, "from": utcText(e.From), "to": utcText(e.To)}
}

type wireEvent struct {
	ID        *number  `json:"id"`
	SiteID    number   `json:"siteId"`
	SourceIDs []number `json:"sourceIds"`
	TypeID    number   `json:"typeId"`
	Title     text     `json:"title"`
	Comment   text     `json:"comment"`
	From      moment   `json:"from"`
	To        moment   `json:"to"`
}

func (w wireEvent) key() (string, bool) {
	key, ok := id(w.ID, 1)
	return key, ok && !time.Time(w.From).IsZero()
}

func (w wireEvent) event() Event {
	e := Event{ID: EventID(*w.ID), Site: SiteID(w.SiteID), TypeID: int(w.TypeID), Title: string(w.Title), Comment: string(w.Comment), From: time.Time(w.From), To: time.Time(w.To)}
	for _, source := range w.SourceIDs {
		e.Sources = append(e.Sources, SourceID(source))
	}
	if e.To.Before(e.From) {
		e.To = e.From
	}
	return e
}
