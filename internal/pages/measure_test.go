package pages

import (
	"testing"
	"time"
)

// A day whose midnight clocks skip begins with its first instant, and is no hour of the day before.
func TestDaysWithoutMidnight(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"America/Santiago": "2026-09-06T01:00:00-03:00",
		"Europe/Brussels":  "2026-09-06T00:00:00+02:00",
	} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		noon := time.Date(2026, 9, 5, 12, 0, 0, 0, zone)
		if got := midnight(noon, zone, 1).Format(time.RFC3339); got != want {
			t.Errorf("midnight in %s = %s, want %s", name, got, want)
		}
		if got := localDay(time.Date(2026, 9, 6, 0, 0, 0, 0, time.UTC), zone).Format(time.RFC3339); got != want {
			t.Errorf("localDay in %s = %s, want %s", name, got, want)
		}
		if got, want := midnight(noon, zone, 30-5), time.Date(2026, 9, 30, 0, 0, 0, 0, zone); !got.Equal(want) {
			t.Errorf("twenty-five days later is %s, want %s", got, want)
		}
	}
}
