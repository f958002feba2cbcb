package hub

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"portico/internal/demo/energy"
)

// onLevel is the level of a schedule at which alarms are alive.
const onLevel = 1

// A schedule of the demo is the same hours of each day. Its id is made of them: 10000, and quarters of an hour twice.
func scheduleOf(h energy.Hours) int { return 10_000 + int(h.From*4)*100 + int(h.To*4) }

func hoursOf(id any) (energy.Hours, bool) {
	n, ok := id.(int)
	n -= 10_000
	h := energy.Hours{From: float64(n/100) / 4, To: float64(n%100) / 4}
	return h, ok && n > 0 && h.From < h.To && h.To <= 24
}

func within(h energy.Hours, local time.Time) bool {
	hour := float64(local.Hour()) + float64(local.Minute())/60
	return hour >= h.From && hour < h.To
}

// scheduleIDs are the schedules that the world's alarms have.
func (h *Hub) scheduleIDs() []int {
	var found []int
	for _, a := range h.c.World.Alarms {
		if a.Alive != (energy.Hours{}) && !slices.Contains(found, scheduleOf(a.Alive)) {
			found = append(found, scheduleOf(a.Alive))
		}
	}
	slices.Sort(found)
	return found
}

func (c *call) schedules() (any, error) {
	return paged(c, c.hub.scheduleIDs(), func(id int) object {
		hours, _ := hoursOf(id)
		return object{"id": id, "name": clock(hours.From) + "–" + clock(hours.To)}
	})
}

func clock(hour float64) string {
	return fmt.Sprintf("%02d:%02d", int(hour), int(hour*60)%60)
}

// partOfSchedule answers GET /schedule/{id}/levels and GET /schedule/site/{id}.
func (c *call) partOfSchedule() (any, error) {
	if c.r.PathValue("of") == "site" {
		return c.schedulesOfSite()
	}
	id, _ := strconv.Atoi(c.r.PathValue("of"))
	if c.r.PathValue("id") != "levels" || !slices.Contains(c.hub.scheduleIDs(), id) {
		return nil, notFound("There is no such schedule.")
	}
	return paged(c, []energy.Entry{{ID: onLevel, Name: "On"}, {ID: 2, Name: "Off"}}, entry)
}

// schedulesOfSite answers for a site, in both spellings of the path.
func (c *call) schedulesOfSite() (any, error) {
	if _, err := c.siteOfPath(c.view); err != nil {
		return nil, err
	}
	return c.schedules()
}
