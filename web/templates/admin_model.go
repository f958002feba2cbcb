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
