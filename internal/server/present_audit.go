package server

import (
	"maps"
	"net/http"
	"slices"
	"time"

	"portico/internal/audit"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/web/templates"
)

// presentAudit shows events; there may be one more than a page takes, which then leads on.
func (s *Server) presentAudit(r *http.Request, q auditQuery, events []audit.Event) templates.AdminAuditModel {
	l := s.locale(r)
	m := templates.AdminAuditModel{Layout: s.layout(r), Tabs: adminTabs(l, auditPath), Filter: presentAuditFilter(l, q)}
	more := len(events) > auditPage
	older, newer := more || q.filter.After != "", q.filter.Before != "" || more && q.filter.After != ""
	if more && q.filter.After != "" {
		events = events[1:]
	} else if more {
		events = events[:auditPage]
	}
	for _, e := range events {
		m.Rows = append(m.Rows, presentAuditEvent(l, e))
	}
	if len(events) == 0 {
		if len(q.errors) == 0 {
			m.Empty = &templates.EmptyModel{Text: l.T("audit.empty"), Next: templates.Link{Text: l.T("audit.all"), Href: auditPath}}
		}
		return m
	}
	m.Pager.Text = l.T("audit.shown", len(events))
	if newer {
		m.Pager.Prev = q.address("after", events[0].ID)
	}
	if older {
		m.Pager.Next = q.address("before", events[len(events)-1].ID)
	}
	return m
}

func presentAuditFilter(l locale.Locale, q auditQuery) templates.AuditFilterModel {
	field := func(name, value string, label locale.Key) templates.FieldModel {
		f := templates.FieldModel{Name: name, Label: l.T(label), Value: value}
		if err := q.errors[name]; err != nil {
			f.Error = l.T("audit.wrong")
		}
		return f
	}
	m := templates.AuditFilterModel{From: field("from", q.from, "audit.from"), To: field("to", q.to, "audit.to"), Person: field("person", q.person, "audit.person"), Session: field("session", q.session, "audit.session")}
	m.Kinds = []templates.OptionModel{{Text: l.T("audit.every-kind"), Selected: q.kind == ""}}
	for _, k := range audit.Kinds() {
		m.Kinds = append(m.Kinds, templates.OptionModel{Value: string(k), Text: kindText(l, k), Selected: q.kind == string(k)})
	}
	if q.errors["kind"] != nil {
		m.KindError = l.T("audit.wrong")
	}
	m.Set = q.from+q.to+q.kind+q.person+q.session != ""
	return m
}

func presentAuditEvent(l locale.Locale, e audit.Event) templates.AuditEventModel {
	m := templates.AuditEventModel{
		Time: templates.ClockModel{Text: l.DayMonth(e.Time) + " " + e.Time.Format(time.TimeOnly), ISO: e.Time.Format("2006-01-02T15:04:05.000Z07:00")},
		Kind: templates.StateModel{Name: auditState(e.Kind), Text: kindText(l, e.Kind)}, Client: e.Client, Request: e.Request,
	}
	m.Reason, m.ReasonCode = reasonText(l, e.Reason)
	if e.Person != "" {
		m.Person = templates.Link{Text: e.Person, Href: query.With(auditPath, "person", e.Person)}
	}
	if e.Session != "" {
		m.Session = templates.Link{Text: e.Session, Href: query.With(auditPath, "session", e.Session)}
	}
	for _, key := range slices.Sorted(maps.Keys(e.Details)) {
		m.Details = append(m.Details, templates.FactModel{Term: key, Value: e.Details[key]})
	}
	return m
}

// auditState says how serious an event is.
func auditState(k audit.Kind) string {
	switch k {
	case audit.SignIn:
		return "ok"
	case audit.SignInFailed, audit.RefreshRefused, audit.CrossSite, audit.Limit:
		return "attention"
	case audit.Integrity:
		return "silent"
	}
	return "none"
}

func kindText(l locale.Locale, k audit.Kind) string {
	return l.T(locale.Key("audit.kind." + string(k)))
}

// reasonText returns the reason in the reader's words, or, when it is a technical word, as it is.
func reasonText(l locale.Locale, reason string) (text string, code bool) {
	key := "audit.reason." + reason
	if text = l.T(locale.Key(key)); text != key {
		return text, false
	}
	return reason, reason != ""
}
