package pages

import (
	"bytes"
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/internal/datahub"
	"portico/internal/demo/energy"
	"portico/internal/locale"
)

// refuses puts a Data Hub before the bench's that answers questions of points with what refuse says about their variables, 0 for the true answer.
func (b *bench) refuses(refuse func(method string, variables []string) int) {
	b.Helper()
	to, err := url.Parse(b.address)
	if err != nil {
		b.Fatal(err)
	}
	data := httputil.NewSingleHostReverseProxy(to)
	between := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		var asked struct {
			VariableIds []json.Number //nolint:revive // as the Data Hub writes it
		}
		_ = json.Unmarshal(body, &asked) // of a GET there is none
		ids := []string{r.URL.Query().Get("variableId")}
		if r.Method == http.MethodPost {
			ids = nil
			for _, id := range asked.VariableIds {
				ids = append(ids, id.String())
			}
		}
		if r.URL.Path == "/data" {
			if status := refuse(r.Method, ids); status != 0 {
				w.WriteHeader(status)
				return
			}
		}
		data.ServeHTTP(w, r)
	}))
	b.Cleanup(between.Close)
	if b.hub, err = datahub.New(datahub.Config{BaseURL: between.URL, Timeout: 10 * time.Second}); err != nil {
		b.Fatal(err)
	}
}

// Lines that are asked the same are one question, what they are compared with another one; the answer is the same as line by line. What is much, or is calculated, is asked for by itself.
func TestLinesAreAskedForTogether(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.now = time.Date(2026, 11, 12, 9, 7, 0, 0, time.UTC)
	const four = "/explore?s=20101&s=20102&s=20103&s=20104&from=2026-11-02&to=2026-11-06&g=raw&cmp=wk&view=table"
	all := b.countAsked(func() time.Duration { return 0 })
	questions := func(path string) (joint, alone int) {
		all()
		b.get(path).want(t, path, http.StatusOK)
		for what, times := range all() {
			switch {
			case strings.HasPrefix(what, "POST /data"):
				joint += times
			case strings.HasPrefix(what, "GET /data"):
				alone += times
			}
		}
		return joint, alone
	}
	if joint, alone := questions(four); joint != 2 || alone != 0 {
		t.Errorf("four lines with comparison: %d questions about several variables, %d about one", joint, alone)
	}
	if joint, alone := questions(four); joint != 0 || alone != 0 {
		t.Errorf("again: %d and %d, of days that are over", joint, alone)
	}
	if joint, alone := questions("/explore?s=20101&s=20102@max&s=20103&from=2026-10-02&to=2026-10-30&g=day&view=table"); joint != 1 || alone != 1 {
		t.Errorf("two sums and a maximum: %d and %d", joint, alone)
	}
	if joint, alone := questions("/explore?s=20101&s=20102&from=2025-10-01&to=2026-10-01&g=raw&view=table"); joint != 0 || alone != 2 {
		t.Errorf("a year of quarter hours: %d and %d", joint, alone)
	}
	i := slices.IndexFunc(world.Variables, func(v energy.Variable) bool { return v.Calculated != nil })
	if joint, alone := questions("/explore?s=20101&s=20102&s=" + idText(int64(world.Variables[i].ID)) + "&from=2026-11-02&to=2026-11-04&g=hour&view=table"); joint != 1 || alone != 1 {
		t.Errorf("a calculated one: %d and %d", joint, alone)
	}
	chart := strings.Replace(four, "&view=table", "", 1)
	together := b.data(chart)
	b.pages = New()
	b.refuses(func(method string, _ []string) int {
		if method == http.MethodPost {
			return http.StatusNotFound
		}
		return 0
	})
	if apart := b.data(chart); len(together.Series) != 8 || !reflect.DeepEqual(apart, together) {
		t.Errorf("%d series together, %d apart, or they differ", len(together.Series), len(apart.Series))
	}
}

// A line that may not be read says so, and takes no other with it, though they are asked for together.
func TestALineIsRefusedAlone(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.now = time.Date(2026, 11, 12, 9, 7, 0, 0, time.UTC)
	b.refuses(func(_ string, ids []string) int {
		if slices.Contains(ids, "20102") {
			return http.StatusForbidden
		}
		return 0
	})
	const three = "/explore?s=20101&s=20102&s=20103&from=2026-11-02&to=2026-11-04&g=hour"
	if d := b.data(three); len(d.Series) != 2 {
		t.Errorf("%d series, want the two that may be read", len(d.Series))
	}
	said := html.EscapeString(locale.For(locale.English).T("panel.failed"))
	if n := strings.Count(b.get(three).body, said); n != 1 {
		t.Errorf("%q stands at %d lines, want the one", said, n)
	}
}
