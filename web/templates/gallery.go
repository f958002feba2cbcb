package templates

import (
	"slices"
)

// Specimens are the components in their states, empty and long ones among them, with data that never change. They are what the gallery shows and what tests compare.
func Specimens(l LayoutModel) []Specimen {
	l.ReturnTo, l.Clock = "/demo/gallery", ClockModel{"14:21:08 CET", "2026-11-26T14:21:08+01:00", "Europe/Brussels"}
	return slices.Concat(headSpecimens(l), stateSpecimens(l), listSpecimens(l), alarmSpecimens(l), eventSpecimens(l), formSpecimens(l), chartSpecimens(l), widgetSpecimens(l))
}

// longName is what people call things when nobody stops them, with what they paste from elsewhere.
const longName = "Supermarkt Marktplein, Antwerpen-Noord, meter of the second refrigeration group behind the loading dock <b>&amp;</b> \u05d0\u05d1\u05d2"

func headSpecimens(l LayoutModel) []Specimen {
	crumbs := []Link{{"Sites", "/sites"}, {"Cold store Meuse", "/sites/1"}}
	starred := l
	starred.Star = &StarModel{Kind: "site", ID: "1", Name: "Cold store Meuse", On: true}
	return []Specimen{
		{"page head", "plain", pageHead(l, PageHeadModel{Title: "Sites"})},
		{"page head", "full", pageHead(starred, PageHeadModel{Crumbs: crumbs, Title: "Freezer 1", State: StateModel{"alarm", "2 open"}, Facts: []string{"Cold storage", "Liège"}, Actions: []Link{{"Show on a screen", "/pair"}}})},
		{"page head", "long", pageHead(l, PageHeadModel{Crumbs: crumbs, Title: longName})},
		{"tabs", "with counts", tabs(l, []TabModel{{Link: Link{"Summary", "/a"}, Current: true}, {Link: Link{"Alarms", "/b"}, Count: "3"}})},
		{"views", "with counts", views(l, []TabModel{{Link: Link{"Present", "/a"}, Count: "3", Current: true}, {Link: Link{"Cleared", "/b"}, Count: "0"}})},
		{"pager", "middle", pager(l, PagerModel{"26–50 of 600", "/sites?page=1", "/sites?page=3"})},
		{"pager", "first", pager(l, PagerModel{Text: "1–25 of 600", Next: "/sites?page=2"})},
		{"fresh bar", "as scripts find it", freshBar(l)},
	}
}

func stateSpecimens(l LayoutModel) []Specimen {
	var list []Specimen
	for _, name := range []string{"ok", "attention", "alarm", "late", "silent", "none"} {
		list = append(list, Specimen{"state", name, state(StateModel{name, name})}, Specimen{"state mark", name, stateMark(StateModel{name, name})})
	}
	return append(list,
		Specimen{"age", "late", age("42 min", AgeModel{ISO: "2026-11-26T12:39:00Z", Late: "1800", Silent: "3600"})},
		Specimen{"age", "none", age("–", AgeModel{})},
		Specimen{"change", "good", change("−6.2 %", "good")},
		Specimen{"change", "bad", change("+18 %", "bad")},
		Specimen{"change", "neither", change("+4 %", "")},
		Specimen{"failure", "with a way back", failure(l, FailureModel{Text: "3 of 12 meters could not be read.", RetryTo: "/sites", RequestID: "7f3a"})},
		Specimen{"empty", "with a next step", empty(l, EmptyModel{"No data in this range.", Link{"Go to the last data", "/variables/1"}})},
		Specimen{"empty", "alone", empty(l, EmptyModel{Text: "Nothing was noted around this time."})},
		Specimen{"skeleton", "figures", skeleton("figures", 3)},
		Specimen{"skeleton", "chart", skeleton("chart", 0)},
		Specimen{"skeleton", "the explorer's chart of one variable", skeleton("full-chart", 1)},
		Specimen{"skeleton", "rows", skeleton("rows", 3)},
	)
}

func listSpecimens(l LayoutModel) []Specimen {
	columns := []ColumnModel{{Name: "site", Text: "Site", Href: "/sites?sort=site", Sorted: "ascending"}, {Name: "town", Text: "Town"}, {Name: "now", Text: "Now", Number: true, Href: "/sites?sort=-now"}, {Name: "alarms", Text: "Alarms"}}
	rows := []SiteRowModel{
		{Name: "Cold store Meuse", Href: "/sites/1", Town: "Liège", Kind: "Cold storage", State: StateModel{"alarm", "1 open"}, Now: "214 kW", Alarms: "1 open"},
		{Name: longName, Href: "/sites/2", Town: "Antwerpen", State: StateModel{"silent", "silent"}, Now: "–"},
	}
	facts1 := []FactModel{{Term: "Address", Value: "Quai 1, 4020 Liège"}, {Term: "Number", Value: "541448000000000017", Code: true}}
	return []Specimen{
		{"site table", "sorted, with a sum", siteTable(l, columns, rows, SiteSumModel{Text: "Sum of the 2 shown", Now: "214 kW"})},
		{"site table", "in sections", siteSections(l, columns, []SiteSectionModel{{Name: "Liège", Count: "1 site", Rows: rows[:1], Sum: SiteSumModel{Text: "Sum of 1 site", Now: "214 kW"}}, {Name: longName, Count: "30 sites", Rows: rows[1:]}}, SiteSumModel{Text: "Sum of the 2 shown", Now: "214 kW"})},
		{"site cards", "two", siteCards(l, rows)},
		{"list", "with all kinds of cells", list(l, ListModel{Caption: "Files", Columns: []ColumnModel{{Text: "File"}, {Text: "Size", Number: true}, {Text: "State"}}, Rows: [][]CellModel{
			{{Text: "plan.pdf", Href: "/files/1", Note: "two pages"}, {Text: "1.2 MB", Number: true}, {Text: "late", State: StateModel{"late", "late"}}},
			{{Text: longName, Code: true}, {Text: "–", Number: true}, {Text: "Thu 26 Nov", ISO: "2026-11-26T00:00:00Z"}},
		}})},
		{"list", "empty", listCard(l, ListModel{Caption: "Files", Empty: &EmptyModel{Text: "There are no files."}})},
		{"facts", "two", facts(facts1)},
		{"kpis", "with and without", kpis(l, []KPIModel{{Label: "Electricity today", Value: "4 812", Unit: "kWh", Change: "−6.2 %", Tone: "good", Note: "vs last Thursday"}, {Label: "Alarms", Value: "–", Href: "/alarms"}})},
		{"found", "some", found(SearchModel{Layout: l, Query: "cold", Count: "2 results for “cold”", Groups: []HitGroup{{"Sites", []HitModel{{Link: Link{"Cold store Meuse", "/sites/1"}, Icon: "sites", About: "Liège"}}}, {"Meters", []HitModel{{Link: Link{longName, "/sources/1"}, Icon: "gauge"}}}}})},
		{"found", "nothing", found(SearchModel{Layout: l, Query: "zzz", Count: "No result for “zzz”"})},
	}
}
