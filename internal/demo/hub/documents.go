package hub

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// resource is a kind of entity that is kept as it was written: groups, forms, dashboards and the like.
type resource struct {
	name   string // of one, in messages
	schema schema
	hex    bool                          // ids are 24 hex digits instead of numbers
	check  func(c *call, o object) error // completes an entity and refuses what it must not be; nil for none
	show   func(o object) object         // what is told of it; nil for all of it
}

// shelf is the entities of one resource by their ids. It is guarded by the tenant's mu.
type shelf map[string]object

// shelf returns the entities of a resource. The lock is held.
func (t *tenant) shelf(r *resource) shelf {
	if t.shelves[r] == nil {
		t.shelves[r] = shelf{}
	}
	return t.shelves[r]
}

// all are the entities of a resource, ascending by id. They do not change: a write puts others in their places.
func (t *tenant) all(r *resource) []object {
	t.mu.Lock()
	defer t.mu.Unlock()
	found := slices.Collect(maps.Values(t.shelf(r)))
	slices.SortFunc(found, func(a, b object) int {
		x, y := textOf(a["id"]), textOf(b["id"])
		return cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(x, y))
	})
	return found
}

func (r *resource) shown(o object) object {
	if r.show != nil {
		return r.show(o)
	}
	return o
}

// list answers with the entities that the parameters name: by ids, by a site, by a name.
func (r *resource) list(c *call) (any, error) {
	sites, err := c.params.ids("siteid", "siteids")
	if err != nil {
		return nil, err
	}
	wanted := slices.Concat(c.params["ids"], c.params["id"])
	name := c.params.get("name")
	found := slices.DeleteFunc(c.tenant.all(r), func(o object) bool {
		return len(wanted) > 0 && !slices.Contains(wanted, textOf(o["id"])) || sites != nil && !sites[o.idOf("siteId")] || name != "" && !strings.EqualFold(name, o.textOf("name"))
	})
	return paged(c, found, r.shown)
}

func (r *resource) missing() error { return notFound("There is no such " + r.name + ".") }

func (r *resource) one(c *call) (any, error) {
	c.tenant.mu.Lock()
	defer c.tenant.mu.Unlock()
	o := c.tenant.shelf(r)[c.r.PathValue("id")]
	if o == nil {
		return nil, r.missing()
	}
	return r.shown(o), nil
}

// create answers with the whole entity.
func (r *resource) create(c *call) (any, error) {
	body, err := c.object()
	if err != nil {
		return nil, err
	}
	o := object{}
	if err := r.accept(c, o, body); err != nil {
		return nil, err
	}
	id := c.hub.newID()
	if o["id"] = id; r.hex {
		o["id"] = fmt.Sprintf("%024x", id)
	}
	c.tenant.mu.Lock()
	defer c.tenant.mu.Unlock()
	s := c.tenant.shelf(r)
	if len(s) >= maxDocuments {
		return nil, full("%d entities of each kind", maxDocuments)
	}
	s[textOf(o["id"])] = o
	return r.shown(o), nil
}

func (r *resource) accept(c *call, o object, body map[string]any) error {
	if err := r.schema.read(o, body); err != nil {
		return err
	}
	if r.check != nil {
		return r.check(c, o)
	}
	return nil
}

func (r *resource) put(c *call) (any, error)   { return r.edit(c, c.replacement(r.schema)) }
func (r *resource) patch(c *call) (any, error) { return r.edit(c, c.patching(r.schema)) }

func (r *resource) edit(c *call, edit edit) (any, error) {
	c.tenant.mu.Lock()
	defer c.tenant.mu.Unlock()
	id := c.r.PathValue("id")
	s := c.tenant.shelf(r)
	if s[id] == nil {
		return nil, r.missing()
	}
	o, err := edit(s[id])
	if err == nil && r.check != nil {
		err = r.check(c, o)
	}
	if err == nil {
		s[id] = o
	}
	return nil, err
}

func (r *resource) delete(c *call) (any, error) {
	c.tenant.mu.Lock()
	defer c.tenant.mu.Unlock()
	s := c.tenant.shelf(r)
	if s[c.r.PathValue("id")] == nil {
		return nil, r.missing()
	}
	delete(s, c.r.PathValue("id"))
	return nil, nil
}

// routes are the usual ones of a resource below a path.
func (r *resource) routes(path string) map[string]endpoint {
	return map[string]endpoint{
		"GET " + path: r.list, "POST " + path: r.create, "GET " + path + "/{id}": r.one, "PUT " + path + "/{id}": r.put, "PATCH " + path + "/{id}": r.patch, "DELETE " + path + "/{id}": r.delete,
	}
}

// onSite makes sure that an entity names a site that is there, if it names one.
func onSite(c *call, o object) error {
	if id, ok := o["siteId"].(int); ok && c.view.site[id] == nil {
		return invalid("siteId", "There is no such site.")
	}
	return nil
}

func named(o object, what string) error {
	if strings.TrimSpace(o.textOf("name")) == "" {
		return invalid("name", "The %s needs a name.", what)
	}
	return nil
}

// Resources that people compose and the demo only keeps. Alerts are the older generation of alarms; none fires.
var (
	dashboards = &resource{name: "dashboard", schema: newSchema(map[string]kind{"siteId": anID, "name": aText, "users": list, "tiles": list}), check: onSite}
	reports    = &resource{name: "report", schema: newSchema(map[string]kind{"name": aText, "templateCloudItemId": anID, "frequencyId": anID, "nextExecutionDate": anInstant,
		"notifications": list, "datasources": list, "metadataDatasource": nested})}
	alerts = &resource{name: "alert", schema: newSchema(map[string]kind{"siteId": anID, "sourceId": anID, "variableId": anID, "friendlyName": aText, "alertThresholdType": aText,
		"value": aNumber, "granularity": aNumber, "granularityTimeBase": aText, "aggregationType": aText, "type": aText, "scheduleInterval": aNumber, "scheduleIntervalTimeBase": aText,
		"scheduleNextExecutionDate": anInstant, "scheduleConfig": nested, "notifications": list}), check: onSite}
)

// idText is an id as it stands in a path.
func idText(id int) string { return strconv.Itoa(id) }
