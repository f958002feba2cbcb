package hub

import (
	"slices"
	"time"

	"portico/internal/demo/energy"
)

// newTenants are the world's accounts with what they own.
func newTenants(w *energy.World) map[int64]*tenant {
	tenants := map[int64]*tenant{}
	views := map[int64]*view{}
	for _, a := range energy.Accounts {
		views[a.ID] = newView()
		tenants[a.ID] = newTenant(a.ID, a.Name)
	}
	owner := map[int]*view{} // of sites and of sources, by id
	for i := range w.Sites {
		s := &w.Sites[i]
		v := views[s.Account]
		owner[s.ID], v.sites = v, append(v.sites, newSite(s.ID, siteOfWorld(s)))
		v.site[s.ID] = v.sites[len(v.sites)-1]
	}
	for i := range w.Sources {
		s := &w.Sources[i]
		v := owner[s.Site]
		owner[s.ID], v.sources = v, append(v.sources, newSource(s.ID, sourceOfWorld(s)))
		v.source[s.ID] = v.sources[len(v.sources)-1]
	}
	for i := range w.Variables {
		x := &w.Variables[i]
		v := owner[x.Source]
		entity := newVariable(x.ID, variableOfWorld(x))
		entity.world = x
		v.variables, v.variable[x.ID] = append(v.variables, entity), entity
	}
	for id, v := range views {
		slices.SortFunc(v.variables, func(a, b *variable) int { return a.id - b.id })
		tenants[id].view.Store(v)
	}
	alarmsOfWorld(w, tenants)
	groupsOfWorld(tenants)
	formsOfWorld(tenants)
	filesOfWorld(w, tenants)
	return tenants
}

func siteOfWorld(s *energy.Site) object {
	return object{"id": s.ID, "name": s.Name, "typeId": s.TypeID, "street": s.Street, "postalCode": s.PostalCode, "city": s.Town, "country": "Belgium", "timeZoneId": siteZone,
		"location":   object{"latitude": s.Latitude, "longitude": s.Longitude},
		"clientData": object{energy.SiteForm.Name: object{energy.SiteForm.Groups[0].Name: object{"Kind": s.Kind, "FloorArea": s.Area}}}}
}

func sourceOfWorld(s *energy.Source) object {
	o := object{"id": s.ID, "name": s.Name, "siteId": s.Site, "sourceTypeId": s.SourceType, "energyTypeId": s.EnergyType, "energyUsageId": energyUsages[0].ID,
		"serialNumber": s.Serial, "meterNumber": s.Serial, "timeZoneId": s.TimeZone,
		"clientData": object{energy.SourceForm.Name: object{energy.SourceForm.Groups[0].Name: object{"Manufacturer": "Demo Instruments", "Main": len(s.Tags) > 0}}}}
	o.text("eanNumber", s.EAN)
	if len(s.Tags) > 0 {
		tags := []any{}
		for _, tag := range s.Tags {
			tags = append(tags, tag)
		}
		o["tags"] = tags
	}
	return o
}

// variableOfWorld has words for enumerations, and numbers for them inside "calculated".
func variableOfWorld(v *energy.Variable) object {
	count, period := step(v.Step)
	o := object{"id": v.ID, "name": v.Name, "sourceId": v.Source, "variableTypeId": v.Type, "unitId": v.Unit, "granularity": count, "granularityTimeBase": wordOf(timePeriods, period),
		"quantityType": wordOf(energy.QuantityTypes, v.QuantityType), "aggregate": wordOf(energy.Aggregates, v.Aggregate), "isDefault": v.Default, "divider": 1}
	o.text("mappingConfig", v.Mapping)
	if v.Calculated != nil {
		o["calculated"] = calculatedOfWorld(v)
	}
	return o
}

// step is a step as a count of time periods.
func step(d time.Duration) (count, period int) {
	switch {
	case d%(24*time.Hour) == 0:
		return int(d / (24 * time.Hour)), 4
	case d%time.Hour == 0:
		return int(d / time.Hour), 3
	}
	return int(d / time.Minute), 2
}

// siteEntity is the platform's number for forms about sites.
const siteEntity = 1

// calculatedOfWorld is how a variable is computed. Clients index the arrays of each formula without asking whether they are there.
func calculatedOfWorld(v *energy.Variable) object {
	inputs, fields, constants := []any{}, []any{}, []any{}
	for _, in := range v.Calculated.Inputs {
		inputs = append(inputs, object{"alias": in.Alias, "siteId": in.Site, "sourceId": in.Source, "variableId": in.Variable, "granularity": raw,
			"periodType": 1, "period": 1.0, "periodTimeBase": 4, "unitId": in.Unit, "canBeUsedAsATrigger": true})
	}
	for _, f := range v.Calculated.Fields {
		fields = append(fields, object{"alias": f.Alias, "entityType": siteEntity, "siteId": f.Site, "entityId": f.Site, "formId": energy.SiteForm.ID,
			"groupId": energy.SiteForm.Groups[0].ID, "propId": f.Field})
	}
	for _, k := range v.Calculated.Constants {
		constants = append(constants, object{"alias": k.Alias, "value": k.Value})
	}
	formula := object{"formula": v.Calculated.Script, "variables": inputs, "entities": fields, "constants": constants}
	return object{"id": v.ID, "friendlyName": v.Name, "calculatedVariableFormulas": []any{formula}}
}
