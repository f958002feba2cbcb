// Package pages shows what the Data Hub holds: each page reads with the rights of the person who asks, presents what it read, and renders it. It knows nothing of sessions, cookies
// and error pages: whoever mounts its routes says who asks, and answers what a page returns as an error.
package pages

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"portico/internal/board"
	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/internal/shelf"
	"portico/web/templates"
)

// ErrNotFound says that there is no such thing, or none that the person may see. Pages also return [ErrForbidden], [*query.Error] for a parameter that cannot be used, and the errors of datahub and
// token as they are.
var ErrNotFound = errors.New("no such thing, or none that may be seen")

// Request is what a page knows of a request.
type Request struct {
	*http.Request
	Who    Who                   // asks
	Hub    *datahub.Client       // the Data Hub with the person's own rights
	Locale locale.Locale         // of the person
	Layout templates.LayoutModel // what is around the page
	Now    time.Time             // by the server's clock, the same for the whole page
	Since  time.Time             // before which nothing is answered; the zero time for no bound
	Zone   *time.Location        // in which the person wants all times; nil for each site's own
	Shelf  *shelf.Keeper         // what is kept for people
	Owner  shelf.Owner           // whose shelf it is
	By     string                // name of the person
	Wall   *Wall                 // the screen that is shown, nil where a person looks at their own
	Shared bool                  // for whoever has a link, and may open nothing else
	// Later runs f after wait, or as soon as the process is going away, with the person's rights and without the request. Its error is told to the log.
	Later func(what string, wait time.Duration, f func(context.Context) error)
	// Work runs f for as long as it takes, with the person's rights and without the request, until it is done or the process is going away.
	Work   func(what string, f func(context.Context) error)
	Until  time.Time // when the page is rendered with those panels that are there; zero for who waits for all of them
	From   string    // address of the page's parts, to which their names are appended
	Whole  string    // address of the page at which everything is waited for
	Parts  []string  // the parts of the page that are wanted, none for all of it
	Part   string    // the one of them that Render sends, "" for what is wanted
	Render func(status int, page templ.Component) error
}

// Wall is what a screen shows, to itself or to the person who approved it. Its dashboards are looked for with the eyes of that person; what their widgets show is read with the rights of who asks.
type Wall struct {
	Screen string // its id
	Name   string
	Owner  board.Person
	Boards []WallBoard
	Every  time.Duration // each part of a dashboard stands for so long
}

// WallBoard is a dashboard on a screen's list.
type WallBoard struct {
	ID   string
	Site datahub.SiteID // which a template shows; 0 for other dashboards
}

// ZoneName is what tells apart in which zones times are shown: "" for each site's own.
func (r *Request) ZoneName() string {
	if r.Zone == nil {
		return ""
	}
	return r.Zone.String()
}

// Handler answers a request: with r.Render, or by w, or with an error before anything is written.
type Handler func(w http.ResponseWriter, r *Request) error

// Route is a handler at a pattern of [http.ServeMux].
type Route struct {
	Pattern string
	Handler Handler
}

// Pages are the pages with what they keep between requests. Use [New].
type Pages struct {
	exporters exporters
	kept      *kept
}

// New returns pages that have read nothing yet.
func New() *Pages { return &Pages{exporters: make(exporters, exportsHere), kept: newKept()} }

// Forget drops what is kept of a session's data: it has ended.
func (p *Pages) Forget(session string) { p.kept.forget(session) }

// Routes is the table of contents. All of them need somebody who is signed in.
func (p *Pages) Routes() []Route {
	return []Route{
		{"GET /overview", p.overview},
		{"GET /sites", p.sites},
		{"POST /sites", p.keepColumns},
		{"GET /sites/{site}", p.site},
		{"GET /sites/{site}/sources", p.siteSources},
		{"GET /sites/{site}/data", p.siteVariables},
		{"GET /sites/{site}/alarms", p.siteAlarms},
		{"GET /sites/{site}/events", p.siteEvents},
		{"GET /sites/{site}/properties", p.siteProperties},
		{"GET /sites/{site}/files", p.siteFiles},
		{"GET /sites/{site}/quality", p.siteQuality},
		{"GET /sources/{source}", p.source},
		{"GET /variables/{variable}", p.variable},
		{"GET /explore", p.explore},
		{"GET /explore/carpet.png", p.carpetPicture},
		{"GET /explore/carpet.json", p.carpetValues},
		{"GET /alarms", p.alarms},
		{"GET /alarms/{alarm}", p.alarm},
		{"POST /alarms/ack", p.acknowledge},
		{"POST /alarms/ack/undo", p.undoAcknowledgement},
		{"POST /stars", p.star},
		{"GET /export", p.export},
		{"GET /export/sites", p.exportSites},
		{"GET /export/alarms", p.exportAlarms},
		{"GET /exports", p.exports},
		{"POST /exports", p.makeExport},
		{"GET /exports/{export}", p.exportPage},
		{"POST /exports/{export}", p.changeExport},
		{"GET /exports/{export}/file", p.exportFile},
		{"GET /events", p.events},
		{"GET /events/new", p.newEvent},
		{"POST /events", p.saveEvent},
		{"GET /events/{event}", p.event},
		{"POST /events/{event}", p.saveEvent},
		{"POST /events/{event}/delete", p.deleteEvent},
		{"GET /search", p.search},
		{"GET /quality", p.quality},
		{"GET /files", p.files},
		{"GET /files/{file}", p.file},
		{"GET /groups", p.groups},
		{"GET /groups/{group}", p.group},
		{"GET /forms", p.forms},
	}
}

// id reads an id out of the path. What is no id leads nowhere.
func (r *Request) id(name string) (int64, error) {
	id, err := query.ParseID(r.PathValue(name))
	if err != nil {
		return 0, notFound(name)
	}
	return id, nil
}

func notFound(what string) error { return fmt.Errorf("%s: %w", what, ErrNotFound) }
