package main

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// secondTab opens another tab of the same browser.
func (w *window) secondTab() *window {
	w.t.Helper()
	ctx, cancel := chromedp.NewContext(w.ctx)
	w.t.Cleanup(cancel)
	tab := &window{t: w.t, ctx: ctx}
	tab.do(chromedp.EmulateViewport(1440, 900))
	if err := chromedp.Listen(ctx, tab.listen); err != nil {
		w.t.Fatal(err)
	}
	return tab
}

var (
	goneOver = regexp.MustCompile(`navigated or closed|context was destroyed`) // the page went away over a script, which may have run
	notYet   = regexp.MustCompile(`Cannot find (default execution )?context`)  // the next page is on its way, and the script has not run
)

// evaluate runs JavaScript as the tab's own would, and again after the errors that are named, as long as there is time.
func evaluate[T any](ctx context.Context, script string, again ...*regexp.Regexp) (T, error) {
	for {
		value, err := chromedp.Run(ctx, chromedp.Evaluate[T](script))
		if err == nil || ctx.Err() != nil || !slices.ContainsFunc(again, func(e *regexp.Regexp) bool { return e.MatchString(err.Error()) }) {
			return value, err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// run evaluates JavaScript once. It may lead to another page.
func (w *window) run(script string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, time.Minute)
	defer cancel()
	if _, err := evaluate[any](ctx, script, notYet); err != nil && (ctx.Err() != nil || !goneOver.MatchString(err.Error())) {
		w.t.Fatalf("%s: %v", script, err)
	}
}

// value evaluates JavaScript to a text, on the next page when this one goes away.
func (w *window) value(script string) string {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, time.Minute)
	defer cancel()
	text, err := evaluate[string](ctx, script, notYet, goneOver)
	if err != nil {
		w.t.Fatalf("%s: %v", script, err)
	}
	return text
}

// says waits until the page shows one line about its session, or none, and compares what else is there to see.
func (w *window) says(state string) {
	w.t.Helper()
	shown := `[...document.querySelectorAll("[data-watch-state]")].filter(e => e.checkVisibility()).map(e => e.dataset.watchState).join(" ")`
	eventually(w.t, "the line "+state+" alone", func() bool { return w.value(shown) == state })
	content := w.value(`getComputedStyle(document.querySelector("main")).visibility`)
	if hidden := state == "ended" || state == "other"; (content == "hidden") != hidden {
		w.t.Errorf("with the line %q the content is %s", state, content)
	}
}

const (
	looks = `document.dispatchEvent(new Event("visibilitychange"))`      // as when the tab comes to the front
	hurry = `document.querySelector("[data-watch]").dataset.every = "1"` // second, instead of 45
)

// Two tabs, and more than one person at them: the tab that stays open notices by itself, and mixes nobody up.
func TestTwoTabsTwoPeople(t *testing.T) {
	t.Parallel()
	d := deploy(t, time.Minute)
	d.serve(t)
	w := openWindow(t, true)
	w.do(chromedp.Navigate(d.base+"/sites"), chromedp.WaitVisible(chromedp.CSS("button.persona")))
	w.click("button.persona", "button[name=account]")
	w.click("button[name=account]", ".site-table")
	w.run(hurry)
	w.run(looks)
	w.says("")
	w.run(`document.querySelector("main input[type=search]").value = "half a word"`)
	w.click("[data-palette-open]", "dh-palette dialog[open]")

	other := w.secondTab()
	out := func() {
		other.do(chromedp.Navigate(d.base+"/overview"), chromedp.WaitVisible(chromedp.CSS(".account > summary")))
		other.click(".account > summary", `form[action="/auth/logout"] button`)
		other.click(`form[action="/auth/logout"] button`, `a[href^="/auth/login"], form[action^="/auth/login"]`)
	}
	in := func(persona, account chromedp.CSS) {
		other.do(chromedp.Navigate(d.base+"/overview"), chromedp.WaitVisible(persona))
		if account == "" {
			other.click(persona, ".account > summary")
			return
		}
		other.click(persona, account)
		other.click(account, ".account > summary")
	}
	out()
	w.says("ended")
	w.sees("aside.watch", "You have been signed out", "Sign in again in a new tab")
	if open := w.value(`String(document.querySelector("dh-palette dialog").open || document.querySelector("dh-palette").checkVisibility({visibilityProperty: true}))`); open != "false" {
		t.Error("what the palette found is still there when nobody is signed in")
	}
	in(`button.persona[value$="-operator"]`, "button[name=account]")
	w.says("")
	if typed := w.value(`document.querySelector("input[type=search]").value`); typed != "half a word" {
		t.Errorf("what was typed has become %q", typed)
	}
	out()
	in(`button.persona[value$="-viewer"]`, "")
	w.says("other")
	w.click(`[data-watch-state=other] a`, ".site-table")
	w.says("")
	w.sees(".account-name", "Victor Lambert")
	for _, tab := range []*window{w, other} {
		tab.mu.Lock()
		if len(tab.complaints) > 0 {
			t.Errorf("the browser complains: %q", tab.complaints)
		}
		tab.mu.Unlock()
	}
}

// The end of a session is announced in time, with a button that puts it off (WCAG 2.2, 2.2.1).
func TestEndOfASessionIsAnnounced(t *testing.T) {
	t.Parallel()
	d := deploy(t, time.Minute)
	portal := d.serve(t)
	w := openWindow(t, true)
	w.do(chromedp.Navigate(d.base+"/sites"), chromedp.WaitVisible(chromedp.CSS("button.persona")))
	w.click("button.persona", "button[name=account]")
	w.click("button[name=account]", ".site-table")
	w.run(`document.querySelector("[data-watch]").dataset.warn = "4000"`) // more than the hour that is left
	w.run(looks)
	w.says("ending")
	w.sees("[data-watch-state=ending]", `your session ends at \d\d:\d\d`)
	w.run(`document.querySelector("[data-watch]").dataset.warn = "60"`)
	w.click("[data-watch-extend]", ".site-table")
	w.says("")
	if n := portal.log.Await(1, `"path":"/auth/session/extend"`, `"status":200`); n != 1 {
		t.Errorf("%d requests to extend the session, want 1", n)
	}
	w.do(chromedp.EmulateViewport(320, 640))
	w.run(`document.querySelectorAll("[data-watch-state]").forEach(e => e.hidden = false)`)
	if width := w.value(`String(document.documentElement.scrollWidth)`); width != "320" {
		t.Errorf("the lines make the page %s pixels wide on a screen of 320", width)
	}
	if text := w.value(`document.querySelector("[data-watch-state=ending] time").dateTime`); !strings.HasSuffix(text, "Z") {
		t.Errorf("the end is %q", text)
	}
}
