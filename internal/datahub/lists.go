package datahub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Paths of the API, in one table (docs of the platform, "REST API").
const (
	pathAccount       = "/account"
	pathUser          = "/user/info"
	pathClaims        = "/user/claim/{id}"
	pathSites         = "/sites"
	pathSources       = "/sources"
	pathVariables     = "/variables"
	pathData          = "/data"
	pathUnits         = "/units"
	pathVariableTypes = "/variableTypes"
	pathEnergyTypes   = "/energyTypes"
	pathSourceTypes   = "/sourceTypes"
	pathSiteTypes     = "/sitetypes"

	// The platform does not publish the paths of alarms; the demo answers at the same ones.
	pathAlarms       = "/alarms"
	pathAlarm        = "/alarms/{id}"
	pathAlarmChanges = "/alarms/{id}/stateChanges"
	pathAcknowledge  = "/alarms/{id}/acknowledge"

	pathEvents     = "/events"
	pathEvent      = "/events/{id}"
	pathEventTypes = "/events/eventTypes"
	pathGroups     = "/groups"
	pathGroupSites = "/groups/{id}/sites"
	pathForms      = "/form"
	pathFieldTypes = "/form/fieldTypes"
	pathFiles      = "/storage"
	pathFile       = "/storage/file"
)

const (
	pageSize   = 500 // items asked for when a list comes in pages
	maxPages   = 200
	idsPerCall = 100 // ids in one query, so that URLs stay short
)

// wire is an item as it is written in JSON. Its key is its id; false when it has none, or none that it could have.
type wire interface{ key() (string, bool) }

// listing is a list that is read: from where, how its items are understood, and which of them are wanted.
type listing[W wire, T any] struct {
	path    string
	route   string // see [request]
	query   url.Values
	member  string // of an object that the list may be wrapped in; "" for none
	convert func(W) T
	wanted  func(T) bool // nil: all; a Data Hub that does not know a parameter ignores it and sends everything
}

func (l listing[W, T]) read(ctx context.Context, c *Client) ([]T, error) {
	return l.readIDs(ctx, c, "", nil)
}

// readIDs reads the list, in slices of at most idsPerCall ids under the parameter name when there are ids.
func (l listing[W, T]) readIDs(ctx context.Context, c *Client, name string, ids []string) ([]T, error) {
	var found []T
	for first := true; first || len(ids) > 0; first = false {
		n := min(idsPerCall, len(ids))
		items, err := l.list(ctx, c, with(l.query, name, ids[:n]...))
		if err != nil {
			return nil, err
		}
		found = append(found, l.chosen(items)...)
		ids = ids[n:]
	}
	return found, nil
}

// chosen are the wanted items.
func (l listing[W, T]) chosen(items []W) []T {
	var found []T
	for _, w := range items {
		if item := l.convert(w); l.wanted == nil || l.wanted(item) {
			found = append(found, item)
		}
	}
	return found
}

// with returns a copy of query in which the parameter name has the values, if there are any.
func with(query url.Values, name string, values ...string) url.Values {
	q := url.Values{}
	maps.Copy(q, query)
	if len(values) > 0 {
		q[name] = values
	}
	return q
}

// list reads all items of a list: whole when the Data Hub sends it whole, and page by page when it says that there are more.
func (l listing[W, T]) list(ctx context.Context, c *Client, query url.Values) ([]W, error) {
	p, err := l.readPage(ctx, c, query)
	if err != nil || p.total <= p.received {
		return p.items, err
	}
	var all []W
	seen := map[string]bool{}
	for page := 0; page < maxPages && len(seen) < p.total; page++ {
		q := with(query, "paging.pageNumber", strconv.Itoa(page))
		q.Set("paging.itemsPerPage", strconv.Itoa(pageSize))
		next, err := l.readPage(ctx, c, q)
		if err != nil {
			return nil, err
		}
		before := len(all)
		for _, w := range next.items {
			if id, _ := w.key(); !seen[id] {
				seen[id] = true
				all = append(all, w)
			}
		}
		if len(all) == before { // the end, or a Data Hub that knows no pages
			break
		}
	}
	return all, nil
}

// page is one answer of a list.
type page[W any] struct {
	items    []W
	received int // with those that could not be read
	total    int // of all pages; 0 when the Data Hub does not say
}

func (l listing[W, T]) readPage(ctx context.Context, c *Client, query url.Values) (p page[W], err error) {
	r := &request{method: http.MethodGet, path: l.path, route: l.route, query: query, limit: c.hub.maxList}
	r.read = func(h http.Header, body io.Reader) (err error) {
		if l.member != "" {
			if body, err = unwrap(body, l.member); err != nil {
				return err
			}
		}
		p.items, p.received, err = readItems[W](c, l.path, body)
		p.total = total(h)
		return err
	}
	err = c.do(ctx, r)
	return p, err
}

// only returns the first item, ErrNotFound when there is none or none that may be seen, or err.
func only[T any](items []T, err error, what string) (T, error) {
	var none T
	if e, ok := errors.AsType[*StatusError](err); ok && e.Status == http.StatusForbidden {
		return none, fmt.Errorf("%s: %w: %w", what, ErrNotFound, err)
	}
	if err != nil {
		return none, err
	}
	if len(items) == 0 {
		return none, fmt.Errorf("%s: %w", what, ErrNotFound)
	}
	return items[0], nil
}

// oneOf reports whether id is among ids; everything is when there are none.
func oneOf[ID comparable](ids []ID, id ID) bool { return len(ids) == 0 || slices.Contains(ids, id) }

// texts writes ids as they stand in a query.
func texts[ID ~int64](ids []ID) []string {
	t := make([]string, len(ids))
	for i, id := range ids {
		t[i] = strconv.FormatInt(int64(id), 10)
	}
	return t
}

// id returns the text of an id that is there and not below least.
func id(n *number, least number) (string, bool) {
	if n == nil || *n < least {
		return "", false
	}
	return strconv.FormatInt(int64(*n), 10), true
}

// visible reports whether an opaque id has nothing in it that addresses and pages do not show: no blanks, control characters or characters beyond ASCII.
func visible(id string) bool {
	return !strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r >= 0x7f })
}

// fill puts an id into a path. It returns ErrNotFound for what no Data Hub has for an id, because such an id comes from an address that
// somebody wrote by hand and could lead elsewhere.
func fill(path, id string) (string, error) {
	if !validID.MatchString(id) {
		return "", fmt.Errorf("%s: %w", path, ErrNotFound)
	}
	return strings.Replace(path, "{id}", id, 1), nil
}

var validID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
