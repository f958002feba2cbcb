package pages

import (
	"context"
	"slices"
	"sync"
	"time"

	"portico/internal/datahub"
	"portico/internal/series"
)

// alarmDaysBack is of how many days the picture is.
const alarmDaysBack = 30

// alarmDays is how often alarms came, day by day.
type alarmDays struct {
	r     series.Range
	slots []series.Slot
	read  int // alarms whose history was read
	asked int
	err   error // one of the reasons for which others were not
}

// readAlarmDays counts how often alarms became present on each local day of the last month, today included. What has not changed in that time was not.
func (rd *reader) readAlarmDays(ctx context.Context, alarms []datahub.Alarm, zone *time.Location) *alarmDays {
	ctx, cancel := context.WithTimeout(ctx, panelTimeout)
	defer cancel()
	d := &alarmDays{r: series.Range{From: midnight(rd.now, zone, 1-alarmDaysBack), To: midnight(rd.now, zone, 1), Zone: zone}}
	alarms = slices.DeleteFunc(slices.Clone(alarms), func(a datahub.Alarm) bool { return !changedSince(a, d.r.From) })
	d.asked = min(len(alarms), alarmHistories)
	d.slots = series.Fill(nil, d.r, datahub.GranularityDay, 0, rd.now)
	for i := range d.slots {
		d.slots[i].Missing, d.slots[i].Future = false, false
	}
	var mu sync.Mutex
	_ = rd.histories(ctx, alarms[:d.asked], d.r.From, rd.now, func(_ int, changes []datahub.StateChange, err error) {
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			d.err = err
			return
		}
		d.read++
		for _, at := range sets(changes) {
			d.add(at)
		}
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
