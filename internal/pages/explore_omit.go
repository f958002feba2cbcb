package pages

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/internal/datahub"
	"portico/internal/query"
)

// omissionsMost bounds how many values an address leaves out.
const omissionsMost = 24

// omission is one value that the reader leaves out because it is hardly true. Addresses have it as the variable and the value's start in Unix seconds: x=4711.1793456000.
type omission struct {
	variable datahub.VariableID
	at       int64
}

func (o omission) String() string {
	return strconv.FormatInt(int64(o.variable), 10) + "." + strconv.FormatInt(o.at, 10)
}

func readOmissions(texts []string) ([]omission, error) {
	if len(texts) > omissionsMost {
		return nil, &query.Error{Param: "x", Err: query.ErrTooLong}
	}
	var list []omission
	for _, text := range texts {
		variable, at, _ := strings.Cut(text, ".")
		id, err := query.ParseID(variable)
		seconds, wrong := strconv.ParseInt(at, 10, 64)
		if err != nil || wrong != nil || seconds < 0 || seconds > 4102444800 { // the year 2100
			return nil, &query.Error{Param: "x", Err: query.ErrChoice}
		}
		if o := (omission{datahub.VariableID(id), seconds}); !slices.Contains(list, o) {
			list = append(list, o)
		}
	}
	return list, nil
}

// omitted are the times at which values of a variable are left out.
func (q exploreQuery) omitted(v datahub.VariableID) []time.Time {
	var times []time.Time
	for _, o := range q.omit {
		if o.variable == v {
			times = append(times, time.Unix(o.at, 0))
		}
	}
	return times
}
