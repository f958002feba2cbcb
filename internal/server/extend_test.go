package server

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"portico/internal/session"
	"portico/internal/store/storetest"
	"portico/web/static"
)

var watchedBy = regexp.MustCompile(`data-who="([0-9a-f]{16})"`)

// The scripts of a page are files of ours that carry the nonce of the page's policy; beside them stand data only. Nobody who is not signed in gets one.
func TestScriptsOfAPage(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	a := b.get("/sites")
	nonce := regexp.MustCompile(`'nonce-([^']+)' 'strict-dynamic'`).FindStringSubmatch(a.Header.Get("Content-Security-Policy"))
	for _, name := range []string{"session_watch.js", "app.js"} {
		if want := `<script type="module" src="` + static.URL(name) + `" nonce="`; nonce == nil || !strings.Contains(a.body, want+nonce[1]+`"></script>`) {
			t.Errorf("policy %q, no %s", a.Header.Get("Content-Security-Policy"), want)
		}
	}
	if data := strings.Count(a.body, `type="application/json">`); strings.Count(a.body, "<script") != 2+data {
		t.Errorf("%d scripts and %d blocks of data", strings.Count(a.body, "<script")-data, data)
	}
	for path, header := range map[string][]string{"/auth/signed-out": {"Cookie", ""}, "/nothing": {"Cookie", ""}} {
		if a := b.get(path, header...); strings.Contains(a.body, "<script") || strings.Contains(a.body, "data-watch") {
			t.Errorf("%s has a script for nobody", path)
		}
	}
	js := b.get(static.URL("session_watch.js"), "Cookie", "")
	js.want(t, "the script", http.StatusOK)
	if got := js.Header.Get("Content-Type"); got != "text/javascript; charset=utf-8" || !strings.Contains(js.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("the script is %q, %q", got, js.Header.Get("Cache-Control"))
	}
	for _, word := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"} {
		if strings.Contains(js.body, word) {
			t.Errorf("the script uses %s", word)
		}
	}
}

func (b *bench) look(header ...string) (d sessionDocument) {
	b.Helper()
	a := b.get("/auth/session", append([]string{"Accept", "application/json"}, header...)...)
	a.want(b.T, "/auth/session", http.StatusOK)
	b.must(json.Unmarshal([]byte(a.body), &d))
	return d
}

// A page and the session agree on whose they are, and on nobody else's.
func TestWhosePageItIs(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	mine := watchedBy.FindStringSubmatch(b.get("/sites").body)
	if mine == nil || b.look().Who != mine[1] {
		t.Fatalf("the page is of %v, the session of %q", mine, b.look().Who)
	}
	for name, who := range map[string]session.Identity{"somebody else": {Subject: "bob", Account: "101"}, "another account": {Subject: "alice", Account: "102"}} {
		if got := b.look(with(b.start(who, session.About{}))...).Who; got == mine[1] || got == "" {
			t.Errorf("%s is %q", name, got)
		}
	}
	if again := b.look(with(b.start(session.Identity{Subject: "alice", Account: "101"}, session.About{}))...).Who; again != mine[1] {
		t.Errorf("the same person, signed in again, is %q and was %q", again, mine[1])
	}
	if got := b.look("Cookie", ""); got.Active || got.Who != "" {
		t.Errorf("nobody is %+v", got)
	}
}

// Looking is no activity; saying that one goes on is, for a script, too.
func TestExtendingASession(t *testing.T) {
	t.Parallel()
	clock := storetest.NewClock()
	b := newBench(t, "https://portal.example")
	var err error
	b.cookies, err = session.NewCookies(session.Config{Store: b.store.Sessions(), Keys: b.keys, Secure: true, Now: clock.Now})
	b.must(err)
	b.server.config.Cookies = b.cookies
	b.signIn()
	script := []string{"Accept", "application/json", "Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"}
	before := b.look(script...)
	clock.Advance(40 * time.Minute)
	if after := b.look(script...); after.IdleExpires != before.IdleExpires {
		t.Errorf("looking moved the end from %s to %s", before.IdleExpires, after.IdleExpires)
	}
	a := b.ask("POST", "/auth/session/extend", "", script...)
	var after sessionDocument
	if a.want(t, "extend", http.StatusOK); json.Unmarshal([]byte(a.body), &after) != nil || after.IdleExpires != stamp(clock.Now().Add(time.Hour)) || after.Expires != before.Expires {
		t.Errorf("extended to %s, latest end %s; was %s, %s", after.IdleExpires, after.Expires, before.IdleExpires, before.Expires)
	}
	clock.Advance(50 * time.Minute)
	b.get("/sites").want(t, "50 minutes later", http.StatusOK)
	b.ask("POST", "/auth/session/extend", "", "Origin", "https://evil.example").want(t, "another website", http.StatusForbidden)
	clock.Advance(2 * time.Hour)
	b.ask("POST", "/auth/session/extend", "", script...).want(t, "too late", http.StatusUnauthorized)
}
