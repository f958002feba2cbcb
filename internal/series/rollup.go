package series

import "portico/internal/datahub"

// Bucket is a stretch of the calendar with what the slots say that begin in it.
type Bucket struct {
	Slot // without a value of its own: Missing when none of its slots has one, Future when none is over
	Summary
}

// RollUp puts slots together into the hours, days, weeks, months or years of r, by the calendar of its zone. Buckets without any slot are there too, so that nothing is
// joined over them, and those at the ends are as long as the calendar has them.
func RollUp(slots []Slot, r Range, g datahub.Granularity) []Bucket {
	var out []Bucket
	i := 0
	for start := begin(r.From, g, 0, r.Zone); start.Before(r.To); {
		end := next(start, g, 0, r.Zone)
		from := i
		for i < len(slots) && slots[i].Start.Before(end) {
			i++
		}
		b := Bucket{Slot{Start: start, End: end}, Summarize(slots[from:i])}
		b.Missing, b.Future = b.Count == 0, b.Count == 0 && b.Expected == 0 && i > from
		out = append(out, b)
		start = end
	}
	return out
}
