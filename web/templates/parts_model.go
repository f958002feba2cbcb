package templates

import "github.com/a-h/templ"

// StateModel says how something is: a shape and a word, never a colour alone.
type StateModel struct {
	Name string // ok, attention, alarm, late, silent or none
	Text string
}

// PageHeadModel is the top of a page: where it belongs, its name, what it is about.
type PageHeadModel struct {
	Crumbs  []Link
	Title   string
	State   StateModel // nothing is shown without Text
	Facts   []string
	Actions []Link
}

// titleOf names the page in a tab of the browser, together with one of the pages above it: many meters and variables have the same name.
func (m PageHeadModel) titleOf(above int) string {
	if above >= len(m.Crumbs) {
		return m.Title
	}
	return m.Title + " · " + m.Crumbs[above].Text
}

// TabModel is a view of the same thing under an address of its own.
type TabModel struct {
	Link
	Count   string // how many are in it, "" for none
	Key     string // that leads there, as data-key has it; "" for none
	Current bool
}

// AgeModel is what a script needs to tell the age of the newest value as it grows.
type AgeModel struct {
	ISO    string // when the newest value was; "" when there is none
	Late   string // age in seconds up to which it is on time
	Silent string // age in seconds from which the meter is silent
	Site   string // id of the site whose main meter it is, by which the stream speaks of it; "" for others
	Gone   string // age in seconds from which the last picture of a wall is too old to be read; "" elsewhere
}

// KPIModel is one figure with its course and what it is compared with.
type KPIModel struct {
	Label  string
	Value  string // formatted; "–" when there is none
	Unit   string
	Change string // "+4 %"; "" for none
	Tone   string // good or bad, when it is known which way is better
	Note   string // "vs last Tuesday", "at 10:15"
	Spark  templ.Component
	Href   string
}

// FailureModel stands where something could not be loaded; the rest of the page is there.
type FailureModel struct {
	Text      string
	RetryTo   string
	RequestID string // under which the log tells more, "" where the page says it
	Part      string // parts of the page that a script asks for again, apart by spaces; "" for the page
}

// LegendModel names a series beside its mark.
type LegendModel struct {
	Color  int // 1 to 8
	Dashed bool
	Late   bool // a ring: what came late
	Rest   bool // what nobody measures: it has no colour of the palette
	Bar    bool // drawn as bars, not as a line
	Text   string
}

// ChartModel is a picture of a period with its words and its table. Wide and Narrow show the same, drawn for desks and for phones, as does
// Full for a card that takes the whole width; nil elsewhere.
type ChartModel struct {
	ID       string // unique on the page
	Title    string
	About    string // unit, zone
	Legend   []LegendModel
	Full     templ.Component
	Wide     templ.Component
	Narrow   templ.Component
	Data     *ChartDataModel // the same for the browser's own chart, nil where a picture is enough
	Zoom     string          // address that shows a part of the period, when from and to are set in it; "" where there is none
	Summary  string          // what the picture says, in sentences
	Notes    []string        // gaps and the like
	Strip    templ.Component
	StripDoc string // what the strip says
	Table    TableModel
	Empty    *EmptyModel
	Failure  *FailureModel
	Link     Link
}

// EmptyModel stands where there is nothing to show, with the next step.
type EmptyModel struct {
	Text string
	Next Link // none without Href
}

// TableModel is a plain table: the twin of a picture. All but the first column are numbers.
type TableModel struct {
	Title   string // of the control that opens it
	Caption string
	Columns []string
	Rows    [][]string
	Listed  bool   // on a phone each row is a block of names and values
	More    string // says that rows were left out, "" when none were
}

// FactModel is a term and what it is.
type FactModel struct {
	Term  string
	Value string
	Code  bool // a number or code to be copied, in fixed width
}

// StatModel is a figure of a period.
type StatModel struct {
	Label string
	Value string
	Note  string
}

// OptionModel is a choice in a select or a row of choices.
type OptionModel struct {
	Value    string
	Text     string
	Selected bool
}

// OptionGroup is a named group of choices.
type OptionGroup struct {
	Text    string
	Options []OptionModel
}

// FieldModel is a form field with what was typed, and what is wrong with it.
type FieldModel struct {
	Name  string
	Label string
	Value string
	Hint  string
	Error string
	Offer []OptionModel // what one would choose; anything else can be typed
}

// PagerModel leads through a list that has several pages.
type PagerModel struct {
	Text string // "1–20 of 600"
	Prev string // "" at the start
	Next string // "" at the end
}
