package datahub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// Paths of the API, in one table (docs of the platform, "REST API").
const (
	pathAccount       = "/account"
	pathUser          = "/user/info"
	pathSites         = "/sites"
	pathSources       = "/sources"
	pathVariables     = "/variables"
	pathData          = "/data"
	pathUnits         = "/units"
	pathVariableTypes = "/variableTypes"
	pathEnergyTypes   = "/energyTypes"
	pathSourceTypes   = "/sourceTypes"
	pathSiteTypes     = "/sitetypes"
)

const (
	pageSize   = 500 // items asked for when a list comes in pages
	maxPages   = 200
	idsPerCall = 100 // ids in one query, so that URLs stay short
)

// wire is an item as it is written in JSON. Its key is its id; false when it has none, or none that it could have.
type wire interface{ key() (int64, bool) }

// listing is a list that is read: from where, how its items are understood, and which of them are wanted.
type listing[W wire, T any] struct {
	path    string
	query   url.Values
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
		items, err := list[W](ctx, c, l.path, with(l.query, name, ids[:n]...))
		if err != nil {
			return nil, err
		}
		for _, w := range items {
			if item := l.convert(w); l.wanted == nil || l.wanted(item) {
				found = append(found, item)
			}
		}
		ids = ids[n:]
	}
	return found, nil
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
func list[W wire](ctx context.Context, c *Client, path string, query url.Values) ([]W, error) {
	p, err := readPage[W](ctx, c, path, query)
	if err != nil || p.total <= p.received {
		return p.items, err
	}
	var all []W
	seen := map[int64]bool{}
	for page := 0; page < maxPages && len(seen) < p.total; page++ {
		q := with(query, "paging.pageNumber", strconv.Itoa(page))
		q.Set("paging.itemsPerPage", strconv.Itoa(pageSize))
		next, err := readPage[W](ctx, c, path, q)
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

func readPage[W wire](ctx context.Context, c *Client, path string, query url.Values) (p page[W], err error) {
	err = c.get(ctx, path, query, c.hub.maxList, func(h http.Header, body io.Reader) error {
		var err error
		p.items, p.received, err = readItems[W](c, path, body)
		p.total = total(h)
		return err
	})
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

// id returns an id that is there and not below least.
func id(n *number, least number) (int64, bool) {
	if n == nil || *n < least {
		return 0, false
	}
	return int64(*n), true
}
