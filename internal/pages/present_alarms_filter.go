package pages

import (
	"cmp"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/web/templates"
)

// filter presents all that narrows the list.
func (d alarmsData) filter(l locale.Locale) templates.AlarmFilterModel {
	q := d.query
	m := templates.AlarmFilterModel{
		Query: templates.FieldModel{Name: "q", Label: l.T("alarms.search"), Value: q.q},
		From:  templates.FieldModel{Name: "from", Label: l.T("alarms.from"), Value: q.from, Hint: l.T("time.from-hint")},
		To:    templates.FieldModel{Name: "to", Label: l.T("time.to"), Value: q.to, Hint: l.T("time.to-hint")},
		State: q.state, View: q.view,
	}
	wrongTime(d.wrong, &m.From, &m.To, l)
	m.Acks = choices("alarms.ack-", []string{"", "no", "yes"}, q.ack, l)
	m.Kinds = choices("alarms.kind-", append([]string{""}, alarmKinds...), q.kind, l)
	m.Sites = []templates.OptionModel{{Text: l.T("alarms.every-site"), Selected: q.site == 0}}
	for _, s := range d.sortedSites() {
		m.Sites = append(m.Sites, templates.OptionModel{Value: idText(int64(s.ID)), Text: locale.Name(s.Name), Selected: s.ID == q.site})
	}
	if len(d.groups) > 0 {
		m.Groups = []templates.OptionModel{{Text: l.T("alarms.every-group"), Selected: q.group == 0}}
		for _, g := range d.groups {
			m.Groups = append(m.Groups, templates.OptionModel{Value: idText(int64(g.ID)), Text: locale.Name(g.Name), Selected: g.ID == q.group})
		}
	}
	if q.filtered() {
		m.Clear = alarmsQuery{}.href(q.state, q.view, 1)
	}
	return m
}

// wrongTime tells at its field which time cannot be read.
func wrongTime(wrong *query.Error, from, to *templates.FieldModel, l locale.Locale) {
	if wrong == nil {
		return
	}
	if wrong.Param == to.Name {
		to.Error = l.T("problem.to")
	} else {
		from.Error = l.T("problem.from")
	}
}

// choices are the options of a select whose texts begin alike; the empty one is any.
func choices(prefix string, values []string, chosen string, l locale.Locale) []templates.OptionModel {
	var list []templates.OptionModel
	for _, v := range values {
		list = append(list, templates.OptionModel{Value: v, Text: l.T(locale.Key(prefix + cmp.Or(v, "any"))), Selected: v == chosen})
	}
	return list
}

func (d alarmsData) sortedSites() []datahub.Site {
	var list []datahub.Site
	for _, s := range d.sites {
		list = append(list, s)
	}
	byName(list)
	return list
}
