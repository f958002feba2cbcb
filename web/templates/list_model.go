package templates

// ListModel is a table of facts: each row is about one thing. On a phone rows become blocks, and each cell carries the name of its column.
type ListModel struct {
	Caption string
	Links   []TabModel // other extents of the same list
	Columns []ColumnModel
	Rows    [][]CellModel
	Empty   *EmptyModel
	Pager   PagerModel
	Note    string // below the table, "" for none
}

// CellModel is a cell of a list. The first of a row names what the row is about.
type CellModel struct {
	Text   string
	Note   string // beside the text, in smaller letters
	Href   string // where the text leads; "" for nowhere
	ISO    string // of a text that is a time
	State  StateModel
	Icon   string
	Number bool
	Code   bool
}
