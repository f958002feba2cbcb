package hub

import (
	"strconv"
	"strings"

	"portico/internal/demo/energy"
)

// object is an entity with only the members that it has: what is null is left out, as on the platform.
type object map[string]any

// text adds a member unless it is empty.
func (o object) text(name, value string) {
	if value != "" {
		o[name] = value
	}
}

// level is how much of an entity is shown. Members that a higher level adds are extra, so that unknown levels can count as normal.
type level struct{ light, site, form, calculated bool }

func (p params) level() level {
	switch strings.ToLower(p.get("displaylevel")) {
	case "light":
		return level{light: true}
	case "site":
		return level{site: true, form: true}
	case "verbose":
		return level{form: true, calculated: true}
	case "verbosesite":
		return everything
	}
	return level{}
}

var everything = level{site: true, form: true, calculated: true}

func (c *call) accountObject() object {
	return object{"id": c.account, "name": c.view.name}
}

func (c *call) ownAccount() (any, error) { return c.accountObject(), nil }

func (c *call) accounts() (any, error) {
	return paged(c, []object{c.accountObject()}, func(o object) object { return o })
}

func (c *call) accountByID() (any, error) {
	if c.r.PathValue("id") != strconv.FormatInt(c.account, 10) {
		return nil, notFound("There is no such account.")
	}
	sources := make([]int, len(c.view.sources))
	for i, s := range c.view.sources {
		sources[i] = s.ID
	}
	o := c.accountObject()
	o["sources"] = sources
	return o, nil
}

func (c *call) user() (any, error) {
	return object{"id": c.subject, "accountId": c.account}, nil
}

func (c *call) sites() (any, error) {
	wanted, err := c.params.ids("siteids", "siteid", "ids", "id")
	if err != nil {
		return nil, err
	}
	of, err := c.params.ids("sourceids", "sourceid")
	if err != nil {
		return nil, err
	}
	matches, err := parseFilter(c.params.get("customfilter"))
	if err != nil {
		return nil, err
	}
	var holders ids
	if of != nil {
		holders = ids{}
		for id := range of {
			if s := c.view.source[id]; s != nil {
				holders[s.Site] = true
			}
		}
	}
	var found []*energy.Site
	for _, s := range c.view.sites {
		if wanted.has(s.ID) && holders.has(s.ID) && matches(siteObject(s, everything)) {
			found = append(found, s)
		}
	}
	shown := c.params.level()
	return paged(c, found, func(s *energy.Site) object { return siteObject(s, shown) })
}

func (c *call) site() (any, error) {
	id, _ := strconv.Atoi(c.r.PathValue("id"))
	s := c.view.site[id]
	if s == nil {
		return nil, notFound("There is no such site.")
	}
	return siteObject(s, everything), nil
}

func siteObject(s *energy.Site, shown level) object {
	o := object{"id": s.ID, "name": s.Name}
	if shown.light {
		return o
	}
	o["typeId"] = s.TypeID
	o["street"], o["postalCode"], o["city"], o["country"] = s.Street, s.PostalCode, s.Town, "Belgium"
	o["timeZoneId"] = siteZone
	o["location"] = object{"latitude": s.Latitude, "longitude": s.Longitude}
	if shown.form {
		o["clientData"] = object{"SITE_FORM": object{"Building": object{"Kind": s.Kind, "FloorArea": s.Area}}}
	}
	return o
}

func (c *call) sources() (any, error) {
	wanted, err := c.params.ids("ids", "id", "sourceids", "sourceid")
	if err != nil {
		return nil, err
	}
	sites, err := c.params.ids("siteid", "siteids")
	if err != nil {
		return nil, err
	}
	types, err := c.params.ids("sourcetypeid")
	if err != nil {
		return nil, err
	}
	matches, err := parseFilter(c.params.get("customfilter"))
	if err != nil {
		return nil, err
	}
	name := c.params.get("name")
	var found []*energy.Source
	for _, s := range c.view.sources {
		if wanted.has(s.ID) && sites.has(s.Site) && types.has(s.SourceType) && (name == "" || strings.EqualFold(name, s.Name)) && matches(c.filtered(s)) {
			found = append(found, s)
		}
	}
	shown := c.params.level()
	return paged(c, found, func(s *energy.Source) object { return c.sourceObject(s, shown) })
}

// filtered is a source as filters see it: with its site.
func (c *call) filtered(s *energy.Source) object {
	o := c.sourceObject(s, everything)
	o[siteMember] = siteObject(c.view.site[s.Site], everything)
	return o
}

func (c *call) source() (any, error) {
	id, _ := strconv.Atoi(c.r.PathValue("id"))
	s := c.view.source[id]
	if s == nil {
		return nil, notFound("There is no such source.")
	}
	return c.sourceObject(s, everything), nil
}

func (c *call) sourceObject(s *energy.Source, shown level) object {
	o := object{"id": s.ID, "name": s.Name}
	if shown.light {
		return o
	}
	o["siteId"], o["sourceTypeId"], o["energyTypeId"], o["energyUsageId"] = s.Site, s.SourceType, s.EnergyType, energyUsages[0].ID
	o["serialNumber"], o["meterNumber"], o["timeZoneId"] = s.Serial, s.Serial, s.TimeZone
	o.text("eanNumber", s.EAN)
	if len(s.Tags) > 0 {
		o["tags"] = s.Tags
	}
	if shown.site {
		o["siteName"] = c.view.site[s.Site].Name
	}
	if shown.form {
		o["clientData"] = object{"SOURCE_FORM": object{"Meter": object{"Manufacturer": "Demo Instruments", "Main": len(s.Tags) > 0}}}
	}
	return o
}
