package templates

func alarmSpecimens(l LayoutModel) []Specimen {
	since := ClockModel{Text: "Thu 26 Nov 14:02", ISO: "2026-11-26T13:02:00Z"}
	row := AlarmRowModel{ID: "a1", Name: "Dock door left open", Href: "/alarms/a1", Site: "Cold store Meuse", SiteHref: "/sites/1", State: StateModel{"alarm", "present"}, Priority: "critical", Rule: "sets at 7.6 °C, resets at 7.3 °C", Since: since, For: "19 min", Value: "7.70 °C", Selectable: true}
	acknowledged, waits, quiet := row, row, row
	acknowledged.State, acknowledged.By, acknowledged.Selectable = StateModel{"late", "acknowledged"}, "acknowledged by Olivia Peeters", false
	waits.Pending, waits.Selectable = true, false
	quiet.Name, quiet.State, quiet.Since, quiet.Value, quiet.Selectable = longName, StateModel{"ok", "quiet"}, ClockModel{}, "", false
	storm := AlarmEntryModel{Rows: []AlarmRowModel{row, quiet}, Storm: "38 alarms at Hospital Sint-Jan wing within 20 min", Since: since, State: StateModel{"ok", "cleared"}, IDs: "a1,a2", Selectable: true}
	shut, opened := row, row
	shut.Unfold, opened.Unfold = "/alarms?open=a1", "/alarms"
	opened.Opened = &AlarmDetailsModel{Chart: ChartModel{ID: "alarm", Title: "Room temperature", Empty: &EmptyModel{Text: "No values in this range."}}, Facts: []FactModel{{Term: "Rule", Value: row.Rule}},
		Times: []LinkedTime{{Link: Link{Text: "Thu 26 Nov 14:02", Href: "/alarms/a1?days=1"}, For: "8 min"}}, Links: []Link{{Text: "All about this alarm", Href: "/alarms/a1"}, {Text: "Variable", Href: "/variables/1"}}}
	one := func(r AlarmRowModel) []AlarmEntryModel { return []AlarmEntryModel{{Rows: []AlarmRowModel{r}}} }
	head := PageHeadModel{Title: "Alarms"}
	notice := func(m AlarmNoticeModel) Specimen {
		m.Name = "N1"
		return Specimen{"alarm notice", m.Text, alarmNotices(l, "", []AlarmNoticeModel{m}, "/alarms")}
	}
	return []Specimen{
		{"alarm list", "one to acknowledge", alarmList(l, AlarmsModel{Head: head, Entries: one(row), Selectable: true, ReturnTo: "/alarms"})},
		{"alarm list", "a storm", alarmList(l, AlarmsModel{Head: head, Entries: []AlarmEntryModel{storm}, Selectable: true, ReturnTo: "/alarms"})},
		{"alarm list", "acknowledged, of who may only look", alarmList(l, AlarmsModel{Head: head, Entries: one(acknowledged)})},
		{"alarm list", "about to be acknowledged", alarmList(l, AlarmsModel{Head: head, Entries: one(waits)})},
		{"alarm list", "a row that opens", alarmList(l, AlarmsModel{Head: head, Entries: one(shut)})},
		{"alarm list", "opened", alarmList(l, AlarmsModel{Head: head, Entries: one(opened)})},
		{"alarm list", "never present, long", alarmList(l, AlarmsModel{Head: head, Entries: one(quiet)})},
		notice(AlarmNoticeModel{Text: "1 alarm will be acknowledged at 14:21:18.", In: "10"}),
		notice(AlarmNoticeModel{Text: "1 alarm could not be acknowledged.", Failed: true, Again: true, IDs: []string{"a1"}}),
		notice(AlarmNoticeModel{Text: "1 alarm is being acknowledged.", Late: true, In: "2"}),
		{"alarm history", "two changes", alarmHistory(l, AlarmModel{History: []AlarmChangeModel{{Time: since, Href: "/alarms/a1?days=1", State: StateModel{"ok", "cleared"}, Value: "7.2 °C"}, {Time: since, Href: "/alarms/a1?days=1", State: StateModel{"late", "acknowledged"}, By: "Olivia Peeters"}}})},
		{"alarm history", "none", alarmHistory(l, AlarmModel{})},
		{"alarm history", "not read", alarmHistory(l, AlarmModel{Failure: &FailureModel{Text: "This part could not be read.", RetryTo: "/alarms/a1"}})},
	}
}

func eventSpecimens(l LayoutModel) []Specimen {
	e := EventRowModel{Title: "Dock door opened", Type: "Door", When: "Thu 26 Nov 14:00 – 14:06", ISO: "2026-11-26T13:00:00Z", Site: "Cold store Meuse", SiteHref: "/sites/1", Href: "/events/1"}
	editable, long := e, e
	editable.Editable, long.Title = true, longName
	often := e
	often.Title, often.Alike = "3 × Dock door opened", []EventRowModel{e, e, e}
	day := CalendarDayModel{Number: "26", Name: "Thu 26 Nov 2026", ISO: "2026-11-26", Today: true, Events: []EventRowModel{e}, More: Link{"3 more", "/events?from=2026-11-26"}}
	outside := CalendarDayModel{Number: "1", Name: "Tue 1 Dec 2026", ISO: "2026-12-01", Outside: true}
	return []Specimen{
		{"event list", "of who may only look", eventList(l, []EventRowModel{e, long})},
		{"event list", "of who may change them", eventList(l, []EventRowModel{editable})},
		{"event list", "of a door that opened again and again", eventList(l, []EventRowModel{often})},
		{"calendar", "a week", calendar(l, CalendarModel{Title: "November 2026", Prev: "/events?month=2026-10", Next: "/events?month=2026-12", Days: []string{"Mon", "Tue"}, Weeks: []CalendarWeekModel{{"48", []CalendarDayModel{day, outside}}}})},
	}
}

func formSpecimens(l LayoutModel) []Specimen {
	choices := []OptionModel{{Text: "every site", Selected: true}, {Value: "1", Text: "Cold store Meuse"}}
	return []Specimen{
		{"text field", "with a hint", textField(FieldModel{Name: "from", Label: "From", Value: "now-7d/d", Hint: "now-7d/d or 2026-03-01T00:00"})},
		{"text field", "wrong", textField(FieldModel{Name: "to", Label: "To", Value: "yesterday", Error: "This is no time."})},
		{"time field", "wrong", timeField(FieldModel{Name: "end", Label: "To", Value: "2026-11-26T14:00", Error: "The end lies before the beginning."})},
		{"select", "plain", selectField("site", "Site", choices, "")},
		{"select", "wrong", selectField("place", "Site", choices, "Choose one of the sites.")},
		{"segments", "two", segments("density", "Tables", []OptionModel{{"comfortable", "Comfortable", true}, {"compact", "Compact", false}})},
		{"site filter", "with chips", siteFilter(SitesModel{Layout: l, Query: FieldModel{Label: "Site, town or type", Value: "cold"}, Status: choices, Chosen: []FilterModel{{Text: "with “cold”", Remove: "/sites?q=ville%3AGent"}, {Text: "ville:Gent", Wrong: true, Remove: "/sites?q=cold"}}, Choices: []OptionModel{{"town", "Town", true}, {"now", "Now", false}}})},
		{"star", "off", star(l, StarModel{Kind: "site", ID: "1", Name: "Cold store Meuse"})},
		{"star", "on", star(l, StarModel{Kind: "site", ID: "1", Name: "Cold store Meuse", On: true})},
	}
}

func chartSpecimens(l LayoutModel) []Specimen {
	table := TableModel{Title: "Show as a table", Caption: "Power", Columns: []string{"Time", "kW"}, Rows: [][]string{{"14:00", "214"}, {"14:15", "–"}}, More: "The first 2 of 96 are shown."}
	return []Specimen{
		{"chart", "empty", chartPanel(l, ChartModel{ID: "none", Title: "Power", About: "kW · Europe/Brussels", Empty: &EmptyModel{Text: "No data in this range.", Next: Link{"Go to the last data", "/variables/1"}}})},
		{"chart", "not read", chartPanel(l, ChartModel{ID: "failed", Title: longName, Failure: &FailureModel{Text: "This part could not be read.", RetryTo: "/variables/1"}})},
		{"legend", "a series and what it is compared with", joined(legendMark(LegendModel{Color: 1, Text: "Power"}), legendMark(LegendModel{Color: 1, Dashed: true, Text: "a week before"}), legendMark(LegendModel{Color: 2, Late: true, Text: "came late"}))},
		{"table", "as a chart's twin", tableTwin(l, table)},
	}
}

func widgetSpecimens(l LayoutModel) []Specimen {
	base := WidgetModel{ID: "w", Kind: "number", X: 1, Y: 1, W: 2, H: 2, Title: "Power", About: "kW", Age: "38 s", Figure: &FigureModel{Value: "214", Unit: "kW", Change: "+4 %", Note: "vs last Thursday"}}
	var list []Specimen
	for i, s := range []string{"", "partial", "stale", "late", "silent", "empty", "failed"} {
		m := base
		m.ID, m.State = "w"+string(rune('0'+i)), s
		name := s
		switch s {
		case "":
			name = "well"
		case "failed":
			m.Figure, m.Failure = nil, &FailureModel{Text: "The Data Hub did not answer.", RetryTo: "/dashboards/1"}
		case "empty":
			m.Figure = nil
		}
		if s != "" {
			m.Reason = "In words: " + s
		}
		list = append(list, Specimen{"widget", name, widget(l, m)})
	}
	target := base
	target.ID, target.Figure = "target", &FigureModel{Value: "214", Unit: "kW", Change: "+4 %", Note: "vs a week before", Target: "71 % of the target of 300 kW"}
	missed := base
	missed.ID, missed.Figure, missed.State, missed.Reason, missed.Next = "missed", nil, "empty", "No data in this period. Last data: Thu 12 Nov.", Link{"Go there", "/explore?s=1"}
	list = append(list, Specimen{"widget", "with a target", widget(l, target)}, Specimen{"widget", "without data in its time", widget(l, missed)})
	waiting := base
	waiting.ID, waiting.Figure, waiting.Panel = "wait", nil, PanelModel{Name: "wait", State: "waiting"}
	return append(list, Specimen{"widget", "on its way", widget(l, waiting)})
}
