package hub

import (
	"strconv"
	"time"
)

var siteSchema = newSchema(map[string]kind{
	"name": aText, "typeId": anID, "street": aText, "postalCode": aText, "city": aText, "country": aText, "timeZoneId": aZone, "location": nested, "clientData": nested,
})

func newSite(id int, o object) *site {
	o["id"] = id
	return &site{id: id, zone: zoneOf(o), o: o}
}

// zoneOf is the zone that an entity names; UTC without one.
func zoneOf(o object) *time.Location {
	zone, err := parseZone(o.textOf("timeZoneId"))
	if err != nil {
		return time.UTC
	}
	return zone
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
				holders[s.site] = true
			}
		}
	}
	var found []*site
	for _, s := range c.view.sites {
		if wanted.has(s.id) && holders.has(s.id) && matches(s.o) {
			found = append(found, s)
		}
	}
	shown := c.params.level()
	return paged(c, found, func(s *site) object { return s.o.shown(shown) })
}

// siteOfPath is the site that the path names.
func (c *call) siteOfPath(v *view) (*site, error) {
	id, _ := strconv.Atoi(c.r.PathValue("id"))
	s := v.site[id]
	if s == nil {
		return nil, notFound("There is no such site.")
	}
	return s, nil
}

func (c *call) site() (any, error) {
	s, err := c.siteOfPath(c.view)
	if err != nil {
		return nil, err
	}
	return s.o.shown(everything), nil
}

// newSite answers with the bare id, as the platform does.
func (c *call) newSite() (any, error) {
	body, err := c.object()
	if err != nil {
		return nil, err
	}
	o := object{"typeId": 1, "timeZoneId": siteZone, "clientData": object{}}
	if err := siteSchema.read(o, body); err != nil {
		return nil, err
	}
	if o.textOf("name") == "" {
		return nil, invalid("name", "The site needs a name.")
	}
	s := newSite(c.hub.newID(), o)
	err = c.tenant.change(func(v *view) error { v.putSite(s); return nil })
	return s.id, err
}

func (c *call) putSite() (any, error) {
	return c.editSite(c.replacement(siteSchema))
}

func (c *call) patchSite() (any, error) {
	return c.editSite(c.patching(siteSchema))
}

func (c *call) editSite(edit edit) (any, error) {
	return nil, c.tenant.change(func(v *view) error {
		s, err := c.siteOfPath(v)
		if err != nil {
			return err
		}
		o, err := edit(s.o)
		if err == nil {
			v.putSite(newSite(s.id, o))
		}
		return err
	})
}

func (c *call) deleteSite() (any, error) {
	return nil, c.tenant.drop(func(v *view) error {
		s, err := c.siteOfPath(v)
		if err == nil {
			v.dropSite(s.id)
		}
		return err
	})
}
