package pages

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/internal/series"
	"portico/web/templates"
)

// alarmsPerPage bounds how many entries of the list a page has.
const alarmsPerPage = 50

// The states of an alarm, as addresses and style sheets name them. Whether it is present and whether somebody has seen it are two things: present alarms are called
// acknowledged once somebody has.
const (
	alarmPresent      = "present"
	alarmAcknowledged = "acknowledged"
	alarmCleared      = "cleared" // it was present, and is gone
	alarmUncertain    = "uncertain"
	alarmSilenced     = "silenced" // outside its schedule, inside an exception, or switched off
	alarmQuiet        = "quiet"    // never was present
)

func alarmState(a datahub.Alarm) string {
	switch {
	case !a.Enabled || a.Latest != nil && a.Latest.State.Inhibited:
		return alarmSilenced
	case a.Latest == nil:
		return alarmQuiet
	}
	return changeState(a.Latest.State)
}

func changeState(s datahub.AlarmState) string {
	switch {
	case s.Inhibited:
		return alarmSilenced
	case s.Uncertain:
		return alarmUncertain
	case s.Present && s.Acknowledged:
		return alarmAcknowledged
	case s.Present:
		return alarmPresent
	}
	return alarmCleared
}

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
}

var (
	alarmViews = []string{alarmPresent, alarmCleared, alarmUncertain, alarmSilenced, "all"}
	alarmKinds = []string{"high", "low", "binary"}
)

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

// alarmsData is what the list of alarms is made of.
type alarmsData struct {
	query   alarmsQuery
	now     time.Time
	zone    *time.Location
	in      func(own *time.Location) *time.Location // see reader
	sites   map[datahub.SiteID]datahub.Site
	groups  []datahub.Group
	counted []datahub.Alarm // what the filter lets pass, in any state
	entries []alarmEntry    // of the page
	total   int             // entries on all pages
	units   map[datahub.VariableID]string
	pending []undoable
	done    string // what a form before this page did
	days    *alarmDays
	may     func(feature string, right datahub.Right) bool
}

// alarmEntry is an alarm, or several that came at once at one site.
type alarmEntry struct{ alarms []datahub.Alarm }

// alarms lists alarms, or draws how many there were each day.
func (p *Pages) alarms(_ http.ResponseWriter, r *Request) error {
	rd := p.reader(r)
	done, err := query.Choice(r.URL.Query(), "done", "undone", "late")
	if err != nil {
		return err
	}
	d, err := rd.alarmsOf(r)
	if err != nil {
		return err
	}
	d.done = done
	if d.pending, err = p.pendingOf(r); err != nil {
		return err
	}
	if d.query.view == "days" {
		d.days = readAlarmDays(r.Context(), r.Hub, d.counted, d.zone, d.now)
		if err := endsSession(d.days.err); err != nil {
			return err
		}
	} else if err := d.fillEntries(r.Context(), rd); err != nil {
		return err
	}
	return r.Render(http.StatusOK, templates.Alarms(presentAlarms(d, r.Locale, rd.layout(r))))
}

// alarmsOf reads what the address asks for.
func (rd *reader) alarmsOf(r *Request) (d alarmsData, err error) {
	d = alarmsData{now: r.Now, zone: time.UTC, may: rd.may}
	if d.query, err = parseAlarmsQuery(r.URL.Query()); err != nil {
		return d, err
	}
	span, err := changedIn(d.query, r.Now)
	if err != nil {
		return d, err
	}
	return d, d.read(r.Context(), rd, span)
}

// changedIn reads from and to, of which either may be missing; nil when both are.
func changedIn(q alarmsQuery, now time.Time) (*series.Range, error) {
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

// read reads alarms, sites and groups, and sorts out what the filter does not let pass.
func (d *alarmsData) read(ctx context.Context, rd *reader, span *series.Range) error {
	var alarms []datahub.Alarm
	var sites, grouped []datahub.Site
	jobs := []func(context.Context) error{
		func(ctx context.Context) (err error) {
			alarms, err = rd.alarms(ctx, datahub.AlarmQuery{})
			alarms = slices.Clone(alarms)
			return err
		},
		func(ctx context.Context) (err error) { sites, err = rd.sites(ctx); return err },
		func(ctx context.Context) (err error) { d.groups, err = rd.hub.Groups(ctx); return endsSession(err) },
	}
	if d.query.group != 0 {
		jobs = append(jobs, func(ctx context.Context) (err error) {
			grouped, err = rd.hub.GroupSites(ctx, d.query.group)
			return err
		})
	}
	if err := each(ctx, jobs, func(ctx context.Context, _ int, f func(context.Context) error) error { return f(ctx) }); err != nil {
		return err
	}
	d.sites = map[datahub.SiteID]datahub.Site{}
	for _, s := range sites {
		d.sites[s.ID] = s
	}
	d.zone, d.in = rd.in(commonZone(sites)), rd.in
	slices.SortFunc(d.groups, func(a, b datahub.Group) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	d.counted = slices.DeleteFunc(alarms, func(a datahub.Alarm) bool {
		inGroup := d.query.group == 0 || slices.ContainsFunc(grouped, func(s datahub.Site) bool { return s.ID == a.Site })
		return !inGroup || !d.query.wants(a, d.sites[a.Site].Name) || span != nil && (a.Latest == nil || a.Latest.Time.Before(span.From) || !a.Latest.Time.Before(span.To))
	})
	return nil
}

// wants reports whether the filter lets an alarm pass, whatever its state.
func (q alarmsQuery) wants(a datahub.Alarm, site string) bool {
	text := strings.ToLower(a.Name + " " + site)
	for word := range strings.FieldsSeq(strings.ToLower(q.q)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	acknowledged := a.Latest != nil && a.Latest.State.Acknowledged
	return (q.site == 0 || a.Site == q.site) && (q.kind == "" || q.kind == alarmKind(a)) && (q.ack == "" || acknowledged == (q.ack == "yes"))
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

// shown are the alarms of the list on all its pages, in its order.
func (d *alarmsData) shown() []datahub.Alarm {
	list := slices.DeleteFunc(slices.Clone(d.counted), func(a datahub.Alarm) bool { return !inView(a, d.query.state) })
	slices.SortFunc(list, byUrgency)
	return list
}

// fillEntries chooses what the page shows, and reads the units of its values.
func (d *alarmsData) fillEntries(ctx context.Context, rd *reader) (err error) {
	entries := storms(d.shown())
	d.total = len(entries)
	first := min((d.query.page-1)*alarmsPerPage, len(entries))
	d.entries = entries[first:min(first+alarmsPerPage, len(entries))]
	var alarms []datahub.Alarm
	for _, e := range d.entries {
		alarms = append(alarms, e.alarms...)
	}
	d.units, err = rd.unitsOf(ctx, measuredBy(alarms))
	return err
}

// measuredBy are the variables of alarms that have a value, each once.
func measuredBy(alarms []datahub.Alarm) []datahub.VariableID {
	var ids []datahub.VariableID
	for _, a := range alarms {
		if alarmKind(a) != "binary" {
			ids = append(ids, a.Variable)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// unitsOf returns the units of variables. What cannot be read leaves values without a unit.
func (rd *reader) unitsOf(ctx context.Context, ids []datahub.VariableID) (map[datahub.VariableID]string, error) {
	units := map[datahub.VariableID]string{}
	if len(ids) == 0 {
		return units, nil
	}
	ctx, cancel := context.WithTimeout(ctx, panelTimeout)
	defer cancel()
	refs, err := rd.lists(ctx)
	if err != nil {
		return nil, err
	}
	variables, err := rd.hub.Variables(ctx, datahub.VariableQuery{IDs: ids})
	for _, v := range variables {
		units[v.ID] = locale.Plain(refs.symbol(v.UnitID))
	}
	return units, endsSession(err)
}

// byUrgency puts first what nobody has seen, then what is more urgent, then what is newer.
func byUrgency(a, b datahub.Alarm) int {
	return cmp.Or(cmp.Compare(attention(a), attention(b)), cmp.Compare(urgency(a), urgency(b)), changed(b).Compare(changed(a)), strings.Compare(string(a.ID), string(b.ID)))
}

func attention(a datahub.Alarm) int {
	return slices.Index([]string{alarmPresent, alarmAcknowledged, alarmUncertain, alarmCleared, alarmSilenced, alarmQuiet}, alarmState(a))
}

// urgency is the priority as a number, 1 for the most urgent; what the Data Hub does not number comes last.
func urgency(a datahub.Alarm) int {
	n, err := strconv.Atoi(strings.Trim(string(a.Priority), `" `))
	if err != nil || n < 1 {
		return 1000
	}
	return n
}

func changed(a datahub.Alarm) time.Time {
	if a.Latest == nil {
		return time.Time{}
	}
	return a.Latest.Time
}

// A storm is many alarms of one site that came within minutes of each other, most likely for one reason.
const (
	stormSize = 5
	stormTime = 3 * time.Minute
)

// storms puts alarms of a storm into one entry, at the place of its first one.
func storms(alarms []datahub.Alarm) []alarmEntry {
	storm := map[datahub.AlarmID]int{} // alarm → number of its storm
	n := 0
	for _, group := range together(alarms) {
		if len(group) < stormSize {
			continue
		}
		n++
		for _, a := range group {
			storm[a.ID] = n
		}
	}
	var entries []alarmEntry
	at := map[int]int{} // storm → its entry
	for _, a := range alarms {
		number := storm[a.ID]
		i, begun := at[number]
		if number == 0 || !begun {
			at[number] = len(entries)
			entries = append(entries, alarmEntry{[]datahub.Alarm{a}})
			continue
		}
		entries[i].alarms = append(entries[i].alarms, a)
	}
	return entries
}

// together groups alarms in the same state that changed at one site, one after the other.
func together(alarms []datahub.Alarm) [][]datahub.Alarm {
	sorted := slices.DeleteFunc(slices.Clone(alarms), func(a datahub.Alarm) bool { return a.Latest == nil })
	slices.SortStableFunc(sorted, func(a, b datahub.Alarm) int {
		return cmp.Or(cmp.Compare(a.Site, b.Site), strings.Compare(alarmState(a), alarmState(b)), changed(a).Compare(changed(b)))
	})
	var groups [][]datahub.Alarm
	for _, a := range sorted {
		if last := len(groups) - 1; last >= 0 {
			before := groups[last][len(groups[last])-1]
			if before.Site == a.Site && alarmState(before) == alarmState(a) && changed(a).Sub(changed(before)) <= stormTime {
				groups[last] = append(groups[last], a)
				continue
			}
		}
		groups = append(groups, []datahub.Alarm{a})
	}
	return groups
}
