package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"portico/internal/testserver"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

var everyLook = flag.Bool("every-look", false, "look for barriers on each page in each theme and language, not only in one of them")

var lookAt = flag.String("look-at", "", "look for barriers only on pages whose addresses have this in them")

// lookedAt are the pages that are looked at: one of each kind, and each way to show what has several.
var lookedAt = []string{
	"/overview", "/sites", "/sites?view=map", "/sites?view=cards", "/sites/204486", "/sites/204486/sources", "/sites/204486/data", "/sites/204486/alarms", "/sites/204486/events", "/sites/204486/properties",
	"/sites/204486/files", "/sites/204486/quality", "/sources/6044861", "/variables/80101", "/explore", "/explore?s=80101&cmp=prev", "/explore?s=10101&view=table&from=2026-10-25T00:00&to=2026-10-26T00:00", "/explore?s=80101&view=carpet",
	"/explore?s=80101&view=calendar", "/explore?s=80101&view=profile", "/alarms", "/alarms?state=all", "/alarms?view=days", "/events", "/events?view=calendar", "/events/new", "/search?q=cold", "/quality", "/files",
	"/groups", "/forms", "/exports", "/dashboards", "/dashboards/energybalance?whole=1", "/dashboards/energybalance/print", "/settings", "/settings/links", "/settings/sessions", "/auth/session", "/auth/account", "/auth/expired?to=/sites", "/admin/screens", "/admin/health", "/admin/audit", "/pair", "/screen", "/demo", "/demo/tour", "/demo/flow",
	"/demo/faults", "/demo/clock", "/demo/gallery?theme=light", "/demo/gallery?theme=dark", "/demo/gallery?theme=contrast", "/nothing-here",
}

// linkedFrom are pages whose addresses are told by others: the first of each kind there.
var linkedFrom = []struct{ page, link string }{
	{"/alarms?state=all", `/alarms/[0-9a-f]{24}`}, {"/alarms?state=all", `/alarms\?state=all&open=[0-9a-f]{24}`}, {"/events", `/events/\d+`}, {"/groups", `/groups/\d+`}, {"/dashboards", `/dashboards/[a-z0-9-]{8,}`},
}

var themes, langs = []string{"light", "dark", "contrast"}, []string{"en", "fr", "nl", "de"}

// appearances are the languages and themes of a page: all of them, or one of each, by turns.
func appearances(page int) (inLangs, inThemes []string) {
	if *everyLook {
		return langs, themes
	}
	return langs[page%4:][:1], themes[page%3:][:1]
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
			w.emulate(emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}}})
			for _, lang := range langs {
				w.choose("theme", "dark", "lang", lang) // which no page has of its own, but in its address
				for page, path := range paths {
					if inLangs, inThemes := appearances(page); page%2 == half && slices.Contains(inLangs, lang) {
						w.visit(p, path)
						w.wantNoBarriers(axe, lang+" "+path, inThemes...)
					}
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
		path := w.value(`[...document.querySelectorAll("#content a")].map(a => a.pathname + (a.ariaExpanded ? a.search : "")).find(path => /^` + strings.ReplaceAll(from.link, "/", `\/`) + `$/.test(path)) ?? ""`)
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

// wear gives a page another theme than the one that it came with, as if it had come in that one. A page with a theme of its own keeps it.
const wear = `(theme => {
	const page = document.documentElement;
	if (!page.dataset.worn && page.dataset.theme !== "dark" || location.search.includes("theme=")) return page.dataset.theme;
	page.dataset.theme = page.dataset.worn = theme;
	document.querySelector("meta[name=color-scheme]").content = theme === "light" ? "light" : "dark";
	return theme;
})(%q)`

// wantNoBarriers looks at the page in each of the themes that it can have.
func (w *window) wantNoBarriers(axe, where string, themes ...string) {
	w.t.Helper()
	w.run(axe + "; 0")
	for worn := map[string]bool{}; len(themes) > 0; themes = themes[1:] {
		theme := w.value(fmt.Sprintf(wear, themes[0]))
		if worn[theme] {
			continue
		}
		worn[theme] = true
		var found []string
		if err := json.Unmarshal([]byte(w.promised(barriers)), &found); err != nil {
			w.t.Fatal(err)
		}
		for _, f := range found {
			if !strings.HasPrefix(f, "meta-refresh") || !strings.Contains(where, " /tv/") { // a wall goes on by itself without a script, which it says, and which can be paused
				w.t.Errorf("%s %s: %s", theme, where, f)
			}
		}
	}
	w.do(chromedp.EmulateViewport(320, 640))
	if width := w.value(`String(document.documentElement.scrollWidth)`); width != "320" {
		w.t.Errorf("%s is %s pixels wide on a screen of 320", where, width)
	}
	w.do(chromedp.EmulateViewport(1440, 900))
}
