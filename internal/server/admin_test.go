package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"portico/internal/audit"
	"portico/internal/health"
	"portico/internal/locale"
	"portico/internal/rp"
	"portico/internal/secret"
	"portico/internal/session"
	"portico/internal/store/memory"
)

// withRole signs somebody in who has a role and returns the header of their requests.
func (b *bench) withRole(subject, account, role string) []string {
	b.Helper()
	h, w := session.NewHandle(), httptest.NewRecorder()
	b.must(b.tokens.Start(b.Context(), h, rp.Tokens{Access: secret.New("a"), ExpiresIn: time.Hour, Asked: time.Now()}, rp.Identity{Issuer: "https://id.example", Subject: subject}, b.cookies.UntilLimit(false)))
	_, err := b.cookies.Start(b.Context(), w, h, session.Identity{Issuer: "https://id.example", Subject: subject, Name: subject, Account: account, Role: role}, session.StartOptions{LoginStarted: time.Now()})
	b.must(err)
	return with(w.Result().Cookies()[0])
}

// same makes two error pages comparable: their ids, nonces, clocks and addresses differ.
func same(a answer) string {
	text := regexp.MustCompile(`[0-9a-f]{16}|\d\d:\d\d:\d\d|datetime="[^"]*"|value="/[^"]*"|nonce="[^"]*"|(?:href|data-sign-in|data-here)="/(?:admin|auth/login)[^"]*"|"request_id":"[^"]*"`).ReplaceAllString(a.body, "x")
	var headers []string
	for _, name := range []string{"Content-Type", "Cache-Control", "Allow", "Location", "Set-Cookie"} {
		headers = append(headers, fmt.Sprint(a.Header[name]))
	}
	return fmt.Sprint(a.StatusCode, headers, text)
}

func TestOnlyManagersKnowOfTheirPages(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	b.server.config.Managers = Managers{Role: "Manager", Account: "101"}
	for who, header := range map[string][]string{
		"nobody": {"Cookie", ""}, "without a role": with(b.cookie), "another role": b.withRole("bob", "101", "User"), "another account": b.withRole("carol", "102", "Manager"),
	} {
		for _, method := range []string{"GET", "POST", "PUT", "DELETE", "OPTIONS"} {
			for _, accept := range []string{"text/html", "application/json"} {
				h := append([]string{"Accept", accept}, header...)
				got, want := b.ask(method, "/admin/audit?kind=x", "", h...), b.ask(method, "/admin/xxxxx?kind=x", "", h...)
				if same(got) != same(want) || got.StatusCode != http.StatusNotFound {
					t.Errorf("%s, %s %s: %s\nwant as for any other path: %s", who, method, accept, same(got), same(want))
				}
			}
		}
		if a := b.get("/sites", header...); strings.Contains(a.body, "/admin") {
			t.Errorf("%s has a way to the pages in the menu", who)
		}
	}
	manager := b.withRole("alice", "101", "Manager")
	b.get("/admin/audit", manager...).want(t, "a manager", http.StatusOK, "Audit log", "No entries match")
	b.get("/sites", manager...).want(t, "a manager's menu", http.StatusOK, `href="/admin/audit"`)
	if a := b.ask("POST", "/admin/audit", "", manager...); a.StatusCode != http.StatusMethodNotAllowed || a.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("a form of a manager: %d, Allow %q", a.StatusCode, a.Header.Get("Allow"))
	}
	b.get("/admin/audit", append([]string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"}, manager...)...).want(t, "from elsewhere", http.StatusForbidden)
	for _, none := range []Managers{{}, {Account: "101"}} {
		b.server.config.Managers = none
		b.get("/admin/audit", b.withRole("dora", "101", "")...).want(t, "no role is configured", http.StatusNotFound)
	}
}

// logged gives the bench an audit log with n events, one an hour from the first of November on, of which every third has a person.
func (b *bench) logged(n int) {
	b.Helper()
	store := memory.New(nil).Audit()
	var list []audit.Event
	for i := range n {
		e := audit.Event{ID: fmt.Sprintf("%032x", i+1), Time: time.Date(2026, 11, 1, i, 0, 0, 0, time.UTC), Kind: audit.SignInFailed, Reason: "nonce", Client: "203.0.113.9", Request: fmt.Sprintf("%016x", uint64(i+1)*0x9e3779b97f4a7c15)}
		if i%3 == 0 {
			e.Kind, e.Reason, e.Person, e.Session = audit.SignOut, "here", b.server.personRef("https://id.example", "alice"), b.server.config.Keys.SessionReferences("0123456789abcdef")[0]
			e.Details = map[string]string{"prompt": "<b>none</b>"}
		}
		list = append(list, e)
	}
	b.must(store.Append(b.Context(), list))
	b.server.config.Audit = audit.New(audit.Config{Store: store})
}

var auditRow = regexp.MustCompile(`<time datetime="(2026-11-\d\dT\d\d):00:00`)

// rows are the hours of a page of the audit log.
func rows(a answer) string {
	var list []string
	for _, m := range auditRow.FindAllStringSubmatch(a.body, -1) {
		list = append(list, strings.TrimPrefix(m[1], "2026-11-"))
	}
	return strings.Join(list, " ")
}

func TestAuditPage(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	b.server.config.Managers = Managers{Role: "Manager"}
	b.logged(9)
	manager := b.withRole("mia", "101", "Manager")
	get := func(query string) answer { return b.get("/admin/audit"+query, manager...) }
	person := b.server.personRef("https://id.example", "alice")
	for query, want := range map[string]string{
		"":                                     "01T08 01T07 01T06 01T05 01T04 01T03 01T02 01T01 01T00",
		"?kind=sign-out":                       "01T06 01T03 01T00",
		"?from=2026-11-01T05:00":               "01T08 01T07 01T06 01T05",
		"?from=2026-11-01&to=2026-11-01T02:00": "01T01 01T00",
		"?person=alice":                        "01T06 01T03 01T00", // by subject
		"?person=" + person:                    "01T06 01T03 01T00", // by reference
		"?session=0123456789abcdef":            "01T06 01T03 01T00", // as the log has it
		"?person=bob":                          "",
		"?kind=sign-out&from=2026-11-01T01:00": "01T06 01T03",
	} {
		a := get(query)
		a.want(t, query, http.StatusOK)
		if got := rows(a); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	get("").want(t, "links", http.StatusOK, "/admin/audit?person="+person, "203.0.113.9", "<code>nonce</code>", "&lt;b&gt;none&lt;/b&gt;")
	for query, wrong := range map[string]string{
		"?from=yesterday": "from", "?to=2026-13-01": "to", "?from=1026-01-01": "from", "?kind=x": "kind", "?kind=sign-in&kind=sign-out": "kind", "?person=" + strings.Repeat("a", 300): "person",
		"?before=x": "before", "?after=" + strings.Repeat("g", 32): "after", "?from=2026-11-02&to=2026-11-01": "from",
	} {
		if a := get(query); a.StatusCode != http.StatusBadRequest || rows(a) != "" {
			t.Errorf("%s, where %s is wrong: status %d", query, wrong, a.StatusCode)
		}
	}
	for _, l := range locale.Langs() {
		a := b.get("/admin/audit", append([]string{"Accept-Language", string(l)}, manager...)...)
		a.want(t, string(l), http.StatusOK, locale.For(l).T("audit.kind.sign-out"), locale.For(l).T("audit.reason.here"))
		if found := rawKey.FindString(a.body); found != "" {
			t.Errorf("%s shows %q", l, found)
		}
	}
}

var pageLink = regexp.MustCompile(`rel="(prev|next)" href="([^"]+)"`)

func links(a answer) map[string]string {
	all := map[string]string{}
	for _, m := range pageLink.FindAllStringSubmatch(a.body, -1) {
		all[m[1]] = strings.ReplaceAll(m[2], "&amp;", "&")
	}
	return all
}

func TestPagesOfTheAuditLog(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	b.server.config.Managers = Managers{Role: "Manager"}
	b.logged(3 * 120)
	manager := b.withRole("mia", "101", "Manager")
	var forth []string
	a := b.get("/admin/audit?kind=sign-out", manager...)
	for range 10 {
		forth = append(forth, rows(a))
		next, ok := links(a)["next"]
		if !ok {
			break
		}
		a = b.get(next, manager...)
	}
	if n := len(strings.Fields(strings.Join(forth, " "))); len(forth) != 3 || n != 120 {
		t.Fatalf("%d pages with %d events, want 3 with 120", len(forth), n)
	}
	for i := len(forth) - 2; i >= 0; i-- {
		prev, err := url.Parse(links(a)["prev"])
		if err != nil || prev.Query().Get("kind") != "sign-out" {
			t.Fatalf("the way back is %v, %v", prev, err)
		}
		a = b.get(prev.String(), manager...)
		if got := rows(a); got != forth[i] {
			t.Errorf("page %d on the way back: %s, want %s", i, got, forth[i])
		}
	}
	if _, more := links(a)["prev"]; more {
		t.Error("there is something before the newest event")
	}
}

func TestHealthPage(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	b.server.config.Managers = Managers{Role: "Manager"}
	manager := b.withRole("mia", "101", "Manager")
	b.get("/admin/health", manager...).want(t, "nothing is watched", http.StatusOK, "test")
	b.server.config.Health = health.New(slog.New(slog.DiscardHandler), ignored{},
		health.Dependency{Name: "store", Every: time.Hour, Probe: func(context.Context) error { return nil }},
		health.Dependency{Name: "identity server", Every: time.Hour, Probe: func(context.Context) error { return nil }, Detail: func() string { return "/data: <no answer>" }},
		health.Dependency{Name: "data hub", Every: time.Hour, Probe: func(context.Context) error { return errors.New("dial <refused>") }},
		health.Dependency{Name: "database", Every: time.Hour, Probe: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }})
	go b.server.config.Health.Run(t.Context())
	eventually(t, "three are asked", func() bool {
		all := b.server.config.Health.All()
		return all[0].Known && all[1].Known && all[2].Known
	})
	for _, l := range locale.Langs() {
		in := locale.For(l)
		a := b.get("/admin/health", append([]string{"Accept-Language", string(l)}, manager...)...)
		a.want(t, string(l), http.StatusOK, in.T("health.up"), in.T("health.down"), in.T("health.partly"), in.T("health.unknown"), "dial &lt;refused&gt;", "/data: &lt;no answer&gt;")
		if found := rawKey.FindString(a.body); found != "" {
			t.Errorf("%s shows %q", l, found)
		}
		var states []string
		for _, m := range regexp.MustCompile(`data-state="(ok|attention|silent|none)"`).FindAllStringSubmatch(a.body, -1) {
			states = append(states, m[1])
		}
		if got := strings.Join(states, " "); got != "ok attention silent none" {
			t.Errorf("%s: store, identity server, Data Hub and database are %s", l, got)
		}
	}
	b.get("/admin/health").want(t, "without the role", http.StatusNotFound)
}

// ignored is an observer of a watch.
type ignored struct{}

func (ignored) Probed(string, bool, time.Duration) {}
