package hub

import (
	"strconv"
	"strings"
)

var sourceSchema = newSchema(map[string]kind{
	"siteId": anID, "name": aText, "serialNumber": aText, "meterNumber": aText, "eanNumber": aText, "sourceTypeId": anID, "energyTypeId": anID, "energyUsageId": anID,
	"timeZoneId": aZone, "gatewayId": anID, "gatewayTypeId": anID, "localisation": aText, "description": aText, "meterAddress": aText, "tags": texts,
	"displayVariableTypeId": anID, "clientData": nested,
})

func newSource(id int, o object) *source {
	o["id"] = id
	return &source{id: id, site: o.idOf("siteId"), zone: zoneOf(o), o: o}
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
	filter := c.params.get("customfilter")
	matches, err := parseFilter(filter)
	if err != nil {
		return nil, err
	}
	name := c.params.get("name")
	var found []*source
	for _, s := range c.view.sources {
		if wanted.has(s.id) && sites.has(s.site) && types.has(s.o.idOf("sourceTypeId")) && (name == "" || strings.EqualFold(name, s.o.textOf("name"))) &&
			(filter == "" || matches(c.filtered(s))) {
			found = append(found, s)
		}
	}
	shown := c.params.level()
	return paged(c, found, func(s *source) object { return c.sourceObject(s, shown) })
}

// filtered is a source as filters see it: with its site.
func (c *call) filtered(s *source) object {
	o := c.sourceObject(s, everything)
	o[siteMember] = c.view.site[s.site].o
	return o
}

func (c *call) sourceObject(s *source, shown level) object {
	o := s.o.shown(shown)
	if shown.site {
		o["siteName"] = c.view.site[s.site].o["name"]
	}
	return o
}

// sourceOfPath is the source that the path names.
func (c *call) sourceOfPath(v *view, name string) (*source, error) {
	id, _ := strconv.Atoi(c.r.PathValue(name))
	s := v.source[id]
	if s == nil {
		return nil, notFound("There is no such source.")
	}
	return s, nil
}

func (c *call) source() (any, error) {
	s, err := c.sourceOfPath(c.view, "id")
	if err != nil {
		return nil, err
	}
	return c.sourceObject(s, everything), nil
}

// newSource answers with the whole source.
func (c *call) newSource() (any, error) {
	body, err := c.object()
	if err != nil {
		return nil, err
	}
	o := object{"sourceTypeId": genericSource, "clientData": object{}}
	if err := sourceSchema.read(o, body); err != nil {
		return nil, err
	}
	var s *source
	err = c.tenant.change(func(v *view) error {
		if err := inSite(v, o); err != nil {
			return err
		}
		s = newSource(c.hub.newID(), o)
		v.putSource(s)
		return nil
	})
	if err != nil {
		return nil, err
	}
	c.hub.announce(c.tenant, sourceCreated, sourceNews(s))
	return s.o.shown(everything), nil
}

// genericSource is the type of a source that names none.
const genericSource = 72

// inSite makes sure that a source lies on a site, and gives it the site's zone when it has none.
func inSite(v *view, o object) error {
	s := v.site[o.idOf("siteId")]
	if s == nil {
		return invalid("siteId", "There is no such site.")
	}
	if o["timeZoneId"] == nil {
		o["timeZoneId"] = s.o["timeZoneId"]
	}
	return nil
}

func (c *call) putSource() (any, error)   { return c.editSource(c.replacement(sourceSchema)) }
func (c *call) patchSource() (any, error) { return c.editSource(c.patching(sourceSchema)) }

func (c *call) editSource(edit edit) (any, error) {
	return nil, c.tenant.change(func(v *view) error {
		s, err := c.sourceOfPath(v, "id")
		if err != nil {
			return err
		}
		o, err := edit(s.o)
		if err != nil {
			return err
		}
		if err := inSite(v, o); err != nil {
			return err
		}
		v.putSource(newSource(s.id, o))
		return nil
	})
}

func (c *call) deleteSource() (any, error) {
	return nil, c.tenant.drop(func(v *view) error {
		s, err := c.sourceOfPath(v, "id")
		if err == nil {
			v.dropSource(s.id)
		}
		return err
	})
}
