package templates

// QRModel is a QR code as one path in a square of Size units, its quiet zone included.
type QRModel struct {
	Size string `json:"size"`
	Path string `json:"path"`
}

// PairingCode is how a screen is paired: a code to type at an address, and both as a picture. Scripts get it as JSON.
type PairingCode struct {
	Code    string  `json:"code"`    // K7QM-2P9X
	Spoken  string  `json:"spoken"`  // the same, to be read out
	Address string  `json:"address"` // where to type it, as people write it
	About   string  `json:"about"`
	Seconds int     `json:"seconds"` // for which the code is good
	Picture QRModel `json:"picture"`
}

// ScreenModel is the page of a browser that wants to be a screen.
type ScreenModel struct {
	Layout LayoutModel
	Pair   PairingCode
	Again  bool // it was one, and nobody's rights let it go on
}

// PairAskModel is the page that asks for a screen's code.
type PairAskModel struct {
	Layout LayoutModel
	Screen string // address of the page that shows codes
	Board  string // id of the dashboard that will be proposed, "" for none
	Site   string // id of the site for templates, "" for none
	Code   FieldModel
}

// PairModel is the page on which a person approves a screen.
type PairModel struct {
	Layout  LayoutModel
	Code    string
	Error   string // what is wrong with the form, "" for nothing
	Device  string // what asks: "Chrome on Android"
	Icon    string
	Address string // from where, "" when it is not known
	Asked   string // when
	Site    string
	Again   bool // it was a screen before
	Choice  ScreenChoiceModel
	Lives   []OptionModel
	Rights  []OptionModel
}

// ScreenChoiceModel are the fields about what a screen shows.
type ScreenChoiceModel struct {
	Name    FieldModel
	Boards  []ScreenBoardModel
	Everies []OptionModel
}

// ScreenBoardModel is a dashboard that a screen can show.
type ScreenBoardModel struct {
	Value  string
	Title  string
	About  string // what is on it
	Href   string // where it can be looked at as a screen would show it, "" for nowhere
	Chosen bool
}

// PairDoneModel is the page after a screen was paired.
type PairDoneModel struct {
	Layout LayoutModel
	Name   string
	Href   string
	As     string // with whose rights
	Until  string
}

// ScreenRowModel is a screen in a list.
type ScreenRowModel struct {
	ID       string
	Name     string
	Href     string
	State    StateModel
	Owner    string
	Boards   string // "3 dashboards"
	Seen     string // "12 s ago", "" for never
	SeenISO  string
	Page     string
	Build    string
	Skew     string
	TokenAge string
	Problem  string
}

// AdminScreensModel is the register of screens.
type AdminScreensModel struct {
	Layout  LayoutModel
	Tabs    []TabModel
	Screens []ScreenRowModel
	Done    string
	Empty   *EmptyModel
}

// ScreenSettingsModel is the page of one screen.
type ScreenSettingsModel struct {
	Layout LayoutModel
	Screen ScreenRowModel
	Choice ScreenChoiceModel
	Facts  []FactModel
	Back   Link
	Done   string
	Error  string
}

// ScreenRevokeModel is the page that asks before a screen is revoked.
type ScreenRevokeModel struct {
	Layout LayoutModel
	ID     string
	Title  string
}
