// Package series is the arithmetic of time series: ranges in the vocabulary people know from Grafana, calendars of a site's zone,
// the choice of granularity, slots with gaps, roll-ups, comparison, completeness, counters, thinning, and the figures behind duration curves, histograms and
// profiles. A day is a local day, whether it has 23, 24 or 25 hours, and a gap is never a zero.
package series

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Range is a span of time [From, To) in the calendar of Zone.
type Range struct {
	From, To time.Time
	Zone     *time.Location
}

// ParamError says which parameter of a range cannot be read, and why.
type ParamError struct {
	Name   string // from, to
	Value  string
	Reason string
}

func (e *ParamError) Error() string { return fmt.Sprintf("%s: %q %s", e.Name, e.Value, e.Reason) }

// Limits of what can be asked for: outside, no meter has data, and nobody means it.
var (
	earliest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
)

const longest = 11 * 366 * 24 * time.Hour

// ParseRange reads two ends: now, now-7d, now/d (its local day; the start of it for from, the end for to), now-1M/M, or a local ISO date-time without an offset.
// Errors are *ParamError.
func ParseRange(from, to string, now time.Time, zone *time.Location) (Range, error) {
	f, err := parseEnd("from", from, now, zone, false)
	if err != nil {
		return Range{}, err
	}
	t, err := parseEnd("to", to, now, zone, true)
	if err != nil {
		return Range{}, err
	}
	r := Range{From: f, To: t, Zone: zone}
	switch {
	case !f.Before(t):
		return Range{}, &ParamError{"to", to, "is not after the start"}
	case t.Sub(f) > longest:
		return Range{}, &ParamError{"from", from, "is more than eleven years before the end"}
	case t.Sub(f) < time.Minute:
		return Range{}, &ParamError{"to", to, "is less than a minute after the start"}
	}
	return r, nil
}

var relative = regexp.MustCompile(`^now(?:([+-])(\d{1,4})([smhdwMy]))?(?:/([dwMy]))?$`)

func parseEnd(name, text string, now time.Time, zone *time.Location, end bool) (time.Time, error) {
	if m := relative.FindStringSubmatch(text); m != nil {
		t := now.In(zone)
		if m[2] != "" {
			n, _ := strconv.Atoi(m[2])
			if m[1] == "-" {
				n = -n
			}
			t = shift(t, n, m[3])
		}
		if m[4] != "" {
			if t = floor(t, m[4]); end {
				t = shift(t, 1, m[4])
			}
		}
		return inLimits(name, text, t)
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return inLimits(name, text, t)
		}
	}
	return time.Time{}, &ParamError{name, clip(text), "is neither like now-7d/d nor a date like 2026-03-01T00:00"}
}

func inLimits(name, text string, t time.Time) (time.Time, error) {
	if t.Before(earliest) || t.After(latest) {
		return time.Time{}, &ParamError{name, clip(text), "lies outside the years 2000 to 2100"}
	}
	return t, nil
}

func clip(s string) string {
	s = strings.ToValidUTF8(s, "�")
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// Preset is a range with a name.
type Preset struct{ ID, From, To string }

// Presets are the ranges that every time bar offers.
var Presets = []Preset{
	{"today", "now/d", "now/d"}, {"yesterday", "now-1d/d", "now-1d/d"}, {"week", "now/w", "now/w"}, {"lastweek", "now-1w/w", "now-1w/w"},
	{"month", "now/M", "now/M"}, {"lastmonth", "now-1M/M", "now-1M/M"}, {"7d", "now-7d", "now"}, {"30d", "now-30d", "now"}, {"year", "now/y", "now/y"}, {"lastyear", "now-1y/y", "now-1y/y"},
}

// Step returns the range one length later (n = 1) or earlier (n = -1). Ranges of whole days move by days, whole months by months, whole years by years, in the calendar.
func (r Range) Step(n int) Range {
	f, t := r.From.In(r.Zone), r.To.In(r.Zone)
	unit, count := r.calendar()
	if unit == "" {
		d := r.To.Sub(r.From) * time.Duration(n)
		return Range{r.From.Add(d), r.To.Add(d), r.Zone}
	}
	return Range{shift(f, n*count, unit), shift(t, n*count, unit), r.Zone}
}

// calendar finds the calendar unit that the range is a multiple of, "" when it is none.
func (r Range) calendar() (unit string, count int) {
	f, t := r.From.In(r.Zone), r.To.In(r.Zone)
	if !floor(f, "d").Equal(f) || !floor(t, "d").Equal(t) {
		return "", 0
	}
	if f.Day() == 1 && t.Day() == 1 {
		months := (t.Year()-f.Year())*12 + int(t.Month()-f.Month())
		return "M", months
	}
	return "d", r.Days()
}

// Days counts the local days that the range touches.
func (r Range) Days() int {
	return day(r.To.Add(-time.Nanosecond), r.Zone) - day(r.From, r.Zone) + 1
}

// Local writes an end of a range as a local ISO date-time without an offset, as ParseRange reads it.
func Local(t time.Time, zone *time.Location) string { return t.In(zone).Format("2006-01-02T15:04:05") }

// Around returns the whole local days (d), weeks (w), months (M) or years (y) that the range touches.
func (r Range) Around(unit string) Range {
	last := floor(r.To.In(r.Zone).Add(-time.Nanosecond), unit)
	return Range{floor(r.From.In(r.Zone), unit), shift(last, 1, unit), r.Zone}
}

// Widen returns the range with n units of the calendar more before it.
func (r Range) Widen(n int, unit string) Range {
	return Range{shift(r.From.In(r.Zone), -n, unit), r.To, r.Zone}
}

// Parts cuts a range that begins where a unit does into units of the calendar.
func (r Range) Parts(unit string) []Range {
	var parts []Range
	for from := r.From.In(r.Zone); from.Before(r.To); {
		to := shift(from, 1, unit)
		parts = append(parts, Range{from, to, r.Zone})
		from = to
	}
	return parts
}

// Zoom returns the range around the same middle, f times as long, to the minute; one that is cut at the limits of what can be asked for.
func (r Range) Zoom(f float64) Range {
	middle, half := r.From.Add(r.To.Sub(r.From)/2), time.Duration(float64(r.To.Sub(r.From))*f/2)
	half = min(max(half, 5*time.Minute), longest/2-time.Hour)
	from, to := middle.Add(-half).Truncate(time.Minute), middle.Add(half).Truncate(time.Minute)
	if from.Before(earliest) {
		from = earliest
	}
	if to.After(latest) {
		to = latest
	}
	return Range{from, to, r.Zone}
}
