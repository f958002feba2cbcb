package templates

// SettingsModel is the page of what a person can choose.
type SettingsModel struct {
	Layout  LayoutModel
	Tabs    []TabModel
	Choices []ChoiceModel
}

// SessionsModel is the page of the places where a person is signed in.
type SessionsModel struct {
	Layout   LayoutModel
	Tabs     []TabModel
	Browsers []BrowserModel // this one first
	Screens  []ScreenRowModel
	Done     string // what the form before has done, "" for nothing
}

// BrowserModel is one browser on which the person is signed in.
type BrowserModel struct {
	Ref     string // names it in the form; opens nothing
	Here    bool   // it is the one that shows the page
	Name    string // "Firefox on Windows"
	Icon    string
	Address string // where the sign-in came from, "" when it is not known
	Since   ClockModel
	Seen    ClockModel
	Ends    ClockModel // if it is not used again
}

// ChoiceModel is something to choose among a few.
type ChoiceModel struct {
	Name    string
	Label   string
	About   string
	Options []OptionModel
}
