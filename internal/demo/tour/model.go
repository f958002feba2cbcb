package tour

import "portico/web/templates"

// BarModel is the tour's bar: where it is, what to look at, and where it goes on.
type BarModel struct {
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
	Stops     []StopModel
}

// StopModel is a stop in a list.
type StopModel struct {
	No      string
	Href    string
	Title   string
	Text    string
	Current bool
}

// StartModel is the start page.
type StartModel struct {
	Layout  templates.LayoutModel
	Company string
	Strip   StripModel
	People  []PersonModel // whom a visitor can be; none for whoever is signed in
	Tour    string        // where the tour begins
	TourOn  bool
	Flow    string // pages of others
	Faults  string
	Figures templates.OverviewModel
}

// StripModel is the line that says what is shown, and when.
type StripModel struct {
	Clock templates.ClockModel
	Date  string // where it is not today
	Zone  string
	Live  string
	Speed string // of the clock, for the script that lets it run
}

// PersonModel is somebody whom a visitor can be.
type PersonModel struct {
	Name  string
	Role  string
	About string
	Href  string
	First bool
}

// ListModel is the page with all stops.
type ListModel struct {
	Layout templates.LayoutModel
	Stops  []StopModel
}

// ClockPageModel is the page about the demo's clock.
type ClockPageModel struct {
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
	Days    []ChoiceModel
	Steps   []ChoiceModel
	Speeds  []ChoiceModel
}

// ChoiceModel is a button.
type ChoiceModel struct {
	Value   string
	Text    string
	Note    string
	Current bool
}
