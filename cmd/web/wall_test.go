package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

var (
	wallUpdates   = flag.Int("wall-updates", 3000, "updates that a wall takes in the test of its memory")
	wallRotations = flag.Int("wall-rotations", 300, "turns that it makes there")
)

// wall opens a wall in a window of a television's size.
func openWall(t *testing.T, p *program, path string, prepare ...func(*window)) *window {
	t.Helper()
	w := openWindow(t, true)
	w.signIn(p)
	for _, f := range prepare {
		f(w)
	}
	w.do(chromedp.EmulateViewport(1920, 1080))
	w.do(chromedp.Navigate(p.urls["portal"]+path), chromedp.WaitVisible(chromedp.CSS(".wall-grid .widget")))
	eventually(t, "the wall runs", func() bool { return w.value(`String(!!document.querySelector("dh-wall[data-runs]"))`) == "true" })
	eventually(t, "the stream tells of the board", func() bool { return w.value(`String(document.querySelector("dh-wall").states.size)`) == "1" })
	return w
}

const controlRoomWall = "/tv/controlroomliege"

// says is what a wall has to say about what is in the way.
const says = `document.querySelector(".wall-says:not([hidden])")?.textContent ?? ""`

// marks are how the widgets look, in order.
const marks = `[...document.querySelectorAll(".wall-grid .widget")].map(w => w.dataset.mark).join(" ")`

// watchRequests counts what the wall asks for, by a wrapper of fetch, and can make it fail.
const watchRequests = `(() => {
	const real = window.fetch;
	window.asked = [];
	window.broken = 0;
	window.fetch = (address, how) => {
		if (!String(address).startsWith("/x/")) return real(address, how);
		window.asked.push(String(address));
		window.askedAt = performance.now();
		if (window.broken === "network") return Promise.reject(new TypeError("no network"));
		return window.broken ? Promise.resolve(new Response("", { status: window.broken })) : real(address, how);
	};
})()`

// As it was last seen, so the wall stays, whatever the server answers; ages go on, and what it says is true (rows 10 and 11).
func TestWallKeepsTheLastPicture(t *testing.T) {
	t.Parallel()
	p := demo(t)
	w := openWall(t, p, controlRoomWall)
	before := w.value(marks)
	w.run(watchRequests)
	changed := `(() => { const wall = document.querySelector("dh-wall"), s = [...wall.states.values()][0]; wall.told({...s, marks: Object.fromEntries(Object.keys(s.marks).map(k => [k, "new" + Math.random()]))}); })()`
	for _, broken := range []string{"500", "429", "503", `"network"`} {
		w.run(`window.broken = ` + broken + `; window.asked = []; document.querySelector("dh-wall").questions.retryAt = 0`)
		w.run(changed)
		eventually(t, "it asked", func() bool { return w.value(`String(window.asked.length)`) != "0" })
		if got := w.value(marks); got != before || w.value(`String(document.querySelectorAll(".wall-grid svg").length > 2)`) != "true" {
			t.Errorf("after %s the picture has changed", broken)
		}
		eventually(t, "after "+broken+" it waits before it asks again", func() bool {
			return w.value(`String(document.querySelector("dh-wall").questions.retryAt - window.askedAt > 3000)`) == "true"
		})
	}
	later := `document.querySelector("dh-live").take({name: "heartbeat", data: {time: new Date(Date.now() + %d000).toISOString(), build: document.querySelector("dh-live").dataset.build, contract: 1, confirmed: {}}}), customElements.get("dh-age").all.forEach(a => a.tick())`
	age := `JSON.stringify([...document.querySelectorAll(".wall-grid .widget-age")].map(a => [a.dataset.state, getComputedStyle(a.closest(".widget").querySelector(".widget-body")).backgroundImage !== "none"]))`
	states := func(seconds int, want string, hatched bool) {
		t.Helper()
		var got [][2]any // at once: a true heartbeat sets the clock right
		if err := json.Unmarshal([]byte(w.value(`(`+fmt.Sprintf(later, seconds)+`, `+age+`)`)), &got); err != nil || len(got) < 5 {
			t.Fatal(got, err)
		}
		for _, a := range got {
			if a[0] != want || a[1] != hatched {
				t.Errorf("ages are %v, want %s and hatched %t", got, want, hatched)
				return
			}
		}
	}
	w.run(`document.querySelectorAll(".wall-grid dh-age").forEach(a => { a.dataset.late = 120; a.dataset.silent = 240; a.querySelector("time").dateTime = new Date().toISOString(); })`)
	states(30, "ok", false)
	states(150, "late", false)
	states(270, "silent", true)
	trouble := `document.querySelector("dh-wall").told({...[...document.querySelector("dh-wall").states.values()][0], trouble: "sign-in", since: "2026-11-26T13:05:00Z"})`
	if got := w.value(`(` + trouble + `, ` + says + `)`); got != "Sign-in service not reachable since 14:05 – showing last data" {
		t.Errorf("it says %q", got)
	}
	w.run(`window.broken = 0; document.querySelector("dh-wall").again()`)
	eventually(t, "all is well", func() bool { return w.value(says) == "" })
	w.saysOfOtherBoards()
}

// saysOfOtherBoards turns to a board that knows nothing of a sign-in that is away, as one of those that the wall turns through does: the notice stays until that one is well again.
func (w *window) saysOfOtherBoards() {
	w.t.Helper()
	w.run(`window.wall = document.querySelector("dh-wall"); window.tell = (board, state) => wall.told({...wall.states.get(board), board, trouble: undefined, ...state});
		document.querySelector("dh-live").dataset.src = "/events?boards=second," + wall.stage.dataset.board; tell(wall.stage.dataset.board, {})`)
	away := "Sign-in service not reachable since 14:05 – showing last data"
	for _, step := range []struct{ do, want string }{
		{`tell("elsewhere", {trouble: "sign-in", since: "2026-11-26T13:05:00Z"})`, ""},
		{`tell("second", {trouble: "sign-in", since: "2026-11-26T13:05:00Z"})`, away},
		{`wall.show(wall.stage.cloneNode(true))`, away},
		{`tell("second", {trouble: "hub", since: "2026-11-26T13:05:00Z"})`, ""},
	} {
		if got := w.value(`(` + step.do + `, ` + says + `)`); got != step.want {
			w.t.Errorf("after %s it says %q, want %q", step.do, got, step.want)
		}
	}
}

// The Data Hub goes away and comes back: the wall says since when, keeps its picture, and heals by itself (rows 3 and 11).
func TestWallOutlivesTheDataHub(t *testing.T) {
	t.Parallel()
	p := demo(t)
	w := openWall(t, p, controlRoomWall)
	drawn := w.value(`String(document.querySelectorAll(".wall-grid svg").length)`)
	person := newPerson(t, p.urls["portal"])
	person.broken("hub", "down", "what", "2m")
	until := time.Now().Add(110 * time.Second)
	for time.Now().Before(until) && !strings.HasPrefix(w.value(says), "Data Hub not reachable since ") {
		time.Sleep(200 * time.Millisecond)
	}
	if got := w.value(says); !strings.HasPrefix(got, "Data Hub not reachable since ") {
		t.Errorf("it says %q", got)
	}
	if got := w.value(`String(document.querySelectorAll(".wall-grid svg").length)`); got != drawn {
		t.Errorf("%s pictures, had %s", got, drawn)
	}
	person.broken("", "clear")
	for until = time.Now().Add(3 * time.Minute); time.Now().Before(until) && w.value(says) != ""; {
		time.Sleep(300 * time.Millisecond)
	}
	if got := w.value(says); got != "" {
		t.Errorf("when all is well it says %q", got)
	}
}

// A page that slept asks once for everything, and the stream is there again at once (row 12).
func TestWallWakes(t *testing.T) {
	t.Parallel()
	p := demo(t)
	w := openWall(t, p, controlRoomWall)
	w.run(watchRequests)
	w.run(`window.opened = 0; document.addEventListener("live-open", () => window.opened++)`)
	state := func(s page.SetWebLifecycleStateState) {
		t.Helper()
		if _, err := chromedp.Call(w.ctx, page.SetWebLifecycleState, page.SetWebLifecycleStateParams{State: s}); err != nil {
			t.Fatal(err)
		}
	}
	state("frozen")
	time.Sleep(2 * time.Second)
	state("active")
	eventually(t, "a stream", func() bool { return w.value(`String(window.opened)`) == "1" })
	w.run(`Object.defineProperty(document, "visibilityState", {get: () => "visible"}); document.dispatchEvent(new Event("visibilitychange")); window.dispatchEvent(new Event("online")); window.dispatchEvent(new Event("pageshow"))`) // nobody does it for a browser without a screen
	eventually(t, "a question for everything", func() bool { return w.value(`String(window.asked.length)`) != "0" })
	time.Sleep(time.Second)
	if asked := w.value(`window.asked.join(" ")`); asked != "/x/tv/controlroomliege?part=wall" {
		t.Errorf("after the sleep it asked for %q, want everything once", asked)
	}
	for _, off := range []bool{true, false} {
		if _, err := chromedp.Call(w.ctx, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: off}); err != nil {
			t.Fatal(err)
		}
		if off {
			eventually(t, "that there is no network", func() bool { return strings.HasPrefix(w.value(says), "No network since ") })
		}
	}
	eventually(t, "all is well", func() bool { return w.value(says) == "" })
}

// Whatever the browser takes for the time and the zone, the wall shows the same; a clock that is wrong is named (rows 9 and 18).
func TestWallKnowsNoClockOfTheBrowser(t *testing.T) {
	t.Parallel()
	p := demo(t, "--demo-now=2026-06-10T12:00:00Z")
	axes := `[...document.querySelectorAll(".wall-grid svg text")].map(e => e.textContent).join("|") + [...document.querySelectorAll(".widget-value")].map(e => e.textContent.trim()).join("|")`
	var first string
	for i, zone := range []string{"Europe/Brussels", "Asia/Tokyo", "Europe/Lisbon"} {
		w := openWall(t, p, "/tv/energyreports", func(w *window) {
			if _, err := chromedp.Call(w.ctx, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: zone}); err != nil {
				t.Fatal(err)
			}
			shift := []string{"0", "-3600e3", "86400e3"}[i]
			if _, err := chromedp.Call(w.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `{ const real = Date.now; Date.now = () => real() + ` + shift + `; }`}); err != nil {
				t.Fatal(err)
			}
		})
		got := strings.Join(strings.Fields(w.value(axes)), " ")
		if first == "" {
			first = got
		} else if got != first {
			t.Errorf("in %s the wall shows\n%.300s\nwant\n%.300s", zone, got, first)
		}
		if clock := w.value(`document.querySelector(".wall-clock").textContent.trim()`); !strings.HasPrefix(clock, "14:0") {
			t.Errorf("in %s the clock shows %q", zone, clock)
		}
		kept := `(() => { const c = document.querySelector(".wall-clock").cloneNode(true); c.querySelector("time").textContent = "03:00:00\u00a0CET"; document.body.append(c); return c.textContent.trim(); })()`
		if clock := w.value(kept); !strings.HasPrefix(clock, "14:0") {
			t.Errorf("in %s the clock of a picture that was kept shows %q", zone, clock)
		}
		eventually(t, "the difference", func() bool {
			return w.value(`document.querySelector(".wall-clock[data-skewed]")?.title ?? ""`) != ""
		})
	}
}

// A newer portal makes the wall load itself again at its quiet hour, another contract at once; a heap that has grown does so too, at the next turn (row 13).
func TestWallLoadsItselfAgain(t *testing.T) {
	t.Parallel()
	p := demo(t)
	w := openWall(t, p, controlRoomWall)
	w.run(`window.wall = document.querySelector("dh-wall"); window.gone = 0; wall.reload.go = () => window.gone++; wall.reload.began -= 3600e3;
		window.beat = (hour, more) => document.querySelector("dh-live").take({name: "heartbeat", data: {time: "2026-11-26T" + hour + ":00Z", build: document.querySelector("dh-live").dataset.build, contract: 1, confirmed: {}, ...more}})`)
	went := func(what, before string, want bool) {
		t.Helper()
		before += `; wall.questions.retryAt = 0`
		w.run(before)
		eventually(t, what+": what was asked before is answered", func() bool { return w.value(`String(wall.questions.free)`) == "true" })
		w.run(before + `; window.gone = 0; wall.reloadIfDue()`) // a true heartbeat may have come
		if want {
			eventually(t, what, func() bool { return w.value(`String(window.gone > 0)`) == "true" })
			return
		}
		time.Sleep(300 * time.Millisecond)
		if w.value(`String(window.gone)`) != "0" {
			t.Errorf("%s: it loads itself", what)
		}
	}
	went("at first", ``, false)
	went("a newer portal at noon", `beat("12:00", {build: "next"})`, false)
	went("a newer portal at night", `wall.reload.hour = 200; beat("02:30", {build: "next"})`, true) // half past three at the site
	went("the same portal at night", `beat("02:30", {})`, false)
	went("a heap that has grown", `wall.reload.heap = () => 400e6`, true)
	went("another contract", `delete wall.reload.heap; beat("12:00", {contract: 2}); wall.reload.urgent = 0`, true)
}

// Rotation goes on in the page, with parts that were fetched before, and can be stopped by a key (WCAG 2.2.2); thousands of updates and turns leave nothing behind (rows 6, 7 and 23).
func TestWallDoesNotGrow(t *testing.T) {
	t.Parallel()
	p := demo(t)
	w := openWindow(t, true)
	w.signIn(p)
	id := w.promised(`(async () => {
		const widgets = [0, 1, 2].flatMap(part => [{kind: "trend", x: 0, y: part * 12, w: 6, h: 6, series: ["60201", "60304!r"], range: "now-6h"}, {kind: "number", x: 6, y: part * 12, w: 3, h: 3, series: ["60101"]},
			{kind: "alarms", x: 6, y: part * 12 + 3, w: 6, h: 9}, {kind: "carpet", x: 0, y: part * 12 + 6, w: 6, h: 6, series: ["60101"]}].map((w, i) => ({...w, id: "w" + part + i})));
		const answer = await fetch("/dashboards/import", {method: "POST", body: new URLSearchParams({json: JSON.stringify({title: "Three parts", widgets})})});
		return answer.url.match(/dashboards\/([a-z0-9]+)/)[1];
	})()`)
	if _, err := chromedp.Call(w.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `for (const gone of ["locks", "wakeLock", "clipboard"]) Object.defineProperty(navigator, gone, {get: () => undefined}); delete window.caches; Object.defineProperty(crypto, "subtle", {get: () => undefined})`}); err != nil {
		t.Fatal(err) // as on plain http (row 14)
	}
	w.do(chromedp.EmulateViewport(1920, 1080), chromedp.Navigate(p.urls["portal"]+"/tv/"+id), chromedp.WaitVisible(chromedp.CSS("dh-wall[data-runs] .widget")))
	w.sees(".wall-page", "1 of 3")
	w.run(`window.wall = document.querySelector("dh-wall"); window.pieces = [...document.querySelectorAll(".widget")].map(w => w.outerHTML);
		window.turns = async n => {
			for (let i = 0; i < n; i++) {
				wall.next = null;
				await wall.fetchNext();
				if (!wall.next) throw new Error("no next part");
				wall.show(wall.next);
			}
			return document.querySelector(".wall-page").textContent;
		};
		window.updates = async n => {
			for (let i = 0; i < n; i++) {
				const found = new DOMParser().parseFromString(pieces[i % pieces.length], "text/html");
				found.querySelector(".widget").dataset.mark = "m" + i;
				const began = performance.now();
				await wall.replace(found, false);
				document.body.offsetHeight;
				window.spent = (window.spent ?? 0) + performance.now() - began;
				window.made = (window.made ?? 0) + 1;
				document.querySelector("dh-live").take({name: "heartbeat", data: {time: new Date().toISOString(), build: wall.build(), contract: 1, confirmed: {board: new Date().toISOString()}}});
				if (i % 25 === 0) await new Promise(done => setTimeout(done));
			}
			return [...document.querySelectorAll(".widget")].map(w => w.dataset.mark).join(" ");
		}`)
	w.run(`document.dispatchEvent(new KeyboardEvent("keydown", {key: "p", bubbles: true}))`)
	if w.value(`String(wall.paused)`) != "true" {
		t.Error("the key does not stop the wall")
	}
	w.sees(".wall-pause", "Go on")
	w.steps()
	w.promised(`updates(1000)`) // what is made once
	w.promised(`turns(12)`)
	w.wantNoGrowth(fmt.Sprintf("%d updates and %d turns", *wallUpdates, *wallRotations), func() {
		if got := w.promised(fmt.Sprintf(`updates(%d)`, *wallUpdates)); !strings.Contains(got+" ", fmt.Sprintf("m%d ", *wallUpdates-1)) {
			t.Errorf("the last update shows %q", got)
		}
		if got := w.promised(fmt.Sprintf(`turns(%d)`, *wallRotations/3*3)); got != "1 of 3" {
			t.Errorf("after whole rounds it shows %q", got)
		}
		t.Logf("an update of a widget takes %s ms", w.value(`(spent / made).toFixed(1)`))
	})
	w.wantNoComplaints()
}

// steps turns a paused wall of three parts by keys, by its buttons and by a finger.
func (w *window) steps() {
	w.t.Helper()
	key := func(name string) func() {
		return func() {
			w.run(`document.dispatchEvent(new KeyboardEvent("keydown", {key: "` + name + `", bubbles: true}))`)
		}
	}
	for _, step := range []struct {
		what string
		do   func()
		want string
	}{
		{"arrow to the right", key("ArrowRight"), "2 of 3"},
		{"arrow to the left", key("ArrowLeft"), "1 of 3"},
		{"arrow to the left, before the first", key("ArrowLeft"), "3 of 3"},
		{"the button to the next", func() { w.run(`document.querySelector("[data-step=next]").click()`) }, "1 of 3"},
		{"the button to the one before", func() { w.run(`document.querySelector("[data-step=before]").click()`) }, "3 of 3"},
		{"a finger to the right", func() { w.swipe(".wall-grid", 200, 10) }, "2 of 3"},
		{"a finger to the left", func() { w.swipe(".wall-grid", -200, 10) }, "3 of 3"},
		{"a finger that goes down", func() { w.swipe(".wall-grid", 90, 120) }, "3 of 3"},
		{"arrow to the right, after the last", key("ArrowRight"), "1 of 3"},
	} {
		step.do()
		eventually(w.t, step.what+" leads to "+step.want, func() bool { return w.value(`document.querySelector(".wall-page").textContent`) == step.want })
	}
	if w.value(`String(wall.paused)`) != "true" {
		w.t.Error("a wall that was stopped goes on after a step")
	}
}

// tooSmall lists what is written on a page in fewer pixels.
func tooSmall(least float64) string {
	return `JSON.stringify([...document.querySelectorAll("body *")].filter(e => e.checkVisibility({opacityProperty: true, visibilityProperty: true}) && !e.closest(".visually-hidden, title, desc, script") && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())).map(e => {
		const scale = e.ownerSVGElement ? Math.hypot(e.getScreenCTM().a, e.getScreenCTM().b) : 1;
		return [Math.round(parseFloat(getComputedStyle(e).fontSize) * scale * 10) / 10, e.tagName + "." + (e.getAttribute("class") ?? "") + " in " + (e.closest(".widget")?.id ?? "") + ": " + e.textContent.trim().slice(0, 30)];
	}).filter(([size]) => size < ` + strconv.FormatFloat(least, 'f', 2, 64) + `))`
}

// Nothing on a wall is smaller than can be read at four metres, and there is nothing around it, also when the Data Hub is away (rows 8 and 25).
func TestWallCanBeReadFromAfar(t *testing.T) {
	t.Parallel()
	axe := axeSource(t)
	p := demo(t)
	for _, path := range []string{controlRoomWall, "/tv/energyreports"} {
		w := openWall(t, p, path)
		w.run(`document.querySelector("dh-wall").troubles.say("hub", new Date())`)
		if got := w.value(tooSmall(20)); got != "[]" {
			t.Errorf("%s: too small: %.1500s", path, got)
		}
		if got := w.value(`String(document.querySelectorAll("nav, .side, .foot, .top, dialog").length)`); got != "0" {
			t.Errorf("%s has %s things around the wall", path, got)
		}
		w.run(axe)
		if got := w.promised(barriers); got != "[]" {
			t.Errorf("%s: %s", path, got)
		}
	}
}

// cutByFrames lists the kinds of widgets of which something is not there: a figure, a picture, or what a note or a link begins with. Letters are less high than their lines.
const cutByFrames = `JSON.stringify([...document.querySelectorAll(".widget")].filter(w => {
	const range = document.createRange(), box = w.getBoundingClientRect(), at = e => e.matches("svg, img") ? e.getBoundingClientRect() : (range.selectNodeContents(e), range.getClientRects()[0]);
	return [...w.querySelectorAll(".widget-value, .widget-clock time, .widget-picture svg, .carpet-image, .widget-image img, .widget-text:first-child bdi, .widget-link bdi")].filter(e => e.checkVisibility()).some(e => {
		const r = at(e);
		return r.top < box.top - r.height / 5 || r.bottom > box.bottom + r.height / 5 || r.right > box.right || r.height < 8;
	});
}).map(w => w.dataset.kind))`

// Widgets as small as they may be, with as much in them as they take, on a smaller screen and on a larger one: nothing is written smaller than can be read there, and notes have whole lines.
func TestSmallWidgetsOfWallsCanBeRead(t *testing.T) {
	t.Parallel()
	p := demo(t)
	w := openWindow(t, true)
	w.signIn(p)
	id := w.promised(`(async () => {
		const lines = ["60201", "60304!r", "60301!r", "60302!r", "60202", "60203"], parts = ["10101", "10102", "10103", "10104", "10105", "10106"];
		const widgets = [{kind: "trend", x: 0, w: 3, h: 3, series: lines, range: "now-6h"}, {kind: "breakdown", x: 3, w: 3, h: 3, series: parts}, {kind: "peak", x: 6, w: 3, h: 3, series: ["60101"], limit: 320},
			{kind: "price", x: 9, w: 3, h: 2, series: ["100501", "100502"]}, {kind: "number", x: 9, y: 2, w: 2, h: 1, series: ["60101"]}, {kind: "text", x: 11, y: 2, w: 1, h: 1, text: "Duty phone 0470 12 34 56.\n\nCall before you close the door."},
			{kind: "carpet", x: 0, y: 3, w: 3, h: 3, series: ["20101"]}, {kind: "ribbon", x: 3, y: 3, w: 6, h: 2}, {kind: "weather", x: 9, y: 3, w: 2, h: 2, series: ["100401"]}, {kind: "link", x: 11, y: 3, w: 1, h: 1, board: "energyreports", text: "Energy of all sites"}, {kind: "clock", x: 0, y: 6, w: 2, h: 1}, {kind: "image", x: 2, y: 6, w: 2, h: 2, file: "7005"}, {kind: "today", x: 4, y: 6, w: 3, h: 2, series: ["60101"]}].map((w, i) => ({y: 0, ...w, id: "w" + i}));
		const answer = await fetch("/dashboards/import", {method: "POST", body: new URLSearchParams({json: JSON.stringify({title: "Small", widgets})})});
		return answer.url.match(/dashboards\/([a-z0-9]+)/)?.[1] ?? answer.url;
	})()`)
	for _, size := range [][2]int64{{1366, 768}, {1920, 1080}, {3840, 2160}} {
		w.do(chromedp.EmulateViewport(size[0], size[1]), chromedp.Navigate(p.urls["portal"]+"/tv/"+id+"?pause=1"), chromedp.WaitVisible(chromedp.CSS(".wall-grid .widget-value")))
		w.run(`document.querySelector("dh-wall").troubles.say("hub", new Date())`) // which takes a line
		if got := w.value(tooSmall(20 * float64(size[1]) / 1080 * 0.985)); got != "[]" {
			t.Errorf("%d by %d: too small: %.1500s", size[0], size[1], got)
		}
		if got := w.value(cutByFrames); got != "[]" {
			t.Errorf("%d by %d: cut by the frame: %s", size[0], size[1], got)
		}
	}
	for _, width := range []int64{1440, 1024} { // on a person's page
		w.do(chromedp.EmulateViewport(width, 900), chromedp.Navigate(p.urls["portal"]+"/dashboards/"+id+"?whole=1"), chromedp.WaitVisible(chromedp.CSS(".board-view .widget-value")))
		if got := w.value(cutByFrames); got != "[]" {
			t.Errorf("%d wide: cut by the frame: %s", width, got)
		}
	}
	w.do(chromedp.EmulateViewport(950, 900))
	w.run(`document.querySelectorAll(".board-view .widget:not([data-kind=trend])").forEach(w => w.remove())`)
	if wide := w.value(`(wide => wide < 450 ? "" : String(wide))(document.querySelector(".board-view .widget").clientWidth)`); wide != "" {
		t.Errorf("a widget that is alone on a tablet is %s pixels wide", wide)
	}
	w.wantNoComplaints()
}
