package templates

import (
	"slices"

	"github.com/a-h/templ"
)

// AlarmsModel is the list of alarms, or the picture of how many there were each day.
type AlarmsModel struct {
	Layout   LayoutModel
	Head     PageHeadModel
	Sections []TabModel // alarms, alarms a day, events
	Views    []TabModel // by state
	Filter   AlarmFilterModel
	Done     string // what the form before this page did, "" for nothing
	Notices  []AlarmNoticeModel
	Entries  []AlarmEntryModel
	Pager    PagerModel
	Empty    *EmptyModel
	Days     *ChartModel // in place of the list
	ReturnTo string      // where the forms come back to
	// Selectable says that something in the list can be acknowledged.
	Selectable bool
}

// AlarmFilterModel chooses which alarms are listed. Its fields are the page's address.
type AlarmFilterModel struct {
	Query  FieldModel
	From   FieldModel
	To     FieldModel
	Acks   []OptionModel
	Kinds  []OptionModel
	Sites  []OptionModel
	Groups []OptionModel // empty when there are none
	State  string        // kept in hidden fields
	View   string
	Clear  string // address without the filter, "" when there is none
}

// AlarmNoticeModel tells of an acknowledgement that can still be undone, or that failed.
type AlarmNoticeModel struct {
	Name   string
	Text   string
	Note   string
	Failed bool
	Again  bool     // it can be tried again
	In     string   // seconds until the Data Hub is told, for scripts; "" for one that failed
	Late   bool     // its time has come: the Data Hub is being told
	IDs    []string // alarms to try again
}

// AlarmEntryModel is one alarm, or several that came at once.
type AlarmEntryModel struct {
	Rows       []AlarmRowModel
	Storm      string // what they have in common; "" for a single alarm
	Since      ClockModel
	State      StateModel
	IDs        string // of a storm, separated by commas
	Selectable bool
}

// CanBeChosen reports whether something of the entry can be acknowledged.
func (m AlarmEntryModel) CanBeChosen() bool {
	return m.Selectable || slices.ContainsFunc(m.Rows, func(r AlarmRowModel) bool { return r.Selectable })
}

// AlarmRowModel is one alarm in a list.
type AlarmRowModel struct {
	ID         string
	Name       string
	Href       string
	Site       string
	SiteHref   string
	State      StateModel
	Priority   string
	Rule       string
	Since      ClockModel // empty when its state never changed
	For        string
	Value      string
	By         string // who acknowledged it
	Selectable bool   // it can be acknowledged
	Pending    bool   // it is about to be
	Unfold     string // address of the list with the row opened, or closed when it is open; "" where rows do not open
	Opened     *AlarmDetailsModel
}

// AlarmDetailsModel is what a row of the list opens to.
type AlarmDetailsModel struct {
	Chart   ChartModel
	Facts   []FactModel
	Times   []LinkedTime  // when it was present last, the newest first
	Failure *FailureModel // in place of the times
	Links   []Link
}

// LinkedTime is a stretch of time with the way to it.
type LinkedTime struct {
	Link
	For string // how long it was
}

// AlarmModel is one alarm.
type AlarmModel struct {
	Layout     LayoutModel
	Head       PageHeadModel
	ID         string
	Since      string
	Notices    []AlarmNoticeModel
	Selectable bool
	Spans      []TabModel
	Chart      ChartModel
	Line       StateLineModel
	Facts      []FactModel
	History    []AlarmChangeModel
	Failure    *FailureModel // in place of the history
	Events     []EventRowModel
	MoreEvents Link // none without Href
	ReturnTo   string
	Renewed    string // address at which the page is read again when something has changed
	Every      string // seconds after which it is read again in any case, "" for never
}

// StateLineModel is a state over time as a picture, for desks and phones, and in words.
type StateLineModel struct {
	Wide   templ.Component
	Narrow templ.Component
	Text   string
}

// AlarmChangeModel is a change of an alarm's state.
type AlarmChangeModel struct {
	Time  ClockModel
	Href  string // the chart at that moment
	State StateModel
	Value string
	By    string
}

// EventRowModel is something that happened at a site.
type EventRowModel struct {
	Title    string
	Type     string
	When     string
	ISO      string
	Site     string // "" where the page says it
	SiteHref string
	Href     string          // its page
	Editable bool            // there it can be changed
	Alike    []EventRowModel // those that this row stands for; nil: one event
}
