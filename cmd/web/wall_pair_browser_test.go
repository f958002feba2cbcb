package main

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"portico/internal/visitor"
)

// approve puts the control room onto the screen that shows the code, with a viewer's rights, and returns the screen's id.
func (p *person) approve(code string) string {
	p.t.Helper()
	form := url.Values{"code": {code}, "name": {"Lobby"}, "board": {"controlroomliege"}, "every": {"60"}, "life": {"86400"}, "rights": {"own"}}
	a := p.arrives(p.Send(visitor.NewForm(p.At("/pair")), form))
	a = p.arrives(p.FillIn(a.Page, visitor.User{Name: "viewer", Password: "viewer-demo"}, "101"))
	a.want(p.t, http.StatusOK, "Lobby")
	return a.URL().Query().Get("done")
}

// overPicture is the code that stands over the last picture, "-" for a box without one, and "" when there is none.
const overPicture = `(() => {
	const box = document.querySelector(".wall-pair:not([hidden])");
	return box && document.querySelector("dh-wall[data-ended] .widget") ? box.querySelector("[data-pair=code]").textContent || "-" : "";
})()`

// A screen that was revoked shows a code at once, and never a place for one without it; what a server in trouble answers takes it away as little as it shows the picture as if it were good.
// Approved anew, the screen goes on by itself.
func TestWallShowsTheCodeOverTheLastPicture(t *testing.T) {
	t.Parallel()
	d := demo(t)
	p := newPerson(t, d.urls["portal"])
	p.signIn("/sites", "operator").want(t, http.StatusOK)
	w := openWindow(t, true)
	w.do(chromedp.Navigate(d.urls["portal"]+"/screen"), chromedp.WaitVisible(chromedp.CSS("[data-pair=code]")))
	id := p.approve(w.value(`document.querySelector("[data-pair=code]").textContent`))
	eventually(t, "the wall runs", func() bool {
		return w.value(`String(!!document.querySelector("dh-wall[data-runs] .widget"))`) == "true"
	})
	eventually(t, "a heartbeat", func() bool {
		return w.value(`String(document.querySelector("dh-live").latest.has("heartbeat"))`) == "true"
	})
	if due := w.value(`document.querySelector("dh-wall").reload.due`); due != "" {
		t.Errorf("a wall that has just been loaded loads itself again: %q", due)
	}
	time.Sleep(3 * time.Second) // its first report has gone; the next one is 20 s later
	w.do(chromedp.EmulateViewport(1920, 1080))
	w.run(`window.empty = 0; setInterval(() => { window.empty += ` + overPicture + ` === "-" }, 20)`)
	p.post("/settings/screens/"+id, url.Values{"do": {"revoke"}, "sure": {"1"}})
	w.run(`document.dispatchEvent(new CustomEvent("live-signed-out"))`) // as the stream tells within half a minute
	code := ""
	eventually(t, "the code over the picture", func() bool { code = w.value(overPicture); return len(code) == 9 })
	if n := w.value(`String(window.empty)`); n != "0" {
		t.Errorf("a box without a code was seen %s times", n)
	}
	w.run(watchRequests)
	w.run(`window.broken = 503; document.querySelector("dh-wall").questions.fetched("/x/tv/list/any")`)
	time.Sleep(300 * time.Millisecond)
	if got := w.value(overPicture); got != code {
		t.Errorf("after an answer of a server in trouble, %q stands over the picture, want %q", got, code)
	}
	w.run(`window.broken = 0`)
	p.approve(code)
	eventually(t, "the picture is back", func() bool {
		return w.value(`String(!!document.querySelector("dh-wall[data-runs]:not([data-ended]) .widget"))`) == "true"
	})
}
