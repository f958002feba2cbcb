package pages

import (
	"math"
	"slices"
	"time"

	"portico/internal/export"
	"portico/internal/locale"
)

// fileColumn is a column of the list of sites as a file.
type fileColumn struct {
	of   string // the column of the list that it belongs to, and is left out with
	head locale.Key
	unit string
	cell func(fileRow) export.Cell
}

// fileRow is a site as a row of the file.
type fileRow struct {
	siteProfile
	l   locale.Locale
	now time.Time
	f   figures // of a site that has any
}

// siteFile are the columns of the file, those of a shown figure in the order in which the list has them. Figures are numbers, with their unit beside them where sites differ in it; what is a picture in the list, the
// course of the day, has no column.
var siteFile = []fileColumn{
	{"site", "column.site", "", func(r fileRow) export.Cell { return export.Text(locale.Name(r.site.Name)) }},
	{"town", "column.town", "", func(r fileRow) export.Cell { return export.Text(locale.Plain(r.site.City)) }},
	{"site", "fact.type", "", func(r fileRow) export.Cell { return export.Text(siteKind(r.siteProfile)) }},
	{"site", "column.state", "", func(r fileRow) export.Cell { return export.Text(r.stateModel(r.l, r.now).Text) }},
	{"now", "column.now", "", fileRow.power},
	{"now", "fact.unit", "", fileRow.powerUnit},
	{"today", "column.today", "", figure(func(r fileRow) export.Cell { return export.Number(rounded(r.f.today)) })},
	{"today", "fact.unit", "", figure(func(r fileRow) export.Cell { return export.Text(r.electricity.unit) })},
	{"change", "column.change", "%", fileRow.change},
	{"peak", "column.peak", "kW", fileRow.highest},
	{"data", "column.data", "%", figure(func(r fileRow) export.Cell { return export.Number(rounded(r.f.share * 100)) })},
	{"age", "column.age", "min", figure(func(r fileRow) export.Cell { return export.Number(math.Round(r.f.age.Minutes())) })},
	{"age", "column.last", "", figure(func(r fileRow) export.Cell { return export.Time(r.electricity.last) })},
	{"alarms", "column.alarms", "", fileRow.alarmed},
	{"site", "fact.id", "", func(r fileRow) export.Cell { return export.Number(float64(r.site.ID)) }},
}

// fileColumns are the columns of the file for those that the list shows.
func (d sitesData) fileColumns() []fileColumn {
	return slices.DeleteFunc(slices.Clone(siteFile), func(c fileColumn) bool { return !d.query.shows(c.of) })
}

// figure is a cell that is empty for a site without figures.
func figure(cell func(fileRow) export.Cell) func(fileRow) export.Cell {
	return func(r fileRow) export.Cell {
		if !r.electricity.usable() {
			return export.Cell{}
		}
		return cell(r)
	}
}

// drawsNow reports whether the power is known, and not that of hours ago.
func (r fileRow) drawsNow() bool {
	return r.electricity.usable() && r.f.nowKnown && freshness(r.f.age, r.electricity.own) != "silent"
}

func (r fileRow) power() export.Cell {
	if !r.drawsNow() {
		return export.Cell{}
	}
	return export.Number(rounded(r.f.now))
}

func (r fileRow) powerUnit() export.Cell {
	if !r.drawsNow() {
		return export.Cell{}
	}
	return export.Text(rateUnit(r.electricity.unit))
}

func (r fileRow) change() export.Cell {
	if change, ok := r.f.change(); ok {
		return export.Number(rounded(change * 100))
	}
	return export.Cell{}
}

func (r fileRow) highest() export.Cell {
	if !r.peak.known {
		return export.Cell{}
	}
	return export.Number(rounded(r.peak.value))
}

// alarmed is how many alarms are present; nothing when there are none, or nobody knows.
func (r fileRow) alarmed() export.Cell {
	if n := r.alarms.open + r.alarms.acknowledged; n > 0 {
		return export.Number(float64(n))
	}
	return export.Cell{}
}
