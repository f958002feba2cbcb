package server

import (
	"net/http"
	"strconv"
	"time"

	"portico/internal/health"
	"portico/internal/locale"
	"portico/web/templates"
)

const healthPath = "/admin/health"

// healthPage shows what this process depends on, and the process itself.
func (s *Server) healthPage(w http.ResponseWriter, r *http.Request) error {
	l := s.locale(r)
	m := templates.AdminHealthModel{Layout: s.layout(r), Tabs: adminTabs(l, healthPath)}
	m.Process = []templates.FactModel{
		{Term: l.T("health.version"), Value: s.config.Version, Code: true},
		{Term: l.T("health.started"), Value: l.DayMonth(s.started.UTC()) + " " + s.started.UTC().Format("15:04:05")},
		{Term: l.T("health.in-flight"), Value: strconv.Itoa(s.InFlight())},
	}
	if s.config.Health != nil {
		for _, one := range s.config.Health.All() {
			m.Rows = append(m.Rows, s.presentHealth(l, one))
		}
	}
	return s.render(w, r, http.StatusOK, templates.AdminHealth(m))
}

func (s *Server) presentHealth(l locale.Locale, one health.Status) templates.HealthModel {
	name := "health.dependency." + one.Name
	m := templates.HealthModel{Name: l.T(locale.Key(name)), State: templates.StateModel{Name: "none", Text: l.T("health.unknown")}, Error: one.Error}
	if m.Name == name {
		m.Name = one.Name
	}
	if !one.Known {
		return m
	}
	m.Since = templates.ClockModel{Text: l.DayMonth(one.Since) + " " + one.Since.Format("15:04:05"), ISO: one.Since.Format("2006-01-02T15:04:05Z07:00")}
	m.For, m.Asked = l.Duration(s.wall().Sub(one.Since)), l.Ago(s.wall().Sub(one.Asked))
	m.Took = l.T("health.ms", int(one.Took.Milliseconds()))
	if one.Took < time.Millisecond {
		m.Took = l.T("health.ms", "< 1")
	}
	switch {
	case !one.Up:
		m.State = templates.StateModel{Name: "silent", Text: l.T("health.down")}
	case one.Detail != "":
		m.State, m.Error = templates.StateModel{Name: "attention", Text: l.T("health.partly")}, one.Detail
	default:
		m.State = templates.StateModel{Name: "ok", Text: l.T("health.up")}
	}
	return m
}
