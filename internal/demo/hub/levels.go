package hub

import "strings"

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

// shown is an entity at a level.
func (o object) shown(l level) object {
	if l.light {
		return object{"id": o["id"], "name": o["name"]}
	}
	seen := make(object, len(o)+2)
	for name, v := range o {
		if name == "clientData" && !l.form || name == "calculated" && !l.calculated {
			continue
		}
		seen[name] = v
	}
	return seen
}
