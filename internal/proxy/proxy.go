// Package proxy is the portal's own route to the Data Hub for scripts of the same origin: which calls it takes, and what of a request and of an answer is passed on. A table decides; nothing that a browser sends is
// passed on but what the table names, and it is written anew.
package proxy

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"portico/internal/datahub"
)

const (
	// Path is what all calls begin with.
	Path = "/api/"

	// Header is the request header, of any value, that every call has: a page of another website cannot send it without asking first, which is refused.
	Header = "X-Portico-Request"

	maxValues = 100 // of one parameter
	maxValue  = 256 // bytes of one
)

// UnknownError says what of a call the table does not have.
type UnknownError struct{ Param, Detail string }

func (e *UnknownError) Error() string { return e.Param + ": " + e.Detail }

// Call is a row of the table.
type Call struct {
	path   string // below Path, with {id}
	params string // names that are passed on, as the Data Hub's reference spells them
}

const (
	paging = " paging.pageNumber paging.itemsPerPage"
	span   = " from to"
)

// Calls returns the table: what pages read, and nothing that changes something.
func Calls() []Call {
	return []Call{
		{"account", ""},
		{"user/info", ""},
		{"sites", "displayLevel siteIds sourceIds" + paging},
		{"sources", "displayLevel id ids siteId siteIds name sourceTypeId" + paging},
		{"variables", "displayLevel id sourceId sourceIds" + paging},
		{"data", "displayLevel variableId granularity aggregation includeToBoundary timeZoneId useReportingTimezone pagingOrder" + span + paging},
		{"alarms", "displayLevel ids siteIds sourceIds variableIds" + paging},
		{"alarms/{id}", "displayLevel"},
		{"alarms/{id}/stateChanges", span + paging},
		{"events", "siteId" + span + paging},
		{"events/{id}", ""},
		{"events/eventTypes", ""},
		{"groups", ""},
		{"groups/{id}/sites", "displayLevel"},
		{"units", ""},
		{"variableTypes", ""},
		{"energyTypes", ""},
		{"sourceTypes", ""},
		{"sitetypes", ""},
	}
}

// Pattern is the call as http.ServeMux has it. HEAD is asked for like GET.
func (c Call) Pattern() string { return http.MethodGet + " " + Path + c.path }

// Query makes a question to the Data Hub of a request that matches Pattern, or an *UnknownError.
func (c Call) Query(r *http.Request) (datahub.ReadQuery, error) {
	if r.ContentLength != 0 {
		return datahub.ReadQuery{}, &UnknownError{"body", "this call has none"}
	}
	values, err := c.values(r.URL.RawQuery)
	if err != nil {
		return datahub.ReadQuery{}, err
	}
	path := c.path
	if id := r.PathValue("id"); id != "" {
		if !ids.MatchString(id) {
			return datahub.ReadQuery{}, &UnknownError{"id", "letters, digits, - and _ only"}
		}
		path = strings.Replace(path, "{id}", id, 1)
	}
	return datahub.ReadQuery{Path: "/" + path, Route: "/" + c.path, Values: values}, nil
}

var ids = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// values reads parameters one by one: those that the table names, of a size that is sensible.
func (c Call) values(raw string) (url.Values, error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, &UnknownError{"query", "cannot be read"}
	}
	for name, list := range values {
		if !slices.Contains(strings.Fields(c.params), name) {
			return nil, &UnknownError{name, "no parameter of this call"}
		}
		if len(list) > maxValues || slices.ContainsFunc(list, func(v string) bool { return len(v) > maxValue || !plain(v) }) {
			return nil, &UnknownError{name, fmt.Sprintf("at most %d values of at most %d characters that can be seen", maxValues, maxValue)}
		}
	}
	return values, nil
}

func plain(v string) bool {
	return !slices.ContainsFunc([]rune(v), func(r rune) bool { return !strconv.IsPrint(r) || r == '\uFFFD' })
}

// Answer writes what the Data Hub wrote. Of its headers the number of items is passed on, in digits of our own, and nothing else.
func Answer(w http.ResponseWriter, a datahub.ReadAnswer) {
	if len(a.Body) == 0 {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if a.Total > 0 {
		w.Header().Set("X-Total-Count", strconv.Itoa(a.Total))
	}
	_, _ = w.Write(a.Body) // whoever went away hears nothing
}
