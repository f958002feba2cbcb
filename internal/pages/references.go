package pages

import (
	"context"

	"portico/internal/crew"
	"portico/internal/datahub"
	"portico/internal/locale"
)

// lists are the Data Hub's reference lists by id. A list that could not be read is empty: pages then show figures without a unit.
type lists struct {
	units       map[int]datahub.Unit
	energyTypes map[int]string
	siteTypes   map[int]string
	sourceTypes map[int]string
}

// symbol is the symbol of a unit, harmless.
func (l lists) symbol(unit int) string { return locale.Plain(l.units[unit].Symbol) }

// lists reads the reference lists, each person's own: the platform does not say that they are the same for all. Only what ends a session is an error.
func (rd *reader) lists(ctx context.Context) (l lists, err error) {
	g := crew.New()
	g.Go(func() error {
		units, err := recall(ctx, rd, "units", referencesLife, of[datahub.Unit](150), rd.hub.Units)
		l.units = make(map[int]datahub.Unit, len(units))
		for _, u := range units {
			l.units[u.ID] = u
		}
		return endsSession(err)
	})
	for _, list := range []struct {
		what string
		to   *map[int]string
		read func(context.Context) ([]datahub.Named, error)
	}{{"energy types", &l.energyTypes, rd.hub.EnergyTypes}, {"site types", &l.siteTypes, rd.hub.SiteTypes}, {"source types", &l.sourceTypes, rd.hub.SourceTypes}} {
		g.Go(func() (err error) {
			*list.to, err = rd.named(ctx, list.what, list.read)
			return endsSession(err)
		})
	}
	err = g.Wait()
	return l, err
}

// named reads one list of names by id.
func (rd *reader) named(ctx context.Context, what string, read func(context.Context) ([]datahub.Named, error)) (map[int]string, error) {
	items, err := recall(ctx, rd, what, referencesLife, of[datahub.Named](80), read)
	names := make(map[int]string, len(items))
	for _, n := range items {
		names[n.ID] = n.Name
	}
	return names, err
}
