package pages

import (
	"net/http"
	"strings"
	"time"

	"portico/internal/datahub"
	"portico/internal/export"
	"portico/internal/locale"
)

// exportAlarms sends the list of alarms, as it is filtered and in its order, all its pages in one.
func (p *Pages) exportAlarms(w http.ResponseWriter, r *Request) error {
	format, form, err := readExportForm(r.URL.Query())
	if err != nil {
		return err
	}
	rd := p.reader(r)
	d, err := rd.alarmsOf(r)
	if err != nil {
		return err
	}
	if d.wrong != nil {
		return d.wrong
	}
	alarms := d.shown()
	if d.units, err = rd.unitsOf(r.Context(), measuredBy(alarms)); err != nil {
		return err
	}
	name := "alarms-" + r.Now.In(d.zone).Format(time.DateOnly) + "." + format
	return p.sendTable(w, r, d.sheet(alarms, r), format, exportForm(r.Locale, form, d.zone, r.By), name)
}

// fileHref is the address of the list as a file.
func (q alarmsQuery) fileHref(format string) string {
	_, filter, _ := strings.Cut(q.href(q.state, "", 1), "?")
	if filter != "" {
		filter += "&"
	}
	return "/export/alarms?" + filter + "format=" + format
}

func (d alarmsData) sheet(alarms []datahub.Alarm, r *Request) export.Table {
	l := r.Locale
	t := export.Table{Title: l.T("place.alarms")}
	for _, key := range []locale.Key{"column.alarm", "column.site", "column.state", "alarms.priority", "alarms.kind", "column.since", "column.value", "fact.unit", "alarms.sets-at", "alarms.resets-at", "alarms.acknowledged-who", "fact.id"} {
		t.Columns = append(t.Columns, export.Column{Title: l.T(key)})
	}
	t.Rows = func(yield func([]export.Cell, error) bool) {
		for _, a := range alarms {
			if !yield(d.cells(a, l), nil) {
				return
			}
		}
	}
	t.About = func() []export.Fact {
		return []export.Fact{
			{Term: l.T("export.what"), Value: export.Text(l.T("place.alarms"))}, {Term: l.T("export.made"), Value: export.Time(d.now)}, {Term: l.T("export.by"), Value: export.Text(r.By)},
			{Term: l.T("export.address"), Value: export.Text(d.query.href(d.query.state, "", 1))},
		}
	}
	return t
}

// cells are an alarm as the list shows it, with numbers as numbers. What is not known is empty.
func (d alarmsData) cells(a datahub.Alarm, l locale.Locale) []export.Cell {
	row := []export.Cell{
		export.Text(locale.Name(a.Name)), export.Text(locale.Name(d.sites[a.Site].Name)), export.Text(alarmStateModel(a, l).Text), export.Text(priorityText(a, l)),
		export.Text(l.T(locale.Key("alarms.kind-" + alarmKind(a)))), {}, {}, {}, {}, {}, {}, export.Text(string(a.ID)),
	}
	measured := alarmKind(a) != "binary"
	if measured {
		row[7] = export.Text(d.units[a.Variable])
		row[8], row[9] = numberOf(a.Set), numberOf(a.Reset)
	}
	if a.Latest == nil {
		return row
	}
	row[5] = export.Time(a.Latest.Time)
	if measured {
		row[6] = export.Number(rounded(a.Latest.Value))
	}
	if a.Latest.State.Acknowledged {
		row[10] = export.Text(locale.Plain(a.Latest.By))
	}
	return row
}

// numberOf is a cell with a number, empty for one that is not there.
func numberOf(v *float64) export.Cell {
	if v == nil {
		return export.Cell{}
	}
	return export.Number(*v)
}
