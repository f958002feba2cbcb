package hub

import (
	"fmt"
	"slices"
	"time"
)

// ruleMembers are those that decide when an alarm is present.
var ruleMembers = []string{"variableId", "type", "thresholdType", "setValue", "resetValue", "granularity", "granularityTimeBase", "aggregationType", "frequencyType"}

// newAlarm answers with the whole alarm. It looks at what arrives from now on.
func (c *call) newAlarm() (any, error) {
	body, err := c.object()
	if err != nil {
		return nil, err
	}
	o := object{"type": "Threshold", "thresholdType": "High", "frequencyType": "Raw", "priority": 2, "enabled": true, "exceptions": []any{}, "notifications": []any{},
		"rawDataAgeFilter": object{"type": "NoFilter"}}
	if err := alarmSchema.read(o, body); err != nil {
		return nil, err
	}
	now := c.hub.c.Now()
	o["createdBy"], o["createdDate"] = c.person(), dateTime(now)
	if err := c.checkAlarm(o); err != nil {
		return nil, err
	}
	a := &alarm{id: fmt.Sprintf("%024x", c.hub.newID()), since: now, o: o}
	a.o["id"] = a.id
	if o["enabled"] == false {
		a.until = now
	}
	c.tenant.mu.Lock()
	defer c.tenant.mu.Unlock()
	if len(c.tenant.alarms) >= maxDocuments {
		return nil, full("%d alarms", maxDocuments)
	}
	c.tenant.alarms[a.id] = a
	return o, nil
}

// checkAlarm makes sure that an alarm is about a variable that is there, and has a hysteresis that makes sense.
func (c *call) checkAlarm(o object) error {
	x := c.view.variable[o.idOf("variableId")]
	if x == nil {
		return invalid("variableId", "There is no such variable.")
	}
	s := c.view.siteOf(x)
	for name, id := range map[string]int{"sourceId": x.source, "siteId": s.id} {
		if o[name] == nil || o.idOf(name) != id {
			return invalid(name, "The alarm needs the %s of its variable.", name)
		}
	}
	if o["type"] == "Binary" {
		o["setValue"], o["resetValue"] = 1, 0
		if o["thresholdType"] == "Low" {
			o["setValue"], o["resetValue"] = 0, 1
		}
	}
	if o["setValue"] == nil {
		return invalid("setValue", "The alarm needs a value that sets it.")
	}
	if o["resetValue"] == nil {
		o["resetValue"] = o["setValue"]
	}
	set, reset := o.real("setValue"), o.real("resetValue")
	if o["thresholdType"] == "Low" {
		set, reset = reset, set
	}
	if set < reset {
		return invalid("resetValue", "The value that resets the alarm lies on the wrong side of the one that sets it.")
	}
	return nil
}

// real is a member that holds a number.
func (o object) real(name string) float64 {
	switch x := o[name].(type) {
	case int:
		return float64(x)
	case float64:
		return x
	}
	return 0
}

func (c *call) putAlarm() (any, error)   { return c.editAlarm(c.replacement(alarmSchema)) }
func (c *call) patchAlarm() (any, error) { return c.editAlarm(c.patching(alarmSchema)) }

func (c *call) editAlarm(edit edit) (any, error) {
	a, err := c.alarmOfPath()
	if err != nil {
		return nil, err
	}
	o, err := edit(a.o)
	if err != nil {
		return nil, err
	}
	if err := c.checkAlarm(o); err != nil {
		return nil, err
	}
	now := c.hub.c.Now()
	o["updatedBy"], o["updatedDate"] = c.person(), dateTime(now)
	changed := &alarm{id: a.id, world: a.world, since: a.since, until: a.until, o: o}
	enabled := o["enabled"] != false
	if slices.ContainsFunc(ruleMembers, func(name string) bool { return !same(o[name], a.o[name]) }) || enabled && !a.until.IsZero() {
		changed.since = now
	}
	switch {
	case enabled:
		changed.until = time.Time{}
	case a.until.IsZero():
		changed.until = now
	}
	c.tenant.mu.Lock()
	defer c.tenant.mu.Unlock()
	c.tenant.alarms[a.id] = changed
	return nil, nil
}

func (c *call) deleteAlarm() (any, error) {
	a, err := c.alarmOfPath()
	if err != nil {
		return nil, err
	}
	c.tenant.mu.Lock()
	defer c.tenant.mu.Unlock()
	delete(c.tenant.alarms, a.id)
	delete(c.tenant.acks, a.id)
	return nil, nil
}
