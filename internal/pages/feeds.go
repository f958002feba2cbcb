package pages

import (
	"context"
	"time"

	"portico/internal/datahub"
)

// Feed is something that open pages hear of as it changes. Read asks for its present state with the rights of who, to be told as JSON; what it returns is the same as long as
// nothing has changed.
type Feed struct {
	Name  string
	Every time.Duration // between two questions
	Read  func(ctx context.Context, hub *datahub.Client, who Who, now time.Time) (any, error)
}

// Feeds are all topics of the event stream.
func (p *Pages) Feeds() []Feed {
	return []Feed{
		{"alarms", 15 * time.Second, readAlarmFeed},
		{"freshness", time.Minute, p.readFreshnessFeed},
	}
}

// alarmFeed is how many alarms are present, and which changed last.
type alarmFeed struct {
	Open         int       `json:"open"`         // present, and nobody has acknowledged them
	Acknowledged int       `json:"acknowledged"` // present, and somebody has
	Changed      time.Time `json:"changed"`      // the newest change of any alarm
}

func readAlarmFeed(ctx context.Context, hub *datahub.Client, _ Who, _ time.Time) (any, error) {
	alarms, err := hub.Alarms(ctx, datahub.AlarmQuery{})
	if err != nil {
		return nil, err
	}
	var f alarmFeed
	for _, a := range alarms {
		if a.Latest == nil {
			continue
		}
		if a.Latest.Time.After(f.Changed) {
			f.Changed = a.Latest.Time
		}
		switch state := a.Latest.State; {
		case !state.Present || !a.Enabled:
		case state.Acknowledged:
			f.Acknowledged++
		default:
			f.Open++
		}
	}
	return f, nil
}

// freshnessFeed is when each site's main meter sent its newest value; a site without one in the last hours is left out.
type freshnessFeed struct {
	Sites map[string]time.Time `json:"sites"` // by the site's id
}

func (p *Pages) readFreshnessFeed(ctx context.Context, hub *datahub.Client, who Who, now time.Time) (any, error) {
	rd := &reader{terms: terms{hub: hub, who: who, now: now, real: time.Now(), kept: p.kept}}
	sites, err := rd.sites(ctx)
	if err != nil {
		return nil, err
	}
	profiles := make([]siteProfile, min(len(sites), overviewSites))
	if err := rd.newestOf(ctx, sites[:len(profiles)], lists{}, profiles); err != nil {
		return nil, err
	}
	if !rd.since.IsZero() {
		return nil, datahub.ErrUnavailable // what stands in for an answer is no news
	}
	f := freshnessFeed{Sites: map[string]time.Time{}}
	for _, s := range profiles {
		if s.electricity.err != nil {
			return nil, s.electricity.err
		}
		if last := s.electricity.last; !last.IsZero() {
			f.Sites[idText(int64(s.site.ID))] = last
		}
	}
	return f, nil
}
