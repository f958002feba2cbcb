package hub

import (
	"math"
	"strconv"
	"time"

	"portico/internal/demo/energy"
)

var variableSchema = newSchema(map[string]kind{
	"name": aText, "variableTypeId": anID, "unitId": anID, "granularity": aNumber, "granularityTimeBase": member(timePeriods), "quantityType": member(energy.QuantityTypes),
	"aggregate": member(energy.Aggregates), "mappingConfig": aText, "isDefault": aFlag, "divider": anID, "calculated": aCalculation,
})

func newVariable(id int, o object) *variable {
	o["id"] = id
	if calculated, ok := o["calculated"].(object); ok {
		calculated["id"] = id
	}
	return &variable{id: id, source: o.idOf("sourceId"), unit: o.idOf("unitId"), aggregate: max(energy.Sum, idOf(energy.Aggregates, o.textOf("aggregate"))), step: stepOf(o), calculation: calculationOf(o), o: o}
}

// stepOf is a variable's step, a month taken for 30 days; 0 when it is not known.
func stepOf(o object) time.Duration {
	const day = 24 * time.Hour
	lengths := []time.Duration{time.Millisecond, time.Second, time.Minute, time.Hour, day, 7 * day, 30 * day, 365 * day}
	count := 0.0
	switch n := o["granularity"].(type) {
	case int:
		count = float64(n)
	case float64:
		count = n
	}
	length := lengths[idOf(timePeriods, o.textOf("granularityTimeBase"))]
	if o["granularityTimeBase"] == nil || count <= 0 || count > math.MaxInt64/2/float64(length) {
		return 0
	}
	return time.Duration(count * float64(length))
}

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
	var found []*variable
	for _, x := range c.view.named(wanted) {
		if sources.has(x.source) && (sites == nil || sites[c.view.siteOf(x).id]) {
			found = append(found, x)
		}
	}
	shown := c.params.level()
	return paged(c, found, func(x *variable) object { return c.variableObject(x, shown) })
}

func (c *call) variableObject(x *variable, shown level) object {
	o := x.o.shown(shown)
	if shown.site {
		s := c.view.siteOf(x)
		o["siteId"], o["siteName"] = s.id, s.o["name"]
	}
	return o
}

// variableOfPath is the variable that the path names, with its source if the path has one.
func (c *call) variableOfPath(v *view) (*variable, error) {
	id, _ := strconv.Atoi(c.r.PathValue("id"))
	x := v.variable[id]
	if source := c.r.PathValue("source"); x == nil || source != "" && source != strconv.Itoa(x.source) {
		return nil, notFound("There is no such variable.")
	}
	return x, nil
}

func (c *call) variable() (any, error) {
	x, err := c.variableOfPath(c.view)
	if err != nil {
		return nil, err
	}
	return c.variableObject(x, everything), nil
}

// newVariable answers with the whole variable. Its source is the one in the path, whatever the body says.
func (c *call) newVariable() (any, error) {
	body, err := c.object()
	if err != nil {
		return nil, err
	}
	o := object{"isDefault": false, "divider": 1, "unitId": 0}
	if err := variableSchema.read(o, body); err != nil {
		return nil, err
	}
	var x *variable
	err = c.tenant.change(func(v *view) error {
		s, err := c.sourceOfPath(v, "source")
		if err != nil {
			return err
		}
		o["sourceId"] = s.id
		if err := c.complete(v, o); err != nil {
			return err
		}
		x = newVariable(c.hub.newID(), o)
		v.putVariable(x)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return x.o.shown(everything), nil
}

// complete gives a variable what it does not say and makes sure that it may be what it says.
func (c *call) complete(v *view, o object) error {
	if o["quantityType"] == nil {
		o["quantityType"] = wordOf(energy.QuantityTypes, energy.Instantaneous)
	}
	if o["aggregate"] == nil {
		o["aggregate"] = wordOf(energy.Aggregates, defaultAggregate(o))
	}
	if calculated, ok := o["calculated"].(object); ok {
		if calculated["friendlyName"] == nil && o["name"] != nil {
			calculated["friendlyName"] = o["name"]
		}
		calculated["updatedBy"], calculated["updatedDate"] = c.person(), dateTime(c.hub.c.Now())
	}
	mapping := o.textOf("mappingConfig")
	if !c.hub.c.UniqueMappings || mapping == "" {
		return nil
	}
	for _, other := range v.of(o.idOf("sourceId")) {
		if other.o.textOf("mappingConfig") == mapping && other.id != o.idOf("id") {
			return invalid("mappingConfig", "The source has a variable with this mapping already.")
		}
	}
	return nil
}

// defaultAggregate is that of the variable's type, and the average where the type is not known.
func defaultAggregate(o object) int {
	for _, t := range energy.VariableTypes {
		if id, ok := o["variableTypeId"].(int); ok && t.ID == id {
			return t.Aggregate
		}
	}
	return energy.Avg
}

func (c *call) putVariable() (any, error)   { return c.editVariable(c.replacement(variableSchema)) }
func (c *call) patchVariable() (any, error) { return c.editVariable(c.patching(variableSchema)) }

func (c *call) editVariable(edit edit) (any, error) {
	return nil, c.tenant.change(func(v *view) error {
		x, err := c.variableOfPath(v)
		if err != nil {
			return err
		}
		o, err := edit(x.o)
		if err != nil {
			return err
		}
		if err := c.complete(v, o); err != nil {
			return err
		}
		changed := newVariable(x.id, o)
		changed.world = x.world
		v.putVariable(changed)
		return nil
	})
}

func (c *call) deleteVariable() (any, error) {
	return nil, c.tenant.drop(func(v *view) error {
		x, err := c.variableOfPath(v)
		if err == nil {
			v.dropVariable(x.id)
		}
		return err
	})
}
