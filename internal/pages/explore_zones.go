package pages

import (
	"slices"
	"strings"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/web/templates"
)

// regionZones are the zones of Belgium, where the platform lives, and of its neighbours.
var regionZones = []string{"Europe/Brussels", "Europe/Amsterdam", "Europe/Paris", "Europe/Luxembourg", "Europe/Berlin", "Europe/London"}

// zones are those that one would choose: of the sites in view, each with its sites, then the region's with what their clocks show at the start of the range, then UTC.
func (d *exploreData) zones() []templates.OptionModel {
	var list []templates.OptionModel
	for _, line := range d.lines {
		name, site := line.siteZone.String(), locale.Name(line.siteName)
		i := slices.IndexFunc(list, func(o templates.OptionModel) bool { return o.Value == name })
		switch {
		case i < 0:
			list = append(list, templates.OptionModel{Value: name, Text: site})
		case !slices.Contains(strings.Split(list[i].Text, ", "), site):
			list[i].Text += ", " + site
		}
	}
	at := d.r.From
	if at.IsZero() {
		at = d.now
	}
	for _, name := range append(slices.Clone(regionZones), "UTC") {
		zone, known := datahub.ParseZone(name)
		if known && !slices.ContainsFunc(list, func(o templates.OptionModel) bool { return o.Value == name }) {
			list = append(list, templates.OptionModel{Value: name, Text: locale.Offset(at.In(zone))})
		}
	}
	return list
}

// zonesMeant bounds how many zones a message suggests.
const zonesMeant = 3

// zoneProblem says that what was typed is no zone, and which could have been meant.
func zoneProblem(typed string, l locale.Locale) string {
	if meant := likeZones(typed); len(meant) > 0 {
		return l.T("problem.tz-like", locale.Plain(typed), strings.Join(meant, ", "))
	}
	return l.T("problem.tz", locale.Plain(typed))
}

// likeZones are the zones that have what was typed in their names, in any case, those of the region first.
func likeZones(typed string) (list []string) {
	words := strings.ReplaceAll(strings.ToLower(typed), " ", "_")
	for _, name := range append(slices.Clone(regionZones), datahub.ZoneNames()...) {
		if len(words) > 2 && strings.Contains(strings.ToLower(name), words) && !slices.Contains(list, name) && len(list) < zonesMeant {
			list = append(list, name)
		}
	}
	return list
}
