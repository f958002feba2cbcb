package tour

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"portico/internal/datahub"
	"portico/internal/demo/clock"
	"portico/internal/locale"
	"portico/internal/server"
)

// clock shows the demo's clock, and the forms that move it.
func (t *Tour) clock(w http.ResponseWriter, v *server.Visit) error {
	return v.Render(w, http.StatusOK, clockPage(t.clockModel(v)))
}

func (t *Tour) clockModel(v *server.Visit) clockPageModel {
	l, now := v.Locale(), t.c.Clock.Now().In(datahub.HomeZone())
	m := clockPageModel{
		Layout: t.layout(v, l.T("clock.title")), Date: l.Date(now), Time: l.Clock(now), ISO: now.Format(time.RFC3339), Speed: speedText(t.c.Clock.Speed()), Follows: t.c.Clock.Follows(), Fixed: t.c.Fixed,
		Field: now.Format(fieldForm), Min: clock.Earliest.In(datahub.HomeZone()).Format(fieldForm), Max: clock.Latest.In(datahub.HomeZone()).Format(fieldForm),
	}
	m.State = l.T("clock.moved")
	switch {
	case m.Follows:
		m.State = l.T("clock.follows")
	case t.c.Clock.Speed() == 0:
		m.State = l.T("clock.stands")
	}
	m.Days = days(l, now.Year())
	for _, s := range []struct{ value, key string }{{"-168h", "clock.week-back"}, {"-24h", "clock.day-back"}, {"-1h", "clock.hour-back"}, {"5m", "clock.five-on"}, {"1h", "clock.hour-on"}, {"24h", "clock.day-on"}, {"168h", "clock.week-on"}} {
		m.Steps = append(m.Steps, choiceModel{Value: s.value, Text: l.T(locale.Key(s.key))})
	}
	for _, speed := range []float64{0, 1, 60, 3600} {
		m.Speeds = append(m.Speeds, choiceModel{Value: speedText(speed), Text: l.T(locale.Key("clock.speed-" + speedText(speed))), Current: speed == t.c.Clock.Speed()})
	}
	return m
}

// days are the moments of a year that are worth a look: just before clocks are changed, in spring and in autumn, and a meter that was exchanged, a day without data, a storm of alarms.
func days(l locale.Locale, year int) []choiceModel {
	zone := datahub.HomeZone()
	at := func(key string, when time.Time) choiceModel {
		return choiceModel{Value: when.UTC().Format(time.RFC3339), Text: l.T(locale.Key(key)), Note: l.Date(when.In(zone)) + ", " + l.Clock(when.In(zone))}
	}
	return []choiceModel{
		at("clock.spring", lastSunday(year, time.March).Add(55*time.Minute)),
		at("clock.autumn", lastSunday(year, time.October).Add(55*time.Minute)),
		at("clock.storm", time.Date(year, time.November, 1+(9-int(time.Date(year, time.November, 1, 0, 0, 0, 0, zone).Weekday()))%7, 10, 5, 0, 0, zone)),
		at("clock.school", time.Date(year, time.May, 2, 3, 0, 0, 0, zone)),
		at("clock.summer", time.Date(year, time.June, 21, 13, 30, 0, 0, zone)),
	}
}

// lastSunday is midnight, in UTC, of a month's last Sunday: an hour later clocks are changed (Directive 2000/84/EC).
func lastSunday(year int, month time.Month) time.Time {
	t := time.Date(year, month, 31, 0, 0, 0, 0, time.UTC)
	return t.AddDate(0, 0, -int(t.Weekday()))
}

// fieldForm is how browsers send a date with a time.
const fieldForm = "2006-01-02T15:04"

var (
	errTime  = errors.New("from 2024 to 2031, as 2026-10-25T02:55")
	errSpeed = errors.New("a number from 0 to 3600")
	errStep  = errors.New("a duration, as 1h or -24h")
)

// move does what the forms ask for: it moves the clock to a moment or by a step, changes its speed, or goes back to the real time.
func (t *Tour) move(w http.ResponseWriter, v *server.Visit) error {
	if err := v.Request.ParseForm(); err != nil {
		return server.BadParameter("form", err)
	}
	form := v.Request.PostForm
	var err error
	switch {
	case form.Has("reset"):
		t.c.Clock.Reset()
	case form.Has("speed"):
		err = t.run(form.Get("speed"))
	case form.Has("by"):
		err = t.step(form.Get("by"))
	default:
		err = t.set(form.Get("to"))
	}
	if err != nil {
		return err
	}
	to := clockPath
	if n := t.at(v.Request); n > 0 {
		to += "?" + param + "=" + strconv.Itoa(n)
	}
	http.Redirect(w, v.Request, to, http.StatusSeeOther)
	return nil
}

func (t *Tour) run(text string) error {
	speed, err := strconv.ParseFloat(text, 64)
	if err != nil || t.c.Clock.Run(speed) != nil {
		return server.BadParameter("speed", errSpeed)
	}
	return nil
}

func (t *Tour) step(text string) error {
	by, err := time.ParseDuration(text)
	if err != nil {
		return server.BadParameter("by", errStep)
	}
	if t.c.Clock.Set(t.c.Clock.Now().Add(by)) != nil {
		return server.BadParameter("by", errTime)
	}
	return nil
}

// set takes an instant, or what Belgian clocks show.
func (t *Tour) set(text string) error {
	to, err := time.Parse(time.RFC3339, text)
	for _, form := range []string{fieldForm, fieldForm + ":05"} {
		if err != nil {
			to, err = time.ParseInLocation(form, text, datahub.HomeZone())
		}
	}
	if err != nil || t.c.Clock.Set(to) != nil {
		return server.BadParameter("to", errTime)
	}
	return nil
}

func speedText(speed float64) string { return strconv.FormatFloat(speed, 'f', -1, 64) }
