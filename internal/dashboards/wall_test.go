package dashboards

import (
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
