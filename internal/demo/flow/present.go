package flow

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

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
func (p presenter) page(v view, entry int, said string, now time.Time) pageModel {
	m := pageModel{Layout: p.layout, Leave: p.leave, Notes: p.notes(v, said, now), Steps: p.steps(v), Claims: p.claims(v.Claims)}
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
func (p presenter) steps(v view) []stepModel {
	var list []stepModel
	for step := StepSignIn; step <= StepAgain; step++ {
		key := "flow.step-" + strconv.Itoa(int(step))
		m := stepModel{No: int(step), Title: p.l.T(locale.Key(key)), About: p.l.T(locale.Key(key + "-about")), State: p.l.T("flow.not-yet"), Arrow: arrows[step]}
		if step == StepIdentify {
			p.identified(&m, v.List)
		} else {
			p.seen(&m, v.List)
		}
		list = append(list, m)
	}
	return list
}

func (p presenter) seen(m *stepModel, list []Exchange) {
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
func (p presenter) identified(m *stepModel, list []Exchange) {
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

func (p presenter) token(a Access, now time.Time) *tokenModel {
	left := max(0, a.Since.Add(a.Life).Sub(now)).Round(time.Second)
	share := 0
	if a.Life > 0 {
		share = int(math.Round(100 * float64(left) / float64(a.Life)))
	}
	return &tokenModel{Left: seconds(left), Life: seconds(a.Life), Dash: strconv.Itoa(min(share, 100)), Text: p.l.T("flow.left", seconds(left), seconds(a.Life)), Access: a.Token, Refresh: a.Refresh}
}

func seconds(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }

func (p presenter) line(e Exchange) lineModel {
	m := lineModel{ID: "entry-" + strconv.Itoa(e.N), No: strconv.Itoa(e.N), Time: p.clock(e.Began), ISO: e.Began.UTC().Format(time.RFC3339Nano), Between: p.between(e), What: what(e), Outcome: p.outcome(e), Tone: tone(e), Took: p.took(e.Took), Href: link(e.N)}
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
