package hub

import (
	"iter"
	"math"
	"time"

	"portico/internal/demo/energy"
)

// divider divides time into buckets, [start, end) each.
type divider interface {
	bucket(t time.Time) (start, end time.Time)
}

// calendar divides time into the buckets of a query.
type calendar struct {
	granularity int
	zone        *time.Location
	from, to    time.Time // of the query: the one bucket of "all"
}

// bucket is the span [start, end) that t lies in. Days and longer follow the zone's calendar, so that a day has 23 to 25 hours at
// clock changes; weeks begin on Monday.
func (c calendar) bucket(t time.Time) (start, end time.Time) {
	y, m, d := t.In(c.zone).Date()
	switch c.granularity {
	case byMinute:
		return c.clock(t, time.Minute)
	case byHour:
		return c.clock(t, time.Hour)
	case byDay:
		return c.midnight(y, m, d), c.midnight(y, m, d+1)
	case byWeek:
		monday := d - (int(t.In(c.zone).Weekday())+6)%7
		return c.midnight(y, m, monday), c.midnight(y, m, monday+7)
	case byMonth:
		return c.midnight(y, m, 1), c.midnight(y, m+1, 1)
	case byYear:
		return c.midnight(y, 1, 1), c.midnight(y+1, 1, 1)
	}
	return c.from, c.to
}

// clock is the minute or hour of the zone's clock that t lies in; some zones are half an hour off.
func (c calendar) clock(t time.Time, length time.Duration) (start, end time.Time) {
	shift := offset(t, c.zone)
	start = t.Add(shift).Truncate(length).Add(-shift)
	return start, start.Add(length)
}

// midnight is the first moment of a local day.
func (c calendar) midnight(y int, m time.Month, d int) time.Time {
	earlier, _ := wallTime(time.Date(y, m, d, 0, 0, 0, 0, time.UTC), c.zone)
	return earlier
}

// aggregated makes one row of the points of each bucket, labelled with the bucket's start. Points may be ascending or descending.
// Empty buckets are left out.
func aggregated(points iter.Seq[energy.Point], c divider, aggregate int) iter.Seq[row] {
	return func(yield func(row) bool) {
		var b bucket
		for p := range points {
			if b.n > 0 && (p.Time.Before(b.start) || !p.Time.Before(b.end)) {
				if !yield(row{b.start, b.value(aggregate)}) {
					return
				}
				b = bucket{}
			}
			if b.n == 0 {
				b.start, b.end = c.bucket(p.Time)
			}
			b.add(p.Value)
		}
		if b.n > 0 {
			yield(row{b.start, b.value(aggregate)})
		}
	}
}

// bucket gathers what all aggregates need.
type bucket struct {
	start, end     time.Time
	n              int
	sum, low, high float64
	mean, squares  float64 // running mean, and sum of squared distances from it (Welford)
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
	b.squares += delta * (x - b.mean)
}

// value is the bucket as one number. Variance and deviation are the population's.
func (b *bucket) value(aggregate int) float64 {
	switch aggregate {
	case energy.Min:
		return b.low
	case energy.Max:
		return b.high
	case energy.Avg:
		return b.mean
	case energy.Count:
		return float64(b.n)
	case energy.Var:
		return b.squares / float64(b.n)
	case energy.Stdev:
		return math.Sqrt(b.squares / float64(b.n))
	}
	return b.sum
}
