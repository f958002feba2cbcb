package hub

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"portico/internal/demo/energy"
)

// Kinds of news that webhooks are called with.
const (
	pushFinished  = "PushOperation"
	sourceCreated = "SourceCreated"
	alarmChanged  = "Alarm"
	onlyTest      = "Test"
)

var webhookKinds = []energy.Entry{{ID: 1, Name: pushFinished}, {ID: 2, Name: sourceCreated}, {ID: 3, Name: alarmChanged}}

// webhooks are the addresses that an account wants to be called at.
var webhooks = &resource{name: "webhook", check: checkWebhook, show: withoutPassword, schema: newSchema(map[string]kind{
	"name": aText, "url": aText, "username": aText, "password": aText, "contentType": member([]energy.Entry{{ID: 1, Name: "Json"}, {ID: 2, Name: "Xml"}}), "kinds": someKinds, "enabled": aFlag})}

// someKinds reads an array of kinds of news.
func someKinds(v any) (any, bool) {
	given, ok := v.([]any)
	found := []any{}
	for _, item := range given {
		kind, is := member(webhookKinds)(item)
		found, ok = append(found, kind), ok && is && kind != nil
	}
	return found, ok
}

func checkWebhook(c *call, o object) error {
	u, err := url.Parse(o.textOf("url"))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return invalid("url", "The address of a webhook is http or https, a host and a path.")
	}
	if !c.hub.mayCall(u.Hostname()) {
		return invalid("url", "The demo calls webhooks on this machine only.")
	}
	if o["enabled"] == nil {
		o["enabled"] = true
	}
	return nil
}

// withoutPassword keeps to itself what a webhook authenticates with.
func withoutPassword(o object) object {
	shown := o.shown(everything)
	delete(shown, "password")
	shown["authenticationType"] = "None"
	if o["username"] != nil {
		shown["authenticationType"] = "Basic"
	}
	return shown
}

// maxHistory is how many calls of a webhook are remembered, for 30 days.
const maxHistory = 100

// attempt is one call of a webhook.
type attempt struct {
	at     time.Time
	kind   string
	status int // 0 without an answer
	err    string
}

func (a attempt) good() bool { return a.err == "" && a.status/100 == 2 }

func (a attempt) object() object {
	o := object{"date": dateTime(a.at), "kind": a.kind, "success": a.good()}
	if a.status != 0 {
		o["status"] = a.status
	}
	o.text("error", a.err)
	return o
}

// webhookHistory answers with the calls of a webhook, newest first.
func (c *call) webhookHistory() (any, error) {
	if _, err := webhooks.one(c); err != nil {
		return nil, err
	}
	c.tenant.mu.Lock()
	history := slices.Clone(c.tenant.attempts[c.r.PathValue("id")])
	c.tenant.mu.Unlock()
	oldest := c.hub.c.Now().AddDate(0, 0, -30)
	history = slices.DeleteFunc(history, func(a attempt) bool { return a.at.Before(oldest) })
	slices.Reverse(history)
	return paged(c, history, attempt.object)
}

// testWebhook calls a webhook once and answers with what came of it: the one that the path names, or the one in the body.
func (c *call) testWebhook() (any, error) {
	o := object{}
	if id := c.r.PathValue("id"); id != "" {
		c.tenant.mu.Lock()
		o = c.tenant.shelf(webhooks)[id]
		c.tenant.mu.Unlock()
		if o == nil {
			return nil, webhooks.missing()
		}
	} else {
		body, err := c.object()
		if err != nil {
			return nil, err
		}
		if err := webhooks.accept(c, o, body); err != nil {
			return nil, err
		}
	}
	return c.hub.courier.call(c.r.Context(), o, onlyTest, object{"kind": onlyTest, "accountId": c.account}, c.hub.c.Now).object(), nil
}

// wants reports whether a webhook is called for a kind of news.
func wants(o object, kind string) bool {
	kinds, _ := o["kinds"].([]any)
	return o["enabled"] == true && (len(kinds) == 0 || slices.ContainsFunc(kinds, func(k any) bool { return strings.EqualFold(k.(string), kind) }))
}
