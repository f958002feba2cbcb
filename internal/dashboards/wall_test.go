package dashboards

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"portico/internal/board"
	"portico/internal/locale"
	"portico/internal/pages"
)

// A board that is higher than a screen is shown in parts that fit, each widget whole as far as it fits, and the wall turns by itself unless it is paused.
func TestWallTurns(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	at := b.create("title", "High")
	for range 5 {
		b.add(at, board.Completeness) // three rows each, in which a second one has no room
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

// Each part begins at the top of the screen, and no widget is higher than it; between parts nothing is lost and nothing is shown twice.
func TestPartsOfABoard(t *testing.T) {
	t.Parallel()
	place := func(id string, y, h int) board.Widget { return board.Widget{ID: id, Y: y, H: h} }
	for name, tt := range map[string]struct {
		widgets []board.Widget
		want    string
	}{
		"nothing":            {nil, "[]"},
		"as high as it":      {[]board.Widget{place("a", 0, 12)}, "[a 0+12]"},
		"two parts":          {[]board.Widget{place("a", 0, 8), place("b", 8, 4), place("c", 12, 3), place("d", 15, 9)}, "[a 0+8 b 8+4] [c 0+3 d 3+9]"},
		"one that juts out":  {[]board.Widget{place("a", 0, 8), place("b", 8, 5), place("c", 8, 2), place("d", 13, 8)}, "[a 0+8] [b 0+5 c 0+2] [d 0+8]"},
		"beside what it cut": {[]board.Widget{place("a", 0, 9), place("b", 9, 6), place("c", 12, 3)}, "[a 0+9] [b 0+6 c 3+3]"},
		"higher than it":     {[]board.Widget{place("a", 0, 20), place("b", 20, 2)}, "[a 0+12] [b 0+2]"},
	} {
		var parts []string
		for _, part := range partsOf(board.Board{Title: "x", Widgets: tt.widgets}) {
			var texts []string
			for _, w := range part.Widgets {
				texts = append(texts, fmt.Sprintf("%s %d+%d", w.ID, w.Y, w.H))
			}
			parts = append(parts, "["+strings.Join(texts, " ")+"]")
			if part.Title != "x" {
				t.Errorf("%s: a part of %q", name, part.Title)
			}
		}
		if got := strings.Join(parts, " "); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

// A wall tells its script where to go on, and what is asked for by the stream is what is shown.
func TestWallsLiveByTheirScript(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	at := b.create("title", "High")
	var ids []string
	for range 5 {
		ids = append(ids, b.add(at, board.Completeness))
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
	if err != nil || len(s.Marks) != 5 || s.Revision != "2" || s.Gone {
		t.Errorf("state %+v, %v", s, err)
	}
	for _, name := range []string{"aaaaaaaaaaaaaaaa", id + ".x", "../etc", ""} {
		if s, err := New(titled{}).State(t.Context(), r, name); err != nil || !s.Gone {
			t.Errorf("state of %q: %+v, %v, want that it is gone", name, s, err)
		}
	}
}
