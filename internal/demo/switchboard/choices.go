package switchboard

import (
	"strconv"
	"time"

	"portico/internal/demo/fault"
	"portico/internal/server"
)

// choices are what the forms offer. Their values are parts of a fault in words, which are put together and read as those of a flag are.
var (
	downs = []string{"10s", "30s", "2m"}
	kinds = []string{"delay", "503", "429", "truncate", "cut", "hang", "502-after", "cut-after", "hang-after"}
	much  = []string{"", ":50%", ":10%", ":1", ":3"}
	long  = []string{"@for:30s", "@for:2m", "@for:10m", ""}
	where = map[string][]string{identityName: {"", "@path:/token", "@path:/.well-known"}, hubName: {"", "@path:/data", "@path:/sites"}}
	ahead = []string{"-1h", "-5m", "0s", "5m", "1h"}
)

// switchOver does to one server what a form says.
func switchOver(s *fault.Switch, what string, form func(string) string) error {
	switch what {
	case "down", "fault":
		rule, err := fault.Parse(form("what") + form("much") + form("long") + form("where"))
		if err != nil {
			return server.BadParameter("what", err)
		}
		if rule.Down != (what == "down") {
			return server.BadParameter("what", errNotOffered)
		}
		s.Add(rule)
	case "clock":
		offset, err := fault.ParseOffset(form("ahead"))
		if err != nil {
			return server.BadParameter("ahead", err)
		}
		s.SetOffset(offset)
	case "end":
		id, err := strconv.Atoi(form("id"))
		if err != nil {
			return server.BadParameter("id", errNotOffered)
		}
		s.End(id)
	default:
		return server.BadParameter("do", errNotOffered)
	}
	return nil
}

// rule is a choice as the rule that it makes; what cannot be one is a mistake of the build.
func rule(text string) fault.Rule {
	r, err := fault.Parse(text)
	if err != nil {
		panic("switchboard: " + err.Error())
	}
	return r
}

func duration(text string) time.Duration {
	d, err := time.ParseDuration(text)
	if err != nil {
		panic("switchboard: " + err.Error())
	}
	return d
}
