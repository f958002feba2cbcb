package tour

import (
	"context"
	"net/http"
	"sync"
	"time"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/pages"
	"portico/internal/server"
	"portico/web/templates"
)

// start is the start page: what this is, live figures, and who a visitor can be.
func (t *Tour) start(w http.ResponseWriter, v *server.Visit) error {
	l := v.Locale()
	m := startModel{Layout: t.layout(v, l.T("start.title")), Company: t.c.Company, Strip: t.strip(v), Tour: t.href(1), Flow: t.c.Flow, Faults: t.c.Faults, TourOn: t.at(v.Request) > 0}
	if _, in := v.Session(); !in {
		for i, p := range t.c.People {
			m.People = append(m.People, personModel{Name: p.Name, Role: l.T(locale.Key("start.role-" + p.Role)), About: l.T(locale.Key("start.role-" + p.Role + "-about")), Href: t.signIn(p.Hint, "/overview"), First: i == 0})
		}
	}
	m.Figures = t.figures.get(v, t.c)
	m.Figures.Layout = m.Layout
	return v.Render(w, http.StatusOK, start(m))
}

// strip tells what is shown, and the time by the demo's clock.
func (t *Tour) strip(v *server.Visit) stripModel {
	l, now := v.Locale(), v.Now()
	m := stripModel{Clock: v.Layout().Clock, Zone: datahub.HomeZone().String(), Live: l.T("start.live"), Speed: speedText(t.c.Clock.Speed())}
	if !t.c.Clock.Follows() {
		m.Live, m.Date = l.T("start.moved"), l.Date(now.In(datahub.HomeZone()))
	}
	return m
}

// figures keeps what guests see for a moment, so that many guests are one reader.
type figures struct {
	pages *pages.Pages
	mu    sync.Mutex
	shown map[string]shown // by language; guarded by mu
}

type shown struct {
	model templates.OverviewModel
	read  time.Time // by the real clock
	now   time.Time // by the demo's
}

// keptFor is how long a guest may see what another one saw, by either clock.
const keptFor = 5 * time.Second

// get reads the figures in a guest's way, whoever asks: without the preferences of the one, and not less because the other has left. That they cannot be read is kept, too, or guests
// would wait for the Data Hub one after the other.
func (f *figures) get(v *server.Visit, c Config) templates.OverviewModel {
	f.mu.Lock()
	defer f.mu.Unlock()
	l, now := locale.For(locale.Lang(v.Locale().Lang())), v.Now()
	if s, ok := f.shown[l.Lang()]; ok && time.Since(s.read) < keptFor && now.Sub(s.now).Abs() < keptFor {
		return s.model
	}
	r := v.Request.WithContext(context.WithoutCancel(v.Request.Context()))
	m, err := f.pages.Overview(&pages.Request{Request: r, Hub: v.HubOf(c.Guest), Locale: l, Layout: v.Layout(), Now: now})
	if err != nil {
		m = templates.OverviewModel{Failure: &templates.FailureModel{Text: l.T("panel.failed"), RetryTo: startPath}}
	}
	f.shown[l.Lang()] = shown{m, time.Now(), now}
	return m
}

// list is the page with all stops, and what comes after them.
func (t *Tour) list(w http.ResponseWriter, v *server.Visit) error {
	l := t.layout(v, v.Locale().T("tour.title"))
	return v.Render(w, http.StatusOK, list(listModel{Layout: l, Stops: t.every(t.at(v.Request), l)}))
}
