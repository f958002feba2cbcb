package pages

import (
	"context"
	"slices"

	"portico/internal/chart"
	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/series"
	"portico/web/templates"
)

// How far back the pictures of a site's summary look, and of how many meters besides the main one a day is made at most: as many as the palette has colours for.
const (
	carpetDays = "now-89d/d"
	partsMost  = 7
)

// carpet is the main meter's last ninety days, hour by hour. Its values are a link away: a table of them all would be larger than the page.
func (s *summaryReader) carpet(ctx context.Context) (func(), error) {
	d, err := s.pictured(ctx, exploreQuery{view: "carpet", from: carpetDays, g: "hour"}, s.mainMeter)
	if err != nil || d == nil {
		return func() {}, err
	}
	l := s.r.Locale
	m := d.single(0, l)
	m.ID, m.Title, m.Notes, m.Table = "carpet", l.T("site.carpet"), nil, templates.TableModel{}
	m.Link = templates.Link{Text: l.T("chart.open"), Href: d.query.href(nil)}
	return func() { s.m.Carpet = &m }, nil
}

// breakdown is the last seven days by what is measured, with what that leaves of the main meter; nothing where the one is no part of the other.
func (s *summaryReader) breakdown(ctx context.Context) (func(), error) {
	d, err := s.pictured(ctx, exploreQuery{view: "table", from: breakdownDays, g: "day"}, s.measuredParts)
	if err != nil || d == nil {
		return func() {}, err
	}
	l := s.r.Locale
	m, ok := d.newPicture("breakdown", l.T("widget.breakdown"), d.zone.String(), l)
	all, unit := measured(d, s.now)
	if !ok || len(all) < 2 || all[0].line != 0 || !belong(all[0], all[1:]) {
		return func() {}, nil
	}
	sameBars(all)
	parts := brokenDown(d, all, l)
	spec, larger, said := stacked(d, parts, unit, l)
	m.About, m.Summary, m.Legend = l.T("chart.about", larger, d.zone.String()), said, legendOf(parts)
	d.sized(&m, spec.Frame, func(f chart.Frame) chart.SVG { spec.Frame = f; return chart.Stack(spec) })
	m.Link = templates.Link{Text: l.T("chart.open"), Href: d.query.href(func(q *exploreQuery) { q.view = exploreViews[0] })}
	return func() { s.m.Breakdown = &m }, nil
}

// pictured reads variables of the site as the explorer would, until today; nil without any.
func (s *summaryReader) pictured(ctx context.Context, q exploreQuery, choose func(map[datahub.SourceID][]datahub.Variable) []datahub.Variable) (*exploreData, error) {
	variables, err := s.variables()
	if err != nil {
		return nil, err
	}
	chosen := choose(variables)
	if len(chosen) == 0 {
		return nil, nil
	}
	q.path, q.to, q.problems = explorePath, "now/d", map[string]bool{}
	d := s.exploreOf(s.frame, chosen, q)
	return d, d.readPoints(ctx, s.reader)
}

// mainMeter is the variable that stands for the site.
func (s *summaryReader) mainMeter(variables map[datahub.SourceID][]datahub.Variable) []datahub.Variable {
	if v, ok := mainVariable(s.frame.sources, energyElectricity, variables); ok {
		return []datahub.Variable{v}
	}
	return nil
}

// measuredParts are the main meter's variable and the other amounts of electricity that the site measures; nil when there are no others. What is calculated is no part of its own.
func (s *summaryReader) measuredParts(variables map[datahub.SourceID][]datahub.Variable) []datahub.Variable {
	list := s.mainMeter(variables)
	if len(list) == 0 {
		return nil
	}
	for _, src := range s.frame.sources {
		for _, v := range variables[src.ID] {
			_, energy := kilo[s.frame.refs.symbol(v.UnitID)]
			if src.EnergyTypeID == energyElectricity && energy && v.QuantityType == datahub.Integrated && !v.Calculated && v.ID != list[0].ID && len(list) <= partsMost {
				list = append(list, v)
			}
		}
	}
	if len(list) == 1 {
		return nil
	}
	return list
}

// belong reports whether parts are parts of the whole: together no more than it, but for what comes late.
func belong(whole lineAmounts, parts []lineAmounts) bool {
	sum := 0.0
	for _, p := range parts {
		sum += series.Summarize(p.slots).Sum
	}
	return sum <= 1.05*series.Summarize(whole.slots).Sum
}

// mainEAN is the number under which the grid operator knows the site's main meter of electricity, "" where none is known.
func mainEAN(sources []datahub.Source) string {
	list := slices.DeleteFunc(slices.Clone(sources), func(s datahub.Source) bool { return s.EnergyTypeID != energyElectricity || s.EANNumber == "" })
	if len(list) == 0 {
		return ""
	}
	first := slices.MinFunc(list, func(a, b datahub.Source) int { return rank(saysTotal(a.Name)) - rank(saysTotal(b.Name)) })
	return locale.Plain(first.EANNumber)
}
