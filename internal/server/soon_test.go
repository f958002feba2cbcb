package server

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"portico/internal/demo/fault"
)

// tab is what a browser says of a request for a page in a tab.
var tab = []string{"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}

func TestSlowContentDoesNotHoldThePage(t *testing.T) {
	t.Parallel()
	b := newBench(t, "http://portal.localhost:8080")
	b.wait()
	b.get("/sites?view=map", tab...).want(t, "a quick page", http.StatusOK, "<h1", "Cold store Meuse")
	b.signIn() // nothing of hers is kept
	b.faults.Set(fault.Rule{Fault: fault.Fault{Delay: 700 * time.Millisecond}})
	start := time.Now()
	a := b.get("/sites?q=cold&view=map", tab...)
	took := time.Since(start)
	a.want(t, "a slow page", http.StatusOK, "<title>Sites", `aria-busy="true"`, "<noscript>", `class="place"`)
	if took < patience || took > patience+time.Second || strings.Contains(a.body, "Cold store Meuse") {
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
	part := b.get(address, "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty", "Sec-Fetch-Site", "same-origin")
	part.want(t, "the content", http.StatusOK, "<h1", "Cold store Meuse")
	if strings.Contains(part.body, "<html") || strings.Contains(part.body, "<main") || strings.Contains(part.body, `href="/x/`) {
		t.Errorf("the content is more than that: %.200s", part.body)
	}
	b.signIn()
	b.get("/sites?view=map&whole=1", tab...).want(t, "the whole page, waited for", http.StatusOK, "Cold store Meuse")
	b.signIn()
	b.get("/sites?view=map").want(t, "what a program asks for", http.StatusOK, "Cold store Meuse")
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
	script := []string{"Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty", "Sec-Fetch-Site", "same-origin"}
	board := `{"title":"Plant","widgets":[{"id":"note","kind":"text","x":0,"y":0,"w":3,"h":2,"text":"Call the plant."},{"id":"alarms","kind":"alarms","x":3,"y":0,"w":3,"h":4},
		{"id":"load","kind":"number","x":6,"y":0,"w":2,"h":2,"series":["80101"]},{"id":"gone","kind":"number","title":"Gone","x":8,"y":0,"w":2,"h":2,"series":["99999999"]}]}`
	made := b.ask(http.MethodPost, "/dashboards/import", "json="+url.QueryEscape(board), "Origin", b.base, "Sec-Fetch-Site", "same-origin")
	path := made.Header.Get("Location")
	b.get(path, tab...).want(t, "with a quick Data Hub", http.StatusOK, "Call the plant.", "Hospital Sint-Jan wing", `data-state="empty"`)
	b.signIn()
	b.faults.Set(fault.Rule{Path: "/data", Fault: fault.Fault{Delay: 800 * time.Millisecond}})
	start := time.Now()
	a := b.get(path, tab...)
	if took := time.Since(start); took > panelPatience+300*time.Millisecond {
		t.Errorf("the page took %v", took)
	}
	address := "/x" + path + "?part=w-load"
	a.want(t, "with slow series", http.StatusOK, "Call the plant.", `data-part="w-load" data-src="`+address+`" data-state="waiting"`, `data-part="w-note" data-src="/x`+path+`?part=w-note" data-state=""`, `data-part="w-alarms" data-src="/x`+path+`?part=w-alarms" data-state=""`, "whole=1")
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
