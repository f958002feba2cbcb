package main

import (
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"portico/internal/testserver"

	"github.com/chromedp/chromedp"
)

var everyLook = flag.Bool("every-look", false, "look for barriers on each page in each theme and language, not only in one of them")

var lookAt = flag.String("look-at", "", "look for barriers only on pages whose addresses have this in them")

// lookedAt are the pages that are looked at: one of each kind, and each way to show what has several.
var lookedAt = []string{
	"/overview", "/sites", "/sites?view=map", "/sites?view=cards", "/sites/204486", "/sites/204486/sources", "/sites/204486/data", "/sites/204486/alarms", "/sites/204486/events", "/sites/204486/properties",
	"/sites/204486/files", "/sites/204486/quality", "/sources/6044861", "/variables/80101", "/explore", "/explore?s=80101&cmp=prev", "/explore?s=80101&view=table", "/explore?s=80101&view=carpet",
	"/explore?s=80101&view=calendar", "/explore?s=80101&view=profile", "/alarms", "/alarms?state=all", "/alarms?view=days", "/events", "/events?view=calendar", "/events/new", "/search?q=cold", "/quality", "/files",
	"/groups", "/forms", "/exports", "/dashboards", "/dashboards/energybalance?whole=1", "/dashboards/energybalance/print", "/settings", "/settings/links", "/settings/sessions", "/auth/session", "/auth/account", "/auth/expired?to=/sites", "/admin/screens", "/admin/health", "/admin/audit", "/pair", "/screen", "/demo", "/demo/tour", "/demo/flow",
	"/demo/faults", "/demo/clock", "/demo/gallery?theme=light", "/demo/gallery?theme=dark", "/demo/gallery?theme=contrast", "/nothing-here",
}

// linkedFrom are pages whose addresses are told by others: the first of each kind there.
var linkedFrom = []struct{ page, link string }{
	{"/alarms?state=all", `/alarms/[0-9a-f]{24}`}, {"/events", `/events/\d+`}, {"/groups", `/groups/\d+`}, {"/dashboards", `/dashboards/[a-z0-9-]{8,}`},
}

// appearances are the themes and languages of a page: each page in each theme and language, or in one of them, by turns.
func appearances(page int) (list [][2]string) {
	themes, langs := []string{"light", "dark", "contrast"}, []string{"en", "fr", "nl", "de"}
	if !*everyLook {
		return [][2]string{{themes[page%3], langs[page%4]}}
	}
	for _, theme := range themes {
		for _, lang := range langs {
			list = append(list, [2]string{theme, lang})
		}
	}
	return list
}

// barriers are what axe finds to be serious or worse; WCAG 2.2 AA.
const barriers = `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], resultTypes: ["violations"]}).then(r =>
	JSON.stringify(r.violations.filter(v => v.impact === "serious" || v.impact === "critical").map(v => v.id + ": " + v.nodes.slice(0, 3).map(n => n.target.join(" ") + " " + (n.any[0]?.message ?? n.all[0]?.message ?? "")).join("; "))))`

// axeSource is the script that looks for barriers, as npm brings it.
func axeSource(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../../tools/npm/node_modules/axe-core/axe.min.js")
	if err != nil {
		testserver.Missing(t, "barriers: npm ci in tools/npm brings axe-core")
	}
	return string(b)
}

// Nothing on any page stands in the way of people who do not see, hear or move as others do, as far as a program can tell: in light, in the dark, in high contrast and in each language;
// and nothing is wider than a small phone.
func TestNoBarriers(t *testing.T) {
	axe := axeSource(t)
	p := demo(t)
	first := openWindow(t, true)
	first.signIn(p)
	paths := slices.DeleteFunc(append(lookedAt, first.linked(p)...), func(path string) bool { return !strings.Contains(path, *lookAt) })
	for half := range 2 { // two windows, as there are two processors
		t.Run([]string{"even", "odd"}[half], func(t *testing.T) {
			t.Parallel()
			w := openWindow(t, true)
			w.signIn(p)
			looks := map[[2]string][]string{}
			for page, path := range paths {
				for _, look := range appearances(page) {
					if page%2 == half {
						looks[look] = append(looks[look], path)
					}
				}
			}
			for look, pages := range looks {
				w.choose("theme", look[0], "lang", look[1])
				for _, path := range pages {
					w.visit(p, path)
					w.wantNoBarriers(axe, look[0]+" "+look[1]+" "+path)
				}
			}
			w.wantNoComplaints("404")
		})
	}
}

// linked are the addresses of linkedFrom, with those below a dashboard.
func (w *window) linked(p *program) (paths []string) {
	w.t.Helper()
	for _, from := range linkedFrom {
		w.visit(p, from.page)
		path := w.value(`[...document.querySelectorAll("#content a")].map(a => a.pathname).find(path => /^` + strings.ReplaceAll(from.link, "/", `\/`) + `$/.test(path)) ?? ""`)
		if path == "" {
			w.t.Fatalf("%s leads to nothing like %s", from.page, from.link)
		}
		paths = append(paths, path)
		if id, ok := strings.CutPrefix(path, "/dashboards/"); ok {
			paths = append(paths, path+"/edit", path+"/versions", "/tv/"+id)
		}
	}
	return paths
}

func (w *window) wantNoBarriers(axe, where string) {
	w.t.Helper()
	w.run(axe + "; 0")
	var found []string
	if err := json.Unmarshal([]byte(w.promised(barriers)), &found); err != nil {
		w.t.Fatal(err)
	}
	for _, f := range found {
		if strings.HasPrefix(f, "meta-refresh") && strings.Contains(where, " /tv/") {
			continue // a wall goes on by itself without a script, which it says, and which can be paused
		}
		w.t.Errorf("%s: %s", where, f)
	}
	w.do(chromedp.EmulateViewport(320, 640))
	if width := w.value(`String(document.documentElement.scrollWidth)`); width != "320" {
		w.t.Errorf("%s is %s pixels wide on a screen of 320", where, width)
	}
	w.do(chromedp.EmulateViewport(1440, 900))
}
