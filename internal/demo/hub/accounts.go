package hub

import "strconv"

func (c *call) accountObject() object { return object{"id": c.account, "name": c.tenant.name} }

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
		sources[i] = s.id
	}
	o := c.accountObject()
	o["sources"] = sources
	return o, nil
}
