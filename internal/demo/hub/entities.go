package hub

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/internal/demo/energy"
)

// object is an entity with only the members that it has: what is null is left out, as on the platform.
type object map[string]any

func (o object) with(name string, value any) object {
	switch v := value.(type) {
	case string:
		if v == "" {
			return o
		}
	case nil:
		return o
	}
	o[name] = value
	return o
}

var accountNames = map[int64]string{101: "Noordzee Energie", 102: "Meuse Services"}

func (c *call) accountOf() (any, error) {
	return object{"id": c.account, "name": accountNames[c.account]}, nil
}

func (c *call) accountByID() (any, error) {
	if c.r.PathValue("id") != strconv.FormatInt(c.account, 10) {
		return nil, errMissing
	}
	var ids []int
	for _, s := range c.hub.c.World.Sources {
		if c.siteOf(s.Site) != nil {
			ids = append(ids, s.ID)
		}
	}
	return object{"id": c.account, "name": accountNames[c.account], "sources": ids}, nil
}

func (c *call) userInfo() (any, error) { return object{"id": c.subject}, nil }

// siteOf returns a site of the caller's account, nil otherwise.
func (c *call) siteOf(id int) *energy.Site {
	sites := c.hub.c.World.Sites
	for i := range sites {
		if sites[i].ID == id && sites[i].Account == c.account {
			return &sites[i]
		}
	}
	return nil
}

func siteObject(s *energy.Site, level string) object {
	o := object{"id": s.ID, "name": s.Name}
	if level == "light" {
		return o
	}
	o.with("typeId", 1).with("street", s.Street).with("postalCode", s.PostalCode).with("city", s.Town).with("country", "Belgium").with("timeZoneId", "Romance Standard Time").
		with("location", object{"latitude": s.Latitude, "longitude": s.Longitude})
	if strings.Contains(level, "verbose") || level == "site" {
		o["clientData"] = object{"SITE_FORM": object{"Building": object{"Kind": s.Kind, "FloorArea": s.Area}}}
	}
	return o
}

func (c *call) sites() (any, error) {
	ids, err := c.params.ids("siteids", "ids", "id", "siteid")
	if err != nil {
		return nil, err
	}
	sourceIDs, err := c.params.ids("sourceids")
	if err != nil {
		return nil, err
	}
	match, err := parseFilter(c.params.get("customfilter"))
	if err != nil {
		return nil, err
	}
	level := strings.ToLower(c.params.get("displaylevel"))
	items := []object{}
	for i := range c.hub.c.World.Sites {
		s := &c.hub.c.World.Sites[i]
		if s.Account != c.account || ids != nil && !ids[s.ID] || sourceIDs != nil && !c.holds(s.ID, sourceIDs) || !match(siteObject(s, "verbosesite")) {
			continue
		}
		items = append(items, siteObject(s, level))
	}
	return paged(c.params, items)
}

func (c *call) holds(site int, sources map[int]bool) bool {
	return slices.ContainsFunc(c.hub.c.World.Sources, func(s energy.Source) bool { return s.Site == site && sources[s.ID] })
}

func (c *call) site() (any, error) {
	id, _ := strconv.Atoi(c.r.PathValue("id"))
	s := c.siteOf(id)
	if s == nil {
		return nil, errMissing
	}
	return siteObject(s, "verbosesite"), nil
}

func (c *call) sourceObject(s energy.Source, level string) object {
	o := object{"id": s.ID, "name": s.Name}
	if level == "light" {
		return o
	}
	o.with("siteId", s.Site).with("serialNumber", s.Serial).with("meterNumber", s.Serial).with("eanNumber", s.EAN).with("sourceTypeId", s.SourceType).with("energyTypeId", s.EnergyType).with("timeZoneId", "Romance Standard Time")
	if strings.Contains(level, "site") {
		o["siteName"] = c.siteOf(s.Site).Name
	}
	if strings.Contains(level, "verbose") || level == "site" {
		o["clientData"] = object{}
	}
	return o
}

func (c *call) sources() (any, error) {
	ids, err := c.params.ids("ids", "id", "sourceids")
	if err != nil {
		return nil, err
	}
	siteIDs, err := c.params.ids("siteid", "siteids")
	if err != nil {
		return nil, err
	}
	match, err := parseFilter(c.params.get("customfilter"))
	if err != nil {
		return nil, err
	}
	name, level := c.params.get("name"), strings.ToLower(c.params.get("displaylevel"))
	items := []object{}
	for _, s := range c.hub.c.World.Sources {
		if c.siteOf(s.Site) == nil || ids != nil && !ids[s.ID] || siteIDs != nil && !siteIDs[s.Site] || name != "" && !strings.EqualFold(name, s.Name) || !match(c.sourceObject(s, "verbosesite")) {
			continue
		}
		items = append(items, c.sourceObject(s, level))
	}
	return paged(c.params, items)
}

func (c *call) source() (any, error) {
	for _, s := range c.hub.c.World.Sources {
		if strconv.Itoa(s.ID) == c.r.PathValue("id") && c.siteOf(s.Site) != nil {
			return c.sourceObject(s, "verbosesite"), nil
		}
	}
	return nil, errMissing
}

var (
	quantityWords  = map[int]string{1: "Instantaneous", 2: "Integrated", 3: "Cumulative", 4: "Minimum", 5: "Maximum", 6: "Averaged"}
	aggregateWords = map[int]string{1: "SUM", 2: "MIN", 3: "MAX", 4: "AVG", 5: "COUNT", 6: "VAR", 7: "STDEV"}
)

func variableObject(v energy.Variable) object {
	count, base := v.Step.Minutes(), "Minute"
	switch {
	case v.Step >= 24*time.Hour:
		count, base = v.Step.Hours()/24, "Day"
	case v.Step >= time.Hour:
		count, base = v.Step.Hours(), "Hour"
	}
	return object{"id": v.ID, "sourceId": v.Source, "name": v.Name, "variableTypeId": v.Type, "unitId": v.Unit, "granularity": count, "granularityTimeBase": base,
		"quantityType": quantityWords[v.QuantityType], "aggregate": aggregateWords[v.Aggregate], "mappingConfig": v.Mapping, "isDefault": v.Default}
}

// variablesOf yields the caller's variables.
func (c *call) variablesOf(yield func(energy.Variable) bool) {
	mine := map[int]bool{}
	for _, s := range c.hub.c.World.Sources {
		mine[s.ID] = c.siteOf(s.Site) != nil
	}
	for _, v := range c.hub.c.World.Variables {
		if mine[v.Source] && !yield(v) {
			return
		}
	}
}

func (c *call) variables() (any, error) {
	ids, err := c.params.ids("id", "ids", "variableids", "variableid")
	if err != nil {
		return nil, err
	}
	if source := c.r.PathValue("source"); source != "" {
		c.params["sourceid"] = []string{source}
	}
	sourceIDs, err := c.params.ids("sourceid", "sourceids")
	if err != nil {
		return nil, err
	}
	items := []object{}
	for v := range c.variablesOf {
		if (ids == nil || ids[v.ID]) && (sourceIDs == nil || sourceIDs[v.Source]) {
			items = append(items, variableObject(v))
		}
	}
	return paged(c.params, items)
}

func (c *call) variable() (any, error) {
	for v := range c.variablesOf {
		if strconv.Itoa(v.ID) == c.r.PathValue("id") && strconv.Itoa(v.Source) == c.r.PathValue("source") {
			return variableObject(v), nil
		}
	}
	return nil, errMissing
}

func (c *call) units() (any, error) {
	items := []object{}
	for _, u := range energy.Units {
		items = append(items, object{"id": u.ID, "name": u.Name, "symbol": u.Symbol, "divisor": u.Divisor, "offset": 0, "parentId": u.Parent, "unitFamilyId": u.Family})
	}
	return page{items, len(items)}, nil
}

func (c *call) variableTypes() (any, error) {
	items := []object{{"id": 0, "name": "Consumption", "aggregate": 1}, {"id": 25, "name": "Index", "aggregate": 3}, {"id": 131, "name": "Aggregated", "aggregate": 1}}
	return page{items, len(items)}, nil
}

// textOf is a member as text, for filters.
func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}
