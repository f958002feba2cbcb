package pages

import (
	"math"

	"portico/internal/chart"
	"portico/internal/series"
	"portico/web/templates"
)

// Bounds on what a chart gives the browser: four values to a pixel of the widest picture, and all series together so many that a page stays small.
const (
	livePerPixel = 4
	liveValues   = 8000
)

// data is what spec shows, as columns for the browser.
func (t trendData) data(spec chart.Spec, units [2]string) *templates.ChartDataModel {
	left, right := spec.Scales()
	m := &templates.ChartDataModel{Zone: t.r.Zone.String(), From: t.r.From.Unix(), To: t.r.To.Unix(), Axes: []templates.ChartAxisModel{{Unit: units[0], Min: left[0], Max: left[1]}}}
	if t.hasRight() {
		m.Axes = append(m.Axes, templates.ChartAxisModel{Unit: units[1], Min: right[0], Max: right[1]})
	}
	var lates []templates.ChartSeriesModel
	columns := min(fullWidth, liveValues/livePerPixel/max(len(spec.Lines), 1))
	for i, line := range spec.Lines {
		slots := series.Thin(line.Slots, t.r, columns)
		s := column(slots, line.Bars && !line.Compare)
		s.Name, s.Axis, s.Color, s.Dash, s.Thinned = t.lines[i].label, sideOf(line.Right), line.Color, line.Dash, len(slots) < len(line.Slots)
		if line.Compare {
			s.Role = "compare"
		}
		m.Series = append(m.Series, s)
		if late, ok := lateOnes(s, slots); ok {
			late.Name = t.late
			lates = append(lates, late)
		}
		m.Spikes = append(m.Spikes, spikesOf(line, left, right, spec.Value)...)
	}
	m.Series = append(m.Series, lates...)
	for _, g := range t.gaps() {
		m.Bands = append(m.Bands, templates.ChartBandModel{From: g.From.Unix(), To: g.To.Unix(), Kind: "gap"})
	}
	for _, b := range t.bands {
		m.Bands = append(m.Bands, templates.ChartBandModel{From: b.From.Unix(), To: b.To.Unix(), Kind: b.State, Text: b.Label})
	}
	for _, f := range t.flags {
		m.Flags = append(m.Flags, templates.ChartFlagModel{At: f.At.Unix(), Text: f.Label})
	}
	for _, r := range spec.Rules {
		m.Rules = append(m.Rules, templates.ChartRuleModel{Axis: sideOf(r.Right), Value: r.Value, Text: r.Label})
	}
	return m
}

// gaps are the stretches without values of the first line, which pictures hatch.
func (t trendData) gaps() []series.Gap {
	if len(t.lines) == 0 {
		return nil
	}
	return series.Gaps(t.lines[0].slots)
}

// lateOnes is the series of those values of s that came late, which is drawn above it; false when there are none.
func lateOnes(s templates.ChartSeriesModel, slots []series.Slot) (templates.ChartSeriesModel, bool) {
	late, any := s, false
	late.Role, late.V = "late", make(templates.ChartNumbers, len(slots))
	for i, slot := range slots {
		late.V[i] = math.NaN()
		if slot.State == series.Late && !slot.Missing {
			late.V[i], any = slot.Value, true
		}
	}
	return late, any && s.Role == ""
}

// spikesOf are the values of a line that its axis does not reach.
func spikesOf(line chart.Line, left, right [2]float64, write func(float64) string) []templates.ChartSpikeModel {
	if line.Compare {
		return nil
	}
	var list []templates.ChartSpikeModel
	ends := [2][2]float64{left, right}[sideOf(line.Right)]
	for _, s := range series.Spikes(line.Slots) {
		if low := s.Value < ends[0]; low || s.Value > ends[1] {
			list = append(list, templates.ChartSpikeModel{Axis: sideOf(line.Right), At: s.Start.Add(s.End.Sub(s.Start) / 2).Unix(), Low: low, Text: write(s.Value)})
		}
	}
	return list
}

// column writes slots as times and values. Estimated values make the whole of it estimated: the two do not mix in one variable.
func column(slots []series.Slot, bars bool) templates.ChartSeriesModel {
	s := templates.ChartSeriesModel{Kind: "line", V: make(templates.ChartNumbers, len(slots)), T: make([]int64, len(slots))}
	if bars {
		s.Kind = "bars"
	}
	last, even := int64(0), true
	for i, slot := range slots {
		at := slot.Start.Unix()
		if !bars {
			at += (slot.End.Unix() - at) / 2
		}
		s.V[i] = slot.Value
		if slot.Missing {
			s.V[i] = math.NaN()
		}
		if slot.State == series.Estimated {
			s.Role = "estimated"
		}
		if i == 0 {
			s.T0, last = at, at
		}
		s.T[i], last = at-last, at
		even = even && (i < 2 || s.T[i] == s.T[i-1])
	}
	if len(slots) > 1 && even {
		s.Step, s.T = s.T[1], nil
	}
	return s
}
