// Package flow makes the token flow of the demo visible: it keeps each visitor's own exchanges between browser, portal, identity server and Data Hub for a while, with every secret cut
// short, and shows them at /demo/flow. The portal knows nothing of it: what is kept is seen from around it, and the page comes in from beside.
package flow

//go:generate go tool templ generate -path .

import (
	"embed"
	"net/http"
	"time"

	"portico/internal/server"
	"portico/internal/session"
	"portico/web/static"
)

// Config is what a Flow is built from: what its buttons do to the demo's servers. All members but Leave are required. Sid and subject are the visitor's, as ID tokens have them.
type Config struct {
	Expire  func(sid, subject string)                       // makes the visitor's access tokens worthless
	Revoke  func(sid, subject string)                       // takes the visitor's tokens back
	Trouble func(sid string, what Trouble, d time.Duration) // what the Data Hub does to the visitor's calls for so long
	Dawdle  func(d time.Duration)                           // the identity server's next token answer takes so long
	Leave   func(d time.Duration)                           // the identity server answers nobody for so long; nil where others would suffer
	Back    func() time.Time                                // when it comes back; zero while it is there
	At      func(time.Time) time.Time                       // what the demo's clock shows, or showed, at a moment
}

// Trouble is a way in which the Data Hub answers badly.
type Trouble string

// The troubles.
const (
	Slow  Trouble = "slow"  // late
	Busy  Trouble = "busy"  // 429 with Retry-After
	Fails Trouble = "fails" // 500
	Calm  Trouble = "calm"  // none
)

const (
	dawdleFor  = 1200 * time.Millisecond // so that it can be seen that calls wait
	awayFor    = 30 * time.Second
	troubleFor = 30 * time.Second // unless it is ended before
)

// Flow records and shows. It is safe for concurrent use.
type Flow struct {
	c    Config
	kept *kept
}

// New returns a Flow that has seen nothing yet.
func New(c Config) *Flow { return &Flow{c: c, kept: newKept()} }

//go:embed flow.css flow.js
var files embed.FS

const (
	pagePath   = "/demo/flow"
	eventsPath = pagePath + "/events"
	filesPath  = pagePath + "/static/"
)

var assets = static.Load(files, filesPath)

// Pages returns the page with all that belongs to it.
func (f *Flow) Pages() []server.Page {
	serveFile := assets.Handler()
	return []server.Page{
		{Pattern: "GET " + pagePath, Serve: f.page},
		{Pattern: "POST " + pagePath, Serve: f.act},
		{Pattern: "GET " + eventsPath, Stream: true, Serve: f.events},
		{Pattern: "GET " + filesPath, Public: true, Serve: func(w http.ResponseWriter, v *server.Visit) error {
			serveFile.ServeHTTP(w, v.Request)
			return nil
		}},
	}
}

// journeyOf returns the journey of who is signed in; it begins now when others have taken its place.
func (f *Flow) journeyOf(sess *session.Session) *journey {
	id := sess.Handle.ID()
	j := f.kept.session(id)
	if j == nil {
		j = newJourney()
		j.subject = sess.Identity.Subject
		f.kept.start(id, j)
	}
	return j
}
