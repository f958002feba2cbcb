package main

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
)

// judged gives a script what is to be seen of a list of selectors. Where there is nothing of one of them, nothing is cut, and nothing is there either.
const judged = `((selectors, cut) => {
	const shown = selector => [...document.querySelectorAll(selector)].filter(e => e.checkVisibility({visibilityProperty: true}));
	const none = selectors.split(", ").filter(selector => shown(selector).length === 0);
	return none.length > 0 ? "nothing is " + none.join(", ") : cut(shown(selectors));
})(%q, %s)`

// narrower names the controls that are narrower than what they show, by a copy of each that is as wide as it likes.
const narrower = `all => all.flatMap(e => {
	const copy = e.cloneNode(true);
	copy.value = e.value;
	e.after(copy);
	copy.style.cssText = "position: absolute; width: max-content; field-sizing: content";
	const wish = copy.offsetWidth;
	copy.remove();
	return e.offsetWidth < wish - 1 ? [e.name + ": " + e.offsetWidth + " of " + wish] : [];
}).join(", ")`

// broken are the words of links that are written on two lines.
const broken = `all => all.flatMap(e => {
	const text = e.querySelector("bdi").firstChild, range = document.createRange();
	return [...text.data.matchAll(/[\p{L}\d]+/gu)].filter(w => {
		range.setStart(text, w.index);
		range.setEnd(text, w.index + w[0].length);
		return range.getClientRects().length > 1;
	}).map(w => w[0]);
}).join(" ")`

// overflowing are texts that are wider than their places.
const overflowing = `all => all.filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent.trim()).join(", ")`

// What people read and choose is there as a whole, where there is little room for it and where it is long.
func TestNothingIsCut(t *testing.T) {
	t.Parallel()
	p := demo(t, "--demo-now=2026-11-26T12:00:00Z")
	w := openWindow(t, true)
	w.signIn(p)
	for _, tt := range []struct {
		width                int64
		path, selectors, cut string
	}{
		{768, "/admin/audit", "[type='datetime-local']", narrower},
		{1024, "/admin/audit", "[type='datetime-local']", narrower},
		{1440, "/explore?s=80101&cmp=hol", ".time-form select", narrower},
		{360, "/explore?s=80101&cmp=hol", ".time-form [name='cmp']", narrower},
		{320, "/alarms", ".account-name", overflowing},
		{320, "/tv/energybalance", ".widget-body, .widget-about, .widget h2", overflowing},
		{768, "/events?view=calendar", ".calendar-day a", broken},
	} {
		w.do(chromedp.EmulateViewport(tt.width, 900))
		w.visit(p, tt.path)
		w.run(`for (const d of document.querySelectorAll("details.fold")) d.open = true`)
		if cut := w.value(fmt.Sprintf(judged, tt.selectors, tt.cut)); cut != "" {
			t.Errorf("%s on a screen of %d cuts: %s", tt.path, tt.width, cut)
		}
	}
	w.wantNoComplaints()
}

// A year on a phone has as many names below it as tell where a month is, and no name ends beyond the picture.
func TestTimesOfAChartOnAPhone(t *testing.T) {
	t.Parallel()
	p := demo(t, "--demo-now=2026-11-26T23:20:00Z")
	w := openWindow(t, true)
	w.signIn(p)
	for _, tt := range []struct{ lang, path, want string }{
		{"en", "from=2025-11-26&to=2026-11-26", "Jan\u00a02026 Apr Jul Oct"},
		{"de", "from=2026-01-01&to=2027-01-01", "Jan.\u00a02026 Apr. Juli Okt."},
		{"de", "from=2026-08-01&to=2026-11-01", "Aug. Sept. Okt."},
		{"de", "from=now-7d&to=now", "Sa\u00a021.\u00a0Nov. Di\u00a024.\u00a0Nov."},
	} {
		w.do(chromedp.EmulateViewport(320, 640))
		w.choose("lang", tt.lang)
		w.visit(p, "/explore?s=80101&"+tt.path)
		eventually(t, "the chart", func() bool { return w.value(`document.querySelector("dh-chart[data-drawn]") ? "drawn" : ""`) != "" })
		if got := w.value(`document.querySelector("dh-chart").plot.axes[0]._values.filter(Boolean).join(" ")`); got != tt.want {
			t.Errorf("%s has the names %q, want %q", tt.path, got, tt.want)
		}
	}
	w.wantNoComplaints()
}

// On a phone the ranges and the views take a line each before the chart: what is chosen is in sight, and the rest is reached by scrolling and by keys.
func TestChoicesTakeALineOnAPhone(t *testing.T) {
	withAndWithoutScript(t, func(t *testing.T, p *program, w *window) {
		w.do(chromedp.EmulateViewport(320, 640))
		w.visit(p, "/explore?s=80101&view=scatter&from=now-30d&to=now")
		for _, row := range []chromedp.CSS{".presets", ".views"} {
			if width, height := w.box(row); width > 300 || height > 48 {
				t.Errorf("%s takes %d x %d pixels", row, width, height)
			}
			if at := w.inSight(row+" [aria-current]", 320); at != "" {
				t.Errorf("what is chosen in %s is out of sight: %s", row, at)
			}
			w.do(chromedp.Focus(row + " li:last-child a"))
			if at := w.inSight(row+" li:last-child a", 320); at != "" {
				t.Errorf("the last of %s has the focus and is out of sight: %s", row, at)
			}
		}
	})
}
