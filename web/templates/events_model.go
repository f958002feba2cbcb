package templates

// EventsModel is the list of events, or their calendar.
type EventsModel struct {
	Layout   LayoutModel
	Head     PageHeadModel
	Sections []TabModel
	Views    []TabModel
	Filter   EventFilterModel
	Query    string
	Done     string // what the form before this page did
	Events   []EventRowModel
	More     string // says that there are more
	Calendar *CalendarModel
	Empty    *EmptyModel
}

// EventFilterModel chooses which events are shown. Its fields are the page's address.
type EventFilterModel struct {
	Query FieldModel
	From  FieldModel // no Name where the calendar chooses
	To    FieldModel
	Sites []OptionModel
	Types []OptionModel
	View  string // kept in hidden fields
	Month string
	Clear string
}

// CalendarModel is a month in whole weeks.
type CalendarModel struct {
	Title string
	Prev  string
	Next  string
	Days  []string // names, Monday first
	Weeks []CalendarWeekModel
}

// CalendarWeekModel is a week with its number.
type CalendarWeekModel struct {
	Number string
	Days   []CalendarDayModel
}

// CalendarDayModel is a day and what happened.
type CalendarDayModel struct {
	Number  string
	Name    string
	ISO     string
	Outside bool // of the month that is shown
	Today   bool
	Events  []EventRowModel
	More    Link // to the day's others, none without Href
}

// EventModel is one event.
type EventModel struct {
	Layout LayoutModel
	Head   PageHeadModel
	Facts  []FactModel
}

// EventFormModel makes or changes an event.
type EventFormModel struct {
	Layout    LayoutModel
	Head      PageHeadModel
	Action    string
	Delete    string // where it is deleted, "" for a new one, and for who may not
	Site      string // of an event that is there
	Sites     []OptionModel
	SiteError string
	Types     []OptionModel
	Title     FieldModel
	Comment   FieldModel
	From      FieldModel
	To        FieldModel
	Zone      string
	Problem   string // what is wrong with the whole
}
