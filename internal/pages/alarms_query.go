package pages

import (
	"cmp"
	"net/url"
	"strconv"
	"strings"
	"time"

	"portico/internal/datahub"
	"portico/internal/fold"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/internal/series"
)

// alarmsQuery is what the address of the list of alarms says.
type alarmsQuery struct {
	state    string // one of alarmViews, "" for the first
	ack      string // yes, no or ""
	kind     string // one of alarmKinds or ""
	site     datahub.SiteID
	group    datahub.GroupID
	q        string
	from, to string // when the state changed last
	view     string // days for the picture, "" for the list
	page     int
	open     datahub.AlarmID // the alarm whose row is opened, "" for none
}

func parseAlarmsQuery(v url.Values) (q alarmsQuery, err error) {
	choose := func(to *string, name string, offered ...string) {
		if err == nil {
			*to, err = query.Choice(v, name, offered...)
		}
	}
	choose(&q.state, "state", alarmViews...)
	choose(&q.ack, "ack", "yes", "no")
	choose(&q.kind, "kind", alarmKinds...)
	choose(&q.view, "view", "days")
	for _, p := range []struct {
		name string
		to   *string
	}{{"q", &q.q}, {"from", &q.from}, {"to", &q.to}} {
		if err == nil {
			*p.to, err = query.One(v, p.name, 400)
		}
	}
	if err == nil {
		var open string
		open, err = query.One(v, "open", 100)
		q.open = datahub.AlarmID(open)
	}
	q.q = locale.Plain(q.q)
	var site, group int64
	if err == nil {
		site, err = query.ID(v, "site")
	}
	if err == nil {
		group, err = query.ID(v, "group")
	}
	if err == nil {
		q.page, err = query.Page(v)
	}
	q.site, q.group = datahub.SiteID(site), datahub.GroupID(group)
	return q, err
}

// href is the address of the same list in another state, view or page.
func (q alarmsQuery) href(state, view string, page int) string {
	if state == alarmViews[0] {
		state = ""
	}
	return query.With("/alarms", "state", state, "ack", q.ack, "kind", q.kind, "site", idText(int64(q.site)), "group", idText(int64(q.group)), "q", q.q, "from", q.from, "to", q.to, "view", view,
		"page", query.Number(page))
}

// unfolded is the address of the same page with the row of an alarm opened, or, for "", with none.
func (q alarmsQuery) unfolded(id datahub.AlarmID) string {
	address := q.href(q.state, q.view, q.page)
	if id == "" {
		return address
	}
	return query.WithSeveral(address, "open", []string{string(id)})
}

func idText(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

// filtered reports whether the address asks for less than all alarms of a state.
func (q alarmsQuery) filtered() bool {
	return q.ack != "" || q.kind != "" || q.site != 0 || q.group != 0 || q.q != "" || q.from != "" || q.to != ""
}

// changedIn reads from and to, of which either may be missing; nil when both are.
func changedIn(q alarmsQuery, now time.Time) (*series.Range, *query.Error) {
	if q.from == "" && q.to == "" {
		return nil, nil
	}
	from, to := cmp.Or(q.from, "now-10y"), cmp.Or(q.to, "now+1d")
	r, err := series.ParseRange(from, to, now, datahub.HomeZone())
	if err != nil {
		return nil, &query.Error{Param: paramOf(err), Err: err}
	}
	return &r, nil
}

// wants reports whether the filter lets an alarm pass, whatever its state.
func (q alarmsQuery) wants(a datahub.Alarm, site string) bool {
	acknowledged := a.Latest != nil && a.Latest.State.Acknowledged
	return fold.Has(a.Name+" "+site, q.q) && (q.site == 0 || a.Site == q.site) && (q.kind == "" || q.kind == alarmKind(a)) && (q.ack == "" || acknowledged == (q.ack == "yes"))
}

// alarmKind is what the rule compares: high, low or binary.
func alarmKind(a datahub.Alarm) string {
	switch {
	case strings.EqualFold(a.Type, "Binary"):
		return "binary"
	case a.Low():
		return "low"
	}
	return "high"
}

// inView reports whether the list of a state shows an alarm.
func inView(a datahub.Alarm, view string) bool {
	switch state := alarmState(a); view {
	case "", alarmPresent:
		return state == alarmPresent || state == alarmAcknowledged
	case "all":
		return true
	default:
		return state == view
	}
}
