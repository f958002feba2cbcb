package templates

import "github.com/a-h/templ"

// WidgetModel is one rectangle of a dashboard with what it shows. One of the members after Reason is set.
type WidgetModel struct {
	ID      string
	Kind    string
	X, Y    int // columns from the left and rows from the top, from 1
	W, H    int
	Title   string
	About   string        // unit, and the zone if it is not the site's
	Age     string        // of the newest value, "" where there is none
	State   string        // "", empty, partial, stale, late, silent or failed
	Reason  string        // in words, for every state but ""
	Next    Link          // with empty: to where there is something, zero for nowhere
	Failure *FailureModel // with failed: how to try again; nil where that is not offered
	Panel   PanelModel    // how it stands with it on a page whose widgets come by themselves
	Menu    []Link        // to the same elsewhere: explore, table, export

	Last  AgeModel        // of the newest value, for scripts
	Mark  string          // on a wall: changes when it looks different; "" elsewhere
	Drawn templ.Component // the whole widget without what moves by itself, as it was drawn before

	Figure  *FigureModel
	Picture templ.Component
	Narrow  templ.Component // the same for phones, nil where the one does for all
	Carpet  *CarpetModel
	Image   *ImageModel
	Summary string // what the picture says
	Legend  []LegendModel
	Items   []WidgetItem
	Text    []string // paragraphs
	Clock   *ClockModel
	Link    *Link
}

// FigureModel is a value that is read from far away.
type FigureModel struct {
	Value  string
	Unit   string
	Change string
	Tone   string // good or bad, where it is known which way is better
	Note   string // what it is compared with
	Target string // how it stands to its target, "" without one
	Spark  templ.Component
}

// ImageModel is a picture that somebody made.
type ImageModel struct {
	Src string // local path
	Alt string
}

// WidgetItem is a line of a list: what it is, its state, a figure.
type WidgetItem struct {
	Link
	State StateModel
	Value string
	Note  string
	Dim   bool // somebody has seen it
}

// DashboardsModel lists the dashboards that a person may see.
type DashboardsModel struct {
	Layout  LayoutModel
	Head    PageHeadModel
	Folders []DashboardFolder
	Empty   *EmptyModel
	Error   string // what is wrong with what was sent
	Title   FieldModel
	Folder  FieldModel
	Import  FieldModel
	Done    string
}

// DashboardFolder is a folder with its dashboards.
type DashboardFolder struct {
	Name  string // "" for those in none
	Items []DashboardRow
}

// DashboardRow is one dashboard of a list.
type DashboardRow struct {
	Link
	About string // "8 widgets · shared · Alice, yesterday 14:10"
}

// DashboardAddModel is a widget that waits for a dashboard.
type DashboardAddModel struct {
	Layout LayoutModel
	Head   PageHeadModel
	Error  string
	Facts  []FactModel // what it is
	Fields []HiddenModel
	Boards []DashboardRow
	Title  FieldModel // of a new dashboard
}

// DashboardModel is a dashboard that is looked at.
type DashboardModel struct {
	Layout    LayoutModel
	Head      PageHeadModel
	ID        string
	Widgets   []WidgetModel
	Sites     []OptionModel // of a template: which site is shown
	Action    string        // where the choice of a site goes
	Empty     *EmptyModel
	Shared    bool
	Sharing   bool   // there is an account to share with
	SiteParam string // of a template, "&site=7"; "" elsewhere
	Done      string
}

// DashboardEditModel is a dashboard that is being composed.
type DashboardEditModel struct {
	Layout  LayoutModel
	Head    PageHeadModel
	ID      string
	Widgets []WidgetModel
	Kinds   []OptionModel
	Board   []FieldModel // title, folder, range
	PerSite bool
	Undo    bool
	Changed bool
	Chosen  *WidgetFormModel // the widget whose settings are open
	Error   string
}

// WidgetFormModel is the settings of one widget.
type WidgetFormModel struct {
	ID       string
	Title    string // of the form
	Fields   []FieldModel
	Series   []SeriesFieldModel // chosen ones, in order
	Takes    int                // how many more there may be
	Sites    []OptionModel      // whose variables are offered, or which site is shown
	SiteIs   string             // name of the field of Sites: pick, where it chooses what is offered, or site
	Groups   []PickGroup        // variables that can be added; Href is the reference
	Orders   []OptionModel
	Boards   []OptionModel
	Files    []OptionModel
	Area     *FieldModel // a text of several lines
	Close    string
	ReturnTo string
}

// SeriesFieldModel is one chosen series.
type SeriesFieldModel struct {
	Ref   string
	Name  string
	Roles []OptionModel // sides of a flow, nil elsewhere
}

// DashboardVersionsModel lists what a dashboard was.
type DashboardVersionsModel struct {
	Layout   LayoutModel
	Head     PageHeadModel
	ID       string
	Versions []DashboardVersion
}

// DashboardVersion is one earlier state.
type DashboardVersion struct {
	Revision string
	Text     string // "Version 3"
	About    string // who and when, how many widgets
	Current  bool
}

// DashboardConflictModel stands in the way of a save that would overwrite somebody else's.
type DashboardConflictModel struct {
	Layout LayoutModel
	Head   PageHeadModel
	ID     string
	About  string // who saved when
	Theirs Link
	Mine   Link
}

// WallModel is a part of a dashboard on a wall, as much as can be read at once: nothing but the picture.
type WallModel struct {
	Layout   LayoutModel
	Board    string // its id, and the site of a template after a dot: what the stream calls it
	Revision string
	Title    string
	Widgets  []WidgetModel
	Page     string // "2 of 3", "" when there is one part only
	Self     string // address of this part, for scripts
	Next     string // of the next one, "" when there is one part only
	Before   string // of the one before
	Steps    []Link // to the part before and to the next one, none when there is one part only
	Turn     string // seconds until the next one
	Pause    Link   // stops or goes on
	Paused   bool
	Clock    ClockModel
	Trouble  string // why what is shown is not current, in a word for scripts
	Since    string // RFC 3339
}

// DashboardDeleteModel asks before a dashboard is deleted.
type DashboardDeleteModel struct {
	Layout LayoutModel
	Head   PageHeadModel
	ID     string
	Shared bool // others lose it, too
}

// PrintModel is a dashboard for the printer.
type PrintModel struct {
	Layout  LayoutModel
	Title   string
	Facts   []string // the site, when and in which zone, how much of it there is
	Widgets []WidgetModel
	Back    Link
}
