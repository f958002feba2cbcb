package pages

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/internal/datahub"
	"portico/internal/fold"
	"portico/internal/locale"
	"portico/web/templates"
)

// siteProperties shows what people keep about a site in forms.
func (p *Pages) siteProperties(_ http.ResponseWriter, r *Request) error {
	rd := p.reader(r)
	f, err := rd.siteFrame(r, "properties")
	if err != nil {
		return err
	}
	forms, err := rd.forms(r.Context())
	if err := endsSession(err); err != nil {
		return err
	}
	lists := properties(f.site.ClientData, forms, "site", r.Locale)
	if len(lists) == 0 {
		lists = []templates.ListModel{{Caption: r.Locale.T("site.properties"), Empty: &templates.EmptyModel{Text: r.Locale.T("properties.none"), Next: templates.Link{Text: r.Locale.T("forms.title"), Href: "/forms"}}}}
	}
	return r.Render(http.StatusOK, templates.SiteLists(f.page(r, rd), lists))
}

// forms lists the account's forms by name.
func (rd *reader) forms(ctx context.Context) ([]datahub.Form, error) {
	return recall(ctx, rd, "forms", structureLife, of[datahub.Form](2000), func(ctx context.Context) ([]datahub.Form, error) {
		list, err := rd.hub.Forms(ctx)
		fold.Sort(list, nil, func(f datahub.Form) string { return f.Name })
		return list, err
	})
}

// properties lists the values of each form: the fields of its definition in their order, with those that have no value, then values that no definition knows.
func properties(data datahub.ClientData, forms []datahub.Form, entity string, l locale.Locale) []templates.ListModel {
	var lists []templates.ListModel
	shown := map[string]bool{}
	add := func(form, group string, fields []string) {
		values := data[form][group]
		m := templates.ListModel{Caption: locale.Join(locale.Name(form), "· "+locale.Name(group)), Columns: columns(l, "field", "value")}
		for _, name := range fields {
			m.Rows = append(m.Rows, []templates.CellModel{{Text: locale.Name(name)}, {Text: propertyText(values[name], l)}})
			shown[form+"\x00"+group+"\x00"+name] = true
		}
		if len(m.Rows) > 0 {
			lists = append(lists, m)
		}
	}
	for _, form := range forms {
		for _, g := range form.Groups {
			var fields []string
			for _, field := range g.Fields {
				fields = append(fields, field.Name)
			}
			if strings.EqualFold(form.Entity, entity) && len(data[form.Name]) > 0 {
				add(form.Name, g.Name, fields)
			}
		}
	}
	for _, form := range slices.Sorted(maps.Keys(data)) {
		for _, group := range slices.Sorted(maps.Keys(data[form])) {
			var fields []string
			for _, name := range slices.Sorted(maps.Keys(data[form][group])) {
				if !shown[form+"\x00"+group+"\x00"+name] {
					fields = append(fields, name)
				}
			}
			add(form, group, fields)
		}
	}
	return lists
}

// propertyText writes a value of a form as a person would.
func propertyText(v any, l locale.Locale) string {
	switch v := v.(type) {
	case nil:
		return locale.None
	case float64:
		return l.Precise(v)
	case bool:
		return l.T(locale.Key("answer." + strconv.FormatBool(v)))
	case string:
		if t, err := time.Parse("2006-01-02T15:04:05", v); err == nil && t.Hour() == 0 && t.Minute() == 0 {
			return l.Date(t)
		}
		if v = locale.Plain(v); v == "" {
			return locale.None
		}
		return v
	case []any:
		var parts []string
		for _, x := range v {
			parts = append(parts, propertyText(x, l))
		}
		return locale.Plain(strings.Join(parts, ", "))
	}
	return locale.Plain(fmt.Sprint(v))
}

// atoi reads a number that is one of ours.
func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
