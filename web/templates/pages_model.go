package templates

import "github.com/a-h/templ"

// OverviewModel is the start page: how the account's sites are doing now.
type OverviewModel struct {
	Layout  LayoutModel
	Head    PageHeadModel
	Lead    Link // what stands out, in a sentence that leads there
	KPIs    []KPIModel
	Trend   ChartModel
	Rows    []SiteRowModel
	Counts  []StateModel // "9 on time", "1 silent"
	Map     templ.Component
	More    Link // to the whole list
	Failure *FailureModel
	Partial *FailureModel // "3 of 12 sites could not be read"
}

// SiteRowModel is one site in a list.
type SiteRowModel struct {
	Name   string
	Href   string
	Town   string
	Kind   string
	State  StateModel
	Now    string
	Today  string
	Change string
	Tone   string
	Spark  templ.Component
	Data   string // completeness of the last 24 hours
	Age    string
}

// SitesModel is the list of sites.
type SitesModel struct {
	Layout  LayoutModel
	Head    PageHeadModel
	Query   FieldModel
	Sort    string // kept by the filter's form
	Columns []ColumnModel
	Rows    []SiteRowModel
	Sum     SiteSumModel
	Pager   PagerModel
	Empty   *EmptyModel
	Partial *FailureModel
}

// ColumnModel heads a column that can be sorted by; Href "" when it cannot.
type ColumnModel struct {
	Text   string
	Href   string
	Sorted string // ascending, descending or ""
	Number bool
}

// SiteSumModel adds up the rows that are shown.
type SiteSumModel struct {
	Text  string // "Sum of the 12 shown", with how many are complete
	Today string
	Now   string
}

// SiteModel is one site, by tab.
type SiteModel struct {
	Layout  LayoutModel
	Head    PageHeadModel
	Tabs    []TabModel
	KPIs    []KPIModel
	Trend   ChartModel
	Facts   []FactModel
	Map     templ.Component
	Meters  []MeterRowModel
	Failure *FailureModel
	Summary bool // the tab that is shown: summary, else meters
}

// MeterRowModel is one source in a list.
type MeterRowModel struct {
	Name      string
	Href      string
	Energy    string // name of the medium
	Icon      string
	Number    string // EAN, meter or serial number
	Variables string // how many
	Last      string
	Age       string
	State     StateModel
}

// SourceModel is one meter.
type SourceModel struct {
	Layout    LayoutModel
	Head      PageHeadModel
	Facts     []FactModel
	Variables []VariableRowModel
	Pager     PagerModel
	Empty     *EmptyModel
	Partial   *FailureModel
}

// VariableRowModel is one variable in a list.
type VariableRowModel struct {
	Name     string
	Href     string
	About    string // quantity and step
	Last     string
	LastTime string
	LastISO  string
	Age      string
	State    StateModel
	Spark    templ.Component
}

// SeriesModel is a page about one series in a range: the variable page, and the explorer with more controls.
type SeriesModel struct {
	Layout   LayoutModel
	Head     PageHeadModel
	Explore  bool // all controls
	Time     TimeBarModel
	Chart    ChartModel
	Stats    []StatModel
	Facts    []FactModel
	Problems []string // what cannot be read, by field
}

// TimeBarModel chooses the range and how it is drawn. It is a form whose fields are the address.
type TimeBarModel struct {
	Action      string // path of the page
	Range       string // "Mon 16 – Sun 22 Nov 2026"
	Prev        string
	Next        string // "" when it lies in the future
	Presets     []TabModel
	Series      []OptionGroup // the explorer's variables of the same site
	Chosen      string        // s, kept in a hidden field where there is no choice
	From        FieldModel
	To          FieldModel
	Granularity []OptionModel
	Aggregates  []OptionModel
	Comparisons []OptionModel
	Zone        FieldModel
	Errors      map[string]string // parameter → what is wrong
}

// PickModel is the explorer before a variable is chosen.
type PickModel struct {
	Layout LayoutModel
	Head   PageHeadModel
	Sites  []OptionModel
	Groups []PickGroup
	Error  string
	Empty  *EmptyModel
}

// PickGroup is a meter with its variables.
type PickGroup struct {
	Name  string
	Icon  string
	Links []Link
}
