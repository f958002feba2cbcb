package pages

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestStarsAndWhatWasSeenLast(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.get("/sites/204486").want(t, "site", http.StatusOK, `action="/stars"`, `aria-pressed="false"`, `value="on"`)
	b.later()
	b.get("/sites/204486/data").want(t, "site's data", http.StatusOK, `action="/stars"`)
	b.get("/variables/80101").want(t, "variable", http.StatusOK, `action="/stars"`)
	b.later()
	for _, path := range []string{"/overview", "/search"} {
		a := b.get(path)
		a.want(t, path, http.StatusOK, "Seen last", `href="/variables/80101"`, `href="/sites/204486"`)
		if strings.Index(a.body, "/variables/80101") > strings.Index(a.body, `/sites/204486" title`) && path == "/overview" {
			t.Error("what was seen last is not first")
		}
	}
	form := url.Values{"kind": {"site"}, "id": {"204486"}, "name": {"Cold <store>"}, "about": {"Liège"}, "star": {"on"}}
	if a := b.post("/stars", form); a.header.Get("Location") != "/sites/204486" {
		t.Fatalf("star: %d to %s, %v", a.status, a.header.Get("Location"), a.err)
	}
	b.get("/sites/204486").want(t, "starred", http.StatusOK, `aria-pressed="true"`, `value="off"`)
	b.get("/overview").want(t, "overview", http.StatusOK, "Favourites", "Cold &lt;store&gt;")
	form.Set("star", "off")
	b.post("/stars", form)
	if a := b.get("/overview"); strings.Contains(a.body, "Favourites</h2>") {
		t.Error("the mark is still there")
	}
	for _, bad := range []url.Values{{}, {"kind": {"site"}}, {"kind": {"meter"}, "id": {"1"}, "star": {"on"}}, {"kind": {"site"}, "id": {"0"}, "star": {"on"}}, {"kind": {"site"}, "id": {"1"}}, {"kind": {"site"}, "id": {"1"}, "star": {"maybe"}}} {
		if a := b.post("/stars", bad); a.status != http.StatusBadRequest {
			t.Errorf("%v: %d", bad, a.status)
		}
	}
}

func TestMarksAreBounded(t *testing.T) {
	t.Parallel()
	var m markList
	for n := range 20 {
		m.put(mark{Kind: "site", ID: int64(n%10 + 1), Name: fmt.Sprint(n)}, 8)
	}
	if len(m.List) != 8 || m.List[0].ID != 10 || m.List[0].Name != "19" || m.has(mark{Kind: "source", ID: 10}) {
		t.Errorf("marks %v", m.List)
	}
}
