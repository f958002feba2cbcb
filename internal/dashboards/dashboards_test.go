package dashboards

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"mime/multipart"
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

func TestComposeByButtons(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	at := b.create("title", "Control room", "folder", "Ops")
	b.get("/dashboards").want(t, "the list", http.StatusOK, "Control room", "Ops", "0 widgets")
	text := b.add(at, board.Text)
	clock := b.add(at, board.Clock)
	b.post(at+"/edit?w="+text, "do", "set", "widget", text, "title", "Notes", "text", "First\r\n\r\nsecond").want(t, "set", http.StatusSeeOther)
	if a := b.post(at+"/edit", "do", "up", "widget", clock); a.to != at+"/edit#up-"+clock {
		t.Errorf("after a step at %s: whoever makes another one has to look for the button", a.to)
	}
	b.get(at).want(t, "the board before it is saved", http.StatusOK, "There is nothing on this dashboard yet")
	b.get(at+"/edit").want(t, "the draft", http.StatusOK, "Notes", `value="undo"`, "Each step is kept", `id="up-`+clock+`"`)
	if a := b.post(at+"/edit", "do", "save"); a.to != at+"?done=save" {
		t.Fatalf("save: %d, %s", a.status, a.to)
	}
	page := b.get(at + "?done=save")
	page.want(t, "the board", http.StatusOK, "Notes", "Saved.")
	if strings.Index(page.body, `id="w-`+clock) > strings.Index(page.body, `id="w-`+text) {
		t.Error("the clock was moved up and stands below")
	}
	var kept board.Board
	if err := json.Unmarshal([]byte(b.get(at+"/board.json").body), &kept); err != nil || kept.Widgets[kept.Find(text)].Text != "First\n\nsecond" {
		t.Errorf("export: %+v, %v", kept, err)
	}
	b.get(strings.Replace(at, "/dashboards", "/tv", 1)).want(t, "the wall", http.StatusOK, "Notes", "12:00:00 CET", `http-equiv="refresh"`)
}

// What is seen in the explorer becomes a widget: of a dashboard that there is, or of a new one. What cannot be kept is told where it was typed, and loses nothing.
func TestAddToADashboard(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	at := b.create("title", "One")
	const what = "kind=trend&range=now-7d%2Fd&series=4711&series=4712%21r"
	a := b.get("/dashboards/add?" + what)
	a.want(t, "the offer", http.StatusOK, "Load of 4711, Load of 4712!r", "now-7d/d", `formaction="`+at+`/edit"`, `<input type="hidden" name="series" value="4712!r">`)
	fields := []string{"do", "add", "kind", "trend", "range", "now-7d/d", "series", "4711"}
	to := b.post(at+"/edit", fields...)
	to.want(t, "add", http.StatusSeeOther)
	b.get(strings.TrimSuffix(to.to, "#settings")).want(t, "the editor", http.StatusOK, `value="4711"`, `value="now-7d/d"`)
	made := b.post("/dashboards", append(fields, "title", "Two")...)
	made.want(t, "a new one", http.StatusSeeOther)
	b.get(strings.TrimSuffix(made.to, "/edit")+"/board.json").want(t, "the new one", http.StatusOK, `"title": "Two"`, `"kind": "trend"`, `"4711"`)
	b.post("/dashboards", append(fields, "title", " ")...).want(t, "no title", http.StatusBadRequest, "Enter plain text of up to 80 characters", `value="4711"`)
	for _, wrong := range []string{"", "?kind=iframe", "?kind=clock&series=4711", "?kind=trend&series=x", "?kind=trend&range=soon"} {
		if got := b.get("/dashboards/add" + wrong).status; got == http.StatusOK {
			t.Errorf("%q is offered", wrong)
		}
	}
}

func TestSeriesAreChosen(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	at := b.create("title", "One")
	id := b.add(at, board.Trend)
	b.get(at+"/edit?w="+id).want(t, "its settings", http.StatusOK, "Variables of", `value="4711"`, "Load")
	b.post(at+"/edit?w="+id+"&site=7", "do", "with", "widget", id, "ref", "4711").want(t, "with", http.StatusSeeOther)
	b.get(at+"/edit?w="+id).want(t, "its settings", http.StatusOK, "Load of 4711")
	b.post(at+"/edit?w="+id, "do", "set", "widget", id, "series", "4711!r~MWh", "range", "now-7d/d").want(t, "set", http.StatusSeeOther)
	b.get(at+"/edit?w="+id).want(t, "its settings", http.StatusOK, "Load of 4711!r~MWh", "now-7d/d")
	b.lang = locale.French
	b.post(at+"/edit?w="+id, "do", "set", "widget", id, "series", "x").want(t, "no series", http.StatusBadRequest, "Saisissez une série comme 4711")
	b.post(at+"/edit?w="+id, "do", "set", "widget", "gone", "title", "x").want(t, "no widget", http.StatusBadRequest, "Cet élément n’existe plus")
	b.post(at+"/edit", "do", "evil").want(t, "no step", http.StatusBadRequest)
}

// A flow's series keep their sides when one of them is taken out.
func TestRolesOfAFlow(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	at := b.create("title", "One")
	id := b.add(at, board.Flow)
	b.post(at+"/edit?w="+id, "do", "set", "widget", id, "series", "1", "role", "grid", "series", "2", "role", "heat", "series", "3", "role", "charge", "without", "2").want(t, "set", http.StatusSeeOther)
	b.post(at+"/edit", "do", "save").want(t, "save", http.StatusSeeOther)
	var kept board.Board
	if err := json.Unmarshal([]byte(b.get(at+"/board.json").body), &kept); err != nil || fmt.Sprint(kept.Widgets[0].Series, kept.Widgets[0].Roles) != "[1 3] [grid charge]" {
		t.Errorf("kept %+v, %v", kept.Widgets, err)
	}
	b.get(at+"/edit?w="+id).want(t, "its settings", http.StatusOK, `<option value="charge" selected>Into the battery`)
	b.post(at+"/edit?w="+id, "do", "set", "widget", id, "series", "1", "role", "evil").want(t, "no role", http.StatusBadRequest, "There is no such side of a flow.")
}

// A picture is there for whoever may open the board, under the page that shows it; what is only a draft is there for the one who makes it.
func TestPictures(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	at := b.create("title", "Plan")
	id := b.add(at, board.Image)
	b.get(at+"/edit?w="+id).want(t, "its settings", http.StatusOK, "Plan.png")
	b.post(at+"/edit?w="+id, "do", "set", "widget", id, "file", "7005").want(t, "set", http.StatusSeeOther)
	b.get(at+"/edit").want(t, "the draft", http.StatusOK, `src="`+at+"/edit/pictures/"+id+`"`)
	b.get(at+"/edit/pictures/"+id).want(t, "the draft's picture", http.StatusOK, "the picture of 7005")
	b.get(at+"/pictures/"+id).want(t, "before it is saved", http.StatusNotFound)
	b.post(at+"/edit", "do", "save").want(t, "save", http.StatusSeeOther)
	tv := strings.Replace(at, "/dashboards", "/tv", 1)
	for _, page := range []string{at, tv} {
		b.get(page).want(t, page, http.StatusOK, `src="`+page+"/pictures/"+id+`"`)
		b.get(page+"/pictures/"+id).want(t, "the picture", http.StatusOK, "the picture of 7005")
		b.get(page+"/pictures/none").want(t, "no widget", http.StatusNotFound)
		b.as("carol", "2").get(page+"/pictures/"+id).want(t, "somebody else", http.StatusNotFound)
	}
}

// On paper stands which site it is, when, and how much of it there is; nothing that is for a screen.
func TestPrint(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	at := b.create("title", "Report", "per-site", "1")
	id := b.add(at, board.Clock)
	b.post(at+"/edit", "do", "save").want(t, "save", http.StatusSeeOther)
	page := b.get(at + "/print")
	page.want(t, "print", http.StatusOK, "Report", "Plant", "2026 13:00 (Europe/Brussels)", "1 of 1 widgets complete", `id="w-`+id, "of the chosen site")
	for _, chrome := range []string{"<nav", "<form", "account-menu", "http-equiv"} {
		if strings.Contains(page.body, chrome) {
			t.Errorf("paper has %s", chrome)
		}
	}
	b.as("carol", "2").get(at+"/print").want(t, "somebody else", http.StatusNotFound)
	if n := wholeOf([]templates.WidgetModel{{}, {State: "late"}, {State: "partial"}, {State: "failed"}, {State: "empty"}}); n != 3 {
		t.Errorf("%d of 5 are whole, want 3", n)
	}
}

// A draft is the person's, not the session's: whoever is signed in again goes on where they were.
func TestDraftsOutliveSessions(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.who.Session = "one"
	at := b.create("title", "One")
	id := b.add(at, board.Clock)
	again := b.as("alice", "1")
	again.who.Session = "another"
	again.get(at+"/edit").want(t, "the draft in another session", http.StatusOK, `id="w-`+id+`"`, "Each step is kept")
	again.post(at+"/edit", "do", "save").want(t, "save", http.StatusSeeOther)
	b.get(at).want(t, "the board", http.StatusOK, `id="w-`+id+`"`)
}

func TestUndoAndDiscard(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	at := b.create("title", "One")
	first := b.add(at, board.Clock)
	second := b.add(at, board.Clock)
	b.post(at+"/edit", "do", "undo").want(t, "undo", http.StatusSeeOther)
	page := b.get(at + "/edit").body
	if !strings.Contains(page, first) || strings.Contains(page, second) {
		t.Error("undo did not take the last step back")
	}
	b.post(at+"/edit", "do", "discard").want(t, "discard", http.StatusSeeOther)
	if page := b.get(at + "/edit").body; strings.Contains(page, first) || strings.Contains(page, `value="discard"`) {
		t.Error("the draft is still there")
	}
	b.post(at+"/edit", "do", "undo").want(t, "nothing to undo", http.StatusSeeOther)
}

func TestTwoPeopleSave(t *testing.T) {
	t.Parallel()
	alice := newBench(t)
	bob, carol := alice.as("bob", "1"), alice.as("carol", "2")
	at := alice.create("title", "Shared one")
	bob.get(at).want(t, "bob, before it is shared", http.StatusNotFound)
	alice.post(at, "do", "share").want(t, "share", http.StatusSeeOther)
	carol.get(at).want(t, "somebody of another account", http.StatusNotFound)
	for _, b := range []*bench{alice, bob} {
		b.post(at+"/edit", "do", "board", "title", "By "+b.who.Subject).want(t, "edit", http.StatusSeeOther)
	}
	bob.post(at+"/edit", "do", "save").want(t, "bob saves", http.StatusSeeOther)
	alice.post(at+"/edit", "do", "save").want(t, "alice saves", http.StatusConflict, "bob saved this dashboard", "Nothing is lost")
	alice.get(at+"/edit").want(t, "alice's draft", http.StatusOK, "By alice")
	alice.post(at+"/edit", "do", "over").want(t, "alice saves over", http.StatusSeeOther)
	bob.get(at).want(t, "afterwards", http.StatusOK, "By alice")
	alice.get(at+"/versions").want(t, "versions", http.StatusOK, "Version 1", "Version 2", "Version 3", "current")
	bob.post(at+"/versions", "revision", "2").want(t, "restore", http.StatusSeeOther)
	alice.get(at).want(t, "restored", http.StatusOK, "By bob")
	bob.post(at+"/versions", "revision", "99").want(t, "no such version", http.StatusNotFound)
}

func TestWholeBoards(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	at := b.create("title", "Template", "per-site", "1")
	b.add(at, board.Clock)
	b.post(at+"/edit", "do", "save").want(t, "save", http.StatusSeeOther)
	b.get(at).want(t, "a template without a site in the address", http.StatusOK, "Plant", "of the chosen site")
	copied := b.post(at, "do", "duplicate")
	b.get(copied.to).want(t, "the copy", http.StatusOK, "Copy of Template")
	b.post(at, "do", "delete").want(t, "delete asks first", http.StatusOK, "Delete “Template”?", "cannot be brought back")
	b.post(at, "do", "delete", "sure", "1").want(t, "delete", http.StatusSeeOther)
	b.get(at).want(t, "afterwards", http.StatusNotFound)
	alone := b.as("dora", "")
	own := alone.create("title", "Mine")
	alone.post(own, "do", "share").want(t, "sharing without an account", http.StatusBadRequest, "signed in without an account")
}

func TestImport(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.post("/dashboards/import", "json", `{"title":"From a file","widgets":[{"id":"a","kind":"clock","x":0,"y":3,"w":2,"h":1}]}`)
	b.get(a.to).want(t, "imported", http.StatusOK, "From a file", `id="w-a"`)
	for text, want := range map[string]string{
		`{"title":"x","widgets":[{"id":"a","kind":"iframe","x":0,"y":0,"w":1,"h":1}]}`: "widgets[0].kind: There is no such kind of widget.",
		`{"title":"x","owner":"me","widgets":[]}`:                                      "compare it with the schema",
		`{"title":"<b>","widgets":[`:                                                   "compare it with the schema",
	} {
		b.post("/dashboards/import", "json", text).want(t, text, http.StatusBadRequest, want, text)
	}
	b.get("/dashboards/schema.json").want(t, "the schema", http.StatusOK, "json-schema.org")
	b.post("/dashboards", "title", " ").want(t, "no title", http.StatusBadRequest, "Enter plain text of up to 80 characters")
}

// A board as large as boards may be comes through the form as it is; written as an address it would be too long.
func TestImportOfALargeBoard(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var widgets []string
	for n := range 19 {
		widgets = append(widgets, fmt.Sprintf(`{"id":"w%d","kind":"text","x":0,"y":0,"w":4,"h":2,"text":%q}`, n, strings.Repeat("a \"b\" ", 300)))
	}
	text := `{"title":"Large","widgets":[` + strings.Join(widgets, ",") + `]}`
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	if err := errors.Join(parts.WriteField("json", text), parts.Close()); err != nil || len(text) > board.MaxSize || len(text) < board.MaxSize*9/10 {
		t.Fatal(len(text), err)
	}
	a := b.send(http.MethodPost, "/dashboards/import", parts.FormDataContentType(), body.String())
	a.want(t, "import", http.StatusSeeOther)
	b.get(a.to).want(t, "the board", http.StatusOK, "Large", `id="w-w18"`)
	b.get("/dashboards").want(t, "the list", http.StatusOK, `enctype="multipart/form-data"`)
}

// A board that is higher than a screen is shown in parts that fit, each widget whole as far as it fits, and the wall turns by itself unless it is paused.
func TestWallTurns(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	at := b.create("title", "High")
	for range 4 {
		b.add(at, board.League) // four rows each
	}
	b.post(at+"/edit", "do", "save").want(t, "save", http.StatusSeeOther)
	tv := strings.Replace(at, "/dashboards", "/tv", 1)
	b.get(tv).want(t, "the first part", http.StatusOK, "1 of 2", `content="20;url=`+tv+`?page=2"`, `data-before="/x`+tv+`?page=2"`, `href="`+tv+`?page=2" title="Next part"`)
	b.get(tv+"?page=2").want(t, "the second part", http.StatusOK, "2 of 2", `content="20;url=`+tv+`"`)
	b.get(tv+"?page=9").want(t, "a part that is gone", http.StatusOK, "2 of 2")
	b.get(tv+"?page=2&pause=1").want(t, "steps of a paused wall", http.StatusOK, `href="`+tv+`?pause=1" title="Part before"`, `href="`+tv+`?pause=1" title="Next part"`)
	if paused := b.get(tv + "?pause=1"); strings.Contains(paused.body, "http-equiv=\"refresh\"") || !strings.Contains(paused.body, "Go on") {
		t.Error("a paused wall turns")
	}
	for _, chrome := range []string{"<nav", "account-menu", "<footer class=\"foot\""} {
		if strings.Contains(b.get(tv).body, chrome) {
			t.Errorf("a wall has %s", chrome)
		}
	}
}

// A wall tells its script where to go on, and what is asked for by the stream is what is shown.
func TestWallsLiveByTheirScript(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	at := b.create("title", "High")
	var ids []string
	for range 4 {
		ids = append(ids, b.add(at, board.League))
	}
	b.post(at+"/edit", "do", "save").want(t, "save", http.StatusSeeOther)
	id := strings.TrimPrefix(at, "/dashboards/")
	b.get("/tv/"+id).want(t, "the first part", http.StatusOK, `data-next="/x/tv/`+id+`?page=2"`, `data-self="/x/tv/`+id+`"`, `data-turn="20"`, `data-mark=`)
	only := b.get("/x/tv/" + id + "?page=1&only=" + ids[1])
	only.want(t, "one widget", http.StatusOK, `id="w-`+ids[1]+`"`)
	if strings.Contains(only.body, `id="w-`+ids[0]+`"`) || strings.Contains(only.body, "<body") {
		t.Errorf("one widget comes with others: %.300s", only.body)
	}
	r := &pages.Request{Request: httptest.NewRequest(http.MethodGet, "/live", nil), Who: b.who, Locale: locale.For(b.lang), Shelf: b.shelf}
	s, err := New(titled{}).State(t.Context(), r, id)
	if err != nil || len(s.Marks) != 4 || s.Revision != "2" || s.Gone {
		t.Errorf("state %+v, %v", s, err)
	}
	for _, name := range []string{"aaaaaaaaaaaaaaaa", id + ".x", "../etc", ""} {
		if s, err := New(titled{}).State(t.Context(), r, name); err != nil || !s.Gone {
			t.Errorf("state of %q: %+v, %v, want that it is gone", name, s, err)
		}
	}
}

// A league keeps the order that was chosen, and takes no other.
func TestOrderOfALeague(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	at := b.create("title", "One")
	id := b.add(at, board.League)
	b.post(at+"/edit?w="+id, "do", "set", "widget", id, "order", "area").want(t, "set", http.StatusSeeOther)
	b.get(at+"/edit?w="+id).want(t, "its settings", http.StatusOK, `<option value="area" selected>use today by floor area`)
	b.post(at+"/edit?w="+id, "do", "set", "widget", id, "order", "evil").want(t, "no order", http.StatusBadRequest, "There is no such order.")
	clock := b.add(at, board.Clock)
	b.post(at+"/edit?w="+clock, "do", "set", "widget", clock, "order", "area").want(t, "not for a clock", http.StatusBadRequest, "does not take it")
}
