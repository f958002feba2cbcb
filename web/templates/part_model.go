package templates

// WaitingModel is a page whose content was not ready in time.
type WaitingModel struct {
	Layout LayoutModel
	Title  string
	Part   string // address of the content alone
	Whole  string // of the page that waits for it
}
