package pages

import (
	"strconv"

	"portico/internal/datahub"
	"portico/internal/query"
	"portico/internal/series"
)

// Ranges of a page when its address names none.
const defaultFrom, defaultTo = "now-7d", "now"

// granularities and comparisons are the words that addresses use.
var (
	granularities = []granularityName{
		{"raw", datahub.GranularityRaw}, {"minute", datahub.GranularityMinute}, {"hour", datahub.GranularityHour}, {"day", datahub.GranularityDay},
		{"week", datahub.GranularityWeek}, {"month", datahub.GranularityMonth}, {"year", datahub.GranularityYear},
	}
	comparisons = []series.Comparison{series.NoComparison, series.PreviousPeriod, series.WeekBefore, series.YearBefore, series.HolidaysBefore}
)

type granularityName struct {
	word string
	g    datahub.Granularity
}

func aggregateWord(word string) datahub.Aggregate {
	for _, a := range series.Aggregates {
		if a.Word == word {
			return a.Aggregate
		}
	}
	return 0
}

func granularityWord(word string) (datahub.Granularity, bool) {
	for _, g := range granularities {
		if g.word == word {
			return g.g, true
		}
	}
	return 0, false
}

func wordOf(g datahub.Granularity) string {
	for _, x := range granularities {
		if x.g == g {
			return x.word
		}
	}
	return "raw"
}

func aggregateName(a datahub.Aggregate) string {
	for _, x := range series.Aggregates {
		if x.Aggregate == a {
			return x.Word
		}
	}
	return "avg"
}

// exploreHref opens a variable in the explorer over one of the presets.
func exploreHref(id datahub.VariableID, preset string) string {
	from, to := "", ""
	for _, p := range series.Presets {
		if p.ID == preset {
			from, to = p.From, p.To
		}
	}
	return query.With("/explore", "s", strconv.FormatInt(int64(id), 10), "from", from, "to", to)
}

func paramOf(err error) string {
	if e, ok := err.(*series.ParamError); ok { //nolint:errorlint // ParseRange returns nothing else
		return e.Name
	}
	return "from"
}
