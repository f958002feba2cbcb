package hub

import "time"

// deleteData answers DELETE /data: it counts the points in the range of each variable and, unless whatIf is true, removes them. Bounds are in
// UTC; without them it is the whole history.
func (c *call) deleteData() (any, error) {
	if err := c.body(); err != nil {
		return nil, err
	}
	wanted, err := c.params.ids("variableids", "variableid")
	if err != nil {
		return nil, err
	}
	if wanted == nil {
		return nil, invalid("variableIds", "The request names no variables.")
	}
	from, to, err := c.params.utcBounds("fromdateutc", "todateutc")
	if err != nil {
		return nil, err
	}
	now := c.hub.c.Now()
	results := []object{}
	for _, x := range c.view.named(wanted) {
		n := 0
		for range c.points(x, from, to, now) {
			n++
		}
		if !c.params.flag("whatif") && n > 0 && !c.tenant.ledger.remove(x.id, gap{from, to, now}) {
			return nil, full("%d ranges that are deleted from a variable", maxGaps)
		}
		results = append(results, object{"variableId": x.id, "datapointCount": n})
	}
	return object{"results": results}, nil
}

// utcBounds are two dates that are read in UTC when they have no offset; without them all times.
func (p params) utcBounds(fromName, toName string) (from, to time.Time, err error) {
	to = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
	if text := p.get(fromName); text != "" {
		b, err := parseBound(fromName, text)
		if err != nil {
			return from, to, err
		}
		from = b.t
	}
	if text := p.get(toName); text != "" {
		b, err := parseBound(toName, text)
		if err != nil {
			return from, to, err
		}
		to = b.t
	}
	if to.Before(from) {
		return from, to, invalid(toName, "The end lies before the beginning.")
	}
	return from, to, nil
}
