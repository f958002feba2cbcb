package pages

import (
	"slices"
	"strings"
	"testing"

	"portico/internal/board"
	"portico/internal/datahub"
)

// A league is ordered by what was chosen, and shows that.
func TestLeagueOrders(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	names := map[board.Order]string{}
	for order, unit := range map[board.Order]string{board.ByUse: "Wh", board.ByArea: "Wh/m²", board.ByChange: "%", board.ByComplete: "%"} {
		m := b.one(board.League, func(w *board.Widget) { w.Order = order })
		if len(m.Items) < 3 {
			t.Fatalf("%q: %d sites, %s", order, len(m.Items), m.Reason)
		}
		for _, item := range m.Items {
			if names[order] += item.Text + " "; !strings.HasSuffix(item.Value, unit) {
				t.Errorf("%q: %s has %q, want %s", order, item.Text, item.Value, unit)
			}
		}
	}
	if names[board.ByUse] == names[board.ByArea] || names[board.ByUse] == names[board.ByChange] {
		t.Errorf("the order is always the same: %v", names)
	}
}

func TestLeagueStandings(t *testing.T) {
	t.Parallel()
	site := func(m2 any, unit string, f figures) standing {
		var s siteProfile
		s.site.ClientData, s.electricity.unit = datahub.ClientData{"F": {"G": {"FloorArea": m2}}}, unit
		return standing{site: s, f: f}
	}
	whole := figures{today: 2, sofar: 3, before: 2, comparable: true, share: 0.5}
	for order, want := range map[board.Order]float64{board.ByUse: 2, board.ByArea: 20, board.ByChange: 0.5, board.ByComplete: -0.5} {
		if got, ok := site(100.0, "MWh", whole).in(order); !ok || got != want {
			t.Errorf("%q: %v, %v, want %v", order, got, ok, want)
		}
	}
	for what, s := range map[string]standing{"no area": site("?", "kWh", whole), "nothing": site(0.0, "kWh", whole), "no energy": site(9.0, "m³", whole)} {
		if v, ok := s.in(board.ByArea); ok {
			t.Errorf("%s: %v", what, v)
		}
	}
	if slices.Index(board.Orders, board.ByUse) != 0 {
		t.Error("a league that nobody ordered is ordered by use")
	}
}
