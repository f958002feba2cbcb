package pages

import (
	"context"
	"net/http"
	"slices"
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

var (
	alarmViews = []string{alarmPresent, alarmCleared, alarmUncertain, alarmSilenced, "all"}
	alarmKinds = []string{"high", "low", "binary"}
)

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
	opened  *alarmData // of the row that is open, nil when none is
	pending []undoable
	wrong   *query.Error // from or to, when it cannot be read
	done    string       // what a form before this page did
	days    *alarmDays
	may     func(feature string, right datahub.Right) bool
}

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
	status := http.StatusOK
	switch {
	case d.wrong != nil: // nothing is listed
		status = http.StatusBadRequest
	case d.query.view == "days":
		d.days = rd.readAlarmDays(r.Context(), d.counted, d.zone)
		err = endsSession(d.days.err)
	default:
		err = d.fillEntries(r.Context(), rd)
	}
	if err != nil {
		return err
	}
	if err := d.readOpened(r.Context(), rd); err != nil {
		return err
	}
	return r.Render(status, templates.Alarms(presentAlarms(d, r.Locale, rd.layout(r))))
}

// alarmsOf reads what the address asks for; d.wrong says which time of it cannot be read, and then alarms of all times are counted.
func (rd *reader) alarmsOf(r *Request) (d alarmsData, err error) {
	d = alarmsData{now: r.Now, zone: time.UTC, may: rd.may}
	if d.query, err = parseAlarmsQuery(r.URL.Query()); err != nil {
		return d, err
	}
	var span *series.Range
	span, d.wrong = changedIn(d.query, r.Now)
	err = d.read(r.Context(), rd, span)
	return d, err
}

// read reads alarms, sites and groups, and sorts out what the filter does not let pass.
func (d *alarmsData) read(ctx context.Context, rd *reader, span *series.Range) error {
	var alarms []datahub.Alarm
	var sites []datahub.Site
	var members map[datahub.SiteID]bool
	jobs := []func(context.Context) error{
		func(ctx context.Context) (err error) {
			alarms, err = rd.alarms(ctx, datahub.AlarmQuery{})
			alarms = slices.Clone(alarms)
			return err
		},
		func(ctx context.Context) (err error) { sites, err = rd.sites(ctx); return err },
		func(ctx context.Context) (err error) { d.groups, err = rd.groups(ctx); return endsSession(err) },
	}
	if d.query.group != 0 {
		jobs = append(jobs, func(ctx context.Context) (err error) {
			members, err = rd.members(ctx, d.query.group)
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
	d.counted = slices.DeleteFunc(alarms, func(a datahub.Alarm) bool {
		return members != nil && !members[a.Site] || !d.query.wants(a, d.sites[a.Site].Name) || span != nil && (a.Latest == nil || a.Latest.Time.Before(span.From) || !a.Latest.Time.Before(span.To))
	})
	return nil
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
