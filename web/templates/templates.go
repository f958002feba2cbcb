// Package templates holds the pages and their parts as templ components: pure functions of view models that are ready to show.
//
// A view model carries formatted texts, local links, ISO times and state names; every word of the portal itself comes through
// [LayoutModel].T from the message catalogue. The package imports nothing of ours, reads no clock and calls nobody. Text from
// the Data Hub is escaped by templ wherever it stands and set apart with <bdi>, so that neither markup nor direction leaks out of it.
package templates

//go:generate go tool templ generate -path .
//go:generate go run ../static/gen

import (
	"slices"

	"github.com/a-h/templ"
)

// Text returns a sentence of the portal in the reader's language. The key is one of the catalogue's, the arguments fill its
// places {0}, {1} … and select its plural form.
type Text func(key string, args ...any) string

// LayoutModel is what every page has around its content. T and Assets must be set.
type LayoutModel struct {
	T          Text
	Lang       string       // language of the page: en, fr, nl or de
	Title      string       // name of the page; "" on pages without one
	Theme      string       // "light", "dark", "contrast", or "system" for what the browser prefers
	Density    string       // "comfortable" or "compact": how high rows are
	Keys       string       // "on", or "off" for people who want no keys of a single letter
	Star       *StarModel   // marks what the page is about; nil for what cannot be marked
	Absent     []string     // places of the menu that the person may not see
	Place      string       // where in the menu the page belongs: "overview", "sites", "explore" or ""
	ReturnTo   string       // local path and query of this page, where the settings forms come back to
	Manager    bool         // the person may see the pages under /admin
	Person     *PersonModel // nil when nobody is signed in
	Watch      *WatchModel  // with Person: what the page's script needs to notice that the session ends
	Live       *LiveModel   // with Person: where the page hears of what changes
	Screen     string       // id of the screen that shows the page, "" where a person does
	Loaded     int64        // when the page was made, in Unix milliseconds: what a wall reports tells it back
	Clock      ClockModel   // the server's time, the only "now" that the portal knows
	Notice     string       // line above each page, for example "demo data"; "" for none
	Stale      string       // says since when the page's data are not current, "" when they are
	Version    string       // build, in the page's foot
	RequestID  string       // of this request, in the page's foot
	ShareLinks bool         // people may make links to dashboards
	NoIndex    bool         // ask search engines to stay away
	Nonce      string       // of the Content-Security-Policy
	Whole      string       // address of the page with all of its parts, for browsers without scripts; "" when they are there
	Refresh    string       // what http-equiv="refresh" takes, for pages that go on by themselves; "" for none
	Reload     string       // the same for pages that only browsers without scripts load again
	Assets     AssetsModel

	Above   templ.Component     // stands between the notice and the page; nil for nothing
	Writing func() WritingModel // with Person: how scripts write what the server has not written; asked where Fixed does not know it yet
	Fixed   *Fixed              // parts of the frame that were rendered before; nil renders them each time
}

// PersonModel is who is signed in.
type PersonModel struct {
	Name    string
	Account string // name of the account, "" when it is not known
}

// WatchModel is what the script that watches the session is told.
type WatchModel struct {
	Who       string // reference of the person and the account that the page belongs to
	Every     string // seconds between two looks
	Warn      string // seconds before the end at which it is announced
	Zone      string // time zone in which its time is shown
	SignInURL string
}

// LiveModel is what the script that listens to the server is told.
type LiveModel struct {
	URL   string // of the event stream
	Who   string // reference of the person and the account, by which tabs find each other
	Build string // of this page; another one in the stream means that the portal is newer

	Contract string // between this page and the server; another one in the stream means that the page must go at once
}

// WritingModel is how the reader's language writes numbers and times, for scripts.
type WritingModel struct {
	Decimal  string            `json:"decimal"`
	Group    string            `json:"group"` // between thousands
	Day      string            `json:"day"`   // short forms of units of time
	Hour     string            `json:"hour"`
	Min      string            `json:"min"`
	Sec      string            `json:"sec"`
	Dot      string            `json:"dot"`      // after the day of the month
	Weekdays []string          `json:"weekdays"` // short, Sunday first
	Months   []string          `json:"months"`   // short
	Words    map[string]string `json:"words"`    // sentences of the portal by key, with places $0, $1 …
}

// ClockModel is a time, as text and for machines.
type ClockModel struct {
	Text string // "14:21:08 CET"
	ISO  string // RFC 3339
	Zone string // IANA name, where the clock runs on by a script
}

// AssetsModel holds the addresses of static files under their content-hashed names.
type AssetsModel struct {
	Stylesheet string // app.css
	WallSheet  string // wall.css, of pages on walls
	Icons      string // icons.svg, a sprite
	Favicon    string // favicon.svg
	Font       string // inter-latin.woff2, fetched early

	SessionWatch string // session_watch.js, a module
	App          string // app.js, the module of all others
	UPlot        string // uplot.min.js, fetched when there is a chart

	Sheets  []string // further style sheets of this page
	Modules []string // and further scripts
}

// titled returns the layout with another title.
func (l LayoutModel) titled(title string) LayoutModel {
	l.Title = title
	return l
}

// onWall is the layout of a page on a wall, which has a style sheet of its own besides.
func (l LayoutModel) onWall() *LayoutModel {
	l.Assets.Sheets = append(slices.Clone(l.Assets.Sheets), l.Assets.WallSheet)
	return &l
}

// Link is a text that leads somewhere.
type Link struct {
	Text string
	Href string // "" for a place that is no link
}

// SignedOutModel is the page after signing out.
type SignedOutModel struct {
	Layout       LayoutModel
	Everywhere   bool // the identity server has confirmed that it has signed the person out too
	ProviderDown bool // the identity server could not be reached
	SignIn       SignInModel
}

// SignInModel is the way back in.
type SignInModel struct {
	URL       string // signs in and comes back to where the person was
	StayURL   string // the same, to stay signed in on this device; "" where nobody may
	StayAbout string // what that means
	Aside     bool   // in another tab: the page with it holds something that must not get lost
}

// where is the tab in which the sign-in opens.
func (m SignInModel) where() templ.Attributes {
	if m.Aside {
		return templ.Attributes{"target": "_blank"}
	}
	return nil
}

// words are a link's own, which say when it leads to another tab.
func (m SignInModel) words(l LayoutModel, text string) string {
	if m.Aside {
		return text + " " + l.T("sign-in.aside")
	}
	return text
}

// ExpiredModel is the page that explains that a session has ended.
type ExpiredModel struct {
	Layout LayoutModel
	SignIn SignInModel
}

// AccountModel is the page on which a person changes to another Data Hub account.
type AccountModel struct {
	Layout LayoutModel
	Name   string // of the present account, "" when it is not known
	ID     string // its number, "" when it is not known
	Choice bool   // the identity server lets people choose
	Typed  string // what was entered before
	Wrong  bool   // Typed is no number of an account
}

// SessionModel is the page about the person's own session. Times without a text do not apply.
type SessionModel struct {
	Layout        LayoutModel
	Active        bool
	Name          string
	Account       string
	Scopes        string     // separated by blanks
	Expires       ClockModel // absolute end of the session
	IdleExpires   ClockModel // its end if nothing is done
	AccessExpires ClockModel // end of the present access token
	RefreshUntil  ClockModel // end of the refresh token, and of the session without another refresh
	Refreshable   bool       // the access token is renewed by itself
	Stays         bool       // the person chose to stay signed in on this device
	MayStay       bool       // or may choose to
	SignIn        SignInModel
}
