package board

import "slices"

// Kind says what a widget shows.
type Kind string

// The kinds of widgets.
const (
	BigNumber    Kind = "number"       // a value with its unit, the change against a comparison, a target
	Trend        Kind = "trend"        // one to six series, two axes, comparison, alarms
	Today        Kind = "today"        // the day so far against what is usual
	Peak         Kind = "peak"         // the month's highest quarter of an hour, and the one that builds up now
	Carpet       Kind = "carpet"       // hour by day
	Duration     Kind = "duration"     // ordered load, hours above a limit
	Breakdown    Kind = "breakdown"    // days by meter, stacked, with what no meter measures
	Flow         Kind = "flow"         // what comes from grid, roof and battery, and where it goes
	AlarmWall    Kind = "alarms"       // open alarms
	AlarmRibbon  Kind = "ribbon"       // a day of alarms, a row for each site
	SiteMap      Kind = "map"          // sites by their worst state
	League       Kind = "league"       // sites in an order
	Freshness    Kind = "freshness"    // who is late
	Completeness Kind = "completeness" // sites by days
	Weather      Kind = "weather"      // temperature and degree days
	Price        Kind = "price"        // price and carbon of the grid today
	Guard        Kind = "guard"        // cold rooms: value, limit, minutes above
	Text         Kind = "text"
	Image        Kind = "image" // a picture in the Data Hub's storage, such as a floor plan
	Clock        Kind = "clock" // the server's
	Link         Kind = "link"  // to another board
)

// Need says whether a widget takes something.
type Need int

// What a kind may ask for.
const (
	No Need = iota
	May
	Must
)

// Form is what a kind of widget takes, and how large it is at first and at least.
type Form struct {
	Kind       Kind
	W, H       int // at first
	MinW, MinH int
	Series     Need
	MostSeries int
	Site       Need
	Range      bool
	Limit      bool
	Roles      bool // each series has one
	Order      bool // of its lines
	Text       Need
	File       Need
	Board      Need
}

// Forms lists the kinds in the order in which people are offered them.
var Forms = []Form{
	{Kind: BigNumber, W: 3, H: 2, MinW: 2, MinH: 1, Series: Must, MostSeries: 1, Range: true, Limit: true},
	{Kind: Trend, W: 6, H: 4, MinW: 3, MinH: 3, Series: Must, MostSeries: 6, Range: true},
	{Kind: Today, W: 4, H: 3, MinW: 3, MinH: 2, Series: Must, MostSeries: 1},
	{Kind: Peak, W: 4, H: 3, MinW: 3, MinH: 2, Series: Must, MostSeries: 1, Limit: true},
	{Kind: Carpet, W: 6, H: 4, MinW: 3, MinH: 3, Series: Must, MostSeries: 1, Range: true},
	{Kind: Duration, W: 4, H: 3, MinW: 3, MinH: 3, Series: Must, MostSeries: 1, Range: true, Limit: true},
	{Kind: Breakdown, W: 6, H: 4, MinW: 3, MinH: 3, Series: Must, MostSeries: 8, Range: true},
	{Kind: Flow, W: 6, H: 4, MinW: 4, MinH: 3, Series: Must, MostSeries: 12, Range: true, Roles: true},
	{Kind: AlarmWall, W: 4, H: 4, MinW: 3, MinH: 2, Site: May},
	{Kind: AlarmRibbon, W: 12, H: 2, MinW: 6, MinH: 1, Site: May},
	{Kind: SiteMap, W: 5, H: 6, MinW: 3, MinH: 3},
	{Kind: League, W: 4, H: 4, MinW: 3, MinH: 2, Order: true},
	{Kind: Freshness, W: 4, H: 3, MinW: 3, MinH: 2, Site: May},
	{Kind: Completeness, W: 8, H: 3, MinW: 4, MinH: 2, Site: May},
	{Kind: Weather, W: 3, H: 2, MinW: 2, MinH: 2, Series: Must, MostSeries: 1},
	{Kind: Price, W: 4, H: 3, MinW: 3, MinH: 2, Series: Must, MostSeries: 2},
	{Kind: Guard, W: 4, H: 3, MinW: 3, MinH: 2, Series: Must, MostSeries: 12, Limit: true},
	{Kind: Text, W: 4, H: 2, MinW: 1, MinH: 1, Text: Must},
	{Kind: Image, W: 4, H: 4, MinW: 2, MinH: 2, File: Must},
	{Kind: Clock, W: 2, H: 1, MinW: 2, MinH: 1},
	{Kind: Link, W: 2, H: 1, MinW: 1, MinH: 1, Text: May, Board: Must},
}

// Role says on which side of a flow a series is.
type Role string

// The roles of a flow. What is negative at the grid or at a battery goes the other way.
const (
	Grid      Role = "grid"
	Solar     Role = "solar" // or wind: made on the site
	Discharge Role = "battery"
	Load      Role = "load"
	Heat      Role = "heat"
	Charge    Role = "charge"
	Export    Role = "export"
)

// Roles lists the roles in the order in which people are offered them.
var Roles = []Role{Grid, Solar, Discharge, Load, Heat, Charge, Export}

// Order is by what a league orders its sites.
type Order string

// The orders of a league.
const (
	ByUse      Order = ""         // of today
	ByArea     Order = "area"     // use of today by m² of floor
	ByChange   Order = "change"   // against a week before
	ByComplete Order = "complete" // data of the last 24 hours, the worst first
)

// Orders lists the orders as people are offered them.
var Orders = []Order{ByUse, ByArea, ByChange, ByComplete}

// FormOf returns the form of a kind; false for a kind that there is not.
func FormOf(k Kind) (Form, bool) {
	i := slices.IndexFunc(Forms, func(f Form) bool { return f.Kind == k })
	if i < 0 {
		return Form{}, false
	}
	return Forms[i], true
}
