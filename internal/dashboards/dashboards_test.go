package dashboards

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"portico/internal/board"
	"portico/internal/locale"
	"portico/web/templates"
)

func TestComposeByButtons(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	at := b.create("title", "Control room", "folder", "Ops")
	b.get("/dashboards").want(t, "the list", http.StatusOK, "Control room", "Ops", "0 widgets")
	text := b.add(at, board.Text)
	clock := b.add(at, board.Clock)
	b.post(at+"/edit?w="+text, "do", "set", "widget", text, "title", "Notes", "text", "First\r\n\r\nsecond").want(t, "set", http.StatusSeeOther)
	if a := b.post(at+"/edit", "do", "left", "widget", clock); a.to != at+"/edit#left-"+clock { // it came beside the text, which makes room
		t.Errorf("after a step at %s: whoever makes another one has to look for the button", a.to)
	}
	b.get(at).want(t, "the board before it is saved", http.StatusOK, "There is nothing on this dashboard yet")
	b.get(at+"/edit").want(t, "the draft", http.StatusOK, "Notes", `value="undo"`, "Each step is kept", `id="left-`+clock+`"`)
	if a := b.post(at+"/edit", "do", "save"); a.to != at+"?done=save" {
		t.Fatalf("save: %d, %s", a.status, a.to)
	}
	page := b.get(at + "?done=save")
	page.want(t, "the board", http.StatusOK, "Notes", "Saved.")
	if strings.Index(page.body, `id="w-`+clock) > strings.Index(page.body, `id="w-`+text) {
		t.Error("the clock was moved to where the text was, and stands below it")
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
	b.get(at+"/edit?w="+id).want(t, "its settings", http.StatusOK, "Load of 4711!r~MWh", `value="now-7d/d"`)
	b.lang = locale.French
	b.post(at+"/edit?w="+id, "do", "set", "widget", id, "series", "x").want(t, "no series", http.StatusBadRequest, "Saisissez une série comme 4711")
	b.post(at+"/edit?w="+id, "do", "set", "widget", "gone", "title", "x").want(t, "no widget", http.StatusBadRequest, "Cet élément n’existe plus")
	b.post(at+"/edit", "do", "evil").want(t, "no step", http.StatusBadRequest)
}

// What a form does not have stays as it was, also where a script sends only what it changed.
func TestSettingsThatAreNotSentStay(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	at := b.create("title", "One")
	number, link, fresh := b.add(at, board.BigNumber), b.add(at, board.Link), b.add(at, board.Freshness)
	b.post(at+"/edit?w="+number, "do", "set", "widget", number, "title", "Load", "series", "4711", "range", "now-7d/d", "limit", "1,200.5").want(t, "set", http.StatusSeeOther)
	b.post(at+"/edit?w="+link, "do", "set", "widget", link, "board", "abc", "text", "Next").want(t, "set", http.StatusSeeOther)
	b.post(at+"/edit?w="+fresh, "do", "set", "widget", fresh, "site", "7").want(t, "set", http.StatusSeeOther)
	before := b.draft(at)
	if w := before.Widgets[before.Find(number)]; w.Title != "Load" || fmt.Sprint(w.Series) != "[4711]" || w.Range != "now-7d/d" || w.Limit == nil || *w.Limit != 1200.5 {
		t.Errorf("the number is %+v", w)
	}
	if w := before.Widgets[before.Find(link)]; w.Board != "abc" || w.Text != "Next" {
		t.Errorf("the link is %+v", w)
	}
	if w := before.Widgets[before.Find(fresh)]; w.Site != 7 {
		t.Errorf("what came is of site %d", w.Site)
	}
	for _, id := range []string{number, link, fresh} {
		if a := b.post(at+"/edit?w="+id, "do", "set", "widget", id); a.to != at+"/edit?w="+id+"#settings" {
			t.Errorf("after a set at %s", a.to)
		}
	}
	if after := b.draft(at); !reflect.DeepEqual(after, before) {
		t.Errorf("the draft is %+v, want %+v", after, before)
	}
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
	b.get(at+"/print").want(t, "on paper", http.StatusOK, `src="`+at+"/pictures/"+id+`"`)
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

// On paper widgets are half as wide as the page or as wide as it, and one that would stand alone in its line takes all of it.
func TestWidgetsOnPaper(t *testing.T) {
	t.Parallel()
	var b board.Board
	for _, w := range []int{3, 12, 2, 4, 5, 6, 1, 3, 1} {
		b.Widgets = append(b.Widgets, board.Widget{Kind: board.Text, W: w, H: 1})
	}
	var widths []int
	for _, w := range onPaper(b).Widgets {
		widths = append(widths, w.W)
	}
	if got := fmt.Sprint(widths); got != "[7 7 4 4 7 7 4 4 7]" || b.Widgets[0].W != 3 {
		t.Errorf("widths are %s, and the board's own %d", got, b.Widgets[0].W)
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
	alice.post(at+"/edit", "do", "save").want(t, "alice saves", http.StatusConflict, "bob saved this dashboard", "Nothing is lost", `href="`+at+`"`, `href="`+at+`/edit"`)
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
