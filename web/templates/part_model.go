package templates

// WaitingModel is a page whose content was not ready in time.
type WaitingModel struct {
	Layout LayoutModel
	Title  string
	Part   PanelModel // the content
	// Explore is what the address alone says of a page that shows variables over a range, nil for any other.
	Explore *ExploreModel
}

// PanelModel is how it stands with a part of a page that comes by itself.
type PanelModel struct {
	Name    string
	From    string // address of the part alone
	State   string // "" when it is there, waiting or failed
	Failure *FailureModel
	Stale   string // says since when what it shows is not current, "" when it is
}
