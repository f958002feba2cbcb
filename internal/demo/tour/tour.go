// Package tour is the demo's own face: a start page with live figures for guests and a sign-in with one click, a tour through the portal in eight stops, and a page that shows and
// moves the demo's clock. The portal knows nothing of it: its pages come in from beside.
package tour

//go:generate go tool templ generate -path .

import (
	"embed"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"portico/internal/datahub"
	"portico/internal/demo/clock"
	"portico/internal/pages"
	"portico/internal/server"
	"portico/web/static"
	"portico/web/templates"
)

// Config is what a Tour is built from. All members are required unless said otherwise.
type Config struct {
	Clock   *clock.Clock
	Fixed   bool                // nobody may move the clock
	Guest   datahub.TokenSource // with whose rights the start page reads
	Company string              // whose figures those are
	People  []Person            // who can sign in
	Portal  string              // the portal's public URL
	Issuer  string              // of the identity server
	Places  Places
	Flow    string // path of the page about the token flow
	Faults  string // path of the page that breaks things
}

// Person is somebody whom a visitor can be.
type Person struct {
	Name string
	Hint string // by which the identity server knows them
	Role string // operator, viewer or screen: a word of the catalogue
}

// Places are the stops of the tour that depend on the data: local paths, perhaps with a query.
type Places struct {
	Alarm, Explore, Carpet, Wall string
}

// Tour is the pages. It is safe for concurrent use.
type Tour struct {
	c       Config
	stops   []stop
	figures figures
}

// New returns a Tour.
func New(c Config) *Tour {
	return &Tour{c: c, stops: stops(c.Places, c.Flow), figures: figures{pages: pages.New(), shown: map[string]shown{}}}
}

//go:embed tour.css tour.js
var files embed.FS

const (
	startPath   = "/demo"
	listPath    = startPath + "/tour"
	clockPath   = startPath + "/clock"
	galleryPath = startPath + "/gallery"
	filesPath   = startPath + "/files/"
)

var assets = static.Load(files, filesPath)

// Front is the path of the start page.
func (t *Tour) Front() string { return startPath }

// Pages are the tour's own.
func (t *Tour) Pages() []server.Page {
	list := []server.Page{
		{Pattern: "GET " + startPath, Public: true, Serve: t.start},
		{Pattern: "GET " + listPath, Public: true, Serve: t.list},
		{Pattern: "GET " + clockPath, Public: true, Serve: t.clock},
		{Pattern: "GET " + galleryPath, Public: true, Serve: t.gallery},
		{Pattern: "GET " + filesPath, Public: true, Serve: func(w http.ResponseWriter, v *server.Visit) error {
			assets.Handler().ServeHTTP(w, v.Request)
			return nil
		}},
	}
	if !t.c.Fixed {
		list = append(list, server.Page{Pattern: "POST " + clockPath, Public: true, Serve: t.move})
	}
	return list
}

// dress adds what the tour's pages need to what is around them.
func dress(m *templates.LayoutModel) {
	if sheet := assets.URL("tour.css"); !slices.Contains(m.Assets.Sheets, sheet) {
		m.Assets.Sheets, m.Assets.Modules = append(m.Assets.Sheets, sheet), append(m.Assets.Modules, assets.URL("tour.js"))
	}
}

// layout is what is around a page of the tour.
func (t *Tour) layout(v *server.Visit, title string) templates.LayoutModel {
	m := v.Layout()
	dress(&m)
	m.Title = title
	return m
}

// signIn is the address that signs a visitor in as a person and leads to a local path. It is the way in which others may begin a sign-in (OpenID Connect Core section 4).
func (t *Tour) signIn(hint, path string) string {
	return "/auth/initiate?" + url.Values{"iss": {t.c.Issuer}, "login_hint": {hint}, "target_link_uri": {strings.TrimSuffix(t.c.Portal, "/") + path}}.Encode()
}
