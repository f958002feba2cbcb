package pages

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"portico/internal/crew"
	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/web/templates"
)

// Bounds on what the page of a variable or a meter says besides its course.
const (
	lastPoints   = 10
	calculations = 24 // that are looked at for a variable's use
)

// variableAbout is what there is to be known of a variable besides its course. What cannot be read is left out.
type variableAbout struct {
	newest  question
	quality *meterQuality // nil for a variable without a step that fits into a day
	inputs  []relative    // what it is calculated from
	users   []relative    // what is calculated from it
}

// relative is another variable that this one has to do with.
type relative struct {
	id     datahub.VariableID
	name   string // "" when it is none of the same site, or may not be seen
	source string
}

// about reads what there is to be known of v, side by side.
func (rd *reader) about(ctx context.Context, v datahub.Variable, source datahub.Source, zone *time.Location) (a variableAbout, err error) {
	a.newest = lastQuestion(v, rd.now)
	if step := v.Step.Duration(); step > 0 && step <= 24*time.Hour {
		a.quality = &meterQuality{source: source, variable: v, zone: zone, from: midnight(rd.now, zone, 1-qualityDays)}
	}
	g, ctx := crew.WithContext(ctx)
	g.Go(func() error { return rd.points(ctx, []*question{&a.newest}) })
	g.Go(func() error {
		if a.quality == nil {
			return nil
		}
		return rd.quality(ctx, []*meterQuality{a.quality})
	})
	g.Go(func() (err error) {
		a.inputs, a.users, err = rd.relatives(ctx, v, source.SiteID)
		return endsSession(err)
	})
	err = g.Wait()
	return a, err
}

// relatives finds what a variable is calculated from, and which variables of its site are calculated from it.
func (rd *reader) relatives(ctx context.Context, v datahub.Variable, site datahub.SiteID) (inputs, users []relative, err error) {
	of, err := rd.sourcesOf(ctx, site)
	if err != nil {
		return nil, nil, err
	}
	variables, err := rd.variablesOf(ctx, of[site])
	if err != nil {
		return nil, nil, err
	}
	known, calculated := map[datahub.VariableID]relative{}, []datahub.Variable{}
	for _, src := range of[site] {
		for _, x := range variables[src.ID] {
			known[x.ID] = relative{x.ID, locale.Name(x.Name), locale.Name(src.Name)}
			if (x.Calculated || x.ID == v.ID && v.Calculated) && len(calculated) < calculations {
				calculated = append(calculated, x)
			}
		}
	}
	from := make([][]datahub.VariableID, len(calculated))
	err = each(ctx, calculated, func(ctx context.Context, i int, x datahub.Variable) error {
		ids, err := rd.inputsOf(ctx, x.ID)
		from[i] = ids
		return endsSession(err)
	})
	for i, x := range calculated {
		for _, id := range from[i] {
			switch r, ok := known[id]; {
			case x.ID == v.ID && ok:
				inputs = append(inputs, r)
			case x.ID == v.ID:
				inputs = append(inputs, relative{id: id})
			case id == v.ID:
				users = append(users, known[x.ID])
			}
		}
	}
	return inputs, users, err
}

// inputsOf are the variables that a calculated one is made of, each once.
func (rd *reader) inputsOf(ctx context.Context, id datahub.VariableID) ([]datahub.VariableID, error) {
	return recall(ctx, rd, fmt.Sprint("inputs of ", id), structureLife, of[datahub.VariableID](8), func(ctx context.Context) ([]datahub.VariableID, error) {
		c, err := rd.hub.Calculation(ctx, id)
		if err != nil || c == nil {
			return nil, err
		}
		var ids []datahub.VariableID
		for _, f := range c.Formulas {
			for _, in := range f.Inputs {
				if !slices.Contains(ids, in.Variable) {
					ids = append(ids, in.Variable)
				}
			}
		}
		return ids, nil
	})
}

// present adds what is known of the variable, and its alarms, to its page.
func (a variableAbout) present(m *templates.SeriesModel, alarms []datahub.Alarm, unit string, zone *time.Location, now time.Time, l locale.Locale) {
	if a.quality != nil && a.quality.err == nil {
		q := variableMatrix([]*meterQuality{a.quality}, now, l)
		m.Quality = &q
	}
	m.Lists = append(m.Lists, lastPointList(a.newest, unit, zone, now, l))
	if len(alarms) > 0 {
		m.Lists = append(m.Lists, alarmList(alarms, func(datahub.Alarm) string { return unit }, zone, now, l))
	}
	for _, k := range []struct {
		title locale.Key
		list  []relative
	}{{"variable.inputs", a.inputs}, {"variable.users", a.users}} {
		if len(k.list) > 0 {
			m.Lists = append(m.Lists, relativeList(l.T(k.title), k.list, l))
		}
	}
}

// variableMatrix shows the last thirty days of variables of one site.
func variableMatrix(list []*meterQuality, now time.Time, l locale.Locale) templates.MatrixModel {
	m := matrixFrame(list[0].from.In(list[0].zone), l)
	m.Subject = l.T("column.variable")
	for _, q := range list {
		row := templates.MatrixRow{Name: templates.Link{Text: locale.Name(q.variable.Name), Href: variableHref(q.variable.ID)}, Complete: locale.None}
		if came, expected := q.complete(); q.err != nil {
			row.Failed = l.T("state.failed")
		} else if expected > 0 {
			row.Complete = l.Percent(float64(came) / float64(expected))
			row.Cells = qualityCells(q.marked(), siteTabHref(q.source.SiteID, "quality"), l)
		}
		row.State, row.Age = worstAge([]*meterQuality{q}, now, l)
		m.Rows = append(m.Rows, row)
	}
	return m
}

// lastPointList lists the newest points, the newest first.
func lastPointList(q question, unit string, zone *time.Location, now time.Time, l locale.Locale) templates.ListModel {
	m := templates.ListModel{Caption: l.T("variable.last"), Columns: columns(l, "time", "value", "age")}
	m.Columns[1].Number, m.Columns[2].Number = true, true
	for _, p := range slices.Backward(q.points[max(len(q.points)-lastPoints, 0):]) {
		age := templates.CellModel{Text: l.Duration(now.Sub(p.Time)), Number: true}
		if p.Time.After(now) {
			age = templates.CellModel{Text: l.T("state.future"), Number: true}
		}
		m.Rows = append(m.Rows, []templates.CellModel{{Text: l.DateTime(p.Time.In(zone), now), ISO: p.Time.Format(time.RFC3339)}, {Text: locale.Join(l.Precise(p.Value), unit), Number: true}, age})
	}
	switch {
	case q.err != nil:
		m.Empty = &templates.EmptyModel{Text: l.T("panel.failed")}
	case len(m.Rows) == 0:
		m.Empty = &templates.EmptyModel{Text: l.T("quality.over", l.Duration(now.Sub(q.span.from)))}
	}
	return m
}

// alarmList lists alarms in short, those that ask most for attention first.
func alarmList(alarms []datahub.Alarm, unit func(datahub.Alarm) string, zone *time.Location, now time.Time, l locale.Locale) templates.ListModel {
	m := templates.ListModel{Caption: l.T("site.alarms"), Columns: columns(l, "alarm", "state", "since", "limit")}
	list := slices.Clone(alarms)
	slices.SortFunc(list, byUrgency)
	for _, a := range list {
		since, state := templates.CellModel{Text: locale.None}, alarmStateModel(a, l)
		if t := changed(a); !t.IsZero() {
			since = templates.CellModel{Text: l.DateTime(t.In(zone), now), ISO: t.Format(time.RFC3339)}
		}
		m.Rows = append(m.Rows, []templates.CellModel{{Text: locale.Name(a.Name), Href: alarmHref(a.ID)}, {Text: state.Text, State: state}, since, {Text: ruleText(a, unit(a), l)}})
	}
	return m
}

func relativeList(title string, list []relative, l locale.Locale) templates.ListModel {
	m := templates.ListModel{Caption: title, Columns: columns(l, "variable", "meter", "actions")}
	for _, r := range list {
		id := strconv.FormatInt(int64(r.id), 10)
		name := r.name
		if name == "" {
			name = l.T("variable.elsewhere", id)
		}
		m.Rows = append(m.Rows, []templates.CellModel{{Text: name, Href: variableHref(r.id)}, {Text: r.source}, {Text: l.T("chart.open"), Href: query.With("/explore", "s", id)}})
	}
	return m
}
