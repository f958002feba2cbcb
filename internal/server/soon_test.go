package server

import (
	"html"
	"net/http"
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
	b.get("/overview", tab...).want(t, "a quick page", http.StatusOK, "<h1", "Site by site")
	b.signIn() // nothing of hers is kept
	b.faults.Set(fault.Rule{Fault: fault.Fault{Delay: 700 * time.Millisecond}})
	start := time.Now()
	a := b.get("/overview?a=%26b", tab...)
	took := time.Since(start)
	a.want(t, "a slow page", http.StatusOK, "<title>Overview", `aria-busy="true"`, "<noscript>", `class="place"`)
	if took < patience || took > patience+time.Second || strings.Contains(a.body, "Site by site") {
		t.Errorf("the page came after %v, with its content %t", took, strings.Contains(a.body, "Site by site"))
	}
	found := regexp.MustCompile(`data-hx-get="([^"]+)"`).FindAllStringSubmatch(a.body, -1)
	if len(found) < 1 {
		t.Fatal("no address of the content")
	}
	address := html.UnescapeString(found[0][1])
	if address != "/x/overview?a=%26b&part=content" {
		t.Errorf("the content is at %s", address)
	}
	part := b.get(address, "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty", "Sec-Fetch-Site", "same-origin")
	part.want(t, "the content", http.StatusOK, "<h1", "Site by site")
	if strings.Contains(part.body, "<html") || strings.Contains(part.body, "<main") || strings.Contains(part.body, `href="/x/`) {
		t.Errorf("the content is more than that: %.200s", part.body)
	}
	b.signIn()
	b.get("/overview?whole=1", tab...).want(t, "the whole page, waited for", http.StatusOK, "Site by site")
	b.signIn()
	b.get("/overview").want(t, "what a program asks for", http.StatusOK, "Site by site")
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
	b.get("/x/sites?part=content", script...).want(t, "a Data Hub in trouble", http.StatusBadGateway, `"code"`)
}
