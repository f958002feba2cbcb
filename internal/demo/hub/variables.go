package hub

import (
	"strconv"
	"time"

	"portico/internal/demo/energy"
)

func (c *call) variables() (any, error) {
	wanted, err := c.params.ids("id", "ids", "variableids", "variableid")
	if err != nil {
		return nil, err
	}
	if source := c.r.PathValue("source"); source != "" {
		c.params["sourceids"], c.params["sourceid"] = []string{source}, nil
	}
	sources, err := c.params.ids("sourceid", "sourceids")
	if err != nil {
		return nil, err
	}
	sites, err := c.params.ids("siteid", "siteids")
	if err != nil {
		return nil, err
	}
	var found []*energy.Variable
	for _, v := range c.view.variables {
		if wanted.has(v.ID) && sources.has(v.Source) && (sites == nil || sites[c.view.siteOf(v).ID]) {
			found = append(found, v)
		}
	}
	shown := c.params.level()
	return paged(c, found, func(v *energy.Variable) object { return c.variableObject(v, shown) })
}

func (c *call) variable() (any, error) {
	v, err := c.variableOf("id")
	if err == nil && c.r.PathValue("source") != strconv.Itoa(v.Source) {
		err = notFound("There is no such variable.")
	}
	if err != nil {
		return nil, err
	}
	return c.variableObject(v, everything), nil
}

// variableOf is the variable that the path names.
func (c *call) variableOf(name string) (*energy.Variable, error) {
	id, _ := strconv.Atoi(c.r.PathValue(name))
	v := c.view.variable[id]
	if v == nil {
		return nil, notFound("There is no such variable.")
	}
	return v, nil
}

// variableObject has words for enumerations, and numbers for them inside "calculated".
func (c *call) variableObject(v *energy.Variable, shown level) object {
	o := object{"id": v.ID, "name": v.Name}
	if shown.light {
		return o
	}
	count, period := step(v.Step)
	o["sourceId"], o["variableTypeId"], o["unitId"] = v.Source, v.Type, v.Unit
	o["granularity"], o["granularityTimeBase"] = count, wordOf(timePeriods, period)
	o["quantityType"], o["aggregate"] = wordOf(energy.QuantityTypes, v.QuantityType), wordOf(energy.Aggregates, v.Aggregate)
	o["isDefault"], o["divider"] = v.Default, 1
	o.text("mappingConfig", v.Mapping)
	if shown.site {
		site := c.view.siteOf(v)
		o["siteId"], o["siteName"] = site.ID, site.Name
	}
	if shown.calculated && v.Calculated != nil {
		o["calculated"] = calculated(v)
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

// calculated is how a variable is computed. Clients index the arrays of each formula without asking whether they are there.
func calculated(v *energy.Variable) object {
	inputs := []object{}
	for _, in := range v.Calculated.Inputs {
		inputs = append(inputs, object{"alias": in.Alias, "siteId": in.Site, "sourceId": in.Source, "variableId": in.Variable, "granularity": raw,
			"periodType": 1, "period": 1.0, "periodTimeBase": 4, "unitId": in.Unit, "canBeUsedAsATrigger": true})
	}
	fields, constants := []object{}, []object{}
	for _, f := range v.Calculated.Fields {
		fields = append(fields, object{"alias": f.Alias, "entityType": siteEntity, "siteId": f.Site, "entityId": f.Site, "formId": energy.SiteForm.ID,
			"groupId": energy.SiteForm.Groups[0].ID, "propId": f.Field})
	}
	for _, k := range v.Calculated.Constants {
		constants = append(constants, object{"alias": k.Alias, "value": k.Value})
	}
	formula := object{"formula": v.Calculated.Script, "variables": inputs, "entities": fields, "constants": constants}
	return object{"id": v.ID, "friendlyName": v.Name, "calculatedVariableFormulas": []object{formula}}
}
