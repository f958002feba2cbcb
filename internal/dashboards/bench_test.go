package dashboards

import (
	"errors"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"portico/internal/board"
	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/pages"
	"portico/internal/query"
	"portico/internal/session"
	"portico/internal/shelf"
	"portico/internal/store/memory"
	"portico/web/templates"
)

// titled shows each widget by its title, and offers one site with one variable.
type titled struct{}

func (titled) Widgets(_ *pages.Request, b board.Board, site datahub.SiteID) ([]templates.WidgetModel, error) {
	var list []templates.WidgetModel
	for _, w := range b.Widgets {
		m := templates.WidgetModel{ID: w.ID, Kind: string(w.Kind), X: w.X + 1, Y: w.Y + 1, W: w.W, H: w.H, Title: w.Title}
		if w.File != "" {
			m.Image = &templates.ImageModel{}
		}
		if site != 0 {
			m.Reason = "of the chosen site"
		}
		list = append(list, m)
	}
	return list, nil
}

func (f titled) FillWidgets(r *pages.Request, b board.Board, site datahub.SiteID, render func([]templates.WidgetModel) error) error {
	list, err := f.Widgets(r, b, site)
	if err != nil {
		return err
	}
	return render(list)
}

// Pictures marks each widget by its id.
func (d titled) Pictures(r *pages.Request, b board.Board, site datahub.SiteID, page string) (pages.Pictures, error) {
	list, err := d.Widgets(r, b, site)
	pictured(list, page)
	for i := range list {
		list[i].Mark = "m-" + list[i].ID
		list[i].Drawn = templates.WallWidget(r.Layout, list[i])
	}
	return pages.Pictures{Widgets: list}, err
}

func (titled) Sites(_ *pages.Request, chosen datahub.SiteID) ([]templates.OptionModel, error) {
	return []templates.OptionModel{{Value: "7", Text: "Plant", Selected: chosen == 7}}, nil
}

func (titled) Variables(*pages.Request, datahub.SiteID) ([]templates.PickGroup, error) {
	return []templates.PickGroup{{Name: "Meter", Links: []templates.Link{{Text: "Load", Href: "4711"}}}}, nil
}

func (titled) Images(_ *pages.Request, chosen string) ([]templates.OptionModel, error) {
	return []templates.OptionModel{{Value: "7005", Text: "Plan.png", Selected: chosen == "7005"}}, nil
}

func (titled) Picture(w http.ResponseWriter, _ *pages.Request, _ board.Board, widget board.Widget) error {
	if widget.File == "" {
		return pages.ErrNotFound
	}
	_, err := io.WriteString(w, "the picture of "+widget.File)
	return err
}

func (titled) SeriesNames(_ *pages.Request, refs []string) (map[string]string, error) {
	names := map[string]string{}
	for _, ref := range refs {
		names[ref] = "Load of " + ref
	}
	return names, nil
}

// bench serves the pages to people, as the portal does.
type bench struct {
	testing.TB
	shelf *shelf.Keeper
	who   pages.Who
	lang  locale.Lang
}

func newBench(t testing.TB) *bench {
	t.Helper()
	keys, err := session.NewKeyring(session.NewKey(time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	return &bench{TB: t, shelf: shelf.New(memory.New(nil).Shelf(), keys, nil), who: pages.Who{Issuer: "https://op", Subject: "alice", Account: "1"}, lang: locale.English}
}

// as is the bench with somebody else before it.
func (b *bench) as(subject, account string) *bench {
	other := *b
	other.who.Subject, other.who.Account = subject, account
	return &other
}

type answer struct {
	status int
	body   string
	to     string // Location
}

func (b *bench) ask(method, target string, form url.Values) answer {
	b.Helper()
	return b.send(method, target, "application/x-www-form-urlencoded", form.Encode())
}

func (b *bench) send(method, target, contentType, body string) answer {
	b.Helper()
	m := http.NewServeMux()
	for _, route := range New(titled{}).Routes() {
		if path, ok := strings.CutPrefix(route.Pattern, "GET "); ok {
			m.HandleFunc("GET /x"+path, b.handle(route, "widgets"))
		}
		m.HandleFunc(route.Pattern, b.handle(route))
	}
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", contentType)
	}
	w := httptest.NewRecorder()
	m.ServeHTTP(w, r)
	return answer{w.Code, html.UnescapeString(w.Body.String()), w.Header().Get("Location")}
}

// handle serves a route, or one part of its page.
func (b *bench) handle(route pages.Route, part ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		l := locale.For(b.lang)
		err := route.Handler(w, &pages.Request{
			Request: r, Parts: part, Who: b.who, Locale: l, Now: time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC), Shelf: b.shelf, By: b.who.Subject,
			Layout: templates.LayoutModel{T: func(key string, args ...any) string { return l.T(locale.Key(key), args...) }, Lang: l.Lang(), Clock: templates.ClockModel{Text: "12:00:00 CET"}},
			Render: func(status int, page templ.Component) error {
				w.WriteHeader(status)
				return page.Render(r.Context(), w)
			},
		})
		switch {
		case errors.Is(err, pages.ErrNotFound):
			http.Error(w, "not found", http.StatusNotFound)
		case err != nil:
			if _, ok := errors.AsType[*query.Error](err); !ok {
				b.Error(err)
			}
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	}
}

func (b *bench) get(target string) answer { b.Helper(); return b.ask(http.MethodGet, target, nil) }

// post sends a form: names and values.
func (b *bench) post(target string, pairs ...string) answer {
	b.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return b.ask(http.MethodPost, target, form)
}

func (a answer) want(t testing.TB, what string, status int, texts ...string) {
	t.Helper()
	if a.status != status {
		t.Fatalf("%s: status %d, want %d", what, a.status, status)
	}
	for _, text := range texts {
		if !strings.Contains(a.body, text) {
			t.Errorf("%s: %q is not on the page", what, text)
		}
	}
}

// create makes a board and returns its address.
func (b *bench) create(pairs ...string) string {
	b.Helper()
	a := b.post("/dashboards", pairs...)
	a.want(b, "create", http.StatusSeeOther)
	return strings.TrimSuffix(a.to, "/edit")
}

// add adds a widget to the draft and returns its id.
func (b *bench) add(at string, k board.Kind) string {
	b.Helper()
	a := b.post(at+"/edit", "do", "add", "kind", string(k))
	a.want(b, "add", http.StatusSeeOther)
	return regexp.MustCompile(`w=(\w+)#settings`).FindStringSubmatch(a.to)[1]
}

// draft is what the person is making of a board.
func (b *bench) draft(at string) board.Board {
	b.Helper()
	d, err := board.NewLibrary(b.shelf, nil).Draft(b.Context(), board.Person{Issuer: b.who.Issuer, Subject: b.who.Subject, Account: b.who.Account}, strings.TrimPrefix(at, "/dashboards/"))
	if err != nil {
		b.Fatal(err)
	}
	return d.Board
}
