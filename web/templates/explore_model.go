package templates

import "github.com/a-h/templ"

// ExploreModel is the explorer: variables over a range, in one of several pictures. Its state is its address: each control is a link or a field of a form.
type ExploreModel struct {
	Layout   LayoutModel
	Head     PageHeadModel
	Time     TimeBarModel
	Chips    []ChipModel
	Add      []OptionGroup // variables of the same site that can be added
	Other    Link          // to variables of other sites; nothing without Href
	Hidden   []HiddenModel // of the form that adds a variable
	Views    []TabModel
	Problems []string
	Back     Link          // away from them
	Notes    []string      // about the page as a whole
	Outliers []LinkedNote  // values that stand far out, or are left out
	Chart    *ChartModel   // the view chart
	Brush    *PictureModel // the longer time around it
	Pictures []PictureModel
	Figures  TableModel
	Explain  ExplainModel
	Links    []Link // this view for ever, its files
}

// LinkedNote says something, with what can be done about it.
type LinkedNote struct {
	Text string
	Link Link
}

// HiddenModel is a field of a form that is kept as it is.
type HiddenModel struct{ Name, Value string }

// ChipModel is one variable that is shown, with what can be done about it.
type ChipModel struct {
	Name   string
	Href   string // its own page
	About  string // unit, meter, site
	Color  int    // 1 to 8
	Dash   int    // 0 to 3
	Remove string
	Menu   []ChipGroup
	Error  string // why it is not drawn, "" when it is
}

// ChipGroup is a choice of a chip.
type ChipGroup struct {
	Label   string
	Choices []TabModel
}

// PictureModel is a picture that no script replaces, drawn for desks and for phones, or a carpet.
type PictureModel struct {
	ID      string // unique on the page
	Title   string
	About   string
	Link    Link // to the same with all controls; nothing without Href
	Legend  []LegendModel
	Wide    templ.Component
	Narrow  templ.Component
	Carpet  *CarpetModel
	Key     templ.Component // nil for none
	Summary string
	Notes   []string
	Table   TableModel // its twin, closed until it is asked for
	Open    TableModel // a table that is the picture
	Empty   *EmptyModel
	Failure *FailureModel
}

// CarpetModel is a picture with a column for each day and a row for each step of the day.
type CarpetModel struct {
	Light, Dark string   // addresses of the picture for both themes
	Values      string   // address of what is in its cells; CarpetDataModel
	Name        string   // of the variable
	Alt         string   // what it shows
	Hours       []string // beside it, from the top
	Days        templ.Component
}

// ExplainModel says where the figures come from.
type ExplainModel struct {
	Open  bool
	Lines []ExplainLine
}

// ExplainLine is about one variable.
type ExplainLine struct {
	Name     string
	Facts    []FactModel
	Notes    []string // what is missing or peculiar
	Command  string   // asks the Data Hub for the same points; the token is left to whoever runs it
	Compared string   // the same for what the line is compared with, "" for nothing
}
