package pages

import (
	"context"
	"time"

	"portico/internal/datahub"
)

// siteProfile is a site with its main meters and its alarms.
type siteProfile struct {
	site        datahub.Site
	kind        string // name of the site's type
	electricity profile
	solar       profile
	peak        reading     // of the month, in kW; where a page asked for it
	water       *nightWater // of the night; nil without a meter, or where nobody asked
	alarms      alarmCount
	present     []datahub.Alarm // those that are present
}

// alarmCount counts the alarms of a site that are present.
type alarmCount struct {
	open, acknowledged int
}

func (a *alarmCount) add(x datahub.Alarm) {
	switch {
	case !isPresent(x):
	case x.Latest.State.Acknowledged:
		a.acknowledged++
	default:
		a.open++
	}
}

// isPresent reports whether an alarm is present, and nobody silenced it.
func isPresent(a datahub.Alarm) bool {
	return a.Latest != nil && a.Latest.State.Present && !a.Latest.State.Inhibited
}

// state says what of a site asks most for attention: an alarm that nobody has seen, then its main meter's silence, lateness, and a use that has grown; ok without any, none without a meter.
func (s siteProfile) state(now time.Time) string {
	p := s.electricity
	switch {
	case s.alarms.open > 0:
		return "alarm"
	case p.err != nil || !p.found:
		return "none"
	case p.last.IsZero():
		return "silent"
	}
	state, zone := freshness(now.Sub(p.last), p.own), s.site.Zone()
	if state == "ok" && len(p.slots) > 0 && now.Sub(midnight(now, zone, 0)) >= 2*time.Hour {
		if more, ok := p.figures(zone, now).change(); ok && more >= attentionFrom {
			return "attention"
		}
	}
	return state
}

// newestOf reads when each site's main meter sent its newest value.
func (rd *reader) newestOf(ctx context.Context, sites []datahub.Site, refs lists, out []siteProfile) error {
	sources, variables, err := rd.mainMeters(ctx, sites)
	if err != nil {
		return err
	}
	questions := make([]*question, len(sites))
	var list []*question
	for i, site := range sites {
		out[i] = siteProfile{site: site, kind: refs.siteTypes[site.TypeID]}
		if v, ok := mainVariable(sources[site.ID], energyElectricity, variables); ok {
			q := newestQuestion(v, rd.now)
			questions[i], list = &q, append(list, &q)
			out[i].electricity = profile{variable: v, found: true, own: v.Step.Duration()}
		}
	}
	if err := rd.points(ctx, list); err != nil {
		return err
	}
	for i, q := range questions {
		if q != nil {
			out[i].electricity.err, out[i].electricity.last = q.err, q.last().Time
		}
	}
	return nil
}

// newestQuestion asks for so much of a main meter as tells whether it is on time, late or silent.
func newestQuestion(v datahub.Variable, now time.Time) question {
	from := now.Add(-3 * time.Hour)
	switch step := v.Step.Duration(); {
	case step > time.Hour:
		from = now.Add(-lastWindow(step))
	case step < finestStep:
		from = now.Add(-time.Hour)
	case step > 20*time.Minute:
		from = now.Add(-12 * time.Hour)
	}
	return question{variable: v.ID, span: span{name: "newest", from: from, to: now, g: datahub.GranularityRaw}}
}

// alarmsIfAny reads the alarms of sites, of all when ids are not given. When they cannot be read, there are none to be shown.
func (rd *reader) alarmsIfAny(ctx context.Context, ids []datahub.SiteID) ([]datahub.Alarm, error) {
	alarms, err := rd.alarms(ctx, datahub.AlarmQuery{Sites: ids})
	return alarms, endsSession(err)
}

// addAlarms gives each site its alarms.
func addAlarms(sites []siteProfile, alarms []datahub.Alarm) {
	at := make(map[datahub.SiteID]int, len(sites))
	for i, s := range sites {
		at[s.site.ID] = i
	}
	for _, a := range alarms {
		if i, ok := at[a.Site]; ok && isPresent(a) {
			sites[i].alarms.add(a)
			sites[i].present = append(sites[i].present, a)
		}
	}
}
