package server

import (
	"net/http"
	"time"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/session"
	"portico/web/templates"
)

// settingsTabs are the pages about settings.
func (s *Server) settingsTabs(l locale.Locale, here string) []templates.TabModel {
	list := []templates.TabModel{
		{Link: templates.Link{Text: l.T("settings.look"), Href: "/settings"}, Current: here == "/settings"},
		{Link: templates.Link{Text: l.T("settings.sessions"), Href: "/settings/sessions"}, Current: here == "/settings/sessions"},
	}
	if s.config.ShareLinks {
		list = append(list, templates.TabModel{Link: templates.Link{Text: l.T("share.tab"), Href: sharesPath}, Current: here == sharesPath})
	}
	return list
}

func (s *Server) sessionsModel(r *http.Request, records []session.Record, ended int) templates.SessionsModel {
	l, now := s.locale(r), s.wall()
	m := templates.SessionsModel{Layout: s.layout(r), Tabs: s.settingsTabs(l, "/settings/sessions")}
	switch {
	case ended == 0:
		m.Done = l.T("sessions.done-none")
	case ended > 0:
		m.Done = l.T("sessions.done", ended)
	}
	here, _ := session.FromContext(r.Context())
	show := func(t time.Time) templates.ClockModel {
		return templates.ClockModel{Text: l.DateTime(t.In(datahub.HomeZone()), now), ISO: stamp(t)}
	}
	for _, rec := range records {
		about := s.config.Keys.OpenAbout(rec)
		m.Browsers = append(m.Browsers, templates.BrowserModel{
			Ref: rec.ID.String(), Here: rec.ID == here.Handle.ID(), Name: deviceName(about, l), Icon: deviceIcon(about), Address: about.Address,
			Since: show(rec.Created), Seen: show(rec.LastSeen), Ends: show(rec.Until),
		})
	}
	return m
}
