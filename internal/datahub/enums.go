package datahub

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// QuantityType says what a variable's values are.
type QuantityType int

// The quantity types of the Data Hub. Integrated values are amounts per step; cumulative ones are an index that grows.
const (
	Instantaneous QuantityType = iota + 1
	Integrated
	Cumulative
	Minimum
	Maximum
	Averaged
)

// Granularity is the length of the buckets of a data query. It numbers the same words differently than [TimePeriod].
type Granularity int

// The granularities of the Data Hub.
const (
	GranularityRaw Granularity = iota
	GranularityMinute
	GranularityHour
	GranularityDay
	GranularityMonth
	GranularityYear
	GranularityAll
	GranularityWeek
)

// Aggregate says how the points of a bucket become one.
type Aggregate int

// The aggregates of the Data Hub; the zero Aggregate is "not set".
const (
	Sum Aggregate = iota + 1
	Min
	Max
	Avg
	Count
	Variance
	StdDev
)

// TimePeriod is the unit of a variable's step.
type TimePeriod int

// The time periods of the Data Hub.
const (
	Millisecond TimePeriod = iota
	Second
	Minute
	Hour
	Day
	Week
	Month
	Year
)

var (
	quantityTypes = []string{"", "Instantaneous", "Integrated", "Cumulative", "Minimum", "Maximum", "Averaged"}
	granularities = []string{"Raw", "Minute", "Hour", "Day", "Month", "Year", "All", "Week"}
	aggregates    = []string{"", "Sum", "Min", "Max", "Avg", "Count", "Var", "StDev"}
	timePeriods   = []string{"Millisecond", "Second", "Minute", "Hour", "Day", "Week", "Month", "Year"}
)

func (q QuantityType) String() string { return word(quantityTypes, int(q)) }
func (g Granularity) String() string  { return word(granularities, int(g)) }
func (a Aggregate) String() string    { return word(aggregates, int(a)) }
func (p TimePeriod) String() string   { return word(timePeriods, int(p)) }

// UnmarshalJSON reads a word in any case, a number or a numeric string; unknown ones are kept as numbers or read as 0.
func (q *QuantityType) UnmarshalJSON(b []byte) error {
	return unmarshalEnum(b, quantityTypes, (*int)(q))
}

// UnmarshalJSON reads a word in any case, a number or a numeric string.
func (a *Aggregate) UnmarshalJSON(b []byte) error { return unmarshalEnum(b, aggregates, (*int)(a)) }

// UnmarshalJSON reads a word in any case, a number or a numeric string.
func (p *TimePeriod) UnmarshalJSON(b []byte) error { return unmarshalEnum(b, timePeriods, (*int)(p)) }

// ParseGranularity reads the word of a granularity in any case.
func ParseGranularity(s string) (Granularity, bool) {
	n, ok := index(granularities, s)
	return Granularity(n), ok
}

// ParseAggregate reads the word of an aggregate in any case.
func ParseAggregate(s string) (Aggregate, bool) {
	n, ok := index(aggregates, s)
	return Aggregate(n), ok
}

func word(words []string, n int) string {
	if n >= 0 && n < len(words) {
		return words[n]
	}
	return strconv.Itoa(n)
}

func index(words []string, s string) (int, bool) {
	for i, w := range words {
		if w != "" && strings.EqualFold(w, s) {
			return i, true
		}
	}
	return 0, false
}

func unmarshalEnum(b []byte, words []string, to *int) error {
	if bytes.Equal(b, []byte("null")) {
		return nil
	}
	text := string(b)
	if b[0] == '"' {
		if err := json.Unmarshal(b, &text); err != nil {
			return err
		}
	}
	if n, ok := index(words, strings.TrimSpace(text)); ok {
		*to = n
		return nil
	}
	if f, err := strconv.ParseFloat(strings.TrimSpace(text), 64); err == nil && f == float64(int(f)) {
		*to = int(f)
		return nil
	}
	if b[0] == '"' {
		*to = 0 // a word that we do not know: as if it were not set
		return nil
	}
	return fmt.Errorf("enumeration: %w", ErrMalformed)
}
