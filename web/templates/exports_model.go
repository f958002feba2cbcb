package templates

// ExportOfferModel offers to make a long file in the background.
type ExportOfferModel struct {
	Layout  LayoutModel
	Head    PageHeadModel
	Text    string
	Fields  []HiddenModel // of the form that begins
	Refused string        // why it is not made, "" when it is
}

// ExportsModel lists a person's files.
type ExportsModel struct {
	Layout LayoutModel
	Head   PageHeadModel
	Done   string // what the form before this page did
	Rows   []ExportRowModel
	Empty  *EmptyModel
}

// ExportModel is one file, or how far it has come.
type ExportModel struct {
	Layout LayoutModel
	Head   PageHeadModel
	Row    ExportRowModel
}

// ExportRowModel is a file that is made, or being made.
type ExportRowModel struct {
	Name   string
	Href   string
	Format string
	Range  string
	Made   ClockModel
	Until  string // when it goes
	State  StateModel
	Done   int // parts
	Parts  int
	Share  string
	File   string // address, "" until it is complete
	Failed string // why it is not, "" unless it failed
	Source string // the page that shows the same
}
