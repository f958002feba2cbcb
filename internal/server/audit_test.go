package server

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/internal/audit"
	"portico/internal/store/memory"
)

// audited gives the bench an audit log. It returns what reads the events that were added since it was last called, of which there must be some.
func (b *bench) audited() func() []audit.Event {
	open := func() { b.server.config.Audit = audit.New(audit.Config{Store: memory.New(nil).Audit()}) }
	open()
	b.Cleanup(func() { _ = b.server.config.Audit.Close(context.Background()) })
	return func() []audit.Event {
		b.Helper()
		log := b.server.config.Audit
		b.must(log.Close(b.Context())) // events are written in the background
		list, err := log.List(b.Context(), audit.Filter{Limit: 1000})
		b.must(err)
		if len(list) == 0 {
			b.Error("nothing was audited")
		}
		open()
		slices.Reverse(list)
		return list
	}
}

// What opens a link is not in the audit log either, whoever posts there.
func TestNoLinkIsAudited(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	events := b.audited()
	_, token := b.linkTo(b.board("Shown"), time.Hour)
	b.ask("POST", "/share/"+token, "x=1", "Origin", "https://evil.example").want(t, "another website", http.StatusForbidden)
	if list := events(); len(list) != 1 || list[0].Kind != audit.CrossSite || list[0].Details["path"] != "/share/…" {
		t.Errorf("audited %+v", list)
	}
}

func TestWhatIsAudited(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	b.server.proxies = proxies{httptestPeer}
	events := b.audited()
	person, sess := b.server.personRef(b.issuer, "alice"), b.server.sessionRef(handleOf(t, b.cookie).ID())
	for name, tt := range map[string]struct {
		do   func()
		want string // kind, reason, and whether it names the person and the session
	}{
		"stray callback":    {func() { b.get("/auth/callback?code=c&state=s", "Cookie", "") }, "sign-in-failed stray false false"},
		"bad callback":      {func() { b.get("/auth/callback?code=c&error=e", "Cookie", "") }, "sign-in-failed parameters false false"},
		"form from outside": {func() { b.ask("POST", "/auth/logout", "", "Origin", "https://evil.example") }, "cross-site form false false"},
		"image from outside": {func() {
			b.get("/sites", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image")
		}, "cross-site load false false"},
	} {
		tt.do()
		for _, e := range events() {
			if got := fmt.Sprint(e.Kind, " ", e.Reason, " ", e.Person == person, " ", e.Session == sess); got != tt.want {
				t.Errorf("%s: %s, want %s", name, got, tt.want)
			}
			if len(e.Request) != 16 || e.Client != "192.0.2.1" || time.Since(e.Time) > time.Minute {
				t.Errorf("%s: event %+v", name, e)
			}
		}
	}
	b.ask("POST", "/auth/logout", "", "X-Forwarded-For", "203.0.113.9").want(t, "sign-out", http.StatusSeeOther)
	list := events()
	if len(list) != 1 || list[0].Kind != audit.SignOut || list[0].Reason != "here" || list[0].Person != person || list[0].Session != sess || list[0].Issuer != b.issuer || list[0].Client != "203.0.113.9" {
		t.Errorf("sign-out: %+v", list)
	}
	for _, e := range list {
		if text := fmt.Sprint(e); strings.Contains(text, "alice") || strings.Contains(text, "Alice") || strings.Contains(text, handleOf(t, b.cookie).String()) {
			t.Errorf("the event tells who it was: %s", text)
		}
	}
}
