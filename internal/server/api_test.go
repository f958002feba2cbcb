package server

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"portico/internal/proxy"
)

// script is what a page of this origin sends with a call.
func script(more ...string) []string {
	return append([]string{proxy.Header, "1", "Accept", "application/json", "Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"}, more...)
}

// A script reads with the rights of the person who is signed in, what the table has and nothing else.
func TestScriptsReadTheDataHub(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	for path, member := range map[string]string{"/api/sources?paging.pageNumber=0&paging.itemsPerPage=20&displayLevel=verbose": "id", "/api/sites?displayLevel=VerboseSite": "id", "/api/data?displayLevel=ValueVariableDate&paging.pageNumber=0&paging.itemsPerPage=5&variableId=80101&granularity=raw&pagingOrder=DESC": "rawValue"} {
		a := b.get(path, script()...)
		var list []map[string]any
		if err := json.Unmarshal([]byte(a.body), &list); err != nil || a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != "application/json" || len(list) == 0 || list[0][member] == nil {
			t.Errorf("%s: %d %s, %v: %.200s", path, a.StatusCode, a.Header.Get("Content-Type"), err, a.body)
		}
	}
	if a := b.ask(http.MethodHead, "/api/account", "", script()...); a.StatusCode != http.StatusOK {
		t.Errorf("HEAD: %d", a.StatusCode)
	}
}

// S-58: each call has a header that no form, link or picture can send, also GET; another website has no way.
func TestCallsNeedTheirHeader(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	asked := b.hubSays(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("[]")) })
	for what, header := range map[string][]string{
		"a tab":           {"Sec-Fetch-Site", "none", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"},
		"an old client":   {"Accept", "application/json", "X-Requested-With", "XMLHttpRequest"},
		"another site":    script("Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"),
		"another subsite": script("Sec-Fetch-Site", "same-site"),
	} {
		a := b.get("/api/sites", header...)
		if a.want(t, what, http.StatusForbidden, `"code":"cross_site"`); a.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s gets %s", what, a.Header.Get("Content-Type"))
		}
	}
	if a := b.ask(http.MethodOptions, "/api/sites", "", "Origin", "https://evil.example", "Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", proxy.Header); a.StatusCode < 400 || a.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("a preflight: %d %v", a.StatusCode, a.Header)
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("the Data Hub was asked %d times", n)
	}
}

// hubSays lets h answer for the Data Hub, and counts what it is asked.
func (b *bench) hubSays(h http.HandlerFunc) *atomic.Int64 {
	b.Helper()
	n := &atomic.Int64{}
	b.between(func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		n.Add(1)
		w.Header().Set("Content-Type", "application/json")
		h(w, r)
	})
	return n
}

// S-77: what the table does not have is not there, and the Data Hub hears nothing of it.
func TestCallsThatAreNotThere(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	asked := b.hubSays(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("[]")) })
	for _, c := range []struct{ method, target, body string }{
		{http.MethodGet, "/api/", ""}, {http.MethodGet, "/api/nothing", ""}, {http.MethodGet, "/api/storage/file?id=7005", ""}, {http.MethodGet, "/api/sites?customFilter=1", ""}, {http.MethodGet, "/api/alarms/a.b", ""}, {http.MethodGet, "/api/sites", "{}"},
		{http.MethodPost, "/api/sites", "{}"}, {http.MethodPut, "/api/sites/1", "{}"}, {http.MethodDelete, "/api/events/1", ""}, {http.MethodPatch, "/api/alarms/1", "{}"},
	} {
		b.ask(c.method, c.target, c.body, script("Content-Type", "application/json", "Origin", "https://portal.example")...).want(t, c.method+" "+c.target, http.StatusNotFound, `"code":"not_found"`)
	}
	for _, target := range []string{"/api/../sites", "/api//sites", "/api/groups/%2e%2e/sites", "/api/alarms/a%2fb", `/api/alarms/a\b`} {
		if a := b.get(target, script()...); a.StatusCode != http.StatusBadRequest && a.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", target, a.StatusCode)
		}
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("the Data Hub was asked %d times", n)
	}
}

// S-79, S-80: of what a browser sends the Data Hub gets nothing but the parameters, and of what it answers the browser gets nothing but the value and the number of items.
func TestHeadersStayOnTheirSide(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	var got http.Header
	var uri string
	b.hubSays(func(w http.ResponseWriter, r *http.Request) {
		got, uri = r.Header.Clone(), r.RequestURI
		for _, name := range []string{"Set-Cookie", "Location", "Access-Control-Allow-Origin", "Content-Security-Policy", "Clear-Site-Data", "Refresh", "Link", "Server", "WWW-Authenticate", "X-Secret", "Cache-Control", "Content-Disposition"} {
			w.Header().Set(name, "hub-secret")
		}
		w.Header().Set("X-Total-Count", "7")
		_, _ = w.Write([]byte(`[{"id":1}]`))
	})
	a := b.get("/api/sites?siteIds=1", script("Authorization", "Bearer mine", "X-Forwarded-For", "1.2.3.4", "X-Forwarded-Host", "evil.example", "Forwarded", "for=1.2.3.4", "X_Forwarded_For", "1", "X-Any", "1", "Connection", "X-Any", "TE", "trailers", "Expect", "x", "Referer", "https://portal.example/?secret")...)
	if a.StatusCode != http.StatusOK || a.body != `[{"id":1}]` || a.Header.Get("X-Total-Count") != "7" || strings.Contains(strings.Join(slices.Concat(slices.Collect(maps.Values(a.Header))...), " "), "hub-secret") {
		t.Errorf("%d %q %v", a.StatusCode, a.body, a.Header)
	}
	delete(got, "Accept-Encoding")
	if names := slices.Sorted(maps.Keys(got)); !slices.Equal(names, []string{"Accept", "Authorization", "User-Agent", "X-Total-Count"}) || got.Get("Authorization") == "Bearer mine" || uri != "/sites?siteIds=1" {
		t.Errorf("%s with %v", uri, got)
	}
}

// S-82: whoever is not signed in, a screen and a visitor are told where the sign-in is, and led nowhere; what the Data Hub says of its troubles is not passed on.
func TestCallsThatFail(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	status := 0
	asked := b.hubSays(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(`{"message":"table dbo.Secrets is locked"}`))
	})
	_, onScreen := b.onScreen(b.board("Wall"))
	for what, cookie := range map[string]string{"nobody": "", "a screen": onScreen.Name + "=" + onScreen.Value} {
		a := b.get("/api/sites", script("Cookie", cookie)...)
		if a.want(t, what, http.StatusUnauthorized, `"code":"session_ended"`, `"login_url":"https://portal.example/auth/login"`); a.Header.Get("Location") != "" {
			t.Errorf("%s is led to %s", what, a.Header.Get("Location"))
		}
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("the Data Hub was asked %d times", n)
	}
	for from, want := range map[int]int{http.StatusBadRequest: http.StatusBadRequest, http.StatusForbidden: http.StatusForbidden, http.StatusNotFound: http.StatusNotFound, http.StatusConflict: http.StatusBadGateway, http.StatusUnprocessableEntity: http.StatusBadGateway} {
		status = from
		a := b.get("/api/units", script()...)
		if a.want(t, http.StatusText(from), want, `"type":"urn:portico:problem:`); strings.Contains(a.body, "dbo") {
			t.Errorf("%d tells %s", from, a.body)
		}
	}
}

// S-76: one session's scripts do not take all of the memory.
func TestCallsAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	letGo := b.holdsOn()
	var wg sync.WaitGroup
	for range callsPerSession {
		wg.Go(func() { b.get("/api/account", script()...).want(t, "one of eight", http.StatusOK) })
	}
	eventually(t, "all under way", func() bool { return b.server.limits.calls.Held(handleOf(t, b.cookie).ID()) == callsPerSession })
	a := b.get("/api/account", script()...)
	if a.want(t, "one more", http.StatusTooManyRequests, `"code":"too_many"`); a.Header.Get("Retry-After") == "" {
		t.Error("nobody says when to come back")
	}
	letGo()
	wg.Wait()
	b.get("/api/account", script()...).want(t, "afterwards", http.StatusOK)
}
