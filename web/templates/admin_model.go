package templates

// AdminAuditModel is the page of the audit log.
type AdminAuditModel struct {
	Layout LayoutModel
	Tabs   []TabModel
	Filter AuditFilterModel
	Rows   []AuditEventModel // newest first
	Empty  *EmptyModel
	Pager  PagerModel
}

// AuditFilterModel is the form above the audit log.
type AuditFilterModel struct {
	From, To        FieldModel // times in UTC, as datetime-local has them
	Kinds           []OptionModel
	KindError       string
	Person, Session FieldModel
	Set             bool // something is filtered
}

// AuditEventModel is one event.
type AuditEventModel struct {
	Time       ClockModel // UTC
	Kind       StateModel
	Reason     string // "" for none
	ReasonCode bool   // it is a technical word
	Person     Link   // leads to what else they did
	Session    Link
	Client     string // address
	Request    string // id
	Details    []FactModel
}

// AdminHealthModel is the page of what the portal depends on.
type AdminHealthModel struct {
	Layout  LayoutModel
	Tabs    []TabModel
	Rows    []HealthModel
	Process []FactModel // about the process that shows the page
}

// HealthModel is how a dependency is.
type HealthModel struct {
	Name  string
	State StateModel
	Since ClockModel // UTC; "" when nobody has asked yet
	For   string     // "3 h 25 min"
	Asked string     // "12 s ago"
	Took  string     // "4 ms"
	Error string     // as the log has it, "" when there is none
}
