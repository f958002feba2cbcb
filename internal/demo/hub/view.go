package hub

import (
	"slices"

	"portico/internal/demo/energy"
)

// view is what an account may see of the world. Lists are ascending by id.
type view struct {
	name      string
	sites     []*energy.Site
	sources   []*energy.Source
	variables []*energy.Variable
	site      map[int]*energy.Site     // id → site
	source    map[int]*energy.Source   // id → source
	variable  map[int]*energy.Variable // id → variable
}

func newView(name string) *view {
	return &view{name: name, site: map[int]*energy.Site{}, source: map[int]*energy.Source{}, variable: map[int]*energy.Variable{}}
}

func newViews(w *energy.World) map[int64]*view {
	views := map[int64]*view{}
	for _, a := range energy.Accounts {
		views[a.ID] = newView(a.Name)
	}
	owner := map[int]*view{} // of sites and of sources, by id
	for i := range w.Sites {
		s := &w.Sites[i]
		v := views[s.Account]
		v.sites, v.site[s.ID], owner[s.ID] = append(v.sites, s), s, v
	}
	for i := range w.Sources {
		s := &w.Sources[i]
		v := owner[s.Site]
		v.sources, v.source[s.ID], owner[s.ID] = append(v.sources, s), s, v
	}
	for i := range w.Variables {
		x := &w.Variables[i]
		v := owner[x.Source]
		v.variables, v.variable[x.ID] = append(v.variables, x), x
	}
	for _, v := range views {
		slices.SortFunc(v.variables, func(a, b *energy.Variable) int { return a.ID - b.ID })
	}
	return views
}

// view returns what an account may see: nothing, if it is not one of the demo's.
func (h *Hub) view(account int64) *view {
	if v := h.views[account]; v != nil {
		return v
	}
	return newView("")
}

// siteOf returns the site of a variable.
func (v *view) siteOf(x *energy.Variable) *energy.Site { return v.site[v.source[x.Source].Site] }
