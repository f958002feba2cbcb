package switchboard

import (
	"strconv"
	"time"

	"portico/internal/datahub"
	"portico/internal/demo/fault"
	"portico/internal/locale"
	"portico/web/templates"
)

// pageModel is the page, ready to show.
type pageModel struct {
	Layout   templates.LayoutModel
	SignedIn bool
	Rules    []ruleModel // what is switched on, of both servers
	Servers  []serverModel
}

// Wrong reports whether there is anything to end.
func (m pageModel) Wrong() bool {
	for _, s := range m.Servers {
		if s.Off {
			return true
		}
	}
	return len(m.Rules) > 0
}

// ruleModel is one fault that is switched on.
type ruleModel struct {
	ID      string
	Server  string // for forms
	Where   string // the server's name
	What    string
	Details []string // which requests, until when, how many so far
	Flag    string   // "identity=30s@every:10m"; "" for what no flag can do
	On      bool     // now, and not only later
}

// serverModel is one server with its forms.
type serverModel struct {
	Name  string // for forms
	Title string
	About string
	Downs []choiceModel
	Kinds []choiceModel
	Much  []choiceModel
	Long  []choiceModel
	Where []choiceModel
	Ahead []choiceModel
	Off   bool   // the clock is not right
	Clock string // how far it is off, in words
	Keys  bool   // it has keys that can be changed
}

// choiceModel is an option of a list.
type choiceModel struct {
	Value, Text string
	Chosen      bool
}

// presenter makes what people read.
type presenter struct {
	l   locale.Locale
	now time.Time
	at  func(time.Time) time.Time
}

func (p presenter) server(name string, offset time.Duration) serverModel {
	m := serverModel{Name: name, Title: p.l.T(locale.Key("faults.server-" + name)), About: p.l.T(locale.Key("faults.about-" + name)), Off: offset != 0, Clock: p.clock(offset), Keys: name == identityName}
	m.Downs = choices(downs, "30s", func(text string) string { return p.l.Duration(rule(text).For) })
	m.Kinds = choices(kinds, "", func(text string) string { return p.kind(rule(text)) })
	m.Much = choices(much, "", func(text string) string { return p.amount(rule("cut" + text)) })
	m.Long = choices(long, "@for:30s", func(text string) string { return p.long(rule("cut" + text).For) })
	m.Where = choices(where[name], "", func(text string) string { return p.path(rule("cut" + text).Path) })
	m.Ahead = choices(ahead, "5m", func(text string) string { return p.clock(duration(text)) })
	return m
}

func choices(values []string, chosen string, text func(string) string) []choiceModel {
	var list []choiceModel
	for _, v := range values {
		list = append(list, choiceModel{Value: v, Text: text(v), Chosen: v == chosen})
	}
	return list
}

func (p presenter) rules(server string, states []fault.State) []ruleModel {
	var list []ruleModel
	for _, s := range states {
		m := ruleModel{ID: strconv.Itoa(s.ID), Server: server, Where: p.l.T(locale.Key("faults.server-" + server)), What: p.kind(s.Rule), On: s.On}
		if server != ownName {
			m.Flag = server + "=" + s.Rule.String()
		}
		if !s.Down {
			m.Details = append(m.Details, p.amount(s.Rule), p.path(s.Path))
		}
		if when := p.when(s); when != "" {
			m.Details = append(m.Details, when)
		}
		if !s.Down {
			m.Details = append(m.Details, p.l.T("faults.struck", s.Struck))
		}
		list = append(list, m)
	}
	return list
}

// kind says what happens.
func (p presenter) kind(r fault.Rule) string {
	switch {
	case r.Down:
		return p.l.T("faults.down")
	case r.Status != 0 && r.After:
		return p.l.T("faults.status-after", code(r.Status))
	case r.RetryAfter > 0:
		return p.l.T("faults.status-retry", code(r.Status), p.l.Duration(r.RetryAfter))
	case r.Status != 0:
		return p.l.T("faults.status", code(r.Status))
	case r.Truncate > 0:
		return p.l.T("faults.truncate", r.Truncate)
	case r.Cut && r.After:
		return p.l.T("faults.cut-after")
	case r.Cut:
		return p.l.T("faults.cut")
	case r.Hang && r.After:
		return p.l.T("faults.hang-after")
	case r.Hang:
		return p.l.T("faults.hang")
	}
	return p.l.T("faults.delay", p.lateness(r.Fault))
}

// lateness is a delay, which may be shorter than what a duration is written in.
func (p presenter) lateness(f fault.Fault) string {
	if f.Jitter > 0 {
		return p.short(f.Delay) + " ± " + p.short(f.Jitter)
	}
	return p.short(f.Delay)
}

func (p presenter) short(d time.Duration) string {
	if d%time.Second == 0 {
		return p.l.Duration(d)
	}
	return p.l.T("health.ms", int(d/time.Millisecond))
}

// amount says which share of the requests is struck.
func (p presenter) amount(r fault.Rule) string {
	switch {
	case r.Count > 0:
		return p.l.T("faults.next", r.Count)
	case r.Share > 0:
		return p.l.T("faults.share", p.l.Percent(r.Share))
	}
	return p.l.T("faults.all")
}

func (p presenter) path(path string) string {
	if path == "" {
		return p.l.T("faults.anywhere")
	}
	return p.l.T("faults.path", path)
}

func (p presenter) long(d time.Duration) string {
	if d == 0 {
		return p.l.T("faults.until-ended")
	}
	return p.l.Duration(d)
}

// when says until when a fault lasts, or when it begins; "" for one that ends with its requests.
func (p presenter) when(s fault.State) string {
	switch {
	case !s.On:
		return p.l.T("faults.begins", p.time(s.From))
	case s.Until.IsZero() && s.Count > 0:
		return ""
	case s.Until.IsZero():
		return p.l.T("faults.until-ended")
	}
	return p.l.T("faults.until", p.time(s.Until), p.l.Duration(s.Until.Sub(p.now).Round(time.Second)))
}

// clock says how far a clock is off.
func (p presenter) clock(d time.Duration) string {
	switch {
	case d > 0:
		return p.l.T("faults.ahead", p.l.Duration(d))
	case d < 0:
		return p.l.T("faults.behind", p.l.Duration(-d))
	}
	return p.l.T("faults.right")
}

// time is an instant as the portal's clock in Belgium shows it.
func (p presenter) time(t time.Time) string { return p.l.Clock(p.at(t).In(datahub.HomeZone())) }

func code(status int) string { return strconv.Itoa(status) }
