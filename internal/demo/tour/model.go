package tour

import "portico/web/templates"

// barModel is the tour's bar: where it is, what to look at, and where it goes on.
type barModel struct {
	Layout    templates.LayoutModel
	Where     string // "Stop 2 of 8"
	Title     string
	Text      string
	Here      string // address of the stop
	Back      string // "" at the first stop
	Next      string // "" at the last one
	NextTitle string
	SignsIn   bool // the way to the next stop signs a guest in
	Leave     string
	Stops     []stopModel
}

// stopModel is a stop in a list.
type stopModel struct {
	No      string
	Href    string
	Title   string
	Text    string
	Current bool
}

// startModel is the start page.
type startModel struct {
	Layout  templates.LayoutModel
	Company string
	Strip   stripModel
	People  []personModel // whom a visitor can be; none for whoever is signed in
	Tour    string        // where the tour begins
	TourOn  bool
	Flow    string // pages of others
	Faults  string
	Figures templates.OverviewModel
}

// stripModel is the line that says what is shown, and when.
type stripModel struct {
	Clock templates.ClockModel
	Date  string // where it is not today
	Zone  string
	Live  string
	Speed string // of the clock, for the script that lets it run
}

// personModel is somebody whom a visitor can be.
type personModel struct {
	Name  string
	Role  string
	About string
	Href  string
	First bool
}

// listModel is the page with all stops.
type listModel struct {
	Layout templates.LayoutModel
	Stops  []stopModel
}

// clockPageModel is the page about the demo's clock.
type clockPageModel struct {
	Layout  templates.LayoutModel
	Date    string
	Time    string
	ISO     string
	Speed   string
	State   string
	Follows bool
	Fixed   bool // nobody moves it
	Field   string
	Min     string
	Max     string
	Days    []choiceModel
	Steps   []choiceModel
	Speeds  []choiceModel
}

// choiceModel is a button.
type choiceModel struct {
	Value   string
	Text    string
	Note    string
	Current bool
}
