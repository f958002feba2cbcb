//go:build !nodemo

package app

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

var linkShown = regexp.MustCompile(`value="http://[^"/]+(/share/[A-Za-z0-9_-]{43})"`)

// makeLink makes a link to a dashboard with the rights of a persona, and returns its path.
func (v *visitor) makeLink(board, reach, persona string) string {
	v.Helper()
	where, status, body := v.post("/settings/links", url.Values{"do": {"make"}, "board": {board}, "name": {"For the plumber"}, "reach": {reach}, "life": {"86400"}, "rights": {"own"}})
	if where.Host != strings.TrimPrefix(v.d.IdentityURL, "http://") {
		v.Fatalf("no fresh sign-in but %s, %d", where, status)
	}
	login := url.Values{"id": {formRequest.FindStringSubmatch(body)[1]}, "persona": {persona}}
	req, _ := http.NewRequest(http.MethodPost, v.d.IdentityURL+"/login", strings.NewReader(login.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	where, status, body = v.do(req)
	m := linkShown.FindStringSubmatch(body)
	if status != http.StatusOK || where.Path != "/settings/links" || m == nil {
		v.Fatalf("the sign-in leads to %s, %d, without a link", where, status)
	}
	v.want("the link", status, http.StatusOK, body, "For the plumber", "Copy it now")
	return m[1]
}

// Somebody without an account sees a shared dashboard and nothing else, with rights that are the link's own, until it is revoked; whoever is signed in in the same browser stays so.
func TestDemoSharesADashboard(t *testing.T) {
	t.Parallel()
	v := visitDemo(t)
	v.signIn("Sign in as operator")
	_, status, body := v.open("/dashboards/" + controlRoom)
	v.want("the dashboard", status, http.StatusOK, body, "/settings/links?board="+controlRoom)
	link := v.makeLink(controlRoom, "month", personaScreen)
	_, status, body = v.open("/settings/links?done=make")
	if v.want("the list", status, http.StatusOK, body, "For the plumber", "Control room", "31 days"); linkShown.MatchString(body) {
		t.Error("the link is shown again")
	}

	guest := v.another()
	where, status, body := guest.open(link)
	guest.want("the guest", status, http.StatusOK, body, "Control room", "Shared by Olivia Peeters", `data-kind="alarms"`, `name="robots"`)
	if strings.Contains(where.String(), strings.TrimPrefix(link, "/share/")) {
		t.Errorf("what opens the link stays in the address: %s", where.Path)
	}
	for _, chrome := range []string{"<nav", "<form", "/dashboards/", `href="/alarms`, "widget-menu"} {
		if strings.Contains(body, chrome) {
			t.Errorf("a guest is shown %s", chrome)
		}
	}
	for _, path := range []string{"/overview", "/dashboards/" + controlRoom, "/tv/" + controlRoom, "/explore?s=60101"} {
		if at, _, _ := guest.open(path); at.Path == strings.Split(path, "?")[0] {
			t.Errorf("a guest opens %s", path)
		}
	}
	page := where.Path
	// The same browser: a person who is signed in, and a guest.
	if _, status, body = v.open(link); status != http.StatusOK || !strings.Contains(body, "Shared by") {
		t.Errorf("the link in the browser of somebody who is signed in: %d", status)
	}
	if at, status, body := v.open("/overview"); status != http.StatusOK || at.Path != "/overview" || !strings.Contains(body, "Olivia Peeters") {
		t.Errorf("a link signs somebody out: %s, %d", at, status)
	}

	id := page[strings.LastIndex(page, "/")+1:]
	_, status, body = v.post("/settings/links", url.Values{"do": {"revoke"}, "link": {id}})
	v.want("revoked", status, http.StatusOK, body, "The link is revoked.", "You have no links.")
	for _, path := range []string{page, link} {
		if _, status, _ = guest.open(path); status != http.StatusNotFound {
			t.Errorf("%.12s… after it was revoked: %d", path, status)
		}
	}
	if _, status, _ = v.open("/overview"); status != http.StatusOK {
		t.Errorf("the person's own session suffers: %d", status)
	}
}

// A guest sees no further back than the link reaches, whatever the dashboard shows; carpets' and images' pictures come with the page.
func TestDemoLinkReaches(t *testing.T) {
	t.Parallel()
	v := visitDemo(t)
	v.signIn("Sign in as operator")
	for reach, want := range map[string]int{"month": 2, "year": 0} { // a quarter of a year, and a whole one
		guest := v.another()
		where, status, body := guest.open(v.makeLink("energyreports", reach, personaOperator))
		guest.want("the guest", status, http.StatusOK, body, "Energy")
		if lead := regexp.MustCompile(`<a [^>]*href="/[^"]*`).FindString(strings.ReplaceAll(body, `href="/share/`, "")); lead != "" {
			t.Errorf("something leads to a page that does not open: %s", lead)
		}
		if got := strings.Count(body, "This lies outside of what was shared."); got != want {
			t.Errorf("%s: %d widgets are outside, want %d", reach, got, want)
		}
		if _, status, _ := guest.open(where.Path + "/pictures/carpet?theme=dark"); status == http.StatusOK != (reach == "year") {
			t.Errorf("%s: the carpet's picture: %d", reach, status)
		}
	}
}
