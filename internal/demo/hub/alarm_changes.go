package hub

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"portico/internal/demo/energy"
)

// inhibited reports whether an alarm is silent: outside its schedule or inside an exception.
func (c *call) inhibited(a *alarm, now time.Time) bool {
	if config, ok := a.o["scheduleConfig"].(object); ok {
		id, _ := anID(config["scheduleId"])
		if hours, ok := hoursOf(id); ok && !within(hours, now.In(c.siteOfAlarm(a).zone)) {
			return true
		}
	}
	exceptions, _ := a.o["exceptions"].([]any)
	return slices.ContainsFunc(exceptions, func(e any) bool {
		o, ok := e.(object)
		from, err := parseBound("", o.textOf("from"))
		to, err2 := parseBound("", o.textOf("to"))
		return ok && err == nil && err2 == nil && !now.Before(from.t) && now.Before(to.t)
	})
}

// uncertain reports whether an alarm's state cannot be worked out, because its variable has sent nothing for twice its step.
func (c *call) uncertain(a *alarm, now time.Time) bool {
	x := c.view.variable[a.o.idOf("variableId")]
	if x.step == 0 {
		return false
	}
	for range c.backward(x, now.Add(-2*x.step-time.Minute), now.Add(time.Hour), now) {
		return false
	}
	return true
}

// changeObject is a change as it is told. now is zero for one of the past.
func (c *call) changeObject(a *alarm, x change, now time.Time) object {
	state := object{"present": x.present, "acknowledged": x.acknowledged, "inhibited": false, "uncertain": false}
	if !now.IsZero() {
		state["inhibited"], state["uncertain"] = c.inhibited(a, now), c.uncertain(a, now)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %v %v", a.id, x.t.UnixNano(), x.present, x.acknowledged))
	o := object{"id": hex.EncodeToString(sum[:12]), "alarmId": a.id, "date": dateTime(x.t), "value": x.value, "state": state, "notifications": []any{}}
	o.text("updatedBy", x.by)
	o.text("comment", x.comment)
	return o
}

// stateChanges answers with the changes of an alarm in a range, the last 30 days if none is given, newest first.
func (c *call) stateChanges() (any, error) {
	a, err := c.alarmOfPath()
	if err != nil {
		return nil, err
	}
	from, to, err := c.params.utcBounds("from", "to")
	if err != nil {
		return nil, err
	}
	now := c.hub.c.Now()
	if c.params.get("from") == "" {
		from = now.Add(-eventRange)
	}
	if oldest := now.Add(-energy.History); from.Before(oldest) {
		from = oldest
	}
	_, _, changes := c.history(a, from, to, now)
	slices.Reverse(changes)
	return paged(c, changes, func(x change) object { return c.changeObject(a, x, time.Time{}) })
}

// maxAcks is how many acknowledgements of one alarm are remembered.
const maxAcks = 1_000

// acknowledge notes who acknowledges an alarm. Doing it twice is doing it once.
func (c *call) acknowledge() (any, error) {
	a, err := c.alarmOfPath()
	if err != nil {
		return nil, err
	}
	comment, err := c.comment()
	if err != nil {
		return nil, err
	}
	now := c.hub.c.Now()
	if last, ok := c.latest(a, now); !ok || last.acknowledged {
		return nil, nil
	}
	c.tenant.mu.Lock()
	acks := append(slices.Clone(c.tenant.acks[a.id]), ack{now, c.person(), comment})
	c.tenant.acks[a.id] = acks[max(0, len(acks)-maxAcks):]
	c.tenant.mu.Unlock()
	c.tellAlarm(a)
	return nil, nil
}

// comment reads an optional body with an optional comment.
func (c *call) comment() (string, error) {
	text, err := bodyText(c.r)
	if err != nil || len(text) == 0 {
		return "", err
	}
	o, body := object{}, map[string]any{}
	err = readJSON(text, &body)
	if err == nil {
		err = newSchema(map[string]kind{"comment": aText}).read(o, body)
	}
	return o.textOf("comment"), err
}

// tellAlarm tells webhooks of an alarm's newest change.
func (c *call) tellAlarm(a *alarm) {
	c.hub.announce(c.tenant, alarmChanged, c.alarmObject(a, everything))
}

// alarmsAbout are the alarms of a variable, and of those that are computed from it, with their newest changes.
func (c *call) alarmsAbout(x *variable) map[*alarm]change {
	found := map[*alarm]change{}
	about := c.with(x)
	for _, a := range c.allAlarms() {
		if slices.ContainsFunc(about, func(y *variable) bool { return y.id == a.o.idOf("variableId") }) {
			found[a], _ = c.latest(a, c.hub.c.Now())
		}
	}
	return found
}
