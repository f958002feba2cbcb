package series

import (
	"time"

	"portico/internal/datahub"
)

// perPixel is how many values a picture shows in the width of a pixel at most, and wanted how many are chosen when nobody says.
const (
	perPixel = 4
	wanted   = 2
)

// Longest is how many values of one series are read for a picture: a year of quarter hours, six weeks of minutes. What is more is thinned before it is drawn.
const Longest = 62_000

// Fit returns the granularity for a picture of r that is width pixels wide: the variable's own steps if there are at most two of them in a pixel, else the finest
// buckets of which that is true. step is the variable's own, 0 when it has none of fixed length.
func Fit(r Range, step time.Duration, width int) datahub.Granularity {
	span, most := r.To.Sub(r.From), time.Duration(max(wanted*width, 1))
	switch {
	case step > 0 && span/step <= most:
		return datahub.GranularityRaw
	case step < time.Hour && span/time.Hour <= most:
		return datahub.GranularityHour
	case step <= 24*time.Hour && span/(24*time.Hour) <= most:
		return datahub.GranularityDay
	}
	return datahub.GranularityMonth
}

// Count estimates how many values r holds at a granularity; 0 for a variable without a step of fixed length.
func Count(r Range, g datahub.Granularity, step time.Duration) int {
	const day = 24 * time.Hour
	unit := map[datahub.Granularity]time.Duration{datahub.GranularityRaw: step, datahub.GranularityMinute: time.Minute, datahub.GranularityHour: time.Hour, datahub.GranularityDay: day,
		datahub.GranularityWeek: 7 * day, datahub.GranularityMonth: 30 * day, datahub.GranularityYear: 365 * day}[g]
	if unit <= 0 {
		return 0
	}
	return int(r.To.Sub(r.From)/unit) + 1
}
