package pages

import (
	"context"
	"net/http"
	"slices"
	"sync"

	"portico/internal/chart"
	"portico/internal/crew"
	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/web/templates"
)

// summaryReader makes the panels of a site's summary. What several of them need is read once.
type summaryReader struct {
	*reader
	r         *Request
	frame     siteFrame
	m         templates.SiteModel
	variables func() (map[datahub.SourceID][]datahub.Variable, error)
	profile   func() (siteProfile, error)
	alarms    func() (siteFrame, error)
}

// site shows one site: how it is doing now.
func (p *Pages) site(_ http.ResponseWriter, r *Request) error {
	rd := p.reader(r)
	f, err := rd.siteFrame(r, "")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), r.panelTime())
	defer cancel()
	s := &summaryReader{reader: rd, r: r, frame: f}
	s.variables = sync.OnceValues(func() (map[datahub.SourceID][]datahub.Variable, error) { return rd.variablesOf(ctx, f.sources) })
	s.profile = sync.OnceValues(func() (siteProfile, error) { return s.readProfile(ctx) })
	s.alarms = sync.OnceValues(func() (siteFrame, error) {
		err := f.readAlarms(ctx, rd, f.site.ID)
		return f, err
	})
	s.m = templates.SiteModel{Sources: len(f.sources), Metered: f.metered()}
	head := f.model(r.Locale, templates.LayoutModel{})
	s.m.Frame.Head, s.m.Frame.Tabs = head.Head, head.Tabs
	return r.Fill(s.panels(), func() error {
		s.m.Frame.Layout = lookedAt(r, rd.layout(r), f.mark())
		return r.Render(http.StatusOK, templates.Site(s.m))
	})
}

// metered reports whether figures can be expected.
func (f siteFrame) metered() bool {
	for _, src := range f.sources {
		if src.EnergyTypeID == energyElectricity {
			return true
		}
	}
	return false
}

func (s *summaryReader) readProfile(ctx context.Context) (siteProfile, error) {
	variables, err := s.variables()
	if err != nil {
		return siteProfile{}, err
	}
	d := siteData{siteFrame: s.frame, profile: siteProfile{site: s.frame.site, kind: s.frame.refs.siteTypes[s.frame.site.TypeID]}}
	err = d.readProfiles(ctx, s.reader, variables)
	return d.profile, err
}

// data is the site with its main meters; with alarms, where they are wanted too.
func (s *summaryReader) data(withAlarms bool) (d siteData, err error) {
	d.siteFrame = s.frame
	g := crew.New()
	var profile siteProfile
	g.Go(func() (err error) { profile, err = s.profile(); return err })
	if withAlarms {
		g.Go(func() (err error) { d.siteFrame, err = s.alarms(); return err })
	}
	err = g.Wait()
	d.profile = profile
	d.profile.alarms = d.count()
	return d, err
}

func (s *summaryReader) panels() []Panel {
	l, m, p := s.r.Locale, &s.m, &s.m.Panels
	list := []Panel{
		{"head", &p.Head, func(context.Context) (func(), error) {
			d, err := s.data(true)
			if err != nil {
				return nil, err
			}
			f := d.model(l, templates.LayoutModel{})
			f.Head.State = d.profile.stateModel(l, d.now)
			return func() { m.Frame.Head, m.Frame.Tabs = f.Head, f.Tabs }, nil
		}},
		{"trend", &p.Trend, func(context.Context) (func(), error) {
			d, err := s.data(false)
			if err != nil {
				return nil, err
			}
			c := siteTrend(d, l, siteHref(d.site.ID))
			return func() { m.Trend = c }, nil
		}},
		{"meters", &p.Meters, s.meters},
		{"identity", &p.Identity, s.identity},
	}
	if m.Metered {
		list = append(list, Panel{"kpis", &p.KPIs, func(context.Context) (func(), error) {
			d, err := s.data(false)
			if err != nil || !d.profile.electricity.usable() {
				return func() {}, err
			}
			figures := siteKPIs(d, l)
			return func() { m.KPIs = figures }, nil
		}}, Panel{"carpet", &p.Carpet, s.carpet}, Panel{"breakdown", &p.Breakdown, s.breakdown})
	}
	if len(s.r.Parts) > 0 {
		for i := range list {
			list[i].Make = s.dated(list[i])
		}
	}
	return list
}

// dated lets a part that is sent by itself say since when it is not current: what the page says of it is not sent along.
func (s *summaryReader) dated(p Panel) making {
	return func(ctx context.Context) (func(), error) {
		put, err := p.Make(ctx)
		stale := s.stale(s.r)
		return func() { put(); p.To.Stale = stale }, err
	}
}

func (s *summaryReader) meters(ctx context.Context) (func(), error) {
	variables, err := s.variables()
	if err != nil {
		return nil, err
	}
	d := siteData{siteFrame: s.frame}
	if err := d.readLast(ctx, s.reader, variables); err != nil {
		return nil, err
	}
	rows := meterRows(d, s.r.Locale)
	return func() { s.m.Meters = rows }, nil
}

func (s *summaryReader) identity(ctx context.Context) (func(), error) {
	variables, err := s.variables()
	if err != nil {
		return nil, err
	}
	d, err := s.data(true)
	if err != nil {
		return nil, err
	}
	next, err := s.nextEvent(ctx)
	if err != nil {
		return nil, err
	}
	for _, src := range d.sources {
		d.meters = append(d.meters, newMeter(src, variables[src.ID]))
	}
	l := s.r.Locale
	facts, state := append(siteIdentity(d, l), next...), d.profile.stateModel(l, d.now)
	picture, _ := siteMap([]siteProfile{d.profile}, []templates.StateModel{state}, chart.MapSpec{Title: l.T("site.map"), Width: 300, Height: 240}, l, mapHref)
	return func() { s.m.Facts, s.m.Map = facts, picture }, nil
}

// nextEvent is the first event that is planned for the site within a month, as a fact. Without an answer the rest is shown.
func (s *summaryReader) nextEvent(ctx context.Context) ([]templates.FactModel, error) {
	if !s.may(datahub.FeatureEvents, datahub.RightRead) {
		return nil, nil
	}
	f := s.frame
	events, _, err := s.events(ctx, datahub.EventQuery{Site: f.site.ID, From: midnight(f.now, f.zone, 0), To: midnight(f.now, f.zone, 31)})
	for _, e := range slices.Backward(events) {
		if e.From.After(f.now) {
			l := s.r.Locale
			return []templates.FactModel{{Term: l.T("site.next-event"), Value: l.T("problem.named", l.DateTime(e.From.In(f.zone), f.now), locale.Name(e.Title))}}, nil
		}
	}
	return nil, endsSession(err)
}
