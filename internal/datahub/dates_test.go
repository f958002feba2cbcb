package datahub

import (
	"fmt"
	"testing"
	"time"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, ok := ParseZone(name)
	if !ok {
		t.Fatalf("ParseZone(%q) is not known", name)
	}
	return z
}

func TestDates(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, text, want string }{
		{"UTC", "2026-03-01T00:15:00", "2026-03-01T00:15:00Z"},
		{"UTC", "2026-03-01 00:15:00", "2026-03-01T00:15:00Z"},
		{"UTC", "2026-03-01T00:15:00Z", "2026-03-01T00:15:00Z"},
		{"UTC", "2026-03-01T00:15:00.5", "2026-03-01T00:15:00.5Z"},
		{"UTC", "2026-03-01T00:15:00.1234567", "2026-03-01T00:15:00.1234567Z"},
		{"UTC", "2026-03-01T00:15:00.1234567+01:00", "2026-02-28T23:15:00.1234567Z"},
		{"UTC", "2026-03-01T00:15:00-0330", "2026-03-01T03:45:00Z"},
		{"UTC", "2024-02-29T23:59:59", "2024-02-29T23:59:59Z"},
		{"UTC", "2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},
		{"UTC", "0001-01-01T00:00:00", "0001-01-01T00:00:00Z"},
		{"UTC", "9999-12-31T23:59:59", "9999-12-31T23:59:59Z"},
		{"Europe/Brussels", "2026-03-01T00:15:00", "2026-02-28T23:15:00Z"},
		{"Europe/Brussels", "2026-07-01T00:00:00", "2026-06-30T22:00:00Z"},
		{"Europe/Brussels", "2026-07-01T00:00:00Z", "2026-07-01T00:00:00Z"},
		{"Europe/Brussels", "2026-10-25T02:30:00", "2026-10-25T00:30:00Z"}, // shown twice: the beginning is the earlier
		{"Europe/Brussels", "2026-10-25T03:00:00", "2026-10-25T02:00:00Z"},
		{"Europe/Brussels", "2026-03-29T02:30:00", "2026-03-29T01:00:00Z"},  // skipped: the moment of the change
		{"Atlantic/Azores", "2026-10-25T00:00:00", "2026-10-25T00:00:00Z"},  // midnight comes twice
		{"Atlantic/Azores", "2026-03-29T00:00:00", "2026-03-29T01:00:00Z"},  // there is no midnight
		{"Australia/Sydney", "2026-04-05T00:00:00", "2026-04-04T13:00:00Z"}, // the day is 25 hours long
		{"America/New_York", "2026-11-02T00:00:00", "2026-11-02T05:00:00Z"},
		{"UTC+05:30", "2026-03-01T00:00:00", "2026-02-28T18:30:00Z"},
	} {
		d := dates{zone: zone(t, c.zone)}
		for range 2 { // the second time with what is remembered
			got, ok := d.parse([]byte(c.text))
			if s := got.Format(time.RFC3339Nano); !ok || s != c.want || got.Location() != time.UTC {
				t.Errorf("%s in %s = %s, %v, want %s", c.text, c.zone, s, ok, c.want)
			}
		}
	}
}

func TestDatesRefuse(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "2026-03-01", "2026-03-01T00:15", "2026-13-01T00:15:00", "2026-00-01T00:15:00", "2026-02-30T00:15:00", "2025-02-29T00:15:00", "2026-03-00T00:15:00", "2026-03-01T24:00:00",
		"2026-03-01T00:60:00", "2026-03-01T00:00:61", "2026-03-01T00:15:00.", "2026-03-01T00:15:00.Z", "2026-03-01T00:15:00.1234567890", "2026-03-01T00:15:00+1", "2026-03-01T00:15:00+25:00",
		"2026-03-01T00:15:00+01:60", "2026-03-01T00:15:00 01:00", "2026-03-01T00:15:00+01x00", "2026-03-01T00:15:00Zx", "2026/03/01T00:15:00", "2026-03-01X00:15:00", "2026-03-01T00-15-00",
		"20x6-03-01T00:15:00", "2026-3 -01T00:15:00", "+026-03-01T00:15:00", "2026-03-01T-1:15:00", "/Date(1772323200000)/",
	} {
		if got, ok := (&dates{zone: time.UTC}).parse([]byte(text)); ok {
			t.Errorf("%q = %v, want none", text, got)
		}
	}
}

// TestInstantIsTheFirstThatShowsTheClock compares with a search through three days in steps of a minute.
func TestInstantIsTheFirstThatShowsTheClock(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, day string }{
		{"Europe/Brussels", "2026-10-25"}, {"Europe/Brussels", "2026-03-29"}, {"Atlantic/Azores", "2026-10-25"}, {"Atlantic/Azores", "2026-03-29"},
		{"Australia/Lord_Howe", "2026-04-05"}, {"Australia/Lord_Howe", "2026-10-04"}, {"America/St_Johns", "2026-11-01"}, {"Africa/Casablanca", "2026-02-15"}, {"Asia/Kolkata", "2026-05-05"},
	} {
		z := zone(t, c.zone)
		day, _ := time.Parse(time.DateOnly, c.day)
		first := map[string]time.Time{}
		for at := day.AddDate(0, 0, -1); at.Before(day.AddDate(0, 0, 2)); at = at.Add(time.Minute) {
			if label := at.In(z).Format(localTime); first[label].IsZero() {
				first[label] = at
			}
		}
		for wall := day; wall.Before(day.AddDate(0, 0, 1)); wall = wall.Add(time.Minute) {
			label := wall.Format(localTime)
			got := instant(z, wall.Unix(), 0)
			if want, shown := first[label]; shown && !got.Equal(want) {
				t.Fatalf("%s in %s = %v, want %v", label, c.zone, got, want)
			} else if before := got.Add(-time.Second).In(z).Format(localTime); !shown && before >= label {
				t.Fatalf("%s in %s, which is skipped, = %v, after which clocks show more", label, c.zone, got)
			} else if after := got.In(z).Format(localTime); !shown && after <= label {
				t.Fatalf("%s in %s, which is skipped, = %v, at which clocks show %s", label, c.zone, got, after)
			}
		}
	}
}

func FuzzDates(f *testing.F) {
	for _, text := range []string{"2026-03-01T00:15:00", "2026-03-01 00:15:00.1234567+01:00", "2026-02-30T00:00:00Z"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := (&dates{zone: time.UTC}).parse([]byte(text))
		var want time.Time
		err := want.UnmarshalText([]byte(text))
		digits, point := fractionOf(text)
		if err == nil && text[13] != ':' {
			return // time takes an hour of one digit
		}
		if err == nil && point != ',' && digits <= 9 && (!ok || !got.Equal(want)) {
			t.Fatalf("parse(%q) = %v, %v, want %v", text, got, ok, want)
		}
		if ok && (got.Year() < -1 || got.Year() > 10000) {
			t.Fatalf("parse(%q) = %v", text, got)
		}
	})
}

// fractionOf returns how many digits a fraction has, and what is before it.
func fractionOf(text string) (digits int, point byte) {
	if len(text) < 20 {
		return 0, 0
	}
	for i := 20; i < len(text) && text[i] >= '0' && text[i] <= '9'; i++ {
		digits++
	}
	return digits, text[19]
}

func TestZones(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Romance Standard Time": "Europe/Brussels", "romance standard time": "Europe/Brussels", " W. Europe Standard Time ": "Europe/Berlin", "GMT Standard Time": "Europe/London",
		"UTC": "UTC", "utc": "UTC", "Europe/Brussels": "Europe/Brussels", "Central Standard Time": "America/Chicago", "UTC+01": "Etc/GMT-1", "UTC-5": "Etc/GMT+5", "GMT+01:00": "Etc/GMT-1",
		"UTC+00": "UTC", "UTC+05:30": "UTC+05:30", "UTC-03:30": "UTC-03:30", "America/Argentina/Buenos_Aires": "America/Argentina/Buenos_Aires", "CET": "CET",
	} {
		z, ok := ParseZone(name)
		if !ok || z.String() != want {
			t.Errorf("ParseZone(%q) = %v, %v, want %s", name, z, ok, want)
		}
	}
	for name, want := range map[string]int{"UTC+01": 3600, "UTC-03:30": -12600, "UTC+0545": 20700, "UTC-11": -39600, "UTC+14": 50400} {
		if _, offset := time.Unix(0, 0).In(zone(t, name)).Zone(); offset != want {
			t.Errorf("%s is %d s east of UTC, want %d", name, offset, want)
		}
	}
	for _, name := range []string{"", "Local", "local", "Nowhere Standard Time", "../etc/passwd", "/etc/localtime", "Europe//Brussels", "Europe", "UTC+15", "UTC+", "UTC+01:99", "Europe/Brussels\x00"} {
		if z, ok := ParseZone(name); ok {
			t.Errorf("ParseZone(%q) = %v, want none", name, z)
		}
	}
	for windows, iana := range windowsZones {
		if z, ok := ParseZone(windows); !ok || z.String() != iana {
			t.Errorf("%s: %s is no zone", windows, iana)
		}
	}
	if z := (Site{TimeZoneID: "Romance Standard Time"}).Zone(); z.String() != "Europe/Brussels" {
		t.Errorf("the site's zone is %v", z)
	}
	if z := (Source{TimeZoneID: "Atlantis"}).Zone(); z != time.UTC {
		t.Errorf("the zone of a source in Atlantis is %v, want UTC", z)
	}
}

func TestZonesAreReadOnce(t *testing.T) {
	site := Site{TimeZoneID: "Romance Standard Time"}
	first := site.Zone()
	if n := testing.AllocsPerRun(10, func() { _ = site.Zone() }); n > 2 || site.Zone() != first {
		t.Errorf("Zone allocates %v times, want it to be read once", n)
	}
}

func TestQueryValues(t *testing.T) {
	t.Parallel()
	brussels := zone(t, "Europe/Brussels")
	from := time.Date(2026, 3, 1, 0, 0, 0, 0, brussels)
	for _, c := range []struct {
		name string
		q    DataQuery
		want string
	}{
		{"raw", DataQuery{Granularity: GranularityRaw, Zone: brussels}, "Raw  2026-02-28T23:00:00 2026-03-01T23:00:00 UTC"},
		{"hours in UTC", DataQuery{Granularity: GranularityHour, Aggregate: Avg, Zone: brussels}, "Hour 4 2026-02-28T23:00:00 2026-03-01T23:00:00 UTC"},
		{"days in the zone", DataQuery{Granularity: GranularityDay, Aggregate: Sum, Zone: brussels}, "Day 1 2026-03-01T00:00:00 2026-03-02T00:00:00 Europe/Brussels"},
		{"weeks in UTC by default", DataQuery{Granularity: GranularityWeek, Aggregate: StdDev}, "Week 7 2026-02-28T23:00:00 2026-03-01T23:00:00 UTC"},
		{"never in the server's zone", DataQuery{Granularity: GranularityYear, Aggregate: Max, Zone: time.Local}, "Year 3 2026-02-28T23:00:00 2026-03-01T23:00:00 UTC"},
	} {
		c.q.From, c.q.To, c.q.Variable = from, from.AddDate(0, 0, 1), 7
		v := c.q.values()
		got := fmt.Sprint(v.Get("granularity"), " ", v.Get("aggregation"), " ", v.Get("from"), " ", v.Get("to"), " ", v.Get("timeZoneId"))
		if got != c.want || v.Get("variableId") != "7" {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	q := DataQuery{Variable: 7, From: from, To: from.Add(1500 * time.Millisecond)}
	if got := q.values().Get("to"); got != "2026-02-28T23:00:02" {
		t.Errorf("a bound inside a second is %s, want it rounded up", got)
	}
}

func TestQueryValidate(t *testing.T) {
	t.Parallel()
	now := time.Now()
	good := DataQuery{Variable: 1, From: now, To: now.Add(1)}
	if err := good.Validate(); err != nil {
		t.Errorf("Validate(%v) = %v", good, err)
	}
	for _, q := range []DataQuery{
		{From: now, To: now.Add(1)}, {Variable: -1, From: now, To: now.Add(1)}, {Variable: 1, From: now, To: now}, {Variable: 1, From: now, To: now.Add(-1)}, {Variable: 1},
		{Variable: 1, From: now, To: now.Add(1), Granularity: GranularityDay}, {Variable: 1, From: now, To: now.AddDate(9000, 0, 0)}, {Variable: 1, From: now.AddDate(-3000, 0, 0), To: now},
	} {
		hub := says("[]")
		if _, err := newClient(t, hub).DataPoints(t.Context(), q); err == nil || hub.count() > 0 {
			t.Errorf("DataPoints(%v): %v after %d requests, want an error after none", q, err, hub.count())
		}
	}
}
