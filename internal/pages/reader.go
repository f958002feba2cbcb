package pages

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"portico/internal/datahub"
	"portico/internal/fold"
	"portico/web/templates"
)

// How long answers are taken as they were. What a page is about is asked for each time, so that rights that end count at once.
const (
	referencesLife = 10 * time.Minute // what the platform's lists say hardly ever changes
	structureLife  = time.Minute      // which meters a site has
	settledLife    = time.Hour        // points of days that are over
	settledAfter   = 26 * time.Hour   // after which points that are late have come
)

// reader reads for one request with the rights of the person who asks. While the Data Hub does not answer, it returns what it said last, and remembers how old that is.
type reader struct {
	terms

	mu    sync.Mutex
	since time.Time // of the oldest answer that stands in for one that did not come; zero without any
}

// terms are for whom a reader reads, and within what bounds.
type terms struct {
	hub   *datahub.Client
	who   Who
	now   time.Time // of the data
	real  time.Time // by which what is kept grows old: the data's time may be moved
	kept  *kept
	bound time.Time      // before which nothing is asked; the zero time for none
	zone  *time.Location // in which the person wants all times; nil for each site's own
	// rights waits for what the person may do; nil where nobody asks.
	rights func() datahub.Rights
}

func (p *Pages) reader(r *Request) *reader {
	rd := p.onlooker(r)
	rd.rights = p.rightsOf(r)
	return rd
}

// onlooker reads for what has no controls: it does not ask what the person may do.
func (p *Pages) onlooker(r *Request) *reader {
	return &reader{terms: terms{hub: r.Hub, who: r.Who, now: r.Now, real: time.Now(), kept: p.kept, zone: r.Zone, bound: r.Since}}
}

// apart reads the same for a part of the page, which may be older than the rest.
func (rd *reader) apart() *reader {
	return &reader{terms: rd.terms}
}

// in is the zone in which times of a site are shown: its own, or the one that the person chose for all.
func (rd *reader) in(own *time.Location) *time.Location {
	if rd.zone != nil {
		return rd.zone
	}
	return own
}

// layout is what is around the page; it says so when what is shown is not current.
func (rd *reader) layout(r *Request) templates.LayoutModel {
	m := r.Layout
	if rd.rights != nil {
		m.Absent = absent(rd.rights())
	}
	if len(r.Parts) == 0 { // a part says it itself
		m.Stale = rd.stale(r)
	}
	return m
}

// stale says since when something is not current that was read by rd or by one of the others; "" when it is.
func (rd *reader) stale(r *Request, others ...*reader) string {
	since := rd.oldest(others...)
	if since.IsZero() {
		return ""
	}
	return r.Locale.T("stale.since", r.Locale.DateTime(since.In(datahub.HomeZone()), rd.real), r.Locale.Duration(rd.real.Sub(since)))
}

// oldest is since when something is not current that was read by rd or by one of the others; zero when all of it is.
func (rd *reader) oldest(others ...*reader) time.Time {
	rd.mu.Lock()
	since := rd.since
	rd.mu.Unlock()
	for _, other := range others {
		if at := other.oldest(); since.IsZero() || !at.IsZero() && at.Before(since) {
			since = at
		}
	}
	return since
}

// recall returns the answer to what, which is the same question for the same person each time: the one that was kept if it is younger than life, else what read returns. When the Data Hub does not
// answer, the last answer stands in. bytes is roughly what an answer takes.
func recall[T any](ctx context.Context, rd *reader, what string, life time.Duration, bytes func(T) int, read func(context.Context) (T, error)) (T, error) {
	key := keptKey{rd.who, what}
	last, at, known := rd.kept.get(key, rd.real)
	if known && rd.real.Sub(at) < life {
		return last.(T), nil
	}
	value, err := askedOnce(ctx, rd, key, read)
	if err == nil {
		rd.kept.put(key, value, bytes(value)+200, rd.real)
		return value, nil
	}
	if known && noAnswer(err) {
		rd.standIn(at)
		return last.(T), nil
	}
	return value, err
}

// askedOnce reads what others of the same session may be asking at this moment: panels of a page, and pages side by side. Then one asks for all; who is left alone by the one who asked, asks.
func askedOnce[T any](ctx context.Context, rd *reader, key keptKey, read func(context.Context) (T, error)) (T, error) {
	value, err, shared := rd.kept.once(key, func() (any, error) { return read(ctx) })
	if shared && err != nil && ctx.Err() == nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)) {
		return read(ctx)
	}
	return value.(T), err
}

func (rd *reader) standIn(at time.Time) {
	rd.mu.Lock()
	defer rd.mu.Unlock()
	if rd.since.IsZero() || at.Before(rd.since) {
		rd.since = at
	}
}

// standsIn reports whether anything shown is an older answer.
func (rd *reader) standsIn() bool { return !rd.oldest().IsZero() }

// noAnswer reports whether err says nothing about what was asked for: the Data Hub is away, busy, or broken. A refusal is an answer.
func noAnswer(err error) bool {
	if e, ok := errors.AsType[*datahub.StatusError](err); ok {
		return e.Status >= http.StatusInternalServerError || e.Status == http.StatusTooManyRequests
	}
	return errors.Is(err, datahub.ErrUnavailable) || errors.Is(err, datahub.ErrMalformed) || errors.Is(err, datahub.ErrTooLarge) || errors.Is(err, context.DeadlineExceeded)
}

// Rough sizes of what is kept.
const (
	siteBytes, sourceBytes, variableBytes, pointBytes = 1500, 900, 250, 32
)

func of[T any](each int) func([]T) int { return func(list []T) int { return len(list) * each } }

// sites lists all sites that the person may see, by name.
func (rd *reader) sites(ctx context.Context) ([]datahub.Site, error) {
	list, err := recall(ctx, rd, "sites", 0, of[datahub.Site](siteBytes), func(ctx context.Context) ([]datahub.Site, error) {
		list, err := rd.hub.Sites(ctx, datahub.SiteQuery{})
		byName(list)
		return list, err
	})
	return slices.Clone(list), err
}

func (rd *reader) site(ctx context.Context, id datahub.SiteID) (datahub.Site, error) {
	return recall(ctx, rd, fmt.Sprint("site ", id), 0, func(datahub.Site) int { return siteBytes }, func(ctx context.Context) (datahub.Site, error) { return rd.hub.Site(ctx, id) })
}

func (rd *reader) source(ctx context.Context, id datahub.SourceID) (datahub.Source, error) {
	return recall(ctx, rd, fmt.Sprint("source ", id), 0, func(datahub.Source) int { return sourceBytes }, func(ctx context.Context) (datahub.Source, error) { return rd.hub.Source(ctx, id) })
}

func (rd *reader) variable(ctx context.Context, id datahub.VariableID) (datahub.Variable, error) {
	return recall(ctx, rd, fmt.Sprint("variable ", id), 0, func(datahub.Variable) int { return variableBytes }, func(ctx context.Context) (datahub.Variable, error) { return rd.hub.Variable(ctx, id) })
}

// sourcesOf lists the sources of sites by site, in the order of their ids. Those of one site are asked for each time, those of several may be a minute old.
func (rd *reader) sourcesOf(ctx context.Context, sites ...datahub.SiteID) (map[datahub.SiteID][]datahub.Source, error) {
	life := time.Duration(0)
	if len(sites) > 1 {
		life = structureLife
	}
	list, err := recall(ctx, rd, fmt.Sprint("sources of ", sites), life, of[datahub.Source](sourceBytes), func(ctx context.Context) ([]datahub.Source, error) {
		list, err := rd.hub.Sources(ctx, datahub.SourceQuery{Sites: sites})
		slices.SortFunc(list, func(a, b datahub.Source) int { return int(a.ID - b.ID) })
		list = slices.CompactFunc(list, func(a, b datahub.Source) bool { return a.ID == b.ID }) // a Data Hub that does not know siteIds sends all sources to each call
		return list, err
	})
	by := map[datahub.SiteID][]datahub.Source{}
	for _, s := range list {
		by[s.SiteID] = append(by[s.SiteID], s)
	}
	return by, err
}

// variablesOf lists the variables of sources by source, in the order of their ids.
func (rd *reader) variablesOf(ctx context.Context, sources []datahub.Source) (map[datahub.SourceID][]datahub.Variable, error) {
	found := map[datahub.SourceID][]datahub.Variable{}
	if len(sources) == 0 {
		return found, nil
	}
	ids := make([]datahub.SourceID, len(sources))
	for i, s := range sources {
		ids[i] = s.ID
	}
	list, err := recall(ctx, rd, fmt.Sprint("variables of ", ids), structureLife, of[datahub.Variable](variableBytes), func(ctx context.Context) ([]datahub.Variable, error) {
		list, err := rd.hub.Variables(ctx, datahub.VariableQuery{Sources: ids})
		slices.SortFunc(list, func(a, b datahub.Variable) int { return int(a.ID - b.ID) })
		return list, err
	})
	for _, v := range list {
		found[v.SourceID] = append(found[v.SourceID], v)
	}
	return found, err
}

// alarms lists the selected alarms with their newest states.
func (rd *reader) alarms(ctx context.Context, q datahub.AlarmQuery) ([]datahub.Alarm, error) {
	return recall(ctx, rd, fmt.Sprint("alarms ", q.Sites, q.Sources, q.Variables), 0, of[datahub.Alarm](600), func(ctx context.Context) ([]datahub.Alarm, error) { return rd.hub.Alarms(ctx, q) })
}

// groups lists the groups of sites by name.
func (rd *reader) groups(ctx context.Context) ([]datahub.Group, error) {
	return recall(ctx, rd, "groups", structureLife, of[datahub.Group](80), func(ctx context.Context) ([]datahub.Group, error) {
		list, err := rd.hub.Groups(ctx)
		fold.Sort(list, func(a, b datahub.Group) int { return cmp.Compare(a.ID, b.ID) }, func(g datahub.Group) string { return g.Name })
		return list, err
	})
}

// groupSites lists the sites of a group, by name.
func (rd *reader) groupSites(ctx context.Context, id datahub.GroupID) ([]datahub.Site, error) {
	return recall(ctx, rd, fmt.Sprint("group ", id), 0, of[datahub.Site](siteBytes), func(ctx context.Context) ([]datahub.Site, error) {
		list, err := rd.hub.GroupSites(ctx, id)
		byName(list)
		return list, err
	})
}

// members are the sites of a group.
func (rd *reader) members(ctx context.Context, id datahub.GroupID) (map[datahub.SiteID]bool, error) {
	list, err := rd.groupSites(ctx, id)
	members := map[datahub.SiteID]bool{}
	for _, s := range list {
		members[s.ID] = true
	}
	return members, err
}
