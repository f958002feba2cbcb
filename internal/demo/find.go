//go:build !nodemo

package demo

// Variable returns the id of a variable of the first account, by its site's town and its own name; 0 when there is none.
func (d *Demo) Variable(town, name string) int {
	there := map[int]bool{} // sources in town
	for _, s := range d.world.Sites {
		for _, src := range d.world.Sources {
			if s.Town == town && s.Copy == 0 && src.Site == s.ID {
				there[src.ID] = true
			}
		}
	}
	for _, v := range d.world.Variables {
		if there[v.Source] && v.Name == name {
			return v.ID
		}
	}
	return 0
}

// Contents returns the ids of an account's sites and variables.
func (d *Demo) Contents(account int64) (sites, variables []int) {
	of := map[int]bool{}
	for _, s := range d.world.Sites {
		if s.Account == account {
			sites, of[s.ID] = append(sites, s.ID), true
		}
	}
	sources := map[int]bool{}
	for _, src := range d.world.Sources {
		sources[src.ID] = of[src.Site]
	}
	for _, v := range d.world.Variables {
		if sources[v.Source] {
			variables = append(variables, v.ID)
		}
	}
	return sites, variables
}

// Alarm returns the id of an alarm by its site's town and its own name; "" when there is none.
func (d *Demo) Alarm(town, name string) string {
	for _, a := range d.world.Alarms {
		for _, s := range d.world.Sites {
			if s.ID == a.Site && s.Town == town && a.Name == name {
				return a.ID
			}
		}
	}
	return ""
}
