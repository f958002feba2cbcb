package templates

// SharedModel is a dashboard as the visitors of a link see it.
type SharedModel struct {
	Layout  LayoutModel
	Title   string
	About   string // who shares it
	Widgets []WidgetModel
	Clock   ClockModel
}

// SharesModel is a person's links, and the form that makes one.
type SharesModel struct {
	Layout  LayoutModel
	Tabs    []TabModel
	Done    string
	Error   string
	Fresh   string // address of the link that was just made: it is shown once
	Links   []ShareRow
	Name    FieldModel
	Boards  []OptionModel
	Site    string // of a template, "" for none
	Reaches []OptionModel
	Lives   []OptionModel
	Rights  []OptionModel
}

// ShareRow is one link.
type ShareRow struct {
	ID    string
	Name  string
	Board string
	About []string
}
