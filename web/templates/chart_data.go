package templates

import (
	"math"
	"strconv"
)

// ChartDataModel is what a chart shows, as columns, for the script that draws it again in the browser. The server's picture and this say the
// same. It stands in a JSON block inside the chart, so it is kept small: thinned to at most four points per pixel, six digits a value.
type ChartDataModel struct {
	Zone   string             `json:"zone"`             // IANA name; ticks and labels follow its local days
	From   int64              `json:"from"`             // Unix seconds; the picture's left edge
	To     int64              `json:"to"`               // its right edge, not included
	Axes   []ChartAxisModel   `json:"axes"`             // the left one, and the right one if a series stands on it
	Series []ChartSeriesModel `json:"series"`           // the first one is what the cursor reads first
	Bands  []ChartBandModel   `json:"bands,omitempty"`  // times behind the lines
	Flags  []ChartFlagModel   `json:"flags,omitempty"`  // moments at the time axis
	Rules  []ChartRuleModel   `json:"rules,omitempty"`  // levels across the picture
	Spikes []ChartSpikeModel  `json:"spikes,omitempty"` // where lines leave the picture
}

// ChartAxisModel is a scale of values, with the ends that the server's picture has.
type ChartAxisModel struct {
	Unit string  `json:"unit"` // "" for none
	Min  float64 `json:"min"`
	Max  float64 `json:"max"`
}

// ChartSeriesModel is one line or one row of bars. Times are Unix seconds: of the middle of each step for lines, of its start for bars. They are
// T0, T0+Step, T0+2·Step … or, when Step is 0, T0+T[0], and then T[i] after the one before, since days are not equally long.
type ChartSeriesModel struct {
	Name    string       `json:"name"`
	Axis    int          `json:"axis"`              // index into Axes, whose unit the values have
	Color   int          `json:"color"`             // 1 to 8, the palette's slot
	Dash    int          `json:"dash,omitempty"`    // 0 solid, else which of the patterns
	Kind    string       `json:"kind"`              // line or bars
	Role    string       `json:"role,omitempty"`    // compare (dashed, paler, at the time it is compared with), late or estimated; "" for what was measured
	Thinned bool         `json:"thinned,omitempty"` // some values are left out: of each stretch the first, lowest, highest and last are there
	T0      int64        `json:"t0"`
	Step    int64        `json:"step,omitempty"` // seconds
	T       []int64      `json:"t,omitempty"`    // seconds, with Step 0
	V       ChartNumbers `json:"v"`              // as many as there are times; null is a gap, over which nothing is joined
}

// ChartBandModel is a time that is set apart behind the lines.
type ChartBandModel struct {
	From int64  `json:"from"` // Unix seconds
	To   int64  `json:"to"`
	Kind string `json:"kind"`           // gap or alarm
	Text string `json:"text,omitempty"` // what it was, in the reader's language
}

// ChartFlagModel is a moment that is marked at the time axis.
type ChartFlagModel struct {
	At   int64  `json:"at"`
	Text string `json:"text"`
}

// ChartRuleModel is a level, such as the value at which an alarm sets.
type ChartRuleModel struct {
	Axis  int     `json:"axis"`
	Value float64 `json:"value"`
	Text  string  `json:"text"`
}

// ChartSpikeModel is a value so far out that the axis does not reach it.
type ChartSpikeModel struct {
	Axis int    `json:"axis"`
	At   int64  `json:"at"`            // Unix seconds
	Low  bool   `json:"low,omitempty"` // below the picture, else above
	Text string `json:"text"`          // the value
}

// ChartNumbers are values in JSON, six digits each; NaN is null.
type ChartNumbers []float64

// MarshalJSON writes an array. It never fails.
func (n ChartNumbers) MarshalJSON() ([]byte, error) {
	b := make([]byte, 1, 8*len(n)+2)
	b[0] = '['
	for i, v := range n {
		if i > 0 {
			b = append(b, ',')
		}
		if math.IsNaN(v) || math.IsInf(v, 0) {
			b = append(b, "null"...)
			continue
		}
		b = appendShort(b, v)
	}
	return append(b, ']'), nil
}

// appendShort writes v with six significant digits and as few characters as that takes.
func appendShort(b []byte, v float64) []byte {
	if a := math.Abs(v); a >= 1e-4 && a < 1e15 {
		scale := math.Pow(10, 5-math.Floor(math.Log10(a)))
		v = math.Round(v*scale) / scale
		return strconv.AppendFloat(b, v, 'f', -1, 64)
	}
	return strconv.AppendFloat(b, v, 'g', 6, 64)
}
