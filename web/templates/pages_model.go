package templates

import "github.com/a-h/templ"

// OverviewModel is the start page: how the account's sites are doing now.
type OverviewModel struct {
	Layout    LayoutModel
	Marks     []HitGroup // favourites, and what was looked at last
	Head      PageHeadModel
	Lead      Link // what stands out, in a sentence that leads there
	KPIs      []KPIModel
	Trend     ChartModel
	Alarms    ListModel // that are present
	Overnight ListModel // what changed last night
	Rows      []SiteRowModel
	Counts    []StateModel // "9 on time", "1 silent"
	Map       templ.Component
	More      Link // to the whole list
	Failure   *FailureModel
	Partial   *FailureModel // "3 of 12 sites could not be read"
	Sites     int           // how many there will be in Rows
	Panels    OverviewPanels
}

// OverviewPanels is how it stands with the parts of the overview.
type OverviewPanels struct {
	Lead, KPIs, Trend, Sites, Overnight, Alarms, List PanelModel
}

// SiteRowModel is one site in a list.
type SiteRowModel struct {
	ID     string // by which the row can be chosen; "" where it cannot
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
	Peak   string // the month's highest power
	Data   string // completeness of the last 24 hours
	Age    string
	Alarms string // "2 open"; "" for none

	DataState string // how old the data are: ok, late or silent
	Newest    AgeModel
}

// SitesModel is the list of sites, as a table, as cards or on a map.
type SitesModel struct {
	Figures  PanelModel // how it stands with what is known of the rows beside their names
	Layout   LayoutModel
	Head     PageHeadModel
	View     string // list, cards or map
	Views    []TabModel
	Query    FieldModel
	Groups   []OptionModel // none: there are no groups
	By       []OptionModel // by what rows stand together, none where there are no rows
	Status   []OptionModel
	Chosen   []FilterModel // what narrows the list, each with the address without it
	Problems []string      // what of the filter is not understood; there are no rows then
	Kept     []FieldModel  // parameters that the filter's form keeps: names and values
	Carried  []FieldModel  // parameters that the form of the rows keeps
	Choices  []OptionModel // columns of the table
	Columns  []ColumnModel
	Rows     []SiteRowModel
	Sections []SiteSectionModel // the rows as they stand together, nil where they do not
	Sum      SiteSumModel
	Map      SiteMapModel
	Pager    PagerModel
	Empty    *EmptyModel
	Partial  *FailureModel
}

// FilterModel is a filter that counts, and the address without it.
type FilterModel struct {
	Text   string
	Wrong  bool // it is not understood
	Remove string
}

// SiteMapModel is a map of sites with its twin, a list by state.
type SiteMapModel struct {
	Picture templ.Component
	Narrow  templ.Component // the same for phones
	Links   []Link          // closer, wider, all
	States  []SiteGroupModel
	Note    string // about sites that are not on the map, "" for none
}

// SiteGroupModel is the sites of one state.
type SiteGroupModel struct {
	State StateModel
	Sites []Link
}

// ColumnModel heads a column that can be sorted by; Href "" when it cannot.
type ColumnModel struct {
	Name   string // of the column, for rows that are shown in part
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

// SiteSectionModel is rows that stand together, with their sum.
type SiteSectionModel struct {
	Name  string // "" for a table without sections
	Count string // "5 sites", of which other pages may have some
	Rows  []SiteRowModel
	Sum   SiteSumModel
}

// SiteFrameModel is what all pages of a site have.
type SiteFrameModel struct {
	Layout LayoutModel
	Head   PageHeadModel
	Tabs   []TabModel
	Topic  string // of the event stream that the page follows, "" for none
	Sum    string // what there is, with Topic
}

// title names the page in a tab of the browser: first what it shows of the site, then the site.
func (m SiteFrameModel) title() string {
	for i, t := range m.Tabs {
		if t.Current && i > 0 {
			return t.Text + " · " + m.Head.Title
		}
	}
	return m.Head.Title
}

// SiteModel is one site: how it is doing now.
type SiteModel struct {
	Frame  SiteFrameModel
	KPIs   []KPIModel
	Trend  ChartModel
	Facts  []FactModel
	Map    templ.Component
	Meters []MeterRowModel

	Carpet, Breakdown *PictureModel // nil for none

	Sources int  // how many meters there will be
	Metered bool // there will be KPIs and pictures
	Panels  SitePanels
}

// SitePanels is how it stands with the parts of a site's summary.
type SitePanels struct {
	Head, KPIs, Trend, Carpet, Breakdown, Meters, Identity PanelModel
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
	Quality   *MatrixModel
	Lists     []ListModel // alarms, events, properties
	Variables []VariableRowModel
	Pager     PagerModel
	Empty     *EmptyModel
	Partial   *FailureModel
}

// SiteVariablesModel is all variables of a site.
type SiteVariablesModel struct {
	Frame     SiteFrameModel
	Variables []VariableRowModel
	Pager     PagerModel
	Empty     *EmptyModel
	Partial   *FailureModel
}

// VariableRowModel is one variable in a list.
type VariableRowModel struct {
	Meter    Link // shown where the list holds several meters' variables
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

// SeriesModel is a page about one series in a range.
type SeriesModel struct {
	Layout   LayoutModel
	Head     PageHeadModel
	Time     TimeBarModel
	Notes    []string // about the page as a whole
	Outliers []LinkedNote
	Chart    ChartModel
	Brush    *PictureModel // the longer time around it
	Stats    []StatModel
	Pictures []PictureModel
	Quality  *MatrixModel // of the last days
	Lists    []ListModel  // last points, alarms, what it is made of, what is made of it
	Facts    []FactModel
	Explain  ExplainModel
	Problems []string // what cannot be read, by field
	Back     Link     // away from them
}

// TimeBarModel chooses the range and how it is drawn. It is a form whose fields are the address.
type TimeBarModel struct {
	Action      string // path of the page
	Range       string // "Mon 16 – Sun 22 Nov 2026"
	Prev        string
	Next        string // "" when it lies in the future
	Presets     []TabModel
	Zoom        []ZoomModel
	Hidden      []HiddenModel // what the form keeps
	From        FieldModel
	To          FieldModel
	Granularity []OptionModel
	Aggregates  []OptionModel
	Comparisons []OptionModel
	Units       []OptionModel // none where values cannot be converted
	Zone        FieldModel
	Level       FieldModel        // the level that duration curves are compared with
	Errors      map[string]string // parameter → what is wrong
}

// ZoomModel leads to a longer or shorter time around the same middle.
type ZoomModel struct {
	Link
	Icon string
	Key  string // as data-key has it
}

// PickModel is the explorer before a variable is chosen.
type PickModel struct {
	Layout LayoutModel
	Head   PageHeadModel
	Hidden []HiddenModel // variables that are shown already
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
