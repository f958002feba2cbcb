package proxy

import (
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"portico/internal/datahub"
)

// asked is what becomes of a request: the question, or the error, and the row of the table; "" where none has the path.
func asked(method, target, body string) (q datahub.ReadQuery, row string, err error) {
	m := http.NewServeMux()
	for _, c := range Calls() {
		m.HandleFunc(c.Pattern(), func(_ http.ResponseWriter, r *http.Request) { row = c.path; q, err = c.Query(r) })
	}
	m.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(method, target, strings.NewReader(body)))
	return q, row, err
}

// S-77, S-78: what the table has is written anew of its parts; ids and values cannot lead to another path.
func TestCallsOfTheTable(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]datahub.ReadQuery{
		"/api/account":           {Path: "/account", Route: "/account"},
		"/api/alarms/a-1_b":      {Path: "/alarms/a-1_b", Route: "/alarms/{id}"},
		"/api/events/42":         {Path: "/events/42", Route: "/events/{id}"},
		"/api/events/eventTypes": {Path: "/events/eventTypes", Route: "/events/eventTypes"},
		"/api/groups/7/sites":    {Path: "/groups/7/sites", Route: "/groups/{id}/sites"},
		"/api/sources?paging.pageNumber=0&paging.itemsPerPage=20&displayLevel=verbose": {Path: "/sources", Route: "/sources", Values: url.Values{"paging.pageNumber": {"0"}, "paging.itemsPerPage": {"20"}, "displayLevel": {"verbose"}}},
		"/api/sites?siteIds=1&siteIds=2":                                               {Path: "/sites", Route: "/sites", Values: url.Values{"siteIds": {"1", "2"}}},
		"/api/sources?name=a%26id%3D7%23%2F..":                                         {Path: "/sources", Route: "/sources", Values: url.Values{"name": {"a&id=7#/.."}}},
	} {
		q, _, err := asked(http.MethodGet, target, "")
		if err != nil || q.Path != want.Path || q.Route != want.Route || !maps.EqualFunc(q.Values, want.Values, slices.Equal) {
			t.Errorf("%s: %+v, %v", target, q, err)
		}
	}
}

func TestEverythingElseIsUnknown(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct{ target, body, param string }{
		"a parameter":         {"/api/sites?customFilter=x", "", "customFilter"},
		"in another case":     {"/api/sites?SiteIds=1", "", "SiteIds"},
		"of another call":     {"/api/account?siteId=1", "", "siteId"},
		"a control character": {"/api/sources?name=a%0d%0ab", "", "name"},
		"no UTF-8":            {"/api/sources?name=%ff", "", "name"},
		"a long value":        {"/api/sources?name=" + strings.Repeat("x", maxValue+1), "", "name"},
		"many values":         {"/api/sites?" + strings.Repeat("siteIds=1&", maxValues) + "siteIds=1", "", "siteIds"},
		"a body":              {"/api/sites", "{}", "body"},
		"a dotted id":         {"/api/alarms/a.b", "", "id"},
		"a slash in an id":    {"/api/alarms/a%2Fb", "", "id"},
		"dots as an id":       {"/api/groups/%2e%2e/sites", "", "id"},
		"a semicolon":         {"/api/sites?siteIds=1;2", "", "query"},
	} {
		q, row, err := asked(http.MethodGet, c.target, c.body)
		unknown, ok := errors.AsType[*UnknownError](err)
		if row == "" || !ok || unknown.Param != c.param || unknown.Detail == "" || q.Path != "" {
			t.Errorf("%s: %+v, %v (%q)", what, q, err, row)
		}
	}
	for _, c := range [][2]string{{http.MethodPost, "/api/sites"}, {http.MethodDelete, "/api/events/1"}, {http.MethodPut, "/api/alarms/1"}, {http.MethodPatch, "/api/alarms/1"}, {http.MethodGet, "/api/"}, {http.MethodGet, "/api/storage/file"}, {http.MethodGet, "/api/sites/1"}, {http.MethodGet, "/api/alarms/1/acknowledge"}, {http.MethodGet, "/api/Sites"}} {
		if _, row, _ := asked(c[0], c[1], ""); row != "" {
			t.Errorf("%v is taken for %q", c, row)
		}
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		a      datahub.ReadAnswer
		status int
		total  string
	}{"a page": {datahub.ReadAnswer{Body: []byte(`[1]`), Total: 7}, http.StatusOK, "7"}, "all": {datahub.ReadAnswer{Body: []byte(`{}`)}, http.StatusOK, ""}, "nothing": {datahub.ReadAnswer{}, http.StatusNoContent, ""}} {
		w := httptest.NewRecorder()
		if Answer(w, c.a); w.Code != c.status || w.Body.String() != string(c.a.Body) || w.Header().Get("X-Total-Count") != c.total {
			t.Errorf("%s: %d %q %v", what, w.Code, w.Body, w.Header())
		}
		if got := w.Header().Get("Content-Type"); c.status == http.StatusOK && got != "application/json" {
			t.Errorf("%s is %q", what, got)
		}
	}
}

// Whatever a browser sends, what is asked for is a path of the table with ids, and parameters of its row.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{"sites", "alarms/7?displayLevel=x", "groups/..%2f..%2fuser/sites", "data?from=2026-01-01T00:00:00&variableId=1", "sources?name=%00", "alarms/%2e%2e"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, target string) {
		u, err := url.ParseRequestURI(Path + target)
		if err != nil {
			return
		}
		r := &http.Request{Method: http.MethodGet, URL: u, Header: http.Header{}}
		m := http.NewServeMux()
		for _, c := range Calls() {
			m.HandleFunc(c.Pattern(), func(_ http.ResponseWriter, r *http.Request) {
				q, err := c.Query(r)
				if err != nil {
					if _, ok := errors.AsType[*UnknownError](err); !ok {
						t.Errorf("%q: %v", target, err)
					}
					return
				}
				if strings.Count(q.Path, "/") != strings.Count(q.Route, "/") || strings.ContainsAny(q.Path, ".%?#\\") {
					t.Errorf("%q asks for %q of %q", target, q.Path, q.Route)
				}
				for name := range q.Values {
					if !slices.Contains(strings.Fields(c.params), name) {
						t.Errorf("%q passes %q on", target, name)
					}
				}
			})
		}
		m.ServeHTTP(httptest.NewRecorder(), r)
	})
}

// docs/api.md has every call with its parameters, and no other.
func TestCallsAreDescribed(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	described := map[string][]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `(/api/[^`]*)` \\|(.*)\\|$").FindAllStringSubmatch(string(page), -1) {
		names := described[row[1]]
		for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row[2], -1) {
			names = append(names, m[1])
		}
		if strings.HasSuffix(strings.TrimSpace(row[2]), "paging") {
			names = append(names, strings.Fields(paging)...)
		}
		slices.Sort(names)
		described[row[1]] = names
	}
	for _, c := range Calls() {
		if got, ok := described[Path+c.path]; !ok || !slices.Equal(got, slices.Sorted(slices.Values(strings.Fields(c.params)))) {
			t.Errorf("%s has %v, described are %v (%t)", c.path, c.params, got, ok)
		}
		delete(described, Path+c.path)
	}
	if len(described) > 0 {
		t.Errorf("described, and not there: %v", described)
	}
}
