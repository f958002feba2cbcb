package main

// icons are those that pages use, under the portal's name, with Lucide's where it is another.
var icons = []struct{ name, lucide string }{
	{"overview", "layout-dashboard"}, {"sites", "building-2"}, {"explore", "chart-line"}, {"alarms", "bell"}, {"dashboards", "layout-grid"}, {"quality", "list-checks"},
	{"events", "calendar-days"}, {"files", "folder"}, {"groups", "tags"},
	{"user", ""}, {"settings", ""}, {"chevron-down", ""}, {"chevron-right", ""}, {"chevron-left", ""}, {"chevron-up", ""},
	{"monitor", ""}, {"smartphone", ""}, {"sun", ""}, {"moon", ""}, {"contrast", ""}, {"key-round", ""}, {"switch", "arrow-left-right"}, {"log-out", ""},
	{"circle-question-mark", ""}, {"circle-check", ""}, {"clock", ""}, {"search-x", ""}, {"search", ""}, {"lock", ""}, {"unplug", ""}, {"triangle-alert", ""},
	{"gauge", ""}, {"map-pin", ""}, {"arrow-up", ""}, {"arrow-down", ""}, {"arrow-right", ""}, {"table", "table-2"}, {"retry", "refresh-cw"}, {"calendar", ""}, {"info", ""},
	{"zap", ""}, {"droplets", ""}, {"flame", ""}, {"thermometer", ""}, {"activity", ""},
	{"check", ""}, {"x", ""}, {"plus", ""}, {"minus", ""}, {"star", ""}, {"download", ""}, {"printer", ""}, {"link", ""}, {"undo", "undo-2"}, {"keyboard", ""},
	{"wifi-off", ""}, {"zoom-in", ""}, {"zoom-out", ""}, {"grid", "grid-3x3"}, {"list", ""}, {"map", ""}, {"tv", ""}, {"code", ""}, {"play", ""}, {"pause", ""}, {"maximize", ""},
	{"arrow-left", ""}, {"ellipsis", ""}, {"trash", "trash-2"}, {"chevrons-left-right", ""}, {"chevrons-right-left", ""}, {"chevrons-down-up", ""}, {"chevrons-up-down", ""},
}
