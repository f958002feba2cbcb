package server

import (
	"context"
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"portico/internal/board"
	"portico/internal/grant"
	"portico/internal/rp"
	"portico/internal/screen"
	"portico/internal/secret"
	"portico/internal/session"
	"portico/internal/shelf"
	"portico/internal/store/storetest"
	"portico/internal/token"
)

var alice = board.Person{Issuer: "http://127.0.0.1:9", Subject: "alice", Account: "101", Name: "Alice Peeters"}

// board keeps a dashboard of Alice's and returns its id.
func (b *bench) board(title string) string {
	b.Helper()
	s, err := board.NewLibrary(b.server.config.Shelf, nil).Create(b.Context(), alice, board.Board{Title: title, Widgets: []board.Widget{{ID: "clock", Kind: board.Clock, W: 3, H: 2, Title: "Clock of " + title}}})
	b.must(err)
	return s.ID
}

// onScreen pairs a screen that shows these dashboards with Alice's rights, and returns its cookie.
func (b *bench) onScreen(boards ...string) (screen.Screen, *http.Cookie) {
	b.Helper()
	h, w, now := session.NewHandle(), httptest.NewRecorder(), time.Now().UTC()
	scr := screen.Screen{Reader: grant.Reader{ID: grant.NewID(), Rights: grant.Own, As: "Alice Peeters", Created: now, Until: now.Add(24 * time.Hour)}, Settings: screen.Settings{Name: "Control room", Boards: boards, Every: 20 * time.Second}, Owner: alice, Issuer: b.issuer, Subject: "alice"}
	scr.SetKey(h)
	b.must(b.tokens.Start(b.Context(), h, rp.Tokens{Access: secret.New("access-secret"), ExpiresIn: b.lifetime, Refresh: secret.New("refresh-secret"), Asked: now}, rp.Identity{Issuer: b.issuer, Subject: "alice"}, scr.Until))
	sess, err := b.server.screens.Create(b.Context(), h, session.Identity{Issuer: b.issuer, Subject: "alice", Name: "Alice Peeters", Account: "101"},
		session.StartOptions{LoginStarted: time.Now(), StaySignedIn: true, Life: 24 * time.Hour, Values: map[string]string{screenValue: scr.ID}, About: session.About{Screen: scr.Name}})
	b.must(err)
	b.must(b.server.register.Put(b.Context(), scr))
	b.server.screens.Hand(w, sess)
	return scr, w.Result().Cookies()[0]
}

func cookies(list ...*http.Cookie) string {
	var pairs []string
	for _, c := range list {
		pairs = append(pairs, c.Name+"="+c.Value)
	}
	return strings.Join(pairs, "; ")
}

// A screen sees what is on its list. Every other page is closed to it, whatever the method, and its cookie is nobody's who is signed in.
func TestAScreenSeesItsListAndNothingElse(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	shown, other := b.board("Shown"), b.board("Other")
	scr, c := b.onScreen(shown)
	if c.Name != "__Host-portico-screen" || !c.Secure || !c.HttpOnly || c.Path != "/" || c.MaxAge < 86000 {
		t.Errorf("cookie %v", c)
	}
	for path, want := range map[string]string{"/tv/list/" + scr.ID: "Clock of Shown", "/tv/" + shown: "Clock of Shown", "/tv/" + shown + "?screen=" + scr.ID: "Clock of Shown"} {
		b.get(path, "Cookie", cookies(c)).want(t, path, http.StatusOK, want, `data-screen="`+scr.ID+`"`)
	}
	for _, path := range []string{"/tv/" + other, "/tv/list/" + grant.NewID()} {
		if a := b.get(path, "Cookie", cookies(c)); a.StatusCode != http.StatusNotFound && a.Header.Get("Location") != "/screen" {
			t.Errorf("%s answers %d to %q", path, a.StatusCode, a.Header.Get("Location"))
		}
	}
	for _, path := range []string{"/overview", "/sites", "/dashboards", "/dashboards/" + shown, "/dashboards/" + shown + "/edit", "/settings/sessions", "/alarms", "/exports", "/search?q=x", "/auth/account"} {
		if a := b.get(path, "Cookie", cookies(c)); a.StatusCode == http.StatusOK || !strings.HasPrefix(a.Header.Get("Location"), "/auth/login") {
			t.Errorf("%s answers a screen %d to %q", path, a.StatusCode, a.Header.Get("Location"))
		}
	}
	for _, path := range []string{"/dashboards", "/dashboards/" + shown, "/alarms/ack", "/stars", "/exports", "/events", "/settings/sessions", "/auth/session", "/auth/session/extend"} {
		if a := b.ask("POST", path, "do=delete&sure=1", "Sec-Fetch-Site", "same-origin", "Cookie", cookies(c)); a.StatusCode != http.StatusUnauthorized {
			t.Errorf("POST %s answers a screen %d, want 401", path, a.StatusCode)
		}
	}
	for _, method := range []string{"POST", "PUT", "DELETE"} {
		if a := b.ask(method, "/tv/"+shown, "", "Sec-Fetch-Site", "same-origin", "Cookie", cookies(c)); a.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%s of a wall answers %d", method, a.StatusCode)
		}
	}
}

// Neither cookie opens what the other does, also under the other's name.
func TestScreenAndPersonAreApart(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	scr, c := b.onScreen(b.board("Shown"))
	if a := b.get("/overview", "Cookie", b.cookie.Name+"="+c.Value); a.StatusCode != http.StatusSeeOther {
		t.Errorf("a screen's cookie under a person's name opens /overview: %d", a.StatusCode)
	}
	if a := b.get("/tv/list/"+scr.ID, "Cookie", c.Name+"="+b.cookie.Value); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/screen" {
		t.Errorf("a person's cookie under a screen's name: %d to %q", a.StatusCode, a.Header.Get("Location"))
	}
	// One browser may have both: of the screen's tab and of the person's.
	b.get("/overview", "Cookie", cookies(b.cookie, c)).want(t, "the person's page", http.StatusOK, "Alice Peeters")
	b.get("/tv/list/"+scr.ID, "Cookie", cookies(b.cookie, c)).want(t, "the screen's page", http.StatusOK, `data-screen="`+scr.ID+`"`)
	if a := b.get("/screen"); a.StatusCode != http.StatusOK || strings.Contains(a.body, "Alice") || strings.Contains(a.body, "data-watch") {
		t.Errorf("what waits for somebody to make it a screen is Alice's: %d", a.StatusCode)
	}
	b.get("/tv/list/"+scr.ID).want(t, "whoever approved the screen looks at its list", http.StatusOK, "Clock of Shown", `data-screen=""`)
	bob := b.start(session.Identity{Subject: "bob", Name: "Bob", Account: "101"}, session.About{})
	if a := b.get("/tv/list/"+scr.ID, "Cookie", cookies(bob)); a.StatusCode != http.StatusNotFound {
		t.Errorf("somebody else sees the screen's list: %d", a.StatusCode)
	}
}

func (b *bench) report(c *http.Cookie, form url.Values) (a wallAnswer) {
	b.Helper()
	got := b.ask("POST", "/tv/report", form.Encode(), "Sec-Fetch-Site", "same-origin", "Accept", "application/json", "Cookie", cookies(c))
	if got.StatusCode != http.StatusOK {
		b.Fatalf("the report is answered by %d %s", got.StatusCode, got.body)
	}
	b.must(json.Unmarshal([]byte(got.body), &a))
	return a
}

// What a wall tells stands in the register, and it is told what people asked of it, until its page is newer than that.
func TestAScreenReportsAndIsTold(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	scr, c := b.onScreen(b.board("Shown"))
	loaded := time.Now().UnixMilli()
	form := url.Values{"screen": {scr.ID}, "page": {"/tv/list/" + scr.ID + "?page=2"}, "build": {"test"}, "now": {strconv.FormatInt(time.Now().Add(90*time.Second).UnixMilli(), 10)}, "loaded": {strconv.FormatInt(loaded, 10)}, "heap": {"123456789"}, "up": {"3600"}, "problem": {"widget\x00 failed"}}
	if a := b.report(c, form); a.Do != "" || a.Trouble != "" || a.Build != "test" {
		t.Errorf("nothing is asked of it, and it is told %+v", a)
	}
	got, err := b.server.register.Get(t.Context(), scr.ID)
	b.must(err)
	if r := got.Report; r.Page != "/tv/list/"+scr.ID+"?page=2" || r.Heap != 123456789 || r.Up != time.Hour || r.Problem != "widget failed" || r.Skew.Round(time.Second) != 90*time.Second || time.Since(r.Seen) > time.Minute {
		t.Errorf("the register has %+v", r)
	}
	change := func(f func(*screen.Screen)) {
		_, err := b.server.register.Change(t.Context(), scr.ID, func(s *screen.Screen) error { f(s); return nil })
		b.must(err)
	}
	change(func(s *screen.Screen) { s.Reload = time.Now().Add(time.Second) })
	if a := b.report(c, form); a.Do != "reload" {
		t.Errorf("told %+v, want reload", a)
	}
	change(func(s *screen.Screen) { s.Changed = time.Now().Add(time.Second) })
	if a := b.report(c, form); a.Do != "go" || a.To != "/tv/list/"+scr.ID {
		t.Errorf("told %+v, want go", a)
	}
	form.Set("loaded", strconv.FormatInt(time.Now().Add(2*time.Second).UnixMilli(), 10))
	if a := b.report(c, form); a.Do != "" {
		t.Errorf("a newer page is told %+v", a)
	}
	b.must(b.store.Sessions().Delete(t.Context(), mustKey(t, &scr).ID(), session.ReasonElsewhere))
	if a := b.report(c, form); a.Do != "ended" || a.To != "/screen" {
		t.Errorf("after its end it is told %+v", a)
	}
	form.Set("now", "x")
	if got := b.ask("POST", "/tv/report", form.Encode(), "Sec-Fetch-Site", "cross-site", "Cookie", cookies(c)); got.StatusCode != http.StatusForbidden {
		t.Errorf("a report from elsewhere is answered by %d", got.StatusCode)
	}
}

func mustKey(t *testing.T, scr *screen.Screen) session.Handle {
	t.Helper()
	h, err := scr.Key()
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// Where the list names the site of a template, the address cannot name another: not of the wall, and not of its parts.
func TestAScreenSeesItsSiteOfATemplate(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	d, err := board.NewLibrary(b.server.config.Shelf, nil).Create(t.Context(), alice, board.Board{Title: "Site", PerSite: true, Widgets: []board.Widget{{ID: "clock", Kind: board.Clock, W: 3, H: 2}}})
	b.must(err)
	scr, c := b.onScreen(d.ID + "@204481")
	for _, path := range []string{"/tv/list/" + scr.ID, "/tv/list/" + scr.ID + "?site=204482", "/tv/" + d.ID, "/tv/" + d.ID + "?site=204481"} {
		b.get(path, "Cookie", cookies(c)).want(t, path, http.StatusOK, `data-board="`+d.ID+`.204481"`)
	}
	for _, path := range []string{"/tv/" + d.ID + "?site=204482", "/tv/" + d.ID + "/pictures/clock?site=204482"} {
		if a := b.get(path, "Cookie", cookies(c)); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s answers %d", path, a.StatusCode)
		}
	}
	part := []string{"Cookie", cookies(c), "HX-Request", "true", "Sec-Fetch-Site", "same-origin"}
	b.get("/x/tv/"+d.ID+"?part=wall", part...).want(t, "the part", http.StatusOK, `data-board="`+d.ID+`.204481"`)
	if a := b.get("/x/tv/"+d.ID+"?part=wall&site=204482", part...); a.StatusCode != http.StatusNotFound {
		t.Errorf("the part of another site answers %d", a.StatusCode)
	}
}

// A carpet is a picture of its own: a screen gets that of its dashboards, and not that of any variable.
func TestAScreenSeesItsCarpets(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	d, err := board.NewLibrary(b.server.config.Shelf, nil).Create(t.Context(), alice, board.Board{Title: "Carpet", Widgets: []board.Widget{{ID: "c", Kind: board.Carpet, W: 6, H: 4, Series: []string{"10101"}}}})
	b.must(err)
	scr, c := b.onScreen(d.ID)
	page := b.get("/tv/list/"+scr.ID, "Cookie", cookies(c))
	_, rest, _ := strings.Cut(page.body, `class="carpet-image" src="`)
	src, _, _ := strings.Cut(rest, `"`)
	if src = html.UnescapeString(src); !strings.HasPrefix(src, "/tv/"+d.ID+"/") {
		t.Fatalf("the wall's carpet is at %q", src)
	}
	if a := b.get(src, "Cookie", cookies(c)); a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != "image/png" {
		t.Errorf("%s: %d, %s", src, a.StatusCode, a.Header.Get("Content-Type"))
	}
	if a := b.get("/explore/carpet.png?s=10101&theme=light", "Cookie", cookies(c)); a.StatusCode == http.StatusOK {
		t.Error("a screen opens the picture of any variable")
	}
}

// The application user's rights are another choice; they are lost when the identity server refuses that user, and come back with them.
func TestAScreenOfTheApplicationUser(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	robot := &application{}
	b.server.config.Application = Application{Source: robot, User: "robot", Account: "202"}
	shown := b.board("Shown")
	form := func(code string) string {
		return url.Values{"code": {code}, "name": {"Lobby"}, "board": {shown}, "every": {"20"}, "life": {"86400"}, "rights": {"application"}}.Encode()
	}
	waits := b.get("/screen", "Cookie", "")
	_, code, _ := strings.Cut(waits.body, `data-pair="code">`)
	code = code[:9]
	if a := b.ask("POST", "/pair", form(code), "Sec-Fetch-Site", "same-origin"); a.StatusCode != http.StatusBadRequest {
		t.Errorf("somebody of another account gets its rights: %d", a.StatusCode)
	}
	b.server.config.Application.Account = "101"
	b.get("/pair?code="+code).want(t, "the choice", http.StatusOK, "Application user robot")
	if a := b.ask("POST", "/pair", form(code), "Sec-Fetch-Site", "same-origin"); !strings.HasPrefix(a.Header.Get("Location"), "/pair?done=") {
		t.Fatalf("approved: %d to %q", a.StatusCode, a.Header.Get("Location"))
	}
	paired := b.get("/screen", "Cookie", cookies(waits.Cookies()...))
	id := strings.TrimPrefix(paired.Header.Get("Location"), "/tv/list/")
	var c *http.Cookie
	for _, one := range paired.Cookies() {
		if one.Name == "__Host-portico-screen" {
			c = one
		}
	}
	if c == nil || paired.StatusCode != http.StatusSeeOther {
		t.Fatalf("the screen gets %d to %q", paired.StatusCode, paired.Header.Get("Location"))
	}
	told := func() string { return b.report(c, url.Values{"screen": {id}}).Do }
	if told() != "" {
		t.Error("the application user's rights are none")
	}
	robot.refused = true
	if told() != "ended" {
		t.Error("the application user is refused, and the screen goes on")
	}
	robot.refused = false
	if told() != "go" && told() != "" {
		t.Error("the rights are back, and the screen does not go on")
	}
}

type application struct{ refused bool }

// Token implements datahub.TokenSource.
func (a *application) Token(context.Context) (secret.Text, error) {
	if a.refused {
		return secret.Text{}, token.ErrLoginRequired
	}
	return secret.New("robot-access"), nil
}

// Renew implements datahub.TokenSource.
func (a *application) Renew(ctx context.Context, _ secret.Text) (secret.Text, error) {
	return a.Token(ctx)
}

// Screens are for whoever approved them, and for managers; to everybody else they are not there.
func TestScreensAreForTheirOwnersAndManagers(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	b.server.config.Managers = Managers{Role: "boss"}
	shown, private := b.board("Shown"), b.board("Private")
	scr, c := b.onScreen(shown)
	path := "/settings/screens/" + scr.ID
	bob := b.start(session.Identity{Subject: "bob", Name: "Bob", Account: "101"}, session.About{})
	boss := b.start(session.Identity{Subject: "boss", Name: "Boss", Account: "101", Role: "boss"}, session.About{})
	post := func(who *http.Cookie, form string) answer {
		return b.ask("POST", path, form, "Sec-Fetch-Site", "same-origin", "Cookie", cookies(who))
	}
	for what, a := range map[string]answer{"page": b.get(path, "Cookie", cookies(bob)), "revoke": post(bob, "do=revoke&sure=1"), "reload": post(bob, "do=reload"), "register": b.get("/admin/screens", "Cookie", cookies(bob)), "of no screen": b.get("/settings/screens/"+grant.NewID(), "Cookie", cookies(bob))} {
		if a.StatusCode != http.StatusNotFound {
			t.Errorf("%s for somebody else: %d", what, a.StatusCode)
		}
	}
	b.report(c, url.Values{"screen": {scr.ID}, "build": {"other-build"}})
	b.get("/admin/screens", "Cookie", cookies(boss)).want(t, "the register", http.StatusOK, "Control room", "other-build", "Alice Peeters", path)
	b.get(path, "Cookie", cookies(boss)).want(t, "a manager's view", http.StatusOK, "Control room", "Shown")
	if a := post(boss, "do=save&name=Lobby&every=20&board="+private); a.StatusCode != http.StatusBadRequest {
		t.Errorf("a manager shows somebody's own dashboard: %d", a.StatusCode)
	}
	if a := post(boss, "do=save&name=Lobby&every=20&board="+shown); a.StatusCode != http.StatusSeeOther {
		t.Errorf("a manager renames: %d", a.StatusCode)
	}
	b.get(path).want(t, "its owner's view", http.StatusOK, "Lobby", "Private")
	if a := post(boss, "do=revoke&sure=1"); a.Header.Get("Location") != "/admin/screens?revoked=1" {
		t.Errorf("a manager revokes: %d to %q", a.StatusCode, a.Header.Get("Location"))
	}
	if a := b.report(c, url.Values{"screen": {scr.ID}}); a.Do != "ended" || a.Pair == nil {
		t.Errorf("revoked, it is told %+v", a)
	}
}

// A browser that was a screen is offered as that one again to whoever approved it and to the one with whose rights it read; others begin anew.
func TestAScreenIsOfferedAsItWas(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	shown := b.board("Shown")
	b.must(board.NewLibrary(b.server.config.Shelf, nil).Share(t.Context(), alice, shown, true))
	scr, c := b.onScreen(shown)
	_, err := b.server.register.Change(t.Context(), scr.ID, func(s *screen.Screen) error { s.Subject = "vera"; return nil })
	b.must(err)
	b.must(b.store.Sessions().Delete(t.Context(), mustKey(t, &scr).ID(), session.ReasonElsewhere))
	_, code, _ := strings.Cut(b.get("/screen", "Cookie", cookies(c)).body, `data-pair="code">`)
	for subject, again := range map[string]bool{"alice": true, "vera": true, "bob": false} {
		page := b.get("/pair?code="+code[:9], "Cookie", cookies(b.start(session.Identity{Subject: subject, Account: "101"}, session.About{})))
		page.want(t, subject, http.StatusOK, `name="board" value="`+shown+`"`)
		ticked, named := strings.Contains(page.body, `name="board" value="`+shown+`" checked`), strings.Contains(page.body, `value="Control room"`)
		if ticked != again || named != again {
			t.Errorf("to %s the dashboard is offered ticked: %t, and the name: %t, want both %t", subject, ticked, named, again)
		}
	}
}

// The register of all screens costs a few reads of the store, however many there are, and tells how each one's grant is.
func TestAllScreensInAFewReads(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	b.server.config.Managers = Managers{Role: "boss"}
	const many = 500
	for n := range many {
		scr, h := screen.Screen{Reader: grant.Reader{ID: grant.NewID(), Rights: grant.Own, Until: time.Now().Add(time.Hour)}, Settings: screen.Settings{Name: "Screen " + strconv.Itoa(n), Boards: []string{"x"}, Every: time.Minute}, Owner: alice, Issuer: b.issuer, Subject: "alice"}, session.NewHandle()
		scr.SetKey(h)
		tokens, who := rp.Tokens{Access: secret.New("a"), ExpiresIn: b.lifetime, Asked: time.Now()}, session.Identity{Issuer: b.issuer, Subject: "alice"}
		switch n {
		case 0:
			scr.Name = "Ended"
		case 1, 2:
			scr.Name, scr.Rights, scr.Subject = "Application, ended", grant.Application, "application:tv"
			if n == 1 {
				scr.Name, who.Subject = "Application", scr.Subject
				_, err := b.server.screens.Create(b.Context(), h, who, session.StartOptions{LoginStarted: time.Now(), StaySignedIn: true, Life: time.Hour})
				b.must(err)
			}
		default:
			b.must(b.tokens.Start(b.Context(), h, tokens, rp.Identity{Issuer: b.issuer, Subject: "alice"}, scr.Until))
		}
		_, err := shelf.Change(b.Context(), b.server.config.Shelf, shelf.OwnerOf("screens", "", ""), shelf.Screen, scr.ID, time.Hour, func(kept *screen.Screen) error { *kept = scr; return nil })
		b.must(err)
	}
	reads := func() (n int) {
		for _, op := range storetest.Reads() {
			n += b.store.Calls(op)
		}
		return n
	}
	manager := b.withRole("bob", "101", "boss")
	before := reads()
	page := b.get("/admin/screens", manager...)
	page.want(t, "the register", http.StatusOK, "Screen 499")
	if n := reads() - before; n > 6 {
		t.Errorf("%d reads for %d screens", n, many)
	}
	if ended, fresh := strings.Count(page.body, ">ended<"), strings.Count(page.body, ">not there yet<"); ended != 2 || fresh != many-2 {
		t.Errorf("%d screens have ended and %d were never seen, want 2 and %d", ended, fresh, many-2)
	}
}
