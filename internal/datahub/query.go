package datahub

import (
	"errors"
	"net/url"
	"strconv"
	"time"
)

// DataQuery asks for the points of one variable in [From, To).
type DataQuery struct {
	Variable    VariableID
	From, To    time.Time // between the years 1 and 9999
	Granularity Granularity
	Aggregate   Aggregate      // how the points of a bucket become one; not sent for raw points
	Zone        *time.Location // calendar of buckets of a day and longer; nil and time.Local mean UTC
}

// Validate reports what no Data Hub could answer: no variable, an empty, reversed or absurd range, buckets without an aggregate.
func (q DataQuery) Validate() error {
	switch {
	case q.Variable <= 0:
		return errors.New("data query: no variable")
	case !q.From.Before(q.To):
		return errors.New("data query: the range is empty")
	case q.From.Year() < 1 || q.To.Year() > 9999:
		return errors.New("data query: the range lies outside the calendar")
	case q.Granularity != GranularityRaw && q.Aggregate == 0:
		return errors.New("data query: buckets need an aggregate")
	}
	return nil
}

// zone is the zone in which bounds and labels are written: UTC as long as buckets do not follow a calendar, so that no label
// repeats in autumn.
func (q DataQuery) zone() *time.Location {
	switch q.Granularity {
	case GranularityRaw, GranularityMinute, GranularityHour:
		return time.UTC
	}
	if q.Zone == nil || q.Zone == time.Local || q.Zone.String() == "UTC" {
		return time.UTC
	}
	return q.Zone
}

const localTime = "2006-01-02T15:04:05"

// values are the parameters of GET /data. Bounds are wall clocks without an offset, in whole seconds: To is rounded up.
func (q DataQuery) values() url.Values {
	zone := q.zone()
	to := q.To.Truncate(time.Second)
	if to.Before(q.To) {
		to = to.Add(time.Second)
	}
	v := url.Values{
		"displayLevel": {"ValueVariableDate"},
		"variableId":   {strconv.FormatInt(int64(q.Variable), 10)},
		"granularity":  {q.Granularity.String()},
		"from":         {q.From.In(zone).Format(localTime)},
		"to":           {to.In(zone).Format(localTime)},
		"timeZoneId":   {zone.String()},
		"pagingOrder":  {"ASC"},
	}
	if q.Granularity != GranularityRaw {
		v.Set("aggregation", strconv.Itoa(int(q.Aggregate)))
	}
	return v
}

// holds reports whether a point at t, which is a bucket's start, lies in the range. A bucket that begins before From and ends
// after it does, because its points are asked for.
func (q DataQuery) holds(t time.Time) bool {
	return t.Before(q.To) && (!t.Before(q.From) || q.bucketEnd(t).After(q.From))
}

// bucketEnd is the end of the bucket that begins at t; a raw point ends where it begins.
func (q DataQuery) bucketEnd(t time.Time) time.Time {
	local := t.In(q.zone())
	switch q.Granularity {
	case GranularityMinute:
		return t.Add(time.Minute)
	case GranularityHour:
		return t.Add(time.Hour)
	case GranularityDay:
		return local.AddDate(0, 0, 1)
	case GranularityWeek:
		return local.AddDate(0, 0, 7)
	case GranularityMonth:
		return local.AddDate(0, 1, 0)
	case GranularityYear:
		return local.AddDate(1, 0, 0)
	case GranularityAll:
		return q.To
	}
	return t
}

// member is the name, in lower case, of the member of a row that holds what is asked for.
func (q DataQuery) member() string {
	if q.Granularity == GranularityRaw {
		return "rawvalue"
	}
	switch q.Aggregate {
	case Sum:
		return "sumvalue"
	case Min:
		return "minvalue"
	case Max:
		return "maxvalue"
	case Avg:
		return "avgvalue"
	case Count:
		return "countvalue"
	case Variance:
		return "variancevalue"
	}
	return "stdevvalue"
}
