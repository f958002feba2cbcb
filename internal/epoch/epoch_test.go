package epoch_test

import (
	"testing"
	"time"

	"portico/internal/epoch"
)

func TestMoments(t *testing.T) {
	t.Parallel()
	moment := time.Date(2026, 3, 29, 2, 59, 59, 123_000_000, time.FixedZone("", 7200))
	if got := epoch.FromMillis(epoch.Millis(moment)); !got.Equal(moment) || got.Location() != time.UTC {
		t.Errorf("milliseconds: %v", got)
	}
	if got := epoch.FromSeconds(epoch.Seconds(moment)); !got.Equal(moment.Truncate(time.Second)) || got.Location() != time.UTC {
		t.Errorf("seconds: %v", got)
	}
	if s, ms := epoch.Seconds(time.Time{}), epoch.Millis(time.Time{}); s != 0 || ms != 0 || !epoch.FromSeconds(s).IsZero() || !epoch.FromMillis(ms).IsZero() {
		t.Errorf("no moment is %d and %d", s, ms)
	}
}
