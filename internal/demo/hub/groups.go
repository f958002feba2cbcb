package hub

import (
	"slices"

	"portico/internal/demo/energy"
)

var groups = &resource{name: "group", schema: newSchema(map[string]kind{"name": aText}), check: func(_ *call, o object) error { return named(o, "group") },
	show: func(o object) object { return object{"id": o["id"], "name": o["name"]} }}

// groupsOfWorld puts the demo's groups on the shelf.
func groupsOfWorld(tenants map[int64]*tenant) {
	for _, g := range energy.Groups {
		t := tenants[g.Account]
		t.shelf(groups)[idText(g.ID)] = object{"id": g.ID, "name": g.Name, "sites": g.Sites}
	}
}

// groupSites answers with the sites of a group that are still there.
func (c *call) groupSites() (any, error) {
	c.tenant.mu.Lock()
	g := c.tenant.shelf(groups)[c.r.PathValue("id")]
	c.tenant.mu.Unlock()
	if g == nil {
		return nil, groups.missing()
	}
	members, _ := g["sites"].([]int)
	var found []*site
	for _, id := range members {
		if s := c.view.site[id]; s != nil {
			found = append(found, s)
		}
	}
	shown := c.params.level()
	return paged(c, found, func(s *site) object { return s.o.shown(shown) })
}

// addToGroup adds sites to a group, by their ids in the query.
func (c *call) addToGroup() (any, error) {
	wanted, err := c.params.ids("sitesid", "sitesids", "siteid", "siteids")
	if err != nil {
		return nil, err
	}
	return c.editGroup(func(members []int) ([]int, error) {
		for id := range wanted {
			if c.view.site[id] == nil {
				return nil, invalid("sitesId", "There is no such site.")
			}
			members = append(members, id)
		}
		slices.Sort(members)
		return slices.Compact(members), nil
	})
}

func (c *call) removeFromGroup() (any, error) {
	wanted, err := c.params.ids("sitesid", "sitesids", "siteid", "siteids")
	if err != nil {
		return nil, err
	}
	return c.editGroup(func(members []int) ([]int, error) {
		return slices.DeleteFunc(members, func(id int) bool { return wanted[id] }), nil
	})
}

func (c *call) editGroup(change func([]int) ([]int, error)) (any, error) {
	c.tenant.mu.Lock()
	defer c.tenant.mu.Unlock()
	s := c.tenant.shelf(groups)
	g := s[c.r.PathValue("id")]
	if g == nil {
		return nil, groups.missing()
	}
	members, _ := g["sites"].([]int)
	members, err := change(slices.Clone(members))
	if err == nil {
		s[c.r.PathValue("id")] = object{"id": g["id"], "name": g["name"], "sites": members}
	}
	return nil, err
}
