package pages

import (
	"strconv"
	"time"

	"portico/internal/datahub"
	"portico/web/templates"
)

// ageModel is what a script needs to let an age grow; site is whose main meter it is, 0 for others.
func ageModel(last time.Time, step time.Duration, site datahub.SiteID) templates.AgeModel {
	late, silent := ageLimits(step)
	m := templates.AgeModel{ISO: last.UTC().Format(time.RFC3339), Late: seconds(late), Silent: seconds(silent)}
	if site != 0 {
		m.Site = strconv.FormatInt(int64(site), 10)
	}
	return m
}

func seconds(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }
