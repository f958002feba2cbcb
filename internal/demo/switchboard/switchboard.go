// Package switchboard is the page /demo/faults: what is wrong with the demo's servers, and the forms that make it so. The portal knows nothing of it: the page comes in from beside.
package switchboard

//go:generate go tool templ generate -path .

import (
	"embed"
	"errors"
	"net/http"
	"time"

	"portico/internal/demo/fault"
	"portico/internal/server"
	"portico/web/static"
)

// Config is what a Switchboard is built from. All members are required but At.
type Config struct {
	Identity, Hub *fault.Switch                  // of the two servers
	Own           func(sid string) *fault.Switch // faults of the Data Hub for one visitor alone; nil when there are none
	Rotate        func() error                   // gives the identity server a new key
	Expire        func(fault.Whose)              // makes access tokens worthless
	Revoke        func(fault.Whose)              // and refresh tokens
	At            func(time.Time) time.Time      // what the portal's clock shows at an instant; nil: the same
}

// Switchboard shows and switches. It is safe for concurrent use.
type Switchboard struct{ c Config }

// New returns the page over its switches.
func New(c Config) *Switchboard {
	if c.At == nil {
		c.At = func(t time.Time) time.Time { return t }
	}
	return &Switchboard{c: c}
}

//go:embed switchboard.css
var files embed.FS

const (
	pagePath  = "/demo/faults"
	filesPath = pagePath + "/static/"
)

var assets = static.Load(files, filesPath)

// Pages are what the portal takes in. Nobody needs to be signed in: somebody who cannot sign in any more must be able to end it.
func (b *Switchboard) Pages() []server.Page {
	return []server.Page{
		{Pattern: "GET " + pagePath, Public: true, Serve: b.page},
		{Pattern: "POST " + pagePath, Public: true, Serve: b.act},
		{Pattern: "GET " + filesPath, Public: true, Serve: func(w http.ResponseWriter, v *server.Visit) error {
			assets.Handler().ServeHTTP(w, v.Request)
			return nil
		}},
	}
}

// page shows what is wrong and what can be made so.
func (b *Switchboard) page(w http.ResponseWriter, v *server.Visit) error {
	p := presenter{l: v.Locale(), now: time.Now(), at: b.c.At}
	layout := v.Layout()
	layout.Title, layout.Assets.Sheets = layout.T("faults.title"), append(layout.Assets.Sheets, assets.URL("switchboard.css"))
	_, signedIn := v.Session()
	rules := append(p.rules(identityName, b.c.Identity.Rules()), p.rules(hubName, b.c.Hub.Rules())...)
	if own := b.own(v); own != nil {
		rules = append(rules, p.rules(ownName, own.Rules())...)
	}
	return v.Render(w, http.StatusOK, page(pageModel{
		Layout: layout, SignedIn: signedIn, Rules: rules,
		Servers: []serverModel{p.server(identityName, b.c.Identity.Offset()), p.server(hubName, b.c.Hub.Offset())},
	}))
}

// Names of the servers, as in --demo-fail, and of the Data Hub as far as it is about one visitor alone.
const (
	identityName = "identity"
	hubName      = "hub"
	ownName      = "own"
)

// own is the switch of the visitor's own faults; nil when there are none.
func (b *Switchboard) own(v *server.Visit) *fault.Switch {
	sess, ok := v.Session()
	if !ok {
		return nil
	}
	return b.c.Own(sess.Identity.SID)
}

var errNotOffered = errors.New("this choice is not offered")

// act does what a form says.
func (b *Switchboard) act(w http.ResponseWriter, v *server.Visit) error {
	r := v.Request
	if err := r.ParseForm(); err != nil {
		return server.BadParameter("do", err)
	}
	if err := b.do(v, r.PostForm.Get("do")); err != nil {
		return err
	}
	http.Redirect(w, r, pagePath+"#now", http.StatusSeeOther)
	return nil
}

func (b *Switchboard) do(v *server.Visit, what string) error {
	switch what {
	case "clear":
		b.c.Identity.Clear()
		b.c.Hub.Clear()
		if own := b.own(v); own != nil {
			own.Clear()
		}
		return nil
	case "rotate":
		return b.c.Rotate()
	case "expire", "revoke":
		return b.tokens(v, what)
	}
	s := map[string]*fault.Switch{identityName: b.c.Identity, hubName: b.c.Hub, ownName: b.own(v)}[v.Request.PostForm.Get("server")]
	if s == nil {
		return server.BadParameter("server", errNotOffered)
	}
	return switchOver(s, what, v.Request.PostForm.Get)
}

// tokens ends the visitor's own tokens.
func (b *Switchboard) tokens(v *server.Visit, what string) error {
	sess, ok := v.Session()
	if !ok {
		return server.BadParameter("do", errNotOffered)
	}
	whose := fault.Whose{SID: sess.Identity.SID, Subject: sess.Identity.Subject}
	if what == "expire" {
		b.c.Expire(whose)
	} else {
		b.c.Revoke(whose)
	}
	return nil
}
