package flow

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/internal/datahub"
	"portico/internal/locale"
)

// detail is an exchange in full.
func (p presenter) detail(list []Exchange, i int) *detailModel {
	e := list[i]
	m := &detailModel{Title: p.l.T("flow.request", e.N, list[len(list)-1].N), Line: what(e) + " → " + p.outcome(e), Tone: tone(e), Request: e.Request, Response: e.Response, Body: e.Body, Facts: append(p.facts(e), p.matches(list, i)...)}
	if i > 0 {
		m.Older = link(list[i-1].N)
	}
	if i < len(list)-1 {
		m.Newer = link(list[i+1].N)
	}
	return m
}

func (p presenter) facts(e Exchange) []Field {
	list := []Field{{p.l.T("flow.fact-between"), p.between(e)}, {p.l.T("flow.fact-address"), e.Address}, {p.l.T("flow.fact-time"), p.clock(e.Began)}}
	add := func(key locale.Key, value string) {
		if value != "" {
			list = append(list, Field{p.l.T(key), value})
		}
	}
	add("flow.fact-took", p.took(e.Took))
	if e.Step != 0 {
		add("flow.fact-step", strconv.Itoa(int(e.Step))+" · "+p.l.T(locale.Key("flow.step-"+strconv.Itoa(int(e.Step)))))
	}
	add("flow.fact-token", e.Token)
	if r := e.Rotation; r != nil {
		add("flow.fact-access", r.NewAccess)
		add("flow.fact-refresh", strings.Trim(r.OldRefresh+" → "+r.NewRefresh, " →"))
	}
	add("flow.fact-waited", p.waited(e))
	if e.Again > 0 {
		add("flow.fact-again", p.l.T("flow.again", e.Again))
	}
	if e.Size >= 0 {
		add("flow.fact-size", p.l.T("flow.bytes", int(e.Size)))
	}
	return list
}

// matches says which request began the sign-in that list[i] is a step of: what came back is what was sent there, as the hashes tell.
func (p presenter) matches(list []Exchange, i int) []Field {
	var facts []Field
	for _, proof := range []struct {
		sent, back string
		in         []Field
		key        locale.Key
	}{
		{"· state", "? state", list[i].Request, "flow.fact-state"},
		{"· nonce", "nonce", list[i].Claims, "flow.fact-nonce"},
	} {
		value := valueOf(proof.in, proof.back)
		for _, e := range list[:i] {
			if value != "" && e.Step == StepSignIn && valueOf(e.Response, proof.sent) == value {
				facts = append(facts, Field{p.l.T(proof.key), p.l.T("flow.same", e.N)})
			}
		}
	}
	return facts
}

func valueOf(list []Field, name string) string {
	for _, f := range list {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// claims adds the clock to those that are times: the identity server's, which is the machine's.
func (p presenter) claims(list []Field) []Field {
	list = slices.Clone(list)
	for i, c := range list {
		if s, err := strconv.ParseInt(c.Value, 10, 64); err == nil && slices.Contains([]string{"iat", "exp", "nbf", "auth_time"}, c.Name) {
			list[i].Value += " · " + time.Unix(s, 0).In(datahub.HomeZone()).Format(time.TimeOnly)
		}
	}
	return list
}

// took is a duration in milliseconds, "" for none.
func (p presenter) took(d time.Duration) string {
	switch {
	case d <= 0:
		return ""
	case d < time.Millisecond:
		return "< 1 ms"
	case d < 10*time.Second:
		return strconv.Itoa(int(d.Round(time.Millisecond)/time.Millisecond)) + " ms"
	}
	return seconds(d) + " s"
}

// clock is a time as the demo's clock has it, to the millisecond.
func (p presenter) clock(t time.Time) string {
	return p.at(t).Round(time.Millisecond).In(datahub.HomeZone()).Format("15:04:05.000")
}
