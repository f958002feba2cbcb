package hub

import (
	"strconv"
	"strings"
	"time"

	"portico/internal/demo/energy"
)

// Granularities in the platform's numbers. They are not those of its time periods.
const (
	raw = iota
	byMinute
	byHour
	byDay
	byMonth
	byYear
	byAll
	byWeek
)

// dataQuery is what GET and POST /data ask for.
type dataQuery struct {
	variables   []*variable
	from, to    bound
	boundary    bool // a point at to belongs to the range
	granularity int
	aggregate   int            // 0: the variable's own
	zone        *time.Location // nil: the source's, or the site's with reporting
	reporting   bool
	order       order
	window      window
}

// order is how rows are sorted.
type order int

const (
	byHabit    order = iota // UTC days ascending, descending inside each
	ascending               // oldest first
	descending              // newest first
)

// dataByBody answers POST /data: the same read, with its parameters in the body.
func (c *call) dataByBody() (any, error) {
	if err := c.body(); err != nil {
		return nil, err
	}
	return c.data()
}

func (c *call) data() (any, error) {
	q, err := c.dataQuery()
	if err != nil {
		return nil, err
	}
	return &rows{call: c, query: q, now: c.hub.c.Now()}, nil
}

func (c *call) dataQuery() (q dataQuery, err error) {
	if q.variables, err = c.dataVariables(); err != nil {
		return q, err
	}
	if q.granularity, err = c.params.word("granularity", granularities); err != nil {
		return q, err
	}
	if q.aggregate, err = c.params.word("aggregation", append([]energy.Entry{{ID: energy.Avg, Name: "average"}}, energy.Aggregates...)); err != nil {
		return q, err
	}
	if q.zone, q.reporting, err = c.params.zone(); err != nil {
		return q, err
	}
	if q.from, q.to, err = c.params.bounds(); err != nil {
		return q, err
	}
	q.boundary = c.params.flag("includetoboundary")
	switch text := c.params.get("pagingorder"); strings.ToLower(text) {
	case "":
		if c.hub.c.AscendingData {
			q.order = ascending
		}
	case "asc":
		q.order = ascending
	case "desc":
		q.order = descending
	default:
		return q, invalid("pagingOrder", "The value '%.40s' is not valid for pagingOrder.", text)
	}
	q.window, err = c.params.window()
	return q, err
}

// dataVariables are the variables that are named, of the sources and sites that are named, and all of them when nothing is.
func (c *call) dataVariables() ([]*variable, error) {
	variables, err := c.params.ids("variableid", "variableids")
	if err != nil {
		return nil, err
	}
	sources, err := c.params.ids("sourceid", "sourceids")
	if err != nil {
		return nil, err
	}
	sites, err := c.params.ids("siteid", "siteids")
	if err != nil {
		return nil, err
	}
	var found []*variable
	for _, x := range c.view.named(variables) {
		if sources.has(x.source) && (sites == nil || sites[c.view.siteOf(x).id]) {
			found = append(found, x)
		}
	}
	return found, nil
}

// word reads a member of an enumeration, as a word in any case or as its number; 0 when it is not there.
func (p params) word(name string, list []energy.Entry) (int, error) {
	text := p.get(name)
	if text == "" {
		return 0, nil
	}
	for _, e := range list {
		if strings.EqualFold(text, e.Name) || text == strconv.Itoa(e.ID) {
			return e.ID, nil
		}
	}
	return 0, invalid(name, "The value '%.40s' is not valid for %s.", text, name)
}

// zone is the zone that is asked for: nil and true for the site's, nil and false for the source's.
func (p params) zone() (zone *time.Location, reporting bool, err error) {
	if name := p.get("timezoneid"); name != "" {
		if zone, err = parseZone(name); err != nil {
			return nil, false, err
		}
	}
	if p.flag("usereportingtimezone") {
		return nil, true, nil
	}
	return zone, false, nil
}

// bounds are from and to; one that is not given is as far as there are data.
func (p params) bounds() (from, to bound, err error) {
	if text := p.get("from"); text != "" {
		if from, err = parseBound("from", text); err != nil {
			return from, to, err
		}
	}
	if text := p.get("to"); text != "" {
		if to, err = parseBound("to", text); err != nil {
			return from, to, err
		}
		if p.get("from") != "" && to.wall == from.wall && to.t.Before(from.t) {
			return from, to, invalid("to", "The date 'to' lies before 'from'.")
		}
	}
	return from, to, nil
}

// span is a query's range for one variable, [from, to), and the zone of its bounds and labels.
func (c *call) span(q dataQuery, x *variable) (from, to time.Time, zone *time.Location) {
	zone = c.zoneOf(q.zone, q.reporting, x)
	from, to = c.extent(x)
	if q.from != (bound{}) {
		from = q.from.in(zone)
	}
	if q.to != (bound{}) {
		to = q.to.in(zone)
		if q.boundary {
			to = to.Add(time.Nanosecond)
		}
	}
	return from, to, zone
}

// extent is the whole history of a variable: the world's, and what was pushed before or after it, to it or to what it is computed from.
func (c *call) extent(x *variable) (from, to time.Time) {
	now := c.hub.c.Now()
	from, to = now.Add(-energy.History).Truncate(time.Hour), now.Add(time.Hour)
	for _, y := range append(c.basis(x), x) {
		points := c.tenant.ledger.of(y.id).points
		if len(points) == 0 {
			continue
		}
		if first := points[0].t; first.Before(from) {
			from = first
		}
		if last := points[len(points)-1].t; !last.Before(to) {
			to = last.Add(time.Nanosecond)
		}
	}
	return from, to
}

// zoneOf is the zone that applies to a variable: the site's if it is asked for, else the one that is named, else the source's.
func (c *call) zoneOf(named *time.Location, reporting bool, x *variable) *time.Location {
	switch {
	case reporting:
		return c.view.siteOf(x).zone
	case named != nil:
		return named
	}
	return c.view.source[x.source].zone
}
