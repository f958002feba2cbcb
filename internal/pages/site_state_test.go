package pages

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/internal/datahub"
	"portico/internal/series"
)

var (
	markedSite = regexp.MustCompile(`(?s)<span class="state state-mark" data-state="(\w+)" title="([^"]*)">.*?href="/sites/(\d+)"`)
	siteGroups = regexp.MustCompile(`(?s)<h2>\s*<span class="state" data-state="(\w+)">.*?</h2>\s*<ul>(.*?)</ul>`)
	linkedSite = regexp.MustCompile(`href="/sites/(\d+)"`)
)

// markedSites are the states of the sites of a page, with their words.
func (a answer) markedSites() map[string]string {
	states := map[string]string{}
	for _, m := range markedSite.FindAllStringSubmatch(a.body, -1) {
		states[m[3]] = m[1] + ": " + m[2]
	}
	return states
}

// A site is in the same state, in the same words, on the list, as a card, on the overview and on its own page; the map puts it under that state, and the list that is filtered by it has it.
func TestASiteIsInOneState(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	seen := map[string]bool{}
	for _, at := range []time.Time{time.Date(2026, 11, 12, 9, 7, 0, 0, time.UTC), time.Date(2026, 11, 9, 14, 40, 0, 0, time.UTC), time.Date(2026, 11, 21, 22, 21, 0, 0, time.UTC)} {
		b.now = at
		list := b.get("/sites").markedSites()
		if len(list) != 12 {
			t.Fatalf("%v: %d sites in the list", at, len(list))
		}
		for _, path := range []string{"/sites?view=cards", "/overview"} {
			if got := b.get(path).markedSites(); !maps.Equal(got, list) {
				t.Errorf("%v: %s has %v, the list %v", at, path, got, list)
			}
		}
		onMap := map[string][]string{}
		for _, group := range siteGroups.FindAllStringSubmatch(b.get("/sites?view=map").body, -1) {
			for _, m := range linkedSite.FindAllStringSubmatch(group[2], -1) {
				onMap[group[1]] = append(onMap[group[1]], m[1])
			}
		}
		inList := map[string][]string{}
		for _, id := range slices.Sorted(maps.Keys(list)) {
			state, _, _ := strings.Cut(list[id], ":")
			inList[state], seen[state] = append(inList[state], id), true
		}
		for _, state := range siteStatuses {
			slices.Sort(onMap[state])
			found := slices.Sorted(maps.Keys(b.get("/sites?status=" + state).markedSites()))
			if want := fmt.Sprint(inList[state]); fmt.Sprint(onMap[state]) != want || fmt.Sprint(found) != want {
				t.Errorf("%v: %s are %v in the list, %v on the map, %v when they are asked for", at, state, want, onMap[state], found)
			}
		}
		for id, state := range list {
			name, text, _ := strings.Cut(state, ": ")
			if a := b.get("/sites/" + id); name == "attention" && !strings.Contains(a.body, `data-state="attention"`) || !strings.Contains(a.body, text) {
				t.Errorf("%v: the page of site %s does not say %q", at, id, state)
			}
		}
	}
	if !seen["attention"] || !seen["ok"] {
		t.Errorf("states %v: none has grown, or all have", seen)
	}
}

// What came of an hour that is not over is not compared with a whole one, also where values are read by the hour.
func TestChangeComparesWholeHours(t *testing.T) {
	t.Parallel()
	zone := datahub.HomeZone()
	now := time.Date(2026, 11, 12, 14, 10, 0, 0, zone)
	hours := func(day time.Time, n int) (list []series.Slot) {
		for i := range n {
			list = append(list, series.Slot{Start: day.Add(time.Duration(i) * time.Hour), End: day.Add(time.Duration(i+1) * time.Hour), Value: 60})
		}
		return list
	}
	today := hours(midnight(now, zone, 0), 15)
	today[14].Value = 9 // of ten minutes
	p := profile{slots: today, before: hours(midnight(now, zone, -7), 24), apart: true, step: time.Hour, own: time.Minute, last: now.Add(-time.Minute), found: true}
	f := p.figures(zone, now)
	if f.sofar != 14*60 || f.before != 14*60 || f.today != 14*60+9 {
		t.Errorf("so far %v, before %v, today %v", f.sofar, f.before, f.today)
	}
}

// A meter whose newest values could not be read is not late: of when it sent something only the hour is known.
func TestWhatCouldNotBeReadIsNotLate(t *testing.T) {
	t.Parallel()
	zone := datahub.HomeZone()
	now := time.Date(2026, 11, 12, 14, 50, 0, 0, zone)
	point := func(h, m int) []datahub.DataPoint {
		return []datahub.DataPoint{{Time: time.Date(2026, 11, 12, h, m, 0, 0, zone), Value: 5}}
	}
	quarters, minutes := datahub.Step{Count: 15, Period: datahub.Minute}, datahub.Step{Count: 1, Period: datahub.Minute}
	for name, tt := range map[string]struct {
		step   datahub.Step
		back   reach
		newest []datahub.DataPoint
		err    error
		want   string
	}{
		"read":                       {quarters, byHour, point(14, 30), nil, "ok"},
		"read, and old":              {quarters, byHour, point(13, 30), nil, "late"},
		"not read":                   {quarters, byHour, nil, errors.New("no answer"), "none"},
		"minutes, not read":          {minutes, byHour, nil, errors.New("no answer"), "none"},
		"minutes of a row, not read": {minutes, oneDay, nil, errors.New("no answer"), "none"},
		"minutes of a row":           {minutes, oneDay, point(14, 49), nil, "ok"},
		"as they are, and old":       {quarters, week, nil, nil, "late"},
	} {
		s := siteProfile{}
		w := wantedProfile{to: &s.electricity, variable: datahub.Variable{ID: 1, QuantityType: datahub.Integrated, Step: tt.step}, unit: "kWh", zone: zone}
		w.ask(tt.back, now)
		w.course.points, w.newest.points, w.newest.err = point(14, 0), tt.newest, tt.err
		w.fill(now)
		if got := s.state(now); got != tt.want || s.electricity.usable() != (tt.err == nil) {
			t.Errorf("%s: the site is %s, usable %v, want %s", name, got, s.electricity.usable(), tt.want)
		}
	}
}
