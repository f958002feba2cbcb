package hub

import (
	"bytes"
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// delivery is what clients push about one variable.
type delivery struct {
	VariableID         numeral  `json:"variableId"`
	SourceID           numeral  `json:"sourceId"`
	SourceSerialNumber word     `json:"sourceSerialNumber"`
	SourceEan          word     `json:"sourceEan"`
	SourceName         word     `json:"sourceName"`
	MeterNumber        word     `json:"meterNumber"`
	MappingConfig      word     `json:"mappingConfig"`
	Data               []sample `json:"data"`
}

// sample is a point as it is pushed.
type sample struct {
	Date  word            `json:"date"`
	Value json.RawMessage `json:"value"`
}

// word is a text, or what else there is as it is written; empty for null.
type word string

// UnmarshalJSON implements json.Unmarshaler.
func (w *word) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, (*string)(w))
	}
	if string(b) != "null" {
		*w = word(b)
	}
	return nil
}

// numeral is an id that comes as a number or as its digits; 0 when it is not given.
type numeral int

// UnmarshalJSON implements json.Unmarshaler.
func (n *numeral) UnmarshalJSON(b []byte) error {
	text := strings.Trim(string(b), `"`)
	if text == "null" || text == "" {
		return nil
	}
	id, err := strconv.Atoi(text)
	*n = numeral(id)
	return err
}

// pushData answers POST /api/data: an array of series.
func (c *call) pushData() (any, error) {
	var deliveries []delivery
	if err := c.pushBody(&deliveries); err != nil {
		return nil, err
	}
	return c.store(deliveries)
}

// pushStandard answers POST /api/standard, the older format: one flat list.
func (c *call) pushStandard() (any, error) {
	var body struct {
		Data []struct {
			VariableID numeral `json:"variableId"`
			sample
		}
	}
	if err := c.pushBody(&body); err != nil {
		return nil, err
	}
	deliveries := []delivery{}
	index := map[numeral]int{}
	for _, p := range body.Data {
		i, ok := index[p.VariableID]
		if !ok {
			i = len(deliveries)
			index[p.VariableID] = i
			deliveries = append(deliveries, delivery{VariableID: p.VariableID})
		}
		deliveries[i].Data = append(deliveries[i].Data, p.sample)
	}
	return c.store(deliveries)
}

// pushBody reads a body as the platform's reader does, which forgives unquoted names.
func (c *call) pushBody(v any) error {
	text, err := bodyText(c.r)
	if err != nil {
		return err
	}
	if !json.Valid(text) {
		text = lenient(text)
	}
	if bytes.TrimSpace(text) == nil || json.Unmarshal(text, v) != nil {
		return invalid("body", "The request is invalid.")
	}
	return nil
}

// store writes what was pushed. What leads to no variable of the account is lost without a word, except in the log.
func (c *call) store(deliveries []delivery) (any, error) {
	op := c.pushOperation()
	batches, lost := c.batches(deliveries)
	var read []batch
	for _, b := range batches {
		points, err := c.read(b.variable, b.samples)
		if err != nil {
			return nil, err
		}
		b.points = c.judged(b.variable, points)
		read = append(read, b)
	}
	for _, b := range read {
		before := c.alarmsAbout(b.variable)
		if !c.tenant.ledger.add(b.variable.id, b.points) {
			return nil, full("%d points that were pushed", maxPoints)
		}
		op.points += len(b.points)
		for a, was := range before {
			if is, _ := c.latest(a, c.hub.c.Now()); is != was {
				c.tellAlarm(a)
			}
		}
	}
	if lost > 0 {
		c.hub.c.Log.Info("pushed points are lost: no such variable", "account", c.account, "points", lost)
	}
	c.hub.finish(c.tenant, op)
	if c.hub.c.PushNoContent {
		return empty(http.StatusNoContent), nil
	}
	return empty(http.StatusOK), nil
}

// batch is points on their way to a variable.
type batch struct {
	variable *variable
	samples  []sample
	points   []pushed
}

// batches puts together what leads to the same variable, in the order in which it came, and counts the points that lead nowhere.
func (c *call) batches(deliveries []delivery) (batches []batch, lost int) {
	find := c.finder(deliveries)
	index := map[*variable]int{}
	for _, d := range deliveries {
		x := find(d)
		if x == nil {
			lost += len(d.Data)
			continue
		}
		i, ok := index[x]
		if !ok {
			i = len(batches)
			index[x], batches = i, append(batches, batch{variable: x})
		}
		batches[i].samples = append(batches[i].samples, d.Data...)
	}
	return batches, lost
}

// read understands the points for a variable: all of them, or only the good ones with a switch.
func (c *call) read(x *variable, samples []sample) ([]pushed, error) {
	now := c.hub.c.Now()
	zone := c.view.source[x.source].zone
	points := make([]pushed, 0, len(samples))
	for _, s := range samples {
		t, err := c.hub.pushedTime(string(s.Date), zone)
		value, ok := finite(s.Value)
		switch {
		case err == nil && ok:
			points = append(points, pushed{t: t, value: value, arrived: now.Add(c.hub.c.IngestDelay)})
		case c.hub.c.DropBadPoints:
		case err != nil:
			return nil, invalid("date", "The value '%.40s' is not a date.", s.Date)
		default:
			return nil, invalid("value", "The value '%.40s' is not a number.", s.Value)
		}
	}
	return points, nil
}

// pushedTime reads the date of a point: a naive one in the source's zone, one with an offset as the instant that it is, or with a switch by
// its clock alone. A point without a date is one of the first day that there is.
func (h *Hub) pushedTime(text string, zone *time.Location) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	b, err := parseBound("date", text)
	if err == nil && h.c.DropOffsets && !b.wall {
		b = bound{t: b.clock, wall: true}
	}
	return b.in(zone), err
}

// finite reads a number, or its digits.
func finite(raw json.RawMessage) (float64, bool) {
	x, err := strconv.ParseFloat(strings.Trim(string(raw), `" `), 64)
	return x, err == nil && !math.IsNaN(x) && !math.IsInf(x, 0)
}

// judged marks the points that come too late for alarms: more than two newer ones came before.
func (c *call) judged(x *variable, points []pushed) []pushed {
	have := c.tenant.ledger.of(x.id).points
	for i, p := range points {
		newer := len(have) - position(have, p.t.Add(1))
		if x.world != nil {
			newer += int(max(0, p.arrived.Sub(p.t)) / x.world.Step)
		}
		points[i].late = newer > 2
	}
	return points
}
