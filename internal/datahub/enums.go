package datahub

import (
	"bytes"
	"encoding/json"
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

	// longAggregates are other spellings of the words, by place.
	longAggregates = []string{"", "", "Minimum", "Maximum", "Average", "", "Variance", "StdDev"}
)

// unknownPeriod is a time period whose word we do not know: no period of ours, for 0 is one.
const unknownPeriod = -1

// String returns the Data Hub's word, or the number of an unknown one.
func (q QuantityType) String() string { return word(quantityTypes, int(q)) }

// String returns the Data Hub's word, or the number of an unknown one.
func (g Granularity) String() string { return word(granularities, int(g)) }

// String returns the Data Hub's word, or the number of an unknown one.
func (a Aggregate) String() string { return word(aggregates, int(a)) }

// String returns the Data Hub's word, or the number of an unknown one.
func (p TimePeriod) String() string { return word(timePeriods, int(p)) }

// UnmarshalJSON reads a word in any case, a number or a numeric string. An unknown number is kept; an unknown word is 0, "not set".
func (q *QuantityType) UnmarshalJSON(b []byte) error {
	return unmarshalEnum(b, (*int)(q), 0, quantityTypes)
}

// UnmarshalJSON reads a word in any case, a number or a numeric string. An unknown number is kept; an unknown word is 0, "not set".
func (a *Aggregate) UnmarshalJSON(b []byte) error {
	return unmarshalEnum(b, (*int)(a), 0, aggregates, longAggregates)
}

// UnmarshalJSON reads a word in any case, a number or a numeric string. An unknown number is kept; an unknown word is -1.
func (p *TimePeriod) UnmarshalJSON(b []byte) error {
	return unmarshalEnum(b, (*int)(p), unknownPeriod, timePeriods)
}

func word(words []string, n int) string {
	if n >= 0 && n < len(words) {
		return words[n]
	}
	return strconv.Itoa(n)
}

// index returns the place of a word in any of the spellings.
func index(s string, spellings ...[]string) (int, bool) {
	for _, words := range spellings {
		for i, w := range words {
			if w != "" && strings.EqualFold(w, s) {
				return i, true
			}
		}
	}
	return 0, false
}

// unmarshalEnum reads b into to; null leaves it as it is.
func unmarshalEnum(b []byte, to *int, unknown int, spellings ...[]string) error {
	if bytes.Equal(b, []byte("null")) {
		return nil
	}
	if b[0] != '"' {
		var n number
		if err := n.UnmarshalJSON(b); err != nil {
			return malformed("enumeration")
		}
		*to = int(n)
		return nil
	}
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return err
	}
	text = strings.TrimSpace(text)
	if n, ok := index(text, spellings...); ok {
		*to = n
	} else if n, err := strconv.Atoi(text); err == nil {
		*to = n
	} else {
		*to = unknown
	}
	return nil
}
