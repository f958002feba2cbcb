package pages

import (
	"context"
	"sync"
	"time"

	"portico/internal/datahub"
	"portico/internal/series"
)

// Bounds of pictures of alarms over days: each alarm's history is a call.
const (
	alarmDaysBack  = 30
	alarmHistories = 150
)

// alarmDays is how often alarms came, day by day.
type alarmDays struct {
	r     series.Range
	slots []series.Slot
	read  int // alarms whose history was read
	asked int
	err   error // one of the reasons for which others were not
}

// readAlarmDays counts how often alarms became present on each local day of the last month, today included.
func readAlarmDays(ctx context.Context, hub *datahub.Client, alarms []datahub.Alarm, zone *time.Location, now time.Time) *alarmDays {
	ctx, cancel := context.WithTimeout(ctx, panelTimeout)
	defer cancel()
	d := &alarmDays{r: series.Range{From: midnight(now, zone, 1-alarmDaysBack), To: midnight(now, zone, 1), Zone: zone}, asked: min(len(alarms), alarmHistories)}
	d.slots = series.Fill(nil, d.r, datahub.GranularityDay, 0, now)
	for i := range d.slots {
		d.slots[i].Missing, d.slots[i].Future = false, false
	}
	var mu sync.Mutex
	_ = each(ctx, alarms[:d.asked], func(ctx context.Context, _ int, a datahub.Alarm) error {
		changes, err := hub.AlarmHistory(ctx, a.ID, d.r.From, now)
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			d.err = err
			return endsSession(err)
		}
		d.read++
		for _, at := range sets(changes) {
			d.add(at)
		}
		return nil
	})
	return d
}

func (d *alarmDays) add(at time.Time) {
	for i := range d.slots {
		if s := &d.slots[i]; !at.Before(s.Start) && at.Before(s.End) {
			s.Value++
		}
	}
}

// sets returns when an alarm became present. Changes come newest first; one that only adds an acknowledgement is none.
func sets(changes []datahub.StateChange) []time.Time {
	var at []time.Time
	for i, c := range changes {
		before := i+1 < len(changes) && changes[i+1].State.Present
		if c.State.Present && !before && !c.State.Acknowledged {
			at = append(at, c.Time)
		}
	}
	return at
}
