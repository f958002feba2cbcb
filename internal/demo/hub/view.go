package hub

import (
	"cmp"
	"maps"
	"slices"
	"sort"
	"time"

	"portico/internal/demo/energy"
)

// site, source and variable are what an account owns. One that is in a view does not change: a write puts another in its place.
type site struct {
	id   int
	zone *time.Location
	o    object
}

type source struct {
	id, site int
	zone     *time.Location
	o        object
}

type variable struct {
	id, source  int
	unit        int
	aggregate   int              // of energy.Aggregates
	step        time.Duration    // 0 when it is not known
	world       *energy.Variable // nil for one that somebody made
	calculation calculation      // nil for what is measured, and for what cannot be computed here
	o           object
}

// view is what an account may see at one moment. It does not change. Lists are ascending by id.
type view struct {
	sites     []*site
	sources   []*source
	variables []*variable
	site      map[int]*site     // id → site
	source    map[int]*source   // id → source
	variable  map[int]*variable // id → variable
}

func newView() *view {
	return &view{site: map[int]*site{}, source: map[int]*source{}, variable: map[int]*variable{}}
}

// clone is a view to be changed before anybody else sees it.
func (v *view) clone() *view {
	return &view{
		sites: slices.Clone(v.sites), sources: slices.Clone(v.sources), variables: slices.Clone(v.variables),
		site: maps.Clone(v.site), source: maps.Clone(v.source), variable: maps.Clone(v.variable),
	}
}

func (v *view) size() int { return len(v.sites) + len(v.sources) + len(v.variables) }

func (v *view) putSite(s *site)     { v.site[s.id], v.sites = s, put(v.sites, s, (*site).key) }
func (v *view) putSource(s *source) { v.source[s.id], v.sources = s, put(v.sources, s, (*source).key) }
func (v *view) putVariable(x *variable) {
	v.variable[x.id], v.variables = x, put(v.variables, x, (*variable).key)
}

func (s *site) key() int     { return s.id }
func (s *source) key() int   { return s.id }
func (x *variable) key() int { return x.id }

// put inserts an item into a list that is ascending by key, or puts it in the place of the one with its key.
func put[T any](list []T, item T, key func(T) int) []T {
	i := sort.Search(len(list), func(i int) bool { return key(list[i]) >= key(item) })
	if i < len(list) && key(list[i]) == key(item) {
		list[i] = item
		return list
	}
	return slices.Insert(list, i, item)
}

// dropSite takes a site away, with all that is below it.
func (v *view) dropSite(id int) {
	delete(v.site, id)
	v.sites = slices.DeleteFunc(v.sites, func(s *site) bool { return s.id == id })
	for _, s := range slices.Clone(v.sources) {
		if s.site == id {
			v.dropSource(s.id)
		}
	}
}

func (v *view) dropSource(id int) {
	delete(v.source, id)
	v.sources = slices.DeleteFunc(v.sources, func(s *source) bool { return s.id == id })
	for _, x := range slices.Clone(v.variables) {
		if x.source == id {
			v.dropVariable(x.id)
		}
	}
}

func (v *view) dropVariable(id int) {
	delete(v.variable, id)
	v.variables = slices.DeleteFunc(v.variables, func(x *variable) bool { return x.id == id })
}

// siteOf returns the site of a variable.
func (v *view) siteOf(x *variable) *site { return v.site[v.source[x.source].site] }

// of are the variables of a source.
func (v *view) of(source int) []*variable {
	var found []*variable
	for _, x := range v.variables {
		if x.source == source {
			found = append(found, x)
		}
	}
	return found
}

// named are the variables with these ids, and all of them when ids is nil.
func (v *view) named(set ids) []*variable {
	if set == nil {
		return v.variables
	}
	var found []*variable
	for id := range set {
		if x := v.variable[id]; x != nil {
			found = append(found, x)
		}
	}
	slices.SortFunc(found, func(a, b *variable) int { return cmp.Compare(a.id, b.id) })
	return found
}
