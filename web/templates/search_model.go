package templates

// SearchModel is what a few words found.
type SearchModel struct {
	Layout  LayoutModel
	Query   string
	Count   string // how many there are, and how many of them are shown; "" before anything was asked
	Groups  []HitGroup
	Failure *FailureModel
}

// HitGroup is results of one kind.
type HitGroup struct {
	Name string
	Hits []HitModel
}

// HitModel is one result.
type HitModel struct {
	Link
	Icon  string
	About string // where it belongs
}
