package hub

import (
	"strings"

	"portico/internal/demo/energy"
)

var forms = &resource{name: "form", hex: true, schema: newSchema(map[string]kind{"name": aText, "entityType": aText, "groups": list}), check: checkForm}

func checkForm(_ *call, o object) error {
	entity := strings.ToLower(o.textOf("entityType"))
	if o["entityType"] = entity; entity != "site" && entity != "source" {
		return invalid("entityType", "A form is about a site or a source.")
	}
	return named(o, "form")
}

// formsOfWorld puts the demo's forms on the shelves of all accounts.
func formsOfWorld(tenants map[int64]*tenant) {
	for _, t := range tenants {
		for _, f := range []energy.Form{energy.SiteForm, energy.SourceForm} {
			t.shelf(forms)[f.ID] = formOfWorld(f)
		}
	}
}

func formOfWorld(f energy.Form) object {
	parts := []any{}
	for _, g := range f.Groups {
		fields := []any{}
		for _, x := range g.Fields {
			field := object{"name": x.Name, "type": x.Type, "isList": len(x.Items) > 0}
			if len(x.Items) > 0 {
				items := []any{}
				for _, e := range x.Items {
					items = append(items, object{"name": e.Name, "value": e.Name})
				}
				field["items"] = items
			}
			fields = append(fields, field)
		}
		parts = append(parts, object{"id": g.ID, "name": g.Name, "fields": fields})
	}
	return object{"id": f.ID, "name": f.Name, "entityType": f.Entity, "groups": parts}
}
