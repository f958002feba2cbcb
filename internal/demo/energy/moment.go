package energy

import "time"

// moment is what a model looks at: an instant at a site, with what the clock, the calendar and the sky say there. A moment is
// moved along a row of instants, so that what a day shares is found once.
type moment struct {
	w    *World
	site *Site
	sec  int64   // since 1970
	hour float64 // of the local day as clocks show it, [0, 24)
	day  day
	sky  sky

	used  bool // share is known
	share float64
}

func (w *World) moment(site int, sec int64) *moment {
	m := &moment{w: w, site: &w.Sites[site]}
	m.move(sec)
	return m
}

// move makes m the moment at sec.
func (m *moment) move(sec int64) {
	m.sec, m.sky, m.used = sec, sky{}, false
	if sec < m.day.start || sec >= m.day.end {
		m.day = dayOf(time.Unix(sec, 0).In(m.w.zone))
	}
	m.hour = float64(m.day.clock(sec)) / 3600
}

// at is another moment at the same site.
func (m *moment) at(sec int64) *moment {
	other := *m
	other.move(sec)
	return &other
}

// use is the share of full use of the site, about 0 to 1.
func (m *moment) use() float64 {
	if !m.used {
		m.used, m.share = true, m.site.use(m)
	}
	return m.share
}
