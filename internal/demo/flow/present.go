package flow

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/web/templates"
)

// presenter turns a journey into words.
type presenter struct {
	l      locale.Locale
	layout templates.LayoutModel
	away   time.Time                 // until when the identity server is away
	leave  bool                      // it can be taken away
	at     func(time.Time) time.Time // what the demo's clock shows at a moment
}

// arrows are the lanes between which each step happens.
var arrows = [...]string{StepSignIn: "1-2", StepIdentify: "1-3", StepCode: "1-2", StepTokens: "2-3", StepCall: "2-4", StepExpired: "2-4", StepRefresh: "2-3", StepAgain: "2-4"}

// page shows v at now, with the exchange entry in full, or the youngest for 0 and for one that is gone.
func (p presenter) page(v view, entry int, said string, now time.Time) PageModel {
	m := PageModel{Layout: p.layout, Leave: p.leave, Notes: p.notes(v, said, now), Steps: p.steps(v), Claims: p.claims(v.Claims)}
	m.Layout.Title = p.l.T("flow.title")
	switch {
	case v.Access.Lost:
		m.NoToken = p.l.T("flow.gone")
	case v.Access.Token != "":
		m.Token = p.token(v.Access, now)
	default:
		m.NoToken = p.l.T("flow.no-token")
	}
	if v.Access.Lost || said == startAgain {
		m.Lost = p.l.T("flow.lost")
	}
	if v.Dropped > 0 {
		m.Dropped = p.l.T("flow.dropped", v.Dropped)
	}
	if len(v.List) == 0 {
		return m
	}
	chosen := slices.IndexFunc(v.List, func(e Exchange) bool { return e.N == entry })
	if chosen < 0 {
		chosen = len(v.List) - 1
	}
	m.Detail = p.detail(v.List, chosen)
	for _, e := range slices.Backward(v.List) {
		line := p.line(e)
		line.Chosen = e.N == v.List[chosen].N
		m.Lines = append(m.Lines, line)
	}
	newest := m.Lines[0]
	m.Said = strings.Join([]string{newest.Between, newest.What, newest.Outcome, newest.Step}, " ")
	return m
}

func (p presenter) notes(v view, said string, now time.Time) []string {
	var notes []string
	if slices.Contains([]string{expired, revoked, heldBack}, said) {
		notes = append(notes, p.l.T(locale.Key("flow.said-"+said)))
	}
	if now.Before(p.away) {
		notes = append(notes, p.l.T("flow.note-away", p.clock(p.away)))
	}
	if v.Trouble != "" && v.Trouble != Calm && now.Before(v.Until) {
		notes = append(notes, p.l.T(locale.Key("flow.note-"+string(v.Trouble)), p.clock(v.Until)))
	}
	return notes
}

// steps lights those that were seen.
func (p presenter) steps(v view) []StepModel {
	var list []StepModel
	for step := StepSignIn; step <= StepAgain; step++ {
		key := "flow.step-" + strconv.Itoa(int(step))
		m := StepModel{No: int(step), Title: p.l.T(locale.Key(key)), About: p.l.T(locale.Key(key + "-about")), State: p.l.T("flow.not-yet"), Arrow: arrows[step]}
		if step == StepIdentify {
			p.identified(&m, v.List)
		} else {
			p.seen(&m, v.List)
		}
		list = append(list, m)
	}
	return list
}

func (p presenter) seen(m *StepModel, list []Exchange) {
	times, last := 0, -1
	for i, e := range list {
		if e.Step == Step(m.No) {
			times, last = times+1, i
		}
	}
	if last < 0 {
		return
	}
	e := list[last]
	m.Seen, m.Newest, m.Tone, m.Href = true, last == latestStep(list), tone(e), link(e.N)
	m.State = p.l.T("flow.seen", times, p.clock(e.Began))
	m.Evidence = what(e) + " → " + p.outcome(e)
	m.Note = p.waited(e)
}

// waited says how many calls wait, or waited, for a refresh; "" for none.
func (p presenter) waited(e Exchange) string {
	switch {
	case e.Waited == 0:
		return ""
	case !e.Done():
		return p.l.T("flow.waiting", e.Waited)
	}
	return p.l.T("flow.waited", e.Waited)
}

// identified says how long the person was at the identity server, which is all that the portal knows of it.
func (p presenter) identified(m *StepModel, list []Exchange) {
	back := -1
	for i, e := range list {
		if e.Step == StepCode {
			back = i
		}
	}
	if back < 0 {
		return
	}
	m.Seen, m.Tone, m.Href = true, "ok", link(list[back].N)
	m.State = p.l.T("flow.unseen")
	for _, e := range slices.Backward(list[:back]) {
		if e.Step == StepSignIn {
			m.Note = p.l.T("flow.there", p.took(list[back].Began.Sub(e.Began)))
			return
		}
	}
}

// latestStep is the index of the youngest exchange that is a step.
func latestStep(list []Exchange) int {
	for i, e := range slices.Backward(list) {
		if e.Step != 0 {
			return i
		}
	}
	return -1
}

func (p presenter) token(a Access, now time.Time) *TokenModel {
	left := max(0, a.Since.Add(a.Life).Sub(now)).Round(time.Second)
	share := 0
	if a.Life > 0 {
		share = int(math.Round(100 * float64(left) / float64(a.Life)))
	}
	return &TokenModel{Left: seconds(left), Life: seconds(a.Life), Dash: strconv.Itoa(min(share, 100)), Text: p.l.T("flow.left", seconds(left), seconds(a.Life)), Access: a.Token, Refresh: a.Refresh}
}

func seconds(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }

func (p presenter) detail(list []Exchange, i int) *DetailModel {
	e := list[i]
	m := &DetailModel{Title: p.l.T("flow.request", e.N, list[len(list)-1].N), Line: what(e) + " → " + p.outcome(e), Tone: tone(e), Request: e.Request, Response: e.Response, Body: e.Body, Facts: append(p.facts(e), p.matches(list, i)...)}
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
			list[i].Value += " · " + inBelgium(time.Unix(s, 0)).Format(time.TimeOnly)
		}
	}
	return list
}

func (p presenter) line(e Exchange) LineModel {
	m := LineModel{ID: "entry-" + strconv.Itoa(e.N), No: strconv.Itoa(e.N), Time: p.clock(e.Began), ISO: e.Began.UTC().Format(time.RFC3339Nano), Between: p.between(e), What: what(e), Outcome: p.outcome(e), Tone: tone(e), Took: p.took(e.Took), Href: link(e.N)}
	if e.Step != 0 {
		m.Step = p.l.T("flow.step", int(e.Step))
	}
	return m
}

func link(n int) string { return fmt.Sprintf("%s?entry=%d#request", pagePath, n) }

// what is a request in short: a path without host and query.
func what(e Exchange) string {
	path := e.Address
	if u, err := url.Parse(path); err == nil {
		path = u.Path
	}
	return e.Method + " " + path
}

func (p presenter) between(e Exchange) string {
	return p.l.T(locale.Key("flow.lane-"+strconv.Itoa(int(e.From)))) + " → " + p.l.T(locale.Key("flow.lane-"+strconv.Itoa(int(e.To))))
}

func (p presenter) outcome(e Exchange) string {
	switch {
	case e.Failed:
		return p.l.T("flow.no-answer")
	case e.Status == 0:
		return "…"
	case e.Error != "" && e.Error != "?":
		return strconv.Itoa(e.Status) + " " + e.Error
	}
	return strconv.Itoa(e.Status)
}

// tone is how an exchange went: a 401 that was to be expected is a warning, not a failure.
func tone(e Exchange) string {
	switch {
	case e.Failed, e.Status >= 500, e.Error != "":
		return "critical"
	case e.Status >= 400:
		return "warn"
	case e.Status == 0:
		return "waits"
	}
	return "ok"
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
	return inBelgium(p.at(t).Round(time.Millisecond)).Format("15:04:05.000")
}

func inBelgium(t time.Time) time.Time {
	if zone, known := datahub.ParseZone("Europe/Brussels"); known {
		return t.In(zone)
	}
	return t.UTC()
}
