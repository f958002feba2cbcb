package pages

import (
	"strings"

	"portico/internal/filter"
	"portico/internal/locale"
	"portico/web/templates"
)

// termProblems says in words why a term is not understood.
var termProblems = map[error]locale.Key{
	filter.ErrField: "filter.no-field", filter.ErrValue: "filter.no-value", filter.ErrQuote: "filter.no-quote", filter.ErrChoice: "filter.no-choice", filter.ErrNumber: "filter.no-number",
	filter.ErrOperator: "filter.no-operator", filter.ErrOr: "filter.no-or", filter.ErrTooMany: "filter.too-many",
}

// filterProblems says what of the filter is not understood, and what it asks too much of.
func (d sitesData) filterProblems(l locale.Locale) (list []string) {
	for _, t := range filter.Problems(d.query.terms) {
		hint := ""
		switch t.Problem {
		case filter.ErrField:
			hint = strings.Join(fieldNames(), ", ")
		case filter.ErrChoice:
			hint = strings.Join(siteStatuses, ", ")
		}
		list = append(list, l.T(termProblems[t.Problem], t.Text, hint))
	}
	if d.wide > 0 {
		list = append(list, l.T("filter.too-wide", d.wide, figuresMost))
	}
	return list
}

func fieldNames() []string {
	names := make([]string, len(siteFields))
	for i, f := range siteFields {
		names[i] = f.Name
	}
	return names
}

// termChips are what was typed, each with the address without it.
func (q sitesQuery) termChips(l locale.Locale) (list []templates.FilterModel) {
	for i, t := range q.terms {
		text := t.Text
		if t.Words() {
			text = l.T("sites.with", t.Values[0])
		}
		rest := append(append([]filter.Term{}, q.terms[:i]...), q.terms[i+1:]...)
		list = append(list, templates.FilterModel{Text: text, Wrong: t.Problem != nil, Remove: q.href(func(x *sitesQuery) { x.q = filter.Join(rest) })})
	}
	return list
}
