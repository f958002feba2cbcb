package server

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"portico/internal/audit"
	"portico/internal/board"
	"portico/internal/grant"
	"portico/internal/rp"
	"portico/internal/screen"
	"portico/internal/secret"
	"portico/internal/session"
	"portico/internal/share"
	"portico/internal/shelf"
)

// linkTo makes a link of Alice's to a dashboard, and returns what opens it.
func (b *bench) linkTo(id string, life time.Duration) (share.Link, string) {
	b.Helper()
	scr, _ := b.onScreen(id) // a grant
	now, token := time.Now().UTC(), share.NewToken()
	link := share.Link{Reader: grant.Reader{ID: scr.ID, Rights: grant.Own, As: "Alice Peeters", Handle: scr.Handle, Created: now, Until: now.Add(life)}, Name: "For the plumber", Board: id, Reach: share.Month, Owner: alice}
	b.must(b.server.shares.Put(b.Context(), token, link))
	return link, token.Reveal()
}

// What opens a link goes into a cookie that is sent to the page of this link only, and is in no log; the page says nothing to other sites and search engines, and takes nothing but GET.
func TestALinkOpensOnePage(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	link, token := b.linkTo(b.board("Shown"), time.Hour)
	a := b.get("/share/" + token)
	c := a.Cookies()[0]
	if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/share/board/"+link.ID || a.Header.Get("Referrer-Policy") != "no-referrer" || a.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d, %v", a.StatusCode, a.Header)
	}
	if c.Name != "__Secure-portico-share" || c.Path != "/share/board/"+link.ID || !c.Secure || !c.HttpOnly || c.MaxAge > 3600 || len(token) != 43 {
		t.Errorf("cookie %v", c)
	}
	page := b.get("/share/board/"+link.ID, "Cookie", cookies(c))
	page.want(t, "the page", http.StatusOK, "Clock of Shown", "Shared by Alice Peeters")
	if page.Header.Get("X-Robots-Tag") != "noindex, nofollow" || page.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("headers %v", page.Header)
	}
	for _, method := range []string{"POST", "PUT", "DELETE"} {
		if a := b.ask(method, "/share/board/"+link.ID, "x=1", "Sec-Fetch-Site", "same-origin", "Cookie", cookies(c)); a.StatusCode < 400 {
			t.Errorf("%s answers %d", method, a.StatusCode)
		}
	}
	for _, path := range []string{"/sites", "/dashboards", "/settings/links", "/tv/" + link.Board, "/live"} {
		if a := b.get(path, "Cookie", cookies(c)); a.StatusCode == http.StatusOK {
			t.Errorf("the cookie of a link opens %s", path)
		}
	}
	if log := b.log.String(); strings.Contains(log, token) || !strings.Contains(log, `"/share/…"`) {
		t.Error("the log has what opens the link, or nothing of it")
	}
}

// Links that there never were, that are over, that were revoked, whose grant has ended or whose dashboard is gone look alike; and they cannot be guessed at.
func TestLinksThatAreNoneLookAlike(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	other, otherToken := b.linkTo(b.board("Other"), time.Hour)
	revoked, revokedToken := b.linkTo(b.board("Revoked"), time.Hour)
	ended, endedToken := b.linkTo(b.board("Ended"), time.Hour)
	good, goodToken := b.linkTo(b.board("Good"), time.Hour)
	opened := func(link share.Link, token string) int {
		c := http.Cookie{Name: "__Secure-portico-share", Value: token}
		return b.get("/share/board/"+link.ID, "Cookie", cookies(&c)).StatusCode
	}
	for _, l := range []share.Link{other, revoked, ended, good} {
		if got := opened(l, map[string]string{other.ID: otherToken, revoked.ID: revokedToken, ended.ID: endedToken, good.ID: goodToken}[l.ID]); got != http.StatusOK {
			t.Fatalf("before: %d", got)
		}
	}
	if _, err := b.server.shares.Revoke(b.Context(), alice, revoked.ID); err != nil {
		t.Fatal(err)
	}
	h, err := ended.Key()
	b.must(err)
	b.must(b.store.Sessions().Delete(b.Context(), h.ID(), "logout"))
	b.server.shares = share.New(b.server.config.Shelf, func() time.Time { return time.Now().Add(59 * time.Minute) })
	later, laterToken := b.linkTo(b.board("Later"), 30*time.Minute)
	b.server.shares = share.New(b.server.config.Shelf, func() time.Time { return time.Now().Add(31 * time.Minute) })
	lengths := map[int]bool{} // pages have ids and nonces of one length each
	for what, status := range map[string]int{"revoked": opened(revoked, revokedToken), "ended": opened(ended, endedToken), "over": opened(later, laterToken), "another's": opened(good, otherToken), "nothing": opened(good, "")} {
		if status != http.StatusNotFound {
			t.Errorf("%s: %d", what, status)
		}
	}
	for _, token := range []string{revokedToken, laterToken, strings.Repeat("A", 43), "x"} {
		a := b.get("/share/" + token)
		if a.StatusCode != http.StatusNotFound || len(a.Cookies()) > 0 {
			t.Errorf("%.4s…: %d", token, a.StatusCode)
		}
		if len(token) == 43 {
			lengths[len(a.body)] = true
		}
	}
	if len(lengths) != 1 {
		t.Errorf("links that are none do not look alike: pages of %v bytes", lengths)
	}
	if opened(good, goodToken) != http.StatusOK {
		t.Error("a good link suffers from the others")
	}
	stray, right := http.Cookie{Name: "__Secure-portico-share", Value: strings.Repeat("A", 43)}, http.Cookie{Name: "__Secure-portico-share", Value: goodToken}
	if a := b.get("/share/board/"+good.ID, "Cookie", cookies(&stray, &right)); a.StatusCode != http.StatusOK {
		t.Errorf("a good link behind a cookie that opens nothing: %d", a.StatusCode)
	}
	limited := false
	for range 40 {
		limited = limited || b.get("/share/"+strings.Repeat("B", 43)).StatusCode == http.StatusTooManyRequests
	}
	if !limited {
		t.Error("nothing limits guesses")
	}
}

// When there are as many links as there can be, a sign-in for one more ends where the person made it, with the reason, and what it brought is given back.
func TestOneLinkTooMany(t *testing.T) {
	t.Parallel()
	op := &tokenServer{}
	b := newBenchAt(t, "https://portal.example", "http://127.0.0.1:9", op)
	for i := range share.MaxLinks {
		_, err := shelf.Change(t.Context(), b.server.config.Shelf, shelf.OwnerOf("shares", "", ""), shelf.Share, strconv.Itoa(i), time.Hour, func(*share.Link) error { return nil })
		b.must(err)
	}
	end := func(ticket string) string {
		t.Helper()
		r, w := httptest.NewRequest(http.MethodGet, b.base+"/auth/callback", nil), httptest.NewRecorder()
		r.AddCookie(b.cookie)
		attempt := rp.Attempt{Started: time.Now(), LoginOptions: rp.LoginOptions{For: "link " + ticket, ReturnTo: sharesPath}}
		b.must(b.server.endSignInFor(w, r, attempt, rp.Identity{Issuer: b.issuer, Subject: "alice", Account: "101"}, rp.Tokens{Access: secret.New("a"), Refresh: secret.New("r"), ExpiresIn: time.Hour, Asked: time.Now()}))
		return w.Result().Header.Get("Location")
	}
	ticket, err := b.server.wishes.Keep(t.Context(), wish{By: alice, Life: time.Hour, Link: &share.Link{Reader: grant.Reader{ID: grant.NewID()}, Name: "For the plumber", Owner: alice}})
	b.must(err)
	if to := end(ticket); to != "/settings/links?problem=full" {
		t.Errorf("one too many leads to %s", to)
	}
	if to := end(ticket); to != "/settings/links?problem=gone" {
		t.Errorf("the same wish again leads to %s", to)
	}
	foreign, err := b.server.wishes.Keep(t.Context(), wish{By: board.Person{Issuer: b.issuer, Subject: "bob", Account: "101"}, Link: &share.Link{}})
	b.must(err)
	if to := end(foreign); to != "/settings/links?problem=other" {
		t.Errorf("somebody else's wish leads to %s", to)
	}
	b.must(b.server.Close(t.Context()))
	if !slices.Contains(op.revoked, "r") {
		t.Errorf("given back: %v", op.revoked)
	}
}

// countedShelf counts what a portal reads of what is kept.
type countedShelf struct {
	shelf.Store
	loads, lists atomic.Int64
}

func (c *countedShelf) Load(ctx context.Context, o shelf.Owner, k shelf.Kind, name string) (shelf.Item, error) {
	c.loads.Add(1)
	return c.Store.Load(ctx, o, k, name)
}

func (c *countedShelf) List(ctx context.Context, o shelf.Owner, k shelf.Kind) ([]shelf.Item, error) {
	c.lists.Add(1)
	return c.Store.List(ctx, o, k)
}

// A stranger makes the portal read little: a few cookies of links are looked at, and the register of screens once for each code.
func TestStrangersCauseFewReads(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	counted := &countedShelf{Store: b.items}
	b.items = counted
	b.serve()
	_, token := b.linkTo(b.board("Shown"), time.Hour)
	many := slices.Repeat([]*http.Cookie{{Name: "__Secure-portico-share", Value: token}}, 40)
	counted.loads.Store(0)
	counted.lists.Store(0)
	b.get("/share/board/aaaaaaaaaaaaaaaa", "Cookie", cookies(many...)).want(t, "many cookies", http.StatusNotFound)
	if n := counted.loads.Load(); n == 0 || n > 4 {
		t.Errorf("%d links are looked for, want at most 4", n)
	}
	none := &http.Cookie{Name: "__Host-portico-screen", Value: session.NewHandle().Cookie().Reveal()}
	code := b.get("/screen", "Cookie", cookies(none))
	for range 5 {
		b.get("/screen", "Cookie", cookies(none, code.Cookies()[0])).want(t, "the same code", http.StatusOK, `data-pair="code"`)
	}
	if n := counted.lists.Load(); n != 1 {
		t.Errorf("the register is read %d times for one code", n)
	}
}

// A list that is longer than a screen's can be is refused before all of it is looked for: a board can stand on it with any site.
func TestLongListsCauseFewReads(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	counted := &countedShelf{Store: b.items}
	b.items = counted
	b.serve()
	id := b.board("Shown")
	scr, _ := b.onScreen(id)
	form := url.Values{"do": {"save"}, "name": {"Wall"}, "every": {"20"}}
	for site := range 200 {
		form.Add("board", id+"@"+strconv.Itoa(site+1))
	}
	counted.loads.Store(0)
	b.ask("POST", screensPath+scr.ID, form.Encode(), "Sec-Fetch-Site", "same-origin").want(t, "200 boards", http.StatusBadRequest, "Choose 1 to 12 of the dashboards")
	if n := counted.loads.Load(); n > 4*screen.MaxBoards {
		t.Errorf("%d reads for a list that is too long", n)
	}
}

// A form of a link that lacks something comes back as it was sent.
func TestChoicesOfALinkAreKept(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	form := url.Values{"do": {"make"}, "name": {""}, "board": {b.board("Shown")}, "reach": {"all"}, "life": {"86400"}, "rights": {"own"}}
	b.ask("POST", sharesPath, form.Encode(), "Sec-Fetch-Site", "same-origin").want(t, "a link without a name", http.StatusBadRequest,
		`<option value="all" selected>`, `<option value="86400" selected>`, `selected>Shown`)
}

// The application user's rights are for links of its account's people and of managers only. A link that is made shows what opens it once, to the browser that made it, and its maker alone revokes it.
func TestALinkOfTheApplicationUser(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	robot := &application{}
	b.server.config.Application = Application{Source: robot, User: "robot", Account: "202"}
	template := b.board("Template")
	_, err := board.NewLibrary(b.server.config.Shelf, nil).Save(t.Context(), alice, template, 1, board.Board{Title: "Template", PerSite: true})
	b.must(err)
	form := url.Values{"do": {"make"}, "name": {"For the plumber"}, "board": {b.board("Shown")}, "reach": {"month"}, "life": {"86400"}, "rights": {"application"}}
	post := func(as []string, pairs ...string) answer {
		f := url.Values{}
		maps.Copy(f, form)
		for i := 0; i < len(pairs); i += 2 {
			f.Set(pairs[i], pairs[i+1])
		}
		return b.ask("POST", sharesPath, f.Encode(), append([]string{"Sec-Fetch-Site", "same-origin"}, as...)...)
	}
	if a := post(nil); a.StatusCode != http.StatusBadRequest {
		t.Errorf("somebody of another account gets its rights: %d", a.StatusCode)
	}
	b.server.config.Application.Account = "101"
	for what, a := range map[string]answer{
		"rights that there are none of": post(nil, "rights", "all"), "an unknown reach": post(nil, "reach", "ever"), "an unknown life": post(nil, "life", "1"), "nothing to do": post(nil, "do", "evil"),
		"another's dashboard": post(nil, "board", "aaaaaaaaaaaaaaaa"), "a template without a site": post(nil, "board", template),
	} {
		if a.StatusCode != http.StatusBadRequest || len(a.Cookies()) > 0 {
			t.Errorf("%s: %d", what, a.StatusCode)
		}
	}
	events := b.audited()
	made := post(nil)
	if made.StatusCode != http.StatusSeeOther || made.Header.Get("Location") != sharesPath+"?done=make" || len(made.Cookies()) != 1 || made.Cookies()[0].MaxAge != 300 || made.Cookies()[0].Path != sharesPath {
		t.Fatalf("made: %d to %q, %v", made.StatusCode, made.Header.Get("Location"), made.Cookies())
	}
	if list := events(); len(list) != 1 || list[0].Kind != audit.Share || list[0].Reason != "made" || list[0].Details["rights"] != "application" {
		t.Errorf("audited: %+v", list)
	}
	token := made.Cookies()[0].Value
	bob := []string{"Cookie", cookies(b.start(session.Identity{Subject: "bob", Account: "101"}, session.About{}), made.Cookies()[0])}
	if a := b.get(sharesPath+"?done=make", bob...); strings.Contains(a.body, token) {
		t.Error("somebody else who signs in in the same browser is shown the link")
	}
	b.get(sharesPath+"?done=make", "Cookie", cookies(b.cookie, made.Cookies()[0])).want(t, "the list", http.StatusOK, token, "For the plumber")
	opened := b.get("/share/" + token)
	path := opened.Header.Get("Location")
	guest := []string{"Cookie", cookies(opened.Cookies()...)}
	b.get(path, guest...).want(t, "the guest", http.StatusOK, "Clock of Shown")
	if left := opened.Cookies()[0].MaxAge; left < 86000 || left > 86400 {
		t.Errorf("the cookie of a link for a day is kept for %d s", left)
	}
	id := strings.TrimPrefix(path, sharedAt)
	if a := post(bob, "do", "revoke", "link", id); a.StatusCode != http.StatusNotFound {
		t.Errorf("somebody else revokes the link: %d", a.StatusCode)
	}
	b.get(path, guest...).want(t, "afterwards", http.StatusOK, "Clock of Shown")
	if a := post(nil, "do", "revoke", "link", id); a.Header.Get("Location") != sharesPath+"?done=revoke" {
		t.Errorf("revoked: %d to %q", a.StatusCode, a.Header.Get("Location"))
	}
	b.get(path, guest...).want(t, "when it is revoked", http.StatusNotFound)
	if list := events(); len(list) != 1 || list[0].Reason != "revoked" || list[0].Details["link"] != id {
		t.Errorf("audited: %+v", list)
	}
}

// Where the operator did not allow links there are none: no page makes them, and those that were made open nothing.
func TestLinksAreOffByDefault(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	_, token := b.linkTo(b.board("Shown"), time.Hour)
	b.server.config.ShareLinks = false
	b.handler = b.server.Handler()
	for _, path := range []string{"/share/" + token, "/settings/links"} {
		if a := b.get(path); a.StatusCode != http.StatusNotFound {
			t.Errorf("%.12s… answers %d", path, a.StatusCode)
		}
	}
}
