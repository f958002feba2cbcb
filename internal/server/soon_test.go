package server

import (
	"context"
	"errors"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"portico/internal/demo/fault"
	"portico/internal/pages"
)

// tab is what a browser says of a request for a page in a tab.
var tab = []string{"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}

func TestSlowContentDoesNotHoldThePage(t *testing.T) {
	t.Parallel()
	b := newBench(t, "http://portal.localhost:8080")
	b.wait()
	b.server.patience.page = time.Minute // it is quick, but a machine may not be
	b.get("/sites?view=map", tab...).want(t, "a quick page", http.StatusOK, "<h1", "Cold store Meuse")
	b.signIn() // nothing of hers is kept
	b.server.patience.page = 200 * time.Millisecond
	slow, slower := fault.Rule{Fault: fault.Fault{Delay: 300 * time.Millisecond}}, fault.Rule{Fault: fault.Fault{Delay: 5 * time.Second}}
	b.faults.Set(slower)
	start := time.Now()
	a := b.get("/sites?q=cold&view=map", tab...)
	took := time.Since(start)
	a.want(t, "a slow page", http.StatusOK, "<title>Sites", `aria-busy="true"`, "<noscript>", `class="place"`)
	if took < b.server.patience.page || took > slower.Delay || strings.Contains(a.body, "Cold store Meuse") {
		t.Errorf("the page came after %v, with its content %t", took, strings.Contains(a.body, "Cold store Meuse"))
	}
	found := regexp.MustCompile(`data-part="content" data-src="([^"]+)"`).FindAllStringSubmatch(a.body, -1)
	if len(found) < 1 {
		t.Fatal("no address of the content")
	}
	address := html.UnescapeString(found[0][1])
	if !strings.Contains(a.body, `<noscript><meta http-equiv="refresh" content="0;url=/sites?q=cold&amp;view=map&amp;whole=1">`) {
		t.Error("browsers without scripts are not led to the whole page")
	}
	if address != "/x/sites?q=cold&view=map&part=content" {
		t.Errorf("the content is at %s", address)
	}
	b.faults.Set(slow)
	part := b.get(address, "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty", "Sec-Fetch-Site", "same-origin")
	part.want(t, "the content", http.StatusOK, "<h1", "Cold store Meuse")
	if strings.Contains(part.body, "<html") || strings.Contains(part.body, "<main") || strings.Contains(part.body, `href="/x/`) {
		t.Errorf("the content is more than that: %.200s", part.body)
	}
	b.signIn()
	b.get("/sites?view=map&whole=1", tab...).want(t, "the whole page, waited for", http.StatusOK, "Cold store Meuse")
	b.signIn()
	b.get("/sites?view=map").want(t, "what a program asks for", http.StatusOK, "Cold store Meuse")
	b.signIn()
	b.faults.Set(slower)
	b.get("/explore?s=20101&s=80101&from=now-3d&to=now&cmp=wk", tab...).want(t, "a slow chart", http.StatusOK, `aria-busy="true"`, `chart-panel skeleton"`, `<input type="text" name="from" value="now-3d"`, `class="views"`, `<option value="wk" selected>`,
		`href="/explore?s=20101&amp;s=80101&amp;from=now/d&amp;to=now/d&amp;cmp=wk"`)
}

func TestPartsOfPages(t *testing.T) {
	t.Parallel()
	b := newBench(t, "http://portal.localhost:8080")
	script := []string{"Sec-Fetch-Mode", "cors", "Sec-Fetch-Site", "same-origin"}
	b.get("/x/search?part=found&q=cold+store", script...).want(t, "results", http.StatusOK, "Cold store Meuse", `href="/sites/204486"`)
	b.get("/search?q=cold+store").want(t, "the page of the results", http.StatusOK, "<html", "Cold store Meuse", "<h1")
	b.get("/search").want(t, "the empty search", http.StatusOK, `name="q"`)
	b.get("/x/search?part=nothing&q=cold", script...).want(t, "an unknown part", http.StatusBadRequest, `"param":"part"`)
	b.get("/x/search?q=cold", script...).want(t, "no part", http.StatusBadRequest, `"param":"part"`)
	b.get("/x/nothing?part=content", script...).want(t, "no page", http.StatusNotFound)
	b.get("/x/search?part=found", append([]string{"Cookie", ""}, script...)...).want(t, "nobody", http.StatusUnauthorized)
	b.faults.Set(fault.Rule{Fault: fault.Fault{Status: 500}})
	b.get("/x/variables/80101?part=content", script...).want(t, "a Data Hub in trouble", http.StatusBadGateway, `"code"`)
}

// A part is for scripts of ours: it is no page of its own, and another site gets none.
func TestPartsAreForScriptsOfOurs(t *testing.T) {
	t.Parallel()
	b := newBench(t, "http://portal.localhost:8080")
	const part = "/x/search?part=found&q=cold+store"
	b.get(part, "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty", "Sec-Fetch-Site", "same-origin").want(t, "a script of ours", http.StatusOK, "Cold store Meuse")
	b.get(part, tab...).want(t, "a tab", http.StatusNotFound)
	for _, site := range []string{"cross-site", "same-site"} {
		b.get(part, "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty", "Sec-Fetch-Site", site).want(t, site, http.StatusForbidden)
		b.get(part, "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe", "Sec-Fetch-Site", site).want(t, "a frame "+site, http.StatusForbidden)
	}
}

// A dashboard whose series are slow is there at once with what needs none; each widget that is on its way has an address of its own, and several come in one answer, each as soon as it is there.
func TestWidgetsComeByThemselves(t *testing.T) {
	t.Parallel()
	b := newBench(t, "http://portal.localhost:8080")
	b.wait()
	b.server.patience = patience{time.Minute, time.Minute}
	script := []string{"Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty", "Sec-Fetch-Site", "same-origin"}
	board := `{"title":"Plant","widgets":[{"id":"note","kind":"text","x":0,"y":0,"w":3,"h":2,"text":"Call the plant."},{"id":"alarms","kind":"alarms","x":3,"y":0,"w":3,"h":4},
		{"id":"load","kind":"number","x":6,"y":0,"w":2,"h":2,"series":["80101"]},{"id":"gone","kind":"number","title":"Gone","x":8,"y":0,"w":2,"h":2,"series":["99999999"]}]}`
	made := b.ask(http.MethodPost, "/dashboards/import", "json="+url.QueryEscape(board), "Origin", b.base, "Sec-Fetch-Site", "same-origin")
	path := made.Header.Get("Location")
	b.get(path, tab...).want(t, "with a quick Data Hub", http.StatusOK, "Call the plant.", "Hospital Sint-Jan wing", `data-state="empty"`)
	b.signIn()
	const slow = 7 * time.Second
	b.faults.Set(fault.Rule{Path: "/data", Fault: fault.Fault{Delay: slow}})
	alarms := `data-part="w-alarms" data-src="/x` + path + `?part=w-alarms" data-state=""`
	var a answer
	for b.server.patience.panels = time.Second; b.server.patience.panels < slow; b.server.patience.panels *= 2 { // what is quick here comes later on a machine that is not
		start := time.Now()
		a = b.get(path, tab...)
		if took := time.Since(start); took > slow {
			t.Errorf("the page took %v", took)
		}
		if strings.Contains(a.body, alarms) {
			break
		}
	}
	b.faults.Set(fault.Rule{Path: "/data", Fault: fault.Fault{Delay: 2 * time.Second}})
	address := "/x" + path + "?part=w-load"
	a.want(t, "with slow series", http.StatusOK, "Call the plant.", `data-part="w-load" data-src="`+address+`" data-state="waiting"`, `data-part="w-note" data-src="/x`+path+`?part=w-note" data-state=""`, alarms, "whole=1")
	if strings.Contains(a.body, "Hospital Sint-Jan wing") {
		t.Error("a widget that was not ready is there")
	}
	one := b.get(address, script...)
	one.want(t, "one widget", http.StatusOK, `<dh-part class="part" data-part="w-load"`, `id="w-load"`, "Hospital Sint-Jan wing")
	if strings.Contains(one.body, "<template") || strings.Contains(one.body, "w-note") || strings.Contains(one.body, "/x"+path+"/x") {
		t.Errorf("more than one widget: %.300s", one.body)
	}
	b.signIn()
	some := b.get(address+"&part=w-gone&part=w-note", script...)
	some.want(t, "three widgets", http.StatusOK, "Call the plant.", "Hospital Sint-Jan wing", "you may not see it")
	if order := regexp.MustCompile(`<template data-part="([^"]+)">`).FindAllStringSubmatch(some.body, -1); len(order) != 3 || order[0][1] != "w-note" || order[2][1] != "w-load" {
		t.Errorf("they come as %v, want the quick ones first", order)
	}
	b.get(address+"&part=w-nothing", script...).want(t, "what is not on the board", http.StatusBadRequest, `"param":"part"`)
	b.get(address+strings.Repeat("&part=x", partsMost), script...).want(t, "too many", http.StatusBadRequest, `"param":"part"`)
	b.signIn()
	b.get(path+"?whole=1", tab...).want(t, "without scripts", http.StatusOK, "Call the plant.", "Hospital Sint-Jan wing")
	b.signIn()
	b.faults.Set(fault.Rule{Path: "/data", Fault: fault.Fault{Status: 500}})
	b.get(address, script...).want(t, "a widget that fails", http.StatusOK, `data-state="failed"`, "answered with an error (500)", "Request ", `data-part-retry="w-load"`)
}

// Who looks at a variable keeps their picture until the next one is there: it is waited for. Who comes from elsewhere has nothing to look at, and gets the place of what comes.
func TestAnotherViewIsWaitedFor(t *testing.T) {
	t.Parallel()
	b := newBench(t, "http://portal.localhost:8080")
	b.wait()
	b.server.patience.page = 200 * time.Millisecond
	for _, tt := range []struct {
		path, from string
		whole      bool
	}{
		{"/explore?s=80101&from=now-2d&to=now", b.base + "/explore?s=80101", true}, {"/variables/80101?from=now-2d&to=now", b.base + "/variables/80101", true},
		{"/explore?s=80101&from=now-2d&to=now", b.base + "/sites/204486", false}, {"/explore?s=80101&from=now-2d&to=now", "http://elsewhere.example/explore", false}, {"/variables/80101?from=now-2d&to=now", b.base + "/variables/80102", false},
	} {
		b.signIn() // nothing of hers is kept
		b.faults.Set(fault.Rule{Fault: fault.Fault{Delay: map[bool]time.Duration{true: 300 * time.Millisecond, false: 5 * time.Second}[tt.whole]}})
		a := b.get(tt.path, append([]string{"Referer", tt.from}, tab...)...)
		if waits := strings.Contains(a.body, `data-part="content"`); a.StatusCode != http.StatusOK || waits == tt.whole || tt.whole && !strings.Contains(a.body, "<dh-chart") {
			t.Errorf("%s from %s: %d, a place for what comes %t", tt.path, tt.from, a.StatusCode, waits)
		}
	}
}

// Who gives up waiting is not worked for any more: what the Data Hub was asked for them is taken back, and it is asked nothing else.
func TestNobodyIsWorkedForWhoGaveUp(t *testing.T) {
	t.Parallel()
	b := newBench(t, "http://portal.localhost:8080")
	var asked, left atomic.Int32
	b.between(func(w http.ResponseWriter, r *http.Request, behind http.Handler) {
		if !strings.HasPrefix(r.URL.Path, "/data") {
			behind.ServeHTTP(w, r)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body) // a server notices that somebody leaves when it has read all
		asked.Add(1)
		<-r.Context().Done()
		left.Add(1)
	})
	portal := httptest.NewServer(b.handler)
	t.Cleanup(portal.Close)
	for name, tt := range map[string]struct {
		path   string
		header []string
	}{
		"another view": {"/explore?s=80101", append([]string{"Referer", b.base + "/explore?s=80101"}, tab...)},
		"the content":  {"/x/explore?s=80101&part=content", []string{"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"}},
	} {
		t.Run(name, func(t *testing.T) {
			b.signIn()
			asked.Store(0)
			left.Store(0)
			ctx, cancel := context.WithCancel(t.Context())
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, portal.URL+tt.path, nil)
			b.must(err)
			r.Host, r.Header = "portal.localhost:8080", http.Header{"Accept": {"text/html"}, "Cookie": {b.cookie.Name + "=" + b.cookie.Value}}
			for i := 0; i < len(tt.header); i += 2 {
				r.Header.Set(tt.header[i], tt.header[i+1])
			}
			gone := make(chan error, 1)
			go func() {
				_, err := http.DefaultClient.Do(r)
				gone <- err
			}()
			settled(t, "asked for points", &asked)
			cancel()
			if err := <-gone; !errors.Is(err, context.Canceled) {
				t.Errorf("the browser got an answer: %v", err)
			}
			before := asked.Load()
			settled(t, "left", &left)
			if asked.Load() != before || left.Load() != before {
				t.Errorf("asked %d times, then %d more; %d were taken back", before, asked.Load()-before, left.Load())
			}
		})
	}
}

// settled waits until n counts something, and nothing more for a moment.
func settled(t *testing.T, what string, n *atomic.Int32) {
	t.Helper()
	for last, same, tries := int32(0), 0, 0; same < 20; tries++ {
		if tries > 2400 {
			t.Fatalf("%s: %d times within a minute", what, n.Load())
		}
		time.Sleep(25 * time.Millisecond)
		if now := n.Load(); now > 0 && now == last {
			same++
		} else {
			last, same = now, 0
		}
	}
}

// The answer to a form is waited for, however long it takes: a place for what comes would send it again.
func TestFormsAreWaitedFor(t *testing.T) {
	t.Parallel()
	b := newBench(t, "http://portal.localhost:8080")
	b.wait()
	b.server.patience.page = 0
	form := "json=" + url.QueryEscape(`{"title":"Plant","widgets":[]}`)
	b.ask(http.MethodPost, "/dashboards/import", form, append([]string{"Origin", b.base}, tab...)...).want(t, "a form in a tab", http.StatusSeeOther)
}

// A page that panics on its way is the panic of its request, and of nothing else.
func TestPagesThatPanic(t *testing.T) {
	t.Parallel()
	b := newBench(t, "http://portal.localhost:8080")
	page := func(http.ResponseWriter, *pages.Request) error { panic("canary-value") }
	b.handler = b.server.withEvent(b.server.page(b.server.soon(page)))
	b.get("/sites", tab...).want(t, "a panic", http.StatusInternalServerError, "<h1")
	if log := b.log.String(); !strings.Contains(log, "handler panicked") || strings.Contains(log, "canary") {
		t.Errorf("log: %.2000s", log)
	}
}

// Whoever answers first answers alone: a handler that began, or somebody else after it gave up.
func TestOneAnswers(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	u := &undecided{w: w, header: http.Header{}}
	u.Header().Set("X-Of", "handler")
	u.WriteHeader(http.StatusAccepted)
	if n, err := u.Write([]byte("file")); n != 4 || err != nil || u.giveUp() || http.NewResponseController(u).Flush() != nil {
		t.Errorf("a handler that writes: %d, %v", n, err)
	}
	if w.Code != http.StatusAccepted || w.Body.String() != "file" || w.Header().Get("X-Of") != "handler" || !w.Flushed {
		t.Errorf("its answer is %d %q %v", w.Code, w.Body, w.Header())
	}
	w = httptest.NewRecorder()
	u = &undecided{w: w, header: http.Header{}}
	u.Header().Set("X-Of", "handler")
	if !u.giveUp() {
		t.Error("who has not begun goes on")
	}
	u.WriteHeader(http.StatusAccepted)
	if n, err := u.Write([]byte("file")); n != 0 || !errors.Is(err, http.ErrHandlerTimeout) || !errors.Is(http.NewResponseController(u).Flush(), http.ErrHandlerTimeout) {
		t.Errorf("a handler that comes late: %d, %v", n, err)
	}
	if w.Body.Len() > 0 || len(w.Header()) > 0 || w.Flushed {
		t.Errorf("it writes %q %v all the same", w.Body, w.Header())
	}
}
