package server

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// What a browser says of a request decides whether it is a page, somebody else's doing, or asked before anybody did.
func TestWhatBrowsersSay(t *testing.T) {
	t.Parallel()
	document := []string{"Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}
	for name, tt := range map[string]struct {
		header             []string
		page, foreign, may bool // asks for a page, is of another site, may start a sign-in
	}{
		"a tab":                       {append([]string{"Sec-Fetch-Site", "same-origin"}, document...), true, false, true},
		"an address that was typed":   {append([]string{"Sec-Fetch-Site", "none"}, document...), true, false, true},
		"a link from elsewhere":       {append([]string{"Sec-Fetch-Site", "cross-site"}, document...), true, false, true},
		"a script of ours":            {[]string{"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"}, false, false, false},
		"a frame of ours":             {[]string{"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"}, false, false, false},
		"a document that is fetched":  {[]string{"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "document"}, false, false, false},
		"no mode":                     {[]string{"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Dest", "image"}, false, false, false},
		"the browser itself":          {[]string{"Sec-Fetch-Site", "none", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "empty"}, false, false, false},
		"an image elsewhere":          {[]string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"}, false, true, false},
		"a neighbour's":               {[]string{"Sec-Fetch-Site", "same-site", "Accept", "text/html"}, true, true, false},
		"a page ahead":                {append([]string{"Sec-Fetch-Site", "none", "Sec-Purpose", "prefetch;prerender"}, document...), true, false, false},
		"ahead, as it was":            {[]string{"Purpose", "prefetch"}, true, false, false},
		"ahead, as it was in Firefox": {[]string{"X-Moz", "prefetch"}, true, false, false},
		"an old browser":              {[]string{"Accept", "text/html,application/xhtml+xml,*/*;q=0.8"}, true, false, true},
		"anything":                    {[]string{"Accept", "*/*"}, true, false, true},
		"JSON":                        {[]string{"Accept", "application/json"}, false, false, true},
		"JSON or anything":            {[]string{"Accept", "application/json, */*"}, false, false, true},
		"a picture":                   {[]string{"Accept", "image/png"}, false, false, true},
		"an old script":               {[]string{"X-Requested-With", "fetch"}, false, false, true},
		"htmx":                        {[]string{"HX-Request", "true"}, false, false, true},
	} {
		r := httptest.NewRequest(http.MethodGet, "/auth/login", nil)
		for i := 0; i < len(tt.header); i += 2 {
			r.Header.Set(tt.header[i], tt.header[i+1])
		}
		if page, foreign, may := navigation(r), foreignLoad(r), startsSignIn(r) == nil; page != tt.page || foreign != tt.foreign || may != tt.may {
			t.Errorf("%s: a page %t, foreign %t, may sign in %t", name, page, foreign, may)
		}
	}
}
