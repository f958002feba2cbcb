package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"portico/internal/testserver"

	"github.com/chromedp/chromedp"
)

// The picture lights up by itself when something happens, and the page works the same without script.
func TestFlowInABrowser(t *testing.T) {
	for _, script := range []bool{true, false} {
		t.Run(fmt.Sprintf("script=%t", script), func(t *testing.T) {
			t.Parallel()
			p := demo(t)
			w := openWindow(t, script)
			w.do(chromedp.Navigate(p.urls["portal"]+flowPage), chromedp.WaitVisible(chromedp.CSS("button.persona")))
			w.click("button.persona", "button[name=account]")
			w.click("button[name=account]", ".flow-steps")
			w.await(".flow-step:nth-child(1)", "Go to sign-in")
			w.await(".flow-step:nth-child(4)", "POST /connect/token → 200")
			w.await(".flow-clock", "s left of")
			w.picture("flow-begin")
			w.click("button[name=do][value=ten]", `.flow-step:nth-child(8)[data-seen]`)
			w.await(".flow-step:nth-child(7)", "10 calls waited for it")
			w.await(".flow-step:nth-child(8)", "10 times")
			w.click(".flow-step:nth-child(7) .flow-name a", `#request .flow-what`)
			w.await("#request", "refresh_token")
			if script {
				w.livesOn()
			}
			w.picture("flow-light")
			w.click("button[name=do][value=revoke]", ".flow-note")
			w.await(".flow-notes", "were taken back")
			w.click("button[name=do][value=call]", ".flow-note a")
			w.await(".flow-steps", "400 invalid_grant")
			w.picture("flow-refused")
			w.click(".flow-note a", ".flow:not(:has(.flow-note))") // through the identity server, which still knows the browser, and back
			w.await(".flow-lines", "400 invalid_grant")
			w.fitsTheFlow(p.urls["portal"])
			w.mu.Lock()
			defer w.mu.Unlock()
			if len(w.complaints) > 0 {
				t.Errorf("the browser complains: %q", w.complaints)
			}
		})
	}
}

// await looks for a text until it is there. What is shown may be put in another's place meanwhile.
func (w *window) await(selector, text string) {
	w.t.Helper()
	var shown string
	for range 400 {
		shown, _ = chromedp.Run(w.ctx, chromedp.Evaluate[string](fmt.Sprintf(`document.querySelector(%q)?.innerText ?? ""`, selector)))
		if strings.Contains(shown, text) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	w.t.Errorf("%s never shows %q but: %s", selector, text, shown)
}

// livesOn changes something from elsewhere: a page in another tab makes a call, and this one shows it without being touched, keeping the focus where it is.
func (w *window) livesOn() {
	w.t.Helper()
	before, err := chromedp.Run(w.ctx, chromedp.Evaluate[int](`(document.querySelector("button[value=calm]").focus(), document.querySelectorAll(".flow-lines li").length)`))
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := chromedp.Run(w.ctx, chromedp.Evaluate[bool](`(fetch("/sites", {headers: {Accept: "text/html"}}), true)`)); err != nil {
		w.t.Fatal(err)
	}
	for range 200 {
		n, err := chromedp.Run(w.ctx, chromedp.Evaluate[int](`document.activeElement?.value === "calm" ? document.querySelectorAll(".flow-lines li").length : -1`))
		if err == nil && n > before {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	w.t.Error("the list does not grow by itself, or the focus was lost")
}

// fitsTheFlow looks for sideways scrolling on a small phone, in the longest language, and at the dark look.
func (w *window) fitsTheFlow(base string) {
	w.t.Helper()
	w.click(".account > summary", `button[name=theme][value=dark]`)
	w.click("button[name=theme][value=dark]", `html[data-theme=dark] .flow-steps`)
	w.picture("flow-dark")
	w.click(".account > summary", "button[name=lang][value=de]")
	w.click("button[name=lang][value=de]", "html[lang=de] .flow-steps")
	w.await("h1", "So funktioniert die Anmeldung")
	w.do(chromedp.EmulateViewport(320, 640), chromedp.Navigate(base+flowPage), chromedp.WaitVisible(chromedp.CSS(".flow-steps")))
	if width, err := chromedp.Run(w.ctx, chromedp.JavascriptAttribute[int](chromedp.CSS("html"), "scrollWidth")); err != nil || width > 320 {
		w.t.Errorf("%d pixels wide on a screen of 320: %v", width, err)
	}
	w.do(chromedp.EmulateViewport(360, 780))
	w.picture("flow-phone")
}

// picture takes a picture of the page, if somebody wants to see it.
func (w *window) picture(name string) {
	w.t.Helper()
	w.settle(w.ctx)
	testserver.Picture(w.t, w.ctx, name+"-"+strings.ReplaceAll(w.t.Name(), "/", "-"))
}
