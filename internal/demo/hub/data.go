package hub

import (
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"portico/internal/demo/energy"
)

// dataQuery is what GET and POST /data ask for.
type dataQuery struct {
	variables   []energy.Variable
	from, to    time.Time
	granularity int
	aggregate   int
	zone        *time.Location
	descending  bool
	ascending   bool
	page, size  int
}

var granularities = map[string]int{"raw": 0, "minute": 1, "hour": 2, "day": 3, "month": 4, "year": 5, "all": 6, "week": 7}
var aggregates = map[string]int{"sum": 1, "min": 2, "max": 3, "avg": 4, "average": 4, "count": 5, "var": 6, "stdev": 7}
var members = map[int]string{1: "sumValue", 2: "minValue", 3: "maxValue", 4: "avgValue", 5: "countValue", 6: "varianceValue", 7: "stdevValue"}

// data answers a query for points: nothing is changed by POST either.
func (c *call) data() (any, error) {
	if c.r.Method == http.MethodPost {
		if err := c.bodyParams(); err != nil {
			return nil, err
		}
	}
	q, err := c.parseData()
	if err != nil {
		return nil, err
	}
	return &rows{call: c, q: q}, nil
}

// bodyParams takes the members of a JSON body for query parameters.
func (c *call) bodyParams() error {
	var body map[string]any
	if err := json.NewDecoder(c.r.Body).Decode(&body); err != nil {
		return bad("The request is invalid.")
	}
	values := url.Values{}
	for name, v := range body {
		if list, ok := v.([]any); ok {
			for _, item := range list {
				values.Add(name, textOf(item))
			}
		} else if v != nil {
			values.Add(name, textOf(v))
		}
	}
	for name, v := range parseParams(values) {
		c.params[name] = append(c.params[name], v...)
	}
	return nil
}

func (c *call) parseData() (q dataQuery, err error) {
	ids, err := c.params.ids("variableid", "variableids")
	if err != nil {
		return q, err
	}
	sources, err := c.params.ids("sourceid", "sourceids")
	if err != nil {
		return q, err
	}
	for v := range c.variablesOf {
		if ids[v.ID] || sources[v.Source] {
			q.variables = append(q.variables, v)
		}
	}
	if q.granularity, err = word(c.params.get("granularity"), granularities, "granularity"); err != nil {
		return q, err
	}
	if q.aggregate, err = word(c.params.get("aggregation"), aggregates, "aggregation"); err != nil {
		return q, err
	}
	if q.granularity != 0 && q.aggregate == 0 {
		q.aggregate = 1
	}
	if q.zone, err = c.dataZone(); err != nil {
		return q, err
	}
	now := c.hub.c.Now()
	if q.from, err = bound(c.params.get("from"), q.zone, now.Add(-energy.History)); err != nil {
		return q, err
	}
	if q.to, err = bound(c.params.get("to"), q.zone, now.Add(time.Second)); err != nil {
		return q, err
	}
	if c.params.flag("includetoboundary") {
		q.to = q.to.Add(time.Second)
	}
	order := strings.ToLower(c.params.get("pagingorder"))
	q.descending, q.ascending = order == "desc", order == "asc"
	q.size, _ = strconv.Atoi(orZero(c.params.get("itemsperpage")))
	q.page, _ = strconv.Atoi(orZero(c.params.get("pagenumber")))
	return q, nil
}

// dataZone is the zone of bounds and labels: the site's on request, else the one that is named, else the source's; all sources of the demo are Belgian.
func (c *call) dataZone() (*time.Location, error) {
	name := c.params.get("timezoneid")
	if name == "" || c.params.flag("usereportingtimezone") || strings.EqualFold(name, "Romance Standard Time") {
		name = "Europe/Brussels"
	}
	if windows, ok := map[string]string{"w. europe standard time": "Europe/Berlin", "gmt standard time": "Europe/London", "central standard time": "America/Chicago", "eastern standard time": "America/New_York"}[strings.ToLower(name)]; ok {
		name = windows
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, bad("The time zone '%.60s' is not known.", name)
	}
	return zone, nil
}

func word(text string, words map[string]int, name string) (int, error) {
	if text == "" {
		return 0, nil
	}
	if n, ok := words[strings.ToLower(text)]; ok {
		return n, nil
	}
	if n, err := strconv.Atoi(text); err == nil && n >= 0 && n <= 7 {
		return n, nil
	}
	return 0, bad("The value '%.40s' is not valid for %s.", text, name)
}

// bound reads a local date-time, with a blank for the T, fractions and offsets accepted.
func bound(text string, zone *time.Location, otherwise time.Time) (time.Time, error) {
	if text == "" {
		return otherwise, nil
	}
	text = strings.Replace(text, " ", "T", 1)
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999-0700"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	for _, layout := range []string{"2006-01-02T15:04:05.999999999", "2006-01-02T15:04", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, bad("The value '%.40s' is not a date.", text)
}

// rows writes the points of a query one by one.
type rows struct {
	call *call
	q    dataQuery
}

func (r *rows) writeTo(w http.ResponseWriter) {
	now := r.call.hub.c.Now()
	out := &rowWriter{w: w, q: r.q, buf: make([]byte, 0, 64<<10)}
	out.buf = append(out.buf, '[')
	for _, v := range r.q.variables {
		switch {
		case r.q.granularity != 0:
			r.buckets(v, now, out)
		case r.q.ascending:
			r.call.hub.c.World.Points(v, r.q.from, r.q.to, now, func(p energy.Point) bool { return out.point(v, p) })
		default:
			r.disordered(v, now, out)
		}
	}
	out.buf = append(out.buf, ']')
	_, _ = w.Write(out.buf)
}

// disordered writes raw points as the platform does when no order is asked for: UTC days ascending, points descending inside each day. With DESC all of them descend.
func (r *rows) disordered(v energy.Variable, now time.Time, out *rowWriter) {
	var day []energy.Point
	flush := func() bool {
		for i := len(day) - 1; i >= 0; i-- {
			if !out.point(v, day[i]) {
				return false
			}
		}
		day = day[:0]
		return true
	}
	r.call.hub.c.World.Points(v, r.q.from, r.q.to, now, func(p energy.Point) bool {
		if len(day) > 0 && !r.q.descending && p.Time.Unix()/86400 != day[0].Time.Unix()/86400 && !flush() {
			return false
		}
		day = append(day, p)
		return true
	})
	flush()
}

// buckets aggregates by the calendar of the zone. Empty buckets are left out.
func (r *rows) buckets(v energy.Variable, now time.Time, out *rowWriter) {
	var b bucket
	var done []bucket
	emit := func() {
		if b.n > 0 {
			done = append(done, b)
		}
	}
	r.call.hub.c.World.Points(v, r.q.from, r.q.to, now, func(p energy.Point) bool {
		if b.n == 0 || !p.Time.Before(b.end) {
			emit()
			b = bucket{}
			b.start, b.end = r.span(p.Time)
		}
		b.add(p.Value)
		return true
	})
	emit()
	for i := range done {
		if r.q.descending {
			i = len(done) - 1 - i
		}
		if !out.bucket(v, done[i]) {
			return
		}
	}
}

// span is the bucket that an instant lies in.
func (r *rows) span(t time.Time) (start, end time.Time) {
	l := t.In(r.q.zone)
	y, m, d := l.Date()
	date := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, r.q.zone) }
	switch r.q.granularity {
	case 1:
		start = t.Truncate(time.Minute)
		return start, start.Add(time.Minute)
	case 2:
		start = t.Truncate(time.Hour)
		return start, start.Add(time.Hour)
	case 3:
		return date(y, m, d), date(y, m, d+1)
	case 4:
		return date(y, m, 1), date(y, m+1, 1)
	case 5:
		return date(y, 1, 1), date(y+1, 1, 1)
	case 7:
		monday := d - (int(l.Weekday())+6)%7
		return date(y, m, monday), date(y, m, monday+7)
	}
	return r.q.from, r.q.to
}

// bucket gathers what all aggregates need.
type bucket struct {
	start, end     time.Time
	n              int
	sum, low, high float64
	mean, m2       float64
}

func (b *bucket) add(x float64) {
	if b.n == 0 {
		b.low, b.high = x, x
	}
	b.n++
	b.sum += x
	b.low, b.high = min(b.low, x), max(b.high, x)
	delta := x - b.mean
	b.mean += delta / float64(b.n)
	b.m2 += delta * (x - b.mean)
}

func (b *bucket) value(aggregate int) float64 {
	switch aggregate {
	case 2:
		return b.low
	case 3:
		return b.high
	case 4:
		return b.mean
	case 5:
		return float64(b.n)
	case 6:
		return b.m2 / float64(b.n)
	case 7:
		return math.Sqrt(b.m2 / float64(b.n))
	}
	return b.sum
}

// rowWriter writes rows with little garbage and skips what lies on other pages.
type rowWriter struct {
	w    http.ResponseWriter
	q    dataQuery
	buf  []byte
	seen int
	rows int
}

func (o *rowWriter) point(v energy.Variable, p energy.Point) bool {
	return o.row(v, p.Time, "rawValue", p.Value)
}

func (o *rowWriter) bucket(v energy.Variable, b bucket) bool {
	return o.row(v, b.start, members[o.q.aggregate], b.value(o.q.aggregate))
}

func (o *rowWriter) row(v energy.Variable, t time.Time, member string, value float64) bool {
	o.seen++
	if o.q.size > 0 && o.seen <= o.q.page*o.q.size {
		return true
	}
	if o.q.size > 0 && o.rows >= o.q.size {
		return false
	}
	if o.rows > 0 {
		o.buf = append(o.buf, ',')
	}
	o.rows++
	o.buf = append(o.buf, `{"date":"`...)
	o.buf = t.In(o.q.zone).AppendFormat(o.buf, "2006-01-02T15:04:05")
	o.buf = append(o.buf, `","variableId":`...)
	o.buf = strconv.AppendInt(o.buf, int64(v.ID), 10)
	o.buf = append(o.buf, `,"`...)
	o.buf = append(o.buf, member...)
	o.buf = append(o.buf, `":`...)
	o.buf = strconv.AppendFloat(o.buf, math.Round(value*1e6)/1e6, 'f', -1, 64)
	o.buf = append(o.buf, `,"unitId":`...)
	o.buf = strconv.AppendInt(o.buf, int64(v.Unit), 10)
	o.buf = append(o.buf, '}')
	if len(o.buf) > 60<<10 {
		if _, err := o.w.Write(o.buf); err != nil {
			return false
		}
		o.buf = o.buf[:0]
	}
	return true
}
