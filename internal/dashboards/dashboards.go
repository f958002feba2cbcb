// Package dashboards is the pages on which people compose dashboards and look at them. What a widget shows is read elsewhere, with the rights of whoever looks.
package dashboards

import (
	"errors"
	"net/http"
	"time"

	"portico/internal/board"
	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/pages"
	"portico/internal/query"
	"portico/web/templates"
)

// Widgets reads what widgets show and what people can choose for them.
type Widgets interface {
	// Widgets returns what each widget of b shows, in the order of b; site is what a template is about, 0 for other boards. What one of them fails with stays with it. An error ends
	// the session.
	Widgets(r *pages.Request, b board.Board, site datahub.SiteID) ([]templates.WidgetModel, error)
	// FillWidgets makes the same as parts of a page that come by themselves, each under the name w- and its id, and calls render with as much of them as there is.
	FillWidgets(r *pages.Request, b board.Board, site datahub.SiteID, render func([]templates.WidgetModel) error) error
	// Pictures returns what the widgets of b show on a wall, drawn once for all who look, and what is in the way of newer ones; their images are below page. An error ends the session.
	Pictures(r *pages.Request, b board.Board, site datahub.SiteID, page string) (pages.Pictures, error)
	// Sites lists the sites that the person may see, as choices.
	Sites(r *pages.Request, chosen datahub.SiteID) ([]templates.OptionModel, error)
	// Variables lists the variables of a site, by meter; the addresses of the links are references.
	Variables(r *pages.Request, site datahub.SiteID) ([]templates.PickGroup, error)
	// Images lists the pictures of the Data Hub's storage, as choices.
	Images(r *pages.Request, chosen string) ([]templates.OptionModel, error)
	// Picture answers with the picture to which a widget of b refers, or returns pages.ErrNotFound.
	Picture(w http.ResponseWriter, r *pages.Request, b board.Board, widget board.Widget) error
	// SeriesNames returns what variables are called, by reference; one that cannot be read is called by its reference.
	SeriesNames(r *pages.Request, refs []string) (map[string]string, error)
}

// Pages are the pages of dashboards.
type Pages struct {
	widgets Widgets
}

// New returns pages whose widgets w reads.
func New(w Widgets) *Pages { return &Pages{w} }

// Routes is the table of contents. All of them need somebody who is signed in.
func (p *Pages) Routes() []pages.Route {
	return []pages.Route{
		{Pattern: "GET /dashboards", Handler: p.list},
		{Pattern: "POST /dashboards", Handler: p.create},
		{Pattern: "GET /dashboards/add", Handler: p.offer},
		{Pattern: "POST /dashboards/import", Handler: p.load},
		{Pattern: "GET /dashboards/schema.json", Handler: p.schema},
		{Pattern: "GET /dashboards/{board}", Handler: p.view},
		{Pattern: "POST /dashboards/{board}", Handler: p.change},
		{Pattern: "GET /dashboards/{board}/board.json", Handler: p.save},
		{Pattern: "GET /dashboards/{board}/pictures/{widget}", Handler: p.picture},
		{Pattern: "GET /dashboards/{board}/edit", Handler: p.editor},
		{Pattern: "POST /dashboards/{board}/edit", Handler: p.edit},
		{Pattern: "GET /dashboards/{board}/edit/pictures/{widget}", Handler: p.draftPicture},
		{Pattern: "GET /dashboards/{board}" + PrintPath, Handler: p.print},
		{Pattern: "GET /dashboards/{board}/versions", Handler: p.versions},
		{Pattern: "POST /dashboards/{board}/versions", Handler: p.restore},
		{Pattern: "GET /tv/{board}", Handler: p.wall},
		{Pattern: "GET /tv/list/{screen}", Handler: p.rotation},
		{Pattern: "GET /tv/{board}/pictures/{widget}", Handler: p.picture},
	}
}

func library(r *pages.Request) *board.Library {
	return board.NewLibrary(r.Shelf, func() time.Time { return r.Now })
}

// person is whose dashboards a request can see: on a screen, those of whoever approved it.
func person(r *pages.Request) board.Person {
	if r.Wall != nil {
		return r.Wall.Owner
	}
	return board.Person{Issuer: r.Who.Issuer, Subject: r.Who.Subject, Account: r.Who.Account, Name: r.By}
}

// found returns the board that the address names.
func found(r *pages.Request) (board.Stored, error) {
	s, err := library(r).Load(r.Context(), person(r), r.PathValue("board"))
	return s, known(err)
}

// known turns what the library says into what pages say.
func known(err error) error {
	if errors.Is(err, board.ErrNotFound) {
		return pages.ErrNotFound
	}
	return err
}

// form reads a form of a dashboard, also one in parts, in which a whole board takes no more room than it has.
func form(r *pages.Request) error {
	if err := r.ParseMultipartForm(2 * board.MaxSize); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return &query.Error{Param: "body", Err: query.ErrTooLong}
	}
	return nil
}

// refusal is what to tell about a board that cannot be kept; false when err is none of that kind.
func refusal(err error, l locale.Locale) (string, bool) {
	if e, ok := errors.AsType[*board.Error](err); ok {
		what := l.T(locale.Key("board.wrong-"+string(e.Code)), most[e.Code])
		if e.Path == "" {
			return what, true
		}
		return l.T("board.wrong-at", e.Path, what), true
	}
	switch {
	case errors.Is(err, board.ErrTooMany):
		return l.T("board.too-many", board.MaxBoards), true
	case errors.Is(err, board.ErrNoAccount):
		return l.T("board.no-account"), true
	}
	return "", false
}

// most are the bounds that the words about mistakes name.
var most = map[board.Code]int{board.TooLong: board.MaxSize >> 10, board.BadName: board.MaxName, board.BadText: board.MaxText}

func see(w http.ResponseWriter, r *pages.Request, address string) error {
	http.Redirect(w, r.Request, address, http.StatusSeeOther)
	return nil
}

func address(id string, rest ...string) string {
	a := "/dashboards/" + id
	for _, part := range rest {
		a += part
	}
	return a
}

// by says who saved something and when.
func by(s board.Stored, r *pages.Request) string {
	return r.Locale.T("board.saved", s.By, r.Locale.DateTime(s.Saved.In(datahub.HomeZone()), r.Now))
}

// siteOf reads which site a template is about.
func siteOf(r *pages.Request) (datahub.SiteID, error) {
	id, err := query.ID(r.URL.Query(), "site")
	return datahub.SiteID(id), err
}
