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

// alarmHistoryBack is how far back an alarm's page looks.
const alarmHistoryBack = 30 * 24 * time.Hour

// alarmSpans are how much of a variable's course an alarm's page shows.
var alarmSpans = []string{"1", "7", "30"}

// alarmData is what an alarm's page is made of.
type alarmData struct {
	alarm    datahub.Alarm
	site     datahub.Site
	source   datahub.Source
	variable datahub.Variable
	unit     string
	zone     *time.Location
	now      time.Time
	days     string
	at       time.Time // the moment that the chart shows
	r        series.Range
	slots    []series.Slot
	steps    datahub.Granularity // of slots
	err      error               // the course could not be read
	changes  []datahub.StateChange
	failed   error // the history could not be read
	events   []datahub.Event
	pending  []undoable
	may      func(feature string, right datahub.Right) bool
}

// alarm shows one alarm: its state over time, the course of its variable with the values at which it sets and resets, and what happened around it.
func (p *Pages) alarm(_ http.ResponseWriter, r *Request) error {
	d := alarmData{now: r.Now}
	var err error
	if d.days, err = query.Choice(r.URL.Query(), "days", alarmSpans...); err != nil {
		return err
	}
	at, err := query.One(r.URL.Query(), "at", 40)
	if err != nil {
		return err
	}
	if at != "" {
		if d.at, err = time.Parse(time.RFC3339, at); err != nil {
			return &query.Error{Param: "at", Err: query.ErrChoice}
		}
	}
	rd := p.reader(r)
	d.may = rd.may
	if d.alarm, err = r.Hub.Alarm(r.Context(), datahub.AlarmID(r.PathValue("alarm"))); err != nil {
		return err
	}
	if err := d.read(r.Context(), rd); err != nil {
		return err
	}
	if d.pending, err = p.pendingOf(r); err != nil {
		return err
	}
	d.pending = slices.DeleteFunc(d.pending, func(u undoable) bool { return !slices.Contains(u.Alarms, d.alarm.ID) })
	return r.Render(http.StatusOK, templates.Alarm(presentAlarm(d, r.Locale, rd.layout(r))))
}

// read reads what the alarm is about, then its history, its variable's course and events side by side.
func (d *alarmData) read(ctx context.Context, rd *reader) error {
	ctx, cancel := context.WithTimeout(ctx, panelTimeout)
	defer cancel()
	refs, err := rd.lists(ctx)
	if err != nil {
		return err
	}
	if err := d.readPlace(ctx, rd); err != nil {
		return err
	}
	d.unit = locale.Plain(refs.symbol(d.variable.UnitID))
	d.chooseRange()
	jobs := []func(context.Context) error{
		func(ctx context.Context) error {
			d.changes, d.failed = rd.hub.AlarmHistory(ctx, d.alarm.ID, earlierOf(d.r.From, d.now.Add(-alarmHistoryBack)), d.now.Add(time.Minute))
			return endsSession(d.failed)
		},
		func(ctx context.Context) (err error) {
			d.events, err = rd.hub.Events(ctx, datahub.EventQuery{Site: d.alarm.Site, From: d.r.From.Add(-24 * time.Hour), To: d.r.To})
			return endsSession(err)
		},
		func(ctx context.Context) error {
			d.readCourse(ctx, rd.hub)
			return endsSession(d.err)
		},
	}
	return each(ctx, jobs, func(ctx context.Context, _ int, f func(context.Context) error) error { return f(ctx) })
}

// readPlace reads site, source and variable. What cannot be read leaves the page poorer, not empty.
func (d *alarmData) readPlace(ctx context.Context, rd *reader) error {
	jobs := []func(context.Context) error{
		func(ctx context.Context) (err error) {
			d.site, err = rd.site(ctx, d.alarm.Site)
			return endsSession(err)
		},
		func(ctx context.Context) (err error) {
			d.source, err = rd.source(ctx, d.alarm.Source)
			return endsSession(err)
		},
		func(ctx context.Context) (err error) {
			d.variable, err = rd.variable(ctx, d.alarm.Variable)
			return endsSession(err)
		},
	}
	err := each(ctx, jobs, func(ctx context.Context, _ int, f func(context.Context) error) error { return f(ctx) })
	d.zone = rd.in(d.site.Zone())
	return err
}

// chooseRange shows as much as was asked for, else what the alarm's own steps suggest, around the moment that was asked for, else the latest change of its state.
func (d *alarmData) chooseRange() {
	if d.days == "" {
		d.days = alarmSpans[0]
		if d.alarm.Window.Duration() >= time.Hour {
			d.days = alarmSpans[1]
		}
		if d.alarm.Window.Duration() >= 24*time.Hour {
			d.days = alarmSpans[2]
		}
	}
	span := map[string]time.Duration{"1": 24 * time.Hour, "7": 7 * 24 * time.Hour, "30": 30 * 24 * time.Hour}[d.days]
	if d.at.IsZero() {
		d.at = d.now
		if present := inView(d.alarm, alarmPresent); d.alarm.Latest != nil && (!present || d.now.Sub(d.alarm.Latest.Time) < span/2) {
			d.at = d.alarm.Latest.Time // what has been present for long is shown as it is now
		}
	}
	to := earlierOf(d.at.Add(span/2), d.now)
	d.r = series.Range{From: to.Add(-span), To: to, Zone: d.zone}
}

func (d *alarmData) readCourse(ctx context.Context, hub *datahub.Client) {
	step := d.variable.Step.Duration()
	if d.variable.ID == 0 {
		d.err = datahub.ErrNotFound
		return
	}
	d.steps = series.Fit(d.r, step, wideWidth)
	points, err := hub.DataPoints(ctx, datahub.DataQuery{Variable: d.variable.ID, From: d.r.From, To: d.r.To, Granularity: d.steps, Aggregate: d.aggregate(), Zone: d.zone})
	d.slots, d.err = series.Fill(points, d.r, d.steps, step, d.now), err
}

// aggregate is what becomes of the values of a step of the chart: what the alarm makes of those in its window, if that lies among them: a sum of temperatures is no temperature.
func (d *alarmData) aggregate() datahub.Aggregate {
	if d.windowed() && isLevel(d.alarm.Aggregate) {
		return d.alarm.Aggregate
	}
	return aggregateOf(d.variable)
}

// comparable reports whether the values of the chart are such as the alarm looks at. A sum of more values, or of fewer, is none, nor is how many
// they are, or how far apart.
func (d *alarmData) comparable() bool {
	if d.windowed() && d.alarm.Aggregate != 0 && !isLevel(d.alarm.Aggregate) {
		return false
	}
	return d.steps == datahub.GranularityRaw && !d.windowed() || d.aggregate() != datahub.Sum
}

// windowed reports whether the alarm looks at several values together.
func (d *alarmData) windowed() bool { return d.alarm.Window.Duration() > 0 }

// isLevel reports whether what becomes of values lies among them, and can be drawn as they are.
func isLevel(a datahub.Aggregate) bool { return a >= datahub.Min && a <= datahub.Avg }
