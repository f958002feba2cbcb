package hub

import (
	"maps"
	"slices"
	"strings"
	"time"

	"portico/internal/demo/energy"
)

// Enumerations of alarms.
var (
	alarmTypes     = []energy.Entry{{ID: 1, Name: "Threshold"}, {ID: 2, Name: "Binary"}}
	thresholdTypes = []energy.Entry{{ID: 1, Name: "Low"}, {ID: 2, Name: "High"}}
	frequencyTypes = []energy.Entry{{ID: 1, Name: "Raw"}, {ID: 2, Name: "Rolling"}, {ID: 3, Name: "Scheduled"}}
)

var alarmSchema = newSchema(map[string]kind{
	"siteId": anID, "sourceId": anID, "variableId": anID, "friendlyName": aText, "type": member(alarmTypes), "thresholdType": member(thresholdTypes), "setValue": aNumber, "resetValue": aNumber,
	"priority": anID, "granularity": aNumber, "granularityTimeBase": member(timePeriods), "aggregationType": member(energy.Aggregates), "frequencyType": member(frequencyTypes),
	"scheduleNextExecutionDate": anInstant, "cron": aText, "isAdvancedCron": aFlag, "cronGap": anID, "rawDataAgeFilter": nested, "scheduleConfig": nested, "exceptions": list,
	"notifications": list, "enabled": aFlag,
})

// alarm is an alarm of an account. It does not change: a write puts another in its place.
type alarm struct {
	id    string
	world *energy.Alarm // what fired until since; nil for one that somebody made
	since time.Time     // from when on the rule below decides; zero when the world does
	until time.Time     // when it was disabled; zero while it is not
	o     object        // as it is told, without its state
}

func alarmsOfWorld(w *energy.World, tenants map[int64]*tenant) {
	owner := map[int]int64{}
	for _, s := range w.Sites {
		owner[s.ID] = s.Account
	}
	for i := range w.Alarms {
		a := &w.Alarms[i]
		tenants[owner[a.Site]].alarms[a.ID] = &alarm{id: a.ID, world: a, o: alarmOfWorld(a)}
	}
}

func alarmOfWorld(a *energy.Alarm) object {
	o := object{"id": a.ID, "siteId": a.Site, "sourceId": a.Source, "variableId": a.Variable, "friendlyName": a.Name, "type": "Threshold", "thresholdType": "High", "setValue": a.Set,
		"resetValue": a.Reset, "priority": a.Priority, "frequencyType": "Raw", "isAdvancedCron": false, "rawDataAgeFilter": object{"type": "NoFilter"}, "exceptions": []any{}, "enabled": true,
		"notifications": []any{object{"type": "Email", "target": "User", "value": "operator@noordzee.example", "notifyOnTriggers": []any{"Set", "Reset"}}},
		"createdBy":     "Olivia Peeters", "createdDate": "2024-01-08T08:30:00Z"}
	if a.Binary {
		o["type"] = "Binary"
	}
	if a.Low {
		o["thresholdType"] = "Low"
	}
	if a.Window > 0 {
		count, period := step(a.Window)
		o["frequencyType"], o["granularity"], o["granularityTimeBase"], o["aggregationType"] = "Rolling", count, wordOf(timePeriods, period), wordOf(energy.Aggregates, energy.Avg)
	}
	if a.Alive != (energy.Hours{}) {
		o["scheduleConfig"] = object{"scheduleId": scheduleOf(a.Alive), "scheduleLevelIds": []any{onLevel}}
	}
	return o
}

// allAlarms are the alarms of variables that are there, ascending by id.
func (c *call) allAlarms() []*alarm {
	c.tenant.mu.Lock()
	defer c.tenant.mu.Unlock()
	found := slices.DeleteFunc(slices.Collect(maps.Values(c.tenant.alarms)), func(a *alarm) bool { return c.view.variable[a.o.idOf("variableId")] == nil })
	slices.SortFunc(found, func(a, b *alarm) int { return strings.Compare(a.id, b.id) })
	return found
}

func (c *call) alarmList() (any, error) {
	sites, err := c.params.ids("siteids", "siteid")
	if err != nil {
		return nil, err
	}
	sources, err := c.params.ids("sourceids", "sourceid")
	if err != nil {
		return nil, err
	}
	variables, err := c.params.ids("variableids", "variableid")
	if err != nil {
		return nil, err
	}
	wanted := slices.Concat(c.params["ids"], c.params["id"])
	found := slices.DeleteFunc(c.allAlarms(), func(a *alarm) bool {
		return len(wanted) > 0 && !slices.Contains(wanted, a.id) || sites != nil && !sites[a.o.idOf("siteId")] || sources != nil && !sources[a.o.idOf("sourceId")] ||
			variables != nil && !variables[a.o.idOf("variableId")]
	})
	shown := c.params.level()
	return paged(c, found, func(a *alarm) object { return c.alarmObject(a, shown) })
}

// alarmObject is an alarm with its latest change.
func (c *call) alarmObject(a *alarm, shown level) object {
	if shown.light {
		return object{"id": a.id, "friendlyName": a.o["friendlyName"]}
	}
	o := a.o.shown(everything)
	if shown.site {
		o["siteName"] = c.siteOfAlarm(a).o["name"]
	}
	if last, ok := c.latest(a, c.hub.c.Now()); ok {
		o["latestStateChange"] = c.changeObject(a, last, c.hub.c.Now())
	}
	return o
}

// siteOfAlarm is where an alarm's variable is now.
func (c *call) siteOfAlarm(a *alarm) *site {
	return c.view.siteOf(c.view.variable[a.o.idOf("variableId")])
}

// alarmOfPath is the alarm that the path names.
func (c *call) alarmOfPath() (*alarm, error) {
	c.tenant.mu.Lock()
	a := c.tenant.alarms[c.r.PathValue("id")]
	c.tenant.mu.Unlock()
	if a == nil || c.view.variable[a.o.idOf("variableId")] == nil {
		return nil, notFound("There is no such alarm.")
	}
	return a, nil
}

func (c *call) alarm() (any, error) {
	a, err := c.alarmOfPath()
	if err != nil {
		return nil, err
	}
	return c.alarmObject(a, everything), nil
}
