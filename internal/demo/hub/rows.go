package hub

import (
	"io"
	"iter"
	"math"
	"slices"
	"strconv"
	"time"

	"portico/internal/demo/energy"
)

// row is a point or a bucket.
type row struct {
	t     time.Time
	value float64
}

// rows answers a data query. It writes rows while they are made.
type rows struct {
	call  *call
	query dataQuery
	now   time.Time
}

// writeTo implements stream.
func (r *rows) writeTo(w io.Writer) error {
	out := &rowWriter{w: w, window: r.query.window, buf: make([]byte, 0, 40<<10)}
	out.buf = append(out.buf, '[')
	for _, x := range r.query.variables {
		if !r.variable(x, out) {
			break
		}
	}
	out.buf = append(out.buf, "]\n"...)
	out.flush()
	return out.err
}

// variable writes the rows of one variable and reports whether more are wanted.
func (r *rows) variable(x *variable, out *rowWriter) bool {
	from, to, zone := r.call.span(r.query, x)
	out.begin(x, zone, r.query, r.call.hub.c.ZeroUnits)
	for row := range r.sorted(x, from, to, zone) {
		if !out.row(row) {
			return false
		}
	}
	return true
}

// sorted are the rows of one variable in the order that was asked for.
func (r *rows) sorted(x *variable, from, to time.Time, zone *time.Location) iter.Seq[row] {
	points := r.call.points
	if r.query.order == descending {
		points = r.call.backward
	}
	all := points(x, from, to, r.now)
	made := single(all)
	if r.query.granularity != raw {
		made = aggregated(all, calendar{r.query.granularity, zone, from, to}, r.query.aggregateOf(x))
	}
	if r.query.order == byHabit {
		return habitual(made)
	}
	return made
}

// aggregateOf is how a bucket's points become one.
func (q dataQuery) aggregateOf(x *variable) int {
	if q.aggregate != 0 {
		return q.aggregate
	}
	return x.aggregate
}

// single makes a row of each point, and two of a point that the meter sent twice.
func single(points iter.Seq[energy.Point]) iter.Seq[row] {
	return func(yield func(row) bool) {
		for p := range points {
			if !yield(row{p.Time, p.Value}) || p.Quality == energy.Resent && !yield(row{p.Time, p.Value}) {
				return
			}
		}
	}
}

// habitual turns ascending rows into the platform's own order: UTC days ascending, rows descending inside each day.
func habitual(rows iter.Seq[row]) iter.Seq[row] {
	return func(yield func(row) bool) {
		var day []row
		flush := func() bool {
			for _, x := range slices.Backward(day) {
				if !yield(x) {
					return false
				}
			}
			day = day[:0]
			return true
		}
		for x := range rows {
			if len(day) > 0 && utcDay(x.t) != utcDay(day[0].t) && !flush() {
				return
			}
			day = append(day, x)
		}
		flush()
	}
}

func utcDay(t time.Time) int64 { return t.Unix() / 86400 }

// members are the names of the values of aggregated rows.
var members = map[int]string{energy.Sum: "sumValue", energy.Min: "minValue", energy.Max: "maxValue", energy.Avg: "avgValue",
	energy.Count: "countValue", energy.Var: "varianceValue", energy.Stdev: "stdevValue"}

// rowWriter writes rows in pieces, skipping those that lie before the window.
type rowWriter struct {
	w       io.Writer
	window  window
	buf     []byte
	skipped int
	written int
	err     error

	zone     *time.Location
	computed bool   // values are of buckets
	head     []byte // between a row's date and its value
	tail     []byte // after its value
}

// begin prepares for the rows of a variable.
func (o *rowWriter) begin(x *variable, zone *time.Location, q dataQuery, zeroUnit bool) {
	o.zone, o.computed = zone, q.granularity != raw
	o.head = strconv.AppendInt([]byte(`","variableId":`), int64(x.id), 10)
	if q.granularity == raw {
		o.head = append(o.head, `,"rawValue":`...)
		unit := x.unit
		if zeroUnit {
			unit = 0
		}
		o.tail = append(strconv.AppendInt([]byte(`,"unitId":`), int64(unit), 10), '}')
		return
	}
	o.head = append(append(append(o.head, `,"`...), members[q.aggregateOf(x)]...), `":`...)
	o.tail = []byte("}")
}

// row writes one row and reports whether more are wanted. Dates carry no offset, as on the platform.
func (o *rowWriter) row(x row) bool {
	switch {
	case o.window.size >= 0 && o.skipped < o.window.skip:
		o.skipped++
		return true
	case o.window.size >= 0 && o.written >= o.window.size:
		return false
	case o.written > 0:
		o.buf = append(o.buf, ',')
	}
	o.written++
	o.buf = append(o.buf, `{"date":"`...)
	o.buf = x.t.In(o.zone).AppendFormat(o.buf, "2006-01-02T15:04:05.9999999")
	o.buf = append(o.buf, o.head...)
	value := x.value
	if o.computed && math.Abs(value) < 1e9 {
		value = math.Round(value*1e6) / 1e6 // what adding up leaves behind
	}
	o.buf = strconv.AppendFloat(o.buf, value, 'f', -1, 64)
	o.buf = append(o.buf, o.tail...)
	if len(o.buf) > 32<<10 {
		o.flush()
	}
	return o.err == nil
}

func (o *rowWriter) flush() {
	if o.err == nil {
		_, o.err = o.w.Write(o.buf)
	}
	o.buf = o.buf[:0]
}
