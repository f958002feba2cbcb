package templates

// SearchModel is what a few words found.
type SearchModel struct {
	Layout  LayoutModel
	Query   string
	Count   string // how many there are, and how many of them are shown; "" before anything was asked
	Groups  []HitGroup
	Empty   *EmptyModel // nothing has the words
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

// StarModel marks what a page is about as a favourite.
type StarModel struct {
	Kind  string // site, source or variable
	ID    string
	Name  string
	About string // where it belongs
	On    bool   // it is marked
}

// next is what pressing the star does.
func (m StarModel) next() string {
	if m.On {
		return "off"
	}
	return "on"
}
