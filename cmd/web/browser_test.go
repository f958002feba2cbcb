package main

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"portico/internal/testserver"
	"portico/internal/visitor"
)

// window is a Chromium with one tab, driven as a person would: by what is on the screen.
type window struct {
	t   *testing.T
	ctx context.Context

	mu         sync.Mutex
	leaving    bool     // the person signs out: what scripts still ask for is refused
	complaints []string // errors that the browser reports, violations of the content security policy among them
}

// openWindow starts Chromium.
func openWindow(t *testing.T, script bool) *window {
	t.Helper()
	ctx := testserver.Chromium(t)
	w := &window{t: t, ctx: ctx}
	w.do(chromedp.EmulateViewport(1440, 900))
	if err := chromedp.Listen(ctx, w.listen); err != nil {
		t.Fatal(err)
	}
	if !script {
		if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func (w *window) listen(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *log.EventEntryAdded:
		if w.leaving && strings.Contains(e.Entry.Text, "401 (Unauthorized)") {
			return
		}
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			w.complaints = append(w.complaints, e.Entry.Text)
		}
	case *runtime.EventExceptionThrown:
		w.complaints = append(w.complaints, e.ExceptionDetails.Text)
	}
}

func (w *window) do(steps ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	if err := each(w.ctx, steps); err != nil {
		w.t.Fatal(err)
	}
}

func each(ctx context.Context, steps []chromedp.Action[chromedp.Void]) error {
	for _, step := range steps {
		if err := visitor.Steadily(func() error { return chromedp.Do(ctx, step) }); err != nil {
			return err
		}
	}
	return nil
}

// click presses what is at a selector and waits for what it leads to.
func (w *window) click(selector, next chromedp.CSS) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, time.Minute)
	defer cancel()
	w.settle(ctx)
	if err := each(ctx, []chromedp.Action[chromedp.Void]{chromedp.Click(selector, chromedp.NodeVisible), chromedp.WaitVisible(next)}); err != nil {
		shown, _ := chromedp.Run(w.ctx, chromedp.Text(chromedp.CSS("body")))
		w.t.Fatalf("after a click on %s, no %s: %v; on the screen:\n%s", selector, next, err, shown)
	}
	w.settle(ctx)
}

// settle waits until the page has its style sheet, its fonts and what comes late: a click on what moves away meanwhile hits nothing, and who looks too early sees less.
func (w *window) settle(ctx context.Context) {
	for ctx.Err() == nil {
		done, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.readyState === "complete" && document.fonts.status === "loaded" && !document.querySelector("dh-part[data-state=waiting]")`))
		if done && err == nil {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// sees waits for texts on the screen.
func (w *window) sees(selector chromedp.CSS, patterns ...string) {
	w.t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		var text string
		if err := visitor.Steadily(func() (err error) { text, err = chromedp.Run(w.ctx, chromedp.Text(selector)); return err }); err != nil {
			w.t.Fatal(err)
		}
		text = strings.Join(strings.Fields(text), " ")
		missing := slices.DeleteFunc(slices.Clone(patterns), func(p string) bool { return regexp.MustCompile(p).MatchString(text) })
		if len(missing) == 0 {
			return
		}
		if time.Now().After(end) {
			w.t.Errorf("%s does not show %q but: %s", selector, missing, text)
			return
		}
	}
}

// box returns the size at which something is drawn, in CSS pixels.
func (w *window) box(selector chromedp.CSS) (width, height int64) {
	w.t.Helper()
	b, err := chromedp.Run(w.ctx, chromedp.Dimensions(selector, chromedp.NodeVisible))
	if err != nil {
		w.t.Fatal(err)
	}
	return int64(b.Width), int64(b.Height)
}

// inSight says where something lies sideways that is not as a whole on a screen of a width.
func (w *window) inSight(selector chromedp.CSS, screen float64) string {
	w.t.Helper()
	b, err := chromedp.Run(w.ctx, chromedp.Dimensions(selector, chromedp.NodeVisible))
	if err != nil {
		w.t.Fatal(err)
	}
	if x := b.Border[0]; x < 0 || x+float64(b.Width) > screen {
		return fmt.Sprintf("%v to %v", x, x+float64(b.Width))
	}
	return ""
}

func (w *window) style(selector chromedp.CSS, property string) string {
	w.t.Helper()
	list, err := chromedp.Run(w.ctx, chromedp.ComputedStyle(selector))
	if err != nil {
		w.t.Fatal(err)
	}
	for _, p := range list {
		if p.Name == property {
			return p.Value
		}
	}
	return ""
}

// withAndWithoutScript signs a person in to a demo of its own, in a browser that runs scripts and in one that does not.
func withAndWithoutScript(t *testing.T, test func(t *testing.T, p *program, w *window)) {
	t.Helper()
	for _, script := range []bool{true, false} {
		t.Run(fmt.Sprintf("script=%t", script), func(t *testing.T) {
			t.Parallel()
			p := demo(t)
			w := openWindow(t, script)
			w.signIn(p)
			test(t, p, w)
		})
	}
}

func TestSiteInABrowser(t *testing.T) {
	withAndWithoutScript(t, func(t *testing.T, p *program, w *window) {
		w.readsASite()
		w.changesItsLook()
		w.fitsAPhone()
		w.comesBeforeItsForm(p)
		w.breaksTheDemo(p)
		w.leaves()
		w.mu.Lock()
		defer w.mu.Unlock()
		if len(w.complaints) > 0 {
			t.Errorf("the browser complains: %q", w.complaints)
		}
	})
}

// signIn opens a deep link, signs in by the buttons of the demo's identity server and arrives at the link.
func (w *window) signIn(p *program) {
	w.t.Helper()
	w.do(chromedp.Navigate(p.urls["portal"]+"/sites/204486/sources"), chromedp.WaitVisible(chromedp.CSS("button.persona")))
	w.sees("body", "Olivia Peeters", "Victor Lambert", "Control room screen")
	w.click("button.persona", "button[name=account]")
	w.click("button[name=account]", "main#content .meter-table")
	if at, _ := chromedp.Run(w.ctx, chromedp.Location()); strings.TrimSuffix(at, "?whole=1") != p.urls["portal"]+"/sites/204486/sources" {
		w.t.Errorf("after the sign-in at %s, not at the page that was asked for", at)
	}
	w.sees("main#content", "Cold store Meuse", "Main electricity meter", "Compressors", `\d+ (s|min)`)
}

func (w *window) readsASite() {
	w.t.Helper()
	w.click(`.tabs a[href="/sites/204486"]`, ".chart-panel .chart")
	w.sees("h1", "^Cold store Meuse$")
	w.sees("main#content", "on time", `Power now [\d.]+ kW`, `Electricity today [\d.,\x{202f} ]+ (k|M)Wh`, `[+−]\d+(\.\d)? % vs`, "Europe/Brussels", "Show as a table")
	if width, height := w.box(".chart-wide .chart"); width < 500 || height < 150 {
		w.t.Errorf("the picture is %d x %d", width, height)
	}
	if line, err := chromedp.Run(w.ctx, chromedp.AttributeValue(chromedp.CSS(".chart-wide .line.s1:not(.compare)"), "d", chromedp.NodeReady)); err != nil || strings.Count(line.Value, "L") < 30 {
		w.t.Errorf("the line has few points: %v, %v", line, err)
	}
	w.click(".twin > summary", ".twin table")
	w.sees(".twin table", "Time", `\d\d:\d\d`, `\d+`)
	w.click(`.places a[href="/explore"]`, "main#content h1")
	w.click(`.places a[href="/sites"]`, ".site-table")
	w.sees(`.places a[aria-current]`, "^Sites$")
}

// changesItsLook chooses the dark theme and French in the menu.
func (w *window) changesItsLook() {
	w.t.Helper()
	light := w.style("body", "background-color")
	w.click(".account > summary", `button[name=theme][value=dark]`)
	w.click("button[name=theme][value=dark]", `html[data-theme=dark] .site-table`)
	if dark := w.style("body", "background-color"); dark == light || dark != "rgb(14, 18, 23)" {
		w.t.Errorf("the background is %s, was %s", dark, light)
	}
	w.click(".account > summary", "button[name=lang][value=fr]")
	w.click("button[name=lang][value=fr]", "html[lang=fr-BE] .site-table, html[lang=fr] .site-table")
	w.sees("h1", "^Sites$")
	w.sees(".site-table", "Commune|Ville|Localité", "Cold store Meuse")
}

// fitsAPhone looks for sideways scrolling at the width of a small phone, and where there are wide tables at that of a tablet.
func (w *window) fitsAPhone() {
	w.t.Helper()
	w.fits(320, "/overview", "/sites", "/sites/204486", "/sites?view=map", "/sites?view=cards", "/sites/204486/data", "/sites/204486/alarms", "/sites/204486/events", "/sites/204486/quality", "/quality", "/files", "/groups", "/forms", "/sources/6044861", "/variables/80101", "/explore?s=80101", "/alarms?state=all", "/alarms?view=days", "/events", "/events?view=calendar", "/events/new", "/exports", "/settings", "/admin/audit", "/admin/health", "/demo/faults")
	w.fits(768, "/overview?whole=1", "/sites?whole=1", "/sites?whole=1&group=town")
	w.do(chromedp.EmulateViewport(1440, 900))
}

// fits looks for sideways scrolling.
func (w *window) fits(screen int, paths ...string) {
	w.t.Helper()
	w.do(chromedp.EmulateViewport(int64(screen), 640))
	for _, path := range paths {
		at, _ := chromedp.Run(w.ctx, chromedp.Location())
		base, _, _ := strings.Cut(strings.TrimPrefix(at, "http://"), "/")
		w.do(chromedp.Navigate("http://"+base+path), chromedp.WaitVisible(chromedp.CSS("main#content h1")))
		w.settle(w.ctx)
		if width, err := chromedp.Run(w.ctx, chromedp.JavascriptAttribute[int](chromedp.CSS("html"), "scrollWidth")); err != nil || width > screen {
			w.t.Errorf("%s is %d pixels wide on a screen of %d: %v", path, width, screen, err)
		}
	}
}

// comesBeforeItsForm opens a variable on a phone, where its chart comes first and the form of the range is folded, and on a desk, where it is not.
func (w *window) comesBeforeItsForm(p *program) {
	w.t.Helper()
	w.do(chromedp.EmulateViewport(360, 640), chromedp.Navigate(p.urls["portal"]+"/variables/80101"), chromedp.WaitVisible(chromedp.CSS(".chart-narrow .chart")))
	if _, height := w.box(".fold"); height > 60 {
		w.t.Errorf("the form takes %d pixels before the chart", height)
	}
	w.click(".fold > summary", ".time-form [name=from]")
	if _, height := w.box(".fold"); height < 200 {
		w.t.Errorf("the form is opened, and takes %d pixels", height)
	}
	w.do(chromedp.EmulateViewport(1440, 900), chromedp.Navigate(p.urls["portal"]+"/variables/80101"), chromedp.WaitVisible(chromedp.CSS(".chart-wide .chart")))
	if _, height := w.box(".time-form"); height < 60 {
		w.t.Errorf("the form takes %d pixels on a desk", height)
	}
	if shown := w.style(".fold > summary", "display"); shown != "none" {
		w.t.Errorf("what opens the form is there on a desk: %s", shown)
	}
}

// breaksTheDemo switches a fault on, sees it listed, and ends everything with one button. The page is in French by now.
func (w *window) breaksTheDemo(p *program) {
	w.t.Helper()
	w.do(chromedp.Navigate(p.urls["portal"]+"/demo/faults"), chromedp.WaitVisible(chromedp.CSS(".faults-fine")))
	w.click(`section[aria-labelledby=server-hub] button[value=clock]`, ".faults-row")
	w.click(`section[aria-labelledby=server-identity] button[value=fault]`, ".faults-row code")
	w.sees("#now", "Serveur d’identité.: répond avec 2 s de retard", `jusqu’à \d\d:\d\d:\d\d`, "identity=delay@delay:2s@for:30s", "Data Hub : horloge en avance de 5 min")
	w.click("button[value=clear]", ".faults-fine")
}

func (w *window) leaves() {
	w.t.Helper()
	w.mu.Lock()
	w.leaving = true
	w.mu.Unlock()
	w.click(".account > summary", `form[action="/auth/logout"] button`)
	w.click(`form[action="/auth/logout"] button`, `a[href^="/auth/login"], form[action^="/auth/login"]`)
	if at, _ := chromedp.Run(w.ctx, chromedp.Location()); !strings.Contains(at, "/auth/signed-out?") {
		w.t.Errorf("after signing out at %s", at)
	}
}
