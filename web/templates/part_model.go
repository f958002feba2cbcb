package templates

// PartModel is a part of a page that may come later.
type PartModel struct {
	Name  string // under which it can be asked for
	URL   string // of the part alone, when it was not ready in time; "" when it is here
	Whole string // of the page that waits for it
	Shape string // of its place: chart, list or figures
}

// Pending reports whether the part is still on its way.
func (m PartModel) Pending() bool { return m.URL != "" }
