package main

import (
	"fmt"
	"strings"
	"testing"
)

// change tells the page what the stream would tell it of a change just now.
const change = `document.querySelector("dh-live").take({name: "alarms", data: {open: 0, acknowledged: 0, changed: new Date(Date.now() + %d).toISOString()}})`

// The list of alarms follows what happens, and leaves alone what somebody is doing with it: what is ticked, typed, opened, focused and where they are. It can be paused.
func TestAlarmsFollowWhatHappens(t *testing.T) {
	t.Parallel()
	p := demo(t)
	w := openWindow(t, true)
	w.signIn(p)
	w.visit(p, "/alarms?state=all")
	w.run(`(() => {
		const boxes = [...document.querySelectorAll("#content li.alarm:not(.storm) > .alarm-choice input")];
		boxes[0].click();
		window.ticked = boxes[0].closest("li").id;
		window.acked = boxes[1].closest("li");
		document.querySelector("#content input[name=note]").value = "by Ann";
		const details = document.querySelector("#content .storm details");
		if (details) details.open = true;
		scrollTo(0, 120);
		acked.querySelector("a.alarm-name").focus({preventScroll: true});
	})()`)
	kept := `JSON.stringify([document.getElementById(ticked)?.querySelector("input").checked, document.querySelector("#content input[name=note]").value, document.activeElement.closest("li") === acked, acked.isConnected,
		scrollY, [...document.querySelectorAll("#content .storm details")].slice(0, 1).every(d => d.open)])`
	before := w.value(kept)
	if !strings.HasPrefix(before, `[true,"by Ann",true,true,`) {
		t.Fatalf("at first: %s", before)
	}
	acknowledge := `fetch("/alarms/ack", {method: "POST", redirect: "manual", body: new URLSearchParams({one: acked.id.replace("alarm-", ""), return_to: "/alarms"})}).then(r => r.type)`
	w.promised(acknowledge)
	w.run(fmt.Sprintf(change, 1000))
	eventually(t, "that it is about to be acknowledged", func() bool {
		return strings.Contains(w.value(`acked.innerText`), "is about to be acknowledged")
	})
	eventually(t, "that it says so", func() bool { return strings.HasPrefix(w.value(said), "Updated at ") })
	if after := w.value(kept); dropScroll(after) != dropScroll(before) {
		t.Errorf("after a change: %s, before: %s", after, before)
	}
	// When its time has come the page looks again by itself.
	if text := w.promised(`new Promise(done => { let n = 0; const timer = setInterval(() => (acked.innerText.includes("acknowledged by") || ++n > 240) && done(acked.innerText, clearInterval(timer)), 250) })`); !strings.Contains(text, "acknowledged by") {
		t.Errorf("after its time has come: %s", text)
	}
	if after := w.value(kept); dropScroll(after) != dropScroll(before) {
		t.Errorf("after it was acknowledged: %s, before: %s", after, before)
	}

	w.click("[data-fresh-pause]", `[data-fresh-pause][aria-pressed="true"]`)
	w.run(`window.acked = [...document.querySelectorAll("#content li.alarm:not(.storm)")].find(li => li.querySelector("button[name=one]"))`)
	w.promised(acknowledge)
	w.run(fmt.Sprintf(change, 5000))
	eventually(t, "that something waits", func() bool { return w.value(said) == "There are changes that are not shown yet." })
	if w.value(goesOn) == "true" {
		t.Error("it goes on though it is paused")
	}
	w.click("[data-fresh-pause]", `[data-fresh-pause][aria-pressed="false"]`)
	eventually(t, "what waited", func() bool { return w.value(goesOn) == "true" })

	// A page that does not come is not called new, and is asked for again.
	w.run(`document.querySelector("[data-fresh-said]").textContent = ""; window.refused = 0; window.real = window.fetch;
		window.fetch = (address, how) => String(address).includes("/x/") ? Promise.resolve(new Response("", {status: 503, headers: {n: ++refused}})) : real(address, how)`)
	w.run(fmt.Sprintf(change, 7000))
	eventually(t, "a question", func() bool { return w.value(`String(refused)`) != "0" })
	if text := w.value(said); text != "" {
		t.Errorf("of a page that did not come it says %q", text)
	}
	w.run(`window.fetch = real`)
	eventually(t, "the page after all", func() bool { return strings.HasPrefix(w.value(said), "Updated at ") })

	// A row opens in its place and has an address; what is ticked stays, and it is open still when the page is renewed.
	w.run(`(() => { const box = [...document.querySelectorAll("#content li.alarm:not(.storm) > .alarm-choice input")].at(-1); box.checked = true; window.ticked = box.closest("li").id })()`)
	w.click(`#content li.alarm:not(.storm) a[aria-expanded="false"]`, ".alarm-details")
	eventually(t, "an address", func() bool { return strings.Contains(w.value(`location.search`), "open=") })
	w.run(`document.querySelector("[data-fresh-said]").textContent = ""`)
	w.run(fmt.Sprintf(change, 8000))
	eventually(t, "the renewed page", func() bool { return strings.HasPrefix(w.value(said), "Updated at ") })
	if is := w.value(`JSON.stringify([document.getElementById(ticked).querySelector("input").checked, document.querySelectorAll(".alarm-details").length, document.activeElement.ariaExpanded])`); is != `[true,1,"true"]` {
		t.Errorf("ticked, open and focused: %s", is)
	}
	w.click(`#content a[aria-expanded="true"]`, "#content li.alarm")
	eventually(t, "that it is closed", func() bool {
		return w.value(`document.querySelectorAll(".alarm-details").length + location.search`) == "0?state=all"
	})

	// The chart of an alarm's page follows too, and at once when its time has come.
	w.visit(p, w.value(`document.querySelector("#content a.alarm-name").pathname`))
	const drawing = `document.querySelector("dh-chart .chart-wide desc")`
	for what, due := range map[string]string{"a change": fmt.Sprintf(change, 7000), "its time": `(() => { const f = document.querySelector("dh-fresh"); f.querySelector("[data-fresh-quiet]").dataset.freshIn = "0.1"; f.await() })()`} {
		w.run(drawing + `.textContent = "old"`)
		w.run(due)
		eventually(t, "the chart after "+what, func() bool { return len(w.value(drawing+`.textContent`)) > len("old") })
	}

	for _, path := range []string{w.value(`location.pathname`), "/sites/204486/alarms"} {
		w.visit(p, path)
		w.run(`document.querySelector("#content h1").dataset.mark = "same"; document.querySelector("[data-fresh-sum]").dataset.freshSum = ""`)
		w.run(fmt.Sprintf(change, 9000))
		eventually(t, path+": that it is renewed", func() bool { return len(w.value(said)) > len("Updated at 14:21:08: ") })
		if mark := w.value(`document.querySelector("#content h1").innerText`); mark == "" {
			t.Errorf("%s lost its heading", path)
		}
	}
	w.wantNoComplaints()
}

// goesOn says whether the page shows what is becoming of an alarm.
const goesOn = `String(/is about to be acknowledged|acknowledged by/.test(acked.innerText))`

const said = `document.querySelector("[data-fresh-said]").textContent`

// dropScroll leaves out how far a page was scrolled.
func dropScroll(kept string) string {
	parts := strings.Split(kept, ",")
	return strings.Join(append(parts[:4:4], parts[5:]...), ",")
}
