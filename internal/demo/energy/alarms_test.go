package energy

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// findAlarm returns the alarm of a site by its name.
func findAlarm(t testing.TB, w *World, site int, name string) Alarm {
	t.Helper()
	for _, a := range w.Alarms {
		if a.Name == name && a.Site == w.Sites[site-1].ID {
			return a
		}
	}
	t.Fatalf("site %d has no alarm %q", site, name)
	return Alarm{}
}

func TestAlarmsAreWellFormed(t *testing.T) {
	t.Parallel()
	w := New(42)
	for i, a := range w.Alarms {
		v, ok := w.Variable(a.Variable)
		if !ok || v.Source != a.Source || w.Sites[v.site].ID != a.Site || len(a.ID) != 24 || strings.Trim(a.ID, "0123456789abcdef") != "" || a.Priority < 1 || a.Priority > 3 {
			t.Errorf("alarm %+v of variable %+v", a, v)
		}
		if a.Low != (a.Set < a.Reset) || a.Set == a.Reset {
			t.Errorf("%s: set at %v, reset at %v", a.Name, a.Set, a.Reset)
		}
		if i > 0 && a.ID <= w.Alarms[i-1].ID {
			t.Errorf("alarm %s follows %s", a.ID, w.Alarms[i-1].ID)
		}
	}
}

// TestSteadyState looks at many clock values: 2 to 5 alarms are open, 1 or 2 of them acknowledged, and 4 to 8 were cleared within a day. The
// storms of first Tuesdays are an exception, as are two minutes between two shifts of the same cause.
func TestSteadyState(t *testing.T) {
	t.Parallel()
	w := New(42)
	for i := range 120 {
		at := utc(2024, 6, 1, 0, 0).Add(time.Duration(i) * (219*time.Hour + 17*time.Minute + 13*time.Second))
		if d, before := dayOf(at.In(w.zone)), dayOf(at.In(w.zone).AddDate(0, 0, -1)); d.firstTuesday() || before.firstTuesday() {
			continue
		}
		open, acknowledged, cleared := 0, 0, 0
		for _, a := range w.Alarms {
			if c, ok := w.LastChange(a, at); ok && a.Site < 204600 {
				switch {
				case c.Present && c.Acknowledged:
					open, acknowledged = open+1, acknowledged+1
				case c.Present:
					open++
				case at.Sub(c.Time) < 24*time.Hour:
					cleared++
				}
			}
		}
		if open < 2 || open > 5 || acknowledged < 1 || acknowledged > 2 || cleared < 4 || cleared > 8 {
			t.Errorf("at %v %d alarms are open, %d acknowledged and %d cleared, want 2 to 5, 1 or 2, and 4 to 8", at, open, acknowledged, cleared)
		}
	}
}

func TestDockAlarm(t *testing.T) {
	t.Parallel()
	w := New(42)
	a := findAlarm(t, w, 6, "Dock door left open")
	for _, from := range []time.Time{utc(2026, 1, 15, 8, 0), utc(2026, 7, 15, 13, 0), utc(2026, 10, 25, 0, 0)} {
		changes := w.Changes(a, from, from.Add(3*time.Hour))
		if len(changes) != 18 {
			t.Fatalf("%d changes in three hours from %v, want 9 × 2", len(changes), from)
		}
		for i, c := range changes {
			opened := from.Add(2*time.Minute + time.Duration(i/2)*20*time.Minute)
			after := c.Time.Sub(opened)
			if c.Present != (i%2 == 0) || c.Present && (after < 2*time.Minute || after > 3*time.Minute) || !c.Present && (after < 9*time.Minute || after > 11*time.Minute) {
				t.Errorf("%v %v after the door was opened", c, after)
			}
		}
	}
}

func TestStorm(t *testing.T) {
	t.Parallel()
	w := New(42)
	ten := time.Date(2026, 12, 1, 10, 0, 0, 0, w.zone)
	set, reset := 0, 0
	for _, a := range w.Alarms {
		for _, c := range w.Changes(a, ten, ten.Add(time.Hour)) {
			switch {
			case a.Site != w.Sites[7].ID:
			case c.Present && c.Time.Sub(ten) < 4*time.Minute:
				set++
			case !c.Present && c.Time.Sub(ten) < 35*time.Minute:
				reset++
			default:
				t.Errorf("%s: %+v", a.Name, c)
			}
		}
	}
	if set != 38 || reset != 38 {
		t.Errorf("%d alarms are set and %d reset, want 38 and 38", set, reset)
	}
	for _, quiet := range []int{-7, -1, 1, 7} {
		if n := len(w.Changes(findAlarm(t, w, 8, "Generator runs"), ten.AddDate(0, 0, quiet), ten.AddDate(0, 0, quiet).Add(time.Hour))); n != 0 {
			t.Errorf("%d changes %d days later", n, quiet)
		}
	}
}

// TestAlarmsFire counts how often each alarm fires in a year.
func TestAlarmsFire(t *testing.T) {
	t.Parallel()
	w := New(42)
	for _, tt := range []struct {
		site        int
		name        string
		least, most int
		hours       Hours // of the local day in which it is set
	}{
		{1, "No data: Electricity", 1, 1, Hours{0, 1}},
		{2, "Base load at night", 9, 12, Hours{2.5, 2.6}},
		{3, "Freezer case 3 too warm", 1400, 1500, Hours{0, 24}},
		{4, "Inverter 4 stands still in the sun", 2, 40, Hours{13, 16}},
		{5, "Quarter-hour forecast above the limit", 200, 252, Hours{18.25, 19}},
		{6, "Freezer 1 too warm", 1400, 1500, Hours{0, 24}},
		{7, "Return temperature high", 6, 7, Hours{0, 3}},
		{8, "Steam demand high", 360, 365, Hours{5, 6}},
		{8, "Generator runs", 12, 12, Hours{10, 10.1}},
		{9, "Filters clogged: pumps take more", 6, 7, Hours{0, 3}},
		{9, "No data: Water", 12, 12, Hours{13, 13.1}},
		{10, "Battery charges near its limit", 360, 365, Hours{12.5, 13.5}},
		{10, "Battery discharges near its limit", 360, 365, Hours{19.25, 19.75}},
		{11, "PUE above target", 0, 0, Hours{}},
		{13, "Morning peak", 200, 252, Hours{7, 10}},
	} {
		n := 0
		for _, c := range w.Changes(findAlarm(t, w, tt.site, tt.name), utc(2025, 11, 1, 0, 0), utc(2026, 11, 1, 0, 0)) {
			if !c.Present || c.Acknowledged {
				continue
			}
			n++
			l := c.Time.In(w.zone)
			if hour := float64(l.Hour()) + float64(l.Minute())/60; hour < tt.hours.From || hour >= tt.hours.To {
				t.Errorf("%s is set at %v", tt.name, l)
			}
		}
		if n < tt.least || n > tt.most {
			t.Errorf("%s fires %d times a year, want %d to %d", tt.name, n, tt.least, tt.most)
		}
	}
}

// TestAlarmsFollowTheData compares what sets and resets alarms with the points of their variables.
func TestAlarmsFollowTheData(t *testing.T) {
	t.Parallel()
	w := New(42)
	for _, tt := range []struct {
		site int
		name string
	}{{3, "Freezer case 3 too warm"}, {6, "Freezer 1 too warm"}, {8, "Steam demand high"}, {10, "Battery charges near its limit"}} {
		a := findAlarm(t, w, tt.site, tt.name)
		v, _ := w.Variable(a.Variable)
		for _, c := range w.Changes(a, utc(2026, 5, 4, 0, 0), utc(2026, 5, 8, 0, 0)) {
			if x, ok := w.Value(v, c.Time, now); !ok || x != c.Value || c.Present && !a.sets(x) {
				t.Errorf("%s: %+v, the meter says %v, %v", a.Name, c, x, ok)
			}
		}
	}
}

// TestAlarmsArePure asks for changes at once, in parts, of another world, and for the last one only.
func TestAlarmsArePure(t *testing.T) {
	t.Parallel()
	a, b := New(42), New(42)
	from := utc(2026, 10, 1, 3, 17)
	for i, alarm := range a.Alarms {
		whole := a.Changes(alarm, from, from.Add(20*24*time.Hour))
		var parts []Change
		for day := range 20 {
			parts = append(parts, b.Changes(b.Alarms[i], from.Add(time.Duration(day)*24*time.Hour), from.Add(time.Duration(day+1)*24*time.Hour))...)
		}
		if diff := cmp.Diff(whole, parts); diff != "" {
			t.Errorf("%s in parts:\n%s", alarm.Name, diff)
		}
		if len(whole) == 0 {
			continue
		}
		if last, ok := b.LastChange(b.Alarms[i], from.Add(20*24*time.Hour-time.Second)); !ok || last != whole[len(whole)-1] {
			t.Errorf("%s: LastChange = %+v, %v, want %+v", alarm.Name, last, ok, whole[len(whole)-1])
		}
		if last, ok := b.LastChange(b.Alarms[i], whole[0].Time); !ok || last != whole[0] {
			t.Errorf("%s: LastChange at a change = %+v, %v, want %+v", alarm.Name, last, ok, whole[0])
		}
	}
}

// TestLatePointsSetNothing watches a meter whose gateway is offline in the night of the 1st.
func TestLatePointsSetNothing(t *testing.T) {
	t.Parallel()
	w := New(42)
	b := &builder{w: w, site: 6}
	b.watch("Pumps", Alarm{Set: 0.1, Alive: Hours{1, 5}}, quarter, b.variable("Pumps").model)
	watched := w.Alarms[len(w.Alarms)-1]
	for day, want := range map[int]string{1: "04:30", 2: "01:00"} {
		midnight := time.Date(2026, 10, day, 0, 0, 0, 0, w.zone)
		changes := w.Changes(watched, midnight, midnight.Add(24*time.Hour))
		if len(changes) != 2 || changes[0].Time.In(w.zone).Format("15:04") != want || changes[1].Time.In(w.zone).Format("15:04") != "05:00" {
			t.Errorf("on day %d: %v, want it set at %s and reset when its hours end", day, changes, want)
		}
	}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	w := New(42)
	count := map[string]int{}
	ids := map[int]bool{}
	events := w.Events(101, utc(2025, 11, 1, 0, 0), utc(2026, 11, 1, 0, 0))
	for i, e := range events {
		count[e.Title]++
		if i > 0 && e.From.Before(events[i-1].From) || e.To.Before(e.From) || len(e.Sources) != 1 || ids[e.ID] || e.Type == 0 {
			t.Errorf("event %+v", e)
		}
		ids[e.ID] = true
	}
	want := map[string]int{"Dock door opened": 26280, "Meter exchanged": 1, "Emergency generator tested": 12, "UPS batteries tested": 12, "Servers moved from row 3 to row 4": 1,
		"Water meter serviced": 12, "Gateway offline": 12, "Heat exchangers cleaned": 6, "Filters cleaned": 7, "Gateway without power": 1, "Gas meter stuck: replaced": 1}
	if diff := cmp.Diff(want, count); diff != "" {
		t.Errorf("events of a year (-want +got):\n%s", diff)
	}
	for _, e := range events[:100] {
		if got, ok := w.Event(101, e.ID); !ok || !got.From.Equal(e.From) || got.Title != e.Title {
			t.Errorf("Event(%d) = %+v, %v, want %+v", e.ID, got, ok, e)
		}
	}
	if e, ok := w.Event(102, events[0].ID); ok {
		t.Errorf("account 102 has the event %+v", e)
	}
	again := w.Events(101, utc(2026, 5, 18, 0, 0), utc(2026, 5, 19, 0, 0))
	i := slices.IndexFunc(again, func(e Event) bool { return e.Title == "Meter exchanged" })
	if i < 0 || !again[i].From.Equal(exchange) || !ids[again[i].ID] {
		t.Errorf("events of a day: %+v, want the exchange at %v", again, exchange)
	}
	if n := len(w.Events(102, utc(2025, 11, 1, 0, 0), utc(2026, 11, 1, 0, 0))); n != 0 {
		t.Errorf("account 102 has %d events", n)
	}
}

func TestGoldenHappenings(t *testing.T) {
	t.Parallel()
	w := New(42)
	h := sha256.New()
	from := utc(2026, 6, 1, 0, 0)
	for _, a := range w.Alarms {
		for _, c := range w.Changes(a, from, from.AddDate(0, 0, 7)) {
			fmt.Fprintf(h, "%s %s %d %v %v %.4f\n", a.ID, a.Name, c.Time.Unix(), c.Present, c.Acknowledged, c.Value)
		}
	}
	for _, e := range w.Events(101, from, from.AddDate(0, 0, 7)) {
		fmt.Fprintf(h, "%d %d %d %s\n", e.ID, e.From.Unix(), e.To.Unix(), e.Title)
	}
	if got := hex.EncodeToString(h.Sum(nil)[:6]); got != goldenHappenings {
		t.Errorf("hash of a week of alarms and events = %s, want %s", got, goldenHappenings)
	}
}

func BenchmarkAlarms(b *testing.B) {
	w := New(42)
	for b.Loop() {
		for _, a := range w.Alarms {
			w.LastChange(a, now)
		}
	}
}
