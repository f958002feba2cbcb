package flow

import "portico/web/templates"

// pageModel is the page, ready to show.
type pageModel struct {
	Layout  templates.LayoutModel
	Notes   []string // what is out of order on purpose, and until when
	Leave   bool     // the identity server can be taken away
	Lost    string   // says that the visitor must sign in again; "" when not
	Steps   []stepModel
	Token   *tokenModel  // nil when there is none
	NoToken string       // says why
	Detail  *detailModel // nil when nothing was seen
	Claims  []Field      // of the last ID token
	Lines   []lineModel  // youngest first
	Dropped string       // says that older ones are gone
	Said    string       // newest line in words, for those who listen
}

// stepModel is one of the eight steps.
type stepModel struct {
	No       int
	Title    string
	About    string
	Evidence string // "POST /connect/token → 200"; "" before it was seen
	Note     string // what else there is to say; "" for nothing
	State    string // "not yet", "seen 3 times, last at 14:21:08"
	Seen     bool
	Newest   bool   // the last thing that happened
	Tone     string // ok, warn or critical, with Seen
	Arrow    string // lanes from and to: "2-3"
	Href     string // its last exchange; "" for none
}

// tokenModel is the access token's time and what the portal holds.
type tokenModel struct {
	Left    string // whole seconds
	Life    string
	Dash    string // part of a ring of 100 that is left
	Text    string // "41 s left of 60 s"
	Access  string
	Refresh string
}

// detailModel is one exchange in full.
type detailModel struct {
	Title    string // "Request 6 of 14"
	Line     string // "GET /sites → 401"
	Tone     string
	Facts    []Field // who to whom, when, how long, what it changed
	Request  []Field
	Response []Field
	Body     string
	Older    string // link, "" at the end
	Newer    string
}

// lineModel is one exchange in the list.
type lineModel struct {
	ID      string
	No      string
	Time    string
	ISO     string
	Between string // "Portal → Data Hub"
	What    string // "GET /sites"
	Outcome string // "401"
	Tone    string
	Took    string
	Step    string // "step 6"; "" for none
	Href    string
	Chosen  bool
}
