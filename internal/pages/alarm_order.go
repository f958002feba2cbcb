package pages

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/internal/datahub"
)

// A storm is many alarms of one site that came within minutes of each other, most likely for one reason.
const (
	stormSize = 5
	stormTime = 3 * time.Minute
)

// alarmEntry is an alarm, or several that came at once at one site.
type alarmEntry struct{ alarms []datahub.Alarm }

// byUrgency puts first what nobody has seen, then what is more urgent, then what is newer.
func byUrgency(a, b datahub.Alarm) int {
	return cmp.Or(cmp.Compare(attention(a), attention(b)), cmp.Compare(urgency(a), urgency(b)), changed(b).Compare(changed(a)), strings.Compare(string(a.ID), string(b.ID)))
}

func attention(a datahub.Alarm) int {
	return slices.Index([]string{alarmPresent, alarmAcknowledged, alarmUncertain, alarmCleared, alarmSilenced, alarmQuiet}, alarmState(a))
}

// urgency is the priority as a number, 1 for the most urgent; what the Data Hub does not number comes last.
func urgency(a datahub.Alarm) int {
	n, err := strconv.Atoi(strings.Trim(string(a.Priority), `" `))
	if err != nil || n < 1 {
		return 1000
	}
	return n
}

func changed(a datahub.Alarm) time.Time {
	if a.Latest == nil {
		return time.Time{}
	}
	return a.Latest.Time
}

// storms puts alarms of a storm into one entry, at the place of its first one.
func storms(alarms []datahub.Alarm) []alarmEntry {
	storm := map[datahub.AlarmID]int{} // alarm → number of its storm
	n := 0
	for _, group := range together(alarms) {
		if len(group) < stormSize {
			continue
		}
		n++
		for _, a := range group {
			storm[a.ID] = n
		}
	}
	var entries []alarmEntry
	at := map[int]int{} // storm → its entry
	for _, a := range alarms {
		number := storm[a.ID]
		i, begun := at[number]
		if number == 0 || !begun {
			at[number] = len(entries)
			entries = append(entries, alarmEntry{[]datahub.Alarm{a}})
			continue
		}
		entries[i].alarms = append(entries[i].alarms, a)
	}
	return entries
}

// together groups alarms in the same state that changed at one site, one after the other.
func together(alarms []datahub.Alarm) [][]datahub.Alarm {
	sorted := slices.DeleteFunc(slices.Clone(alarms), func(a datahub.Alarm) bool { return a.Latest == nil })
	slices.SortStableFunc(sorted, func(a, b datahub.Alarm) int {
		return cmp.Or(cmp.Compare(a.Site, b.Site), strings.Compare(alarmState(a), alarmState(b)), changed(a).Compare(changed(b)))
	})
	var groups [][]datahub.Alarm
	for _, a := range sorted {
		if last := len(groups) - 1; last >= 0 {
			before := groups[last][len(groups[last])-1]
			if before.Site == a.Site && alarmState(before) == alarmState(a) && changed(a).Sub(changed(before)) <= stormTime {
				groups[last] = append(groups[last], a)
				continue
			}
		}
		groups = append(groups, []datahub.Alarm{a})
	}
	return groups
}
