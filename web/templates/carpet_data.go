package templates

import (
	"math"
)

// CarpetDataModel is what is in the cells of a carpet, for the script that says what is under the cursor.
type CarpetDataModel struct {
	Unit string      `json:"unit"`        // "" for none
	Days []string    `json:"days"`        // local days, as 2026-11-16
	Step int         `json:"step"`        // seconds of a row
	Rows int         `json:"rows"`        // of a day
	A    CarpetCells `json:"a"`           // day after day
	B    CarpetCells `json:"b,omitempty"` // where clocks show a step twice, A has the first and B the second; elsewhere they are the same. Absent when nothing comes twice
}

// CarpetCells are values in JSON, six digits each; NaN, a missing value, is null, and +Inf, a time that is still to come or that clocks skip, is false.
type CarpetCells []float64

// MarshalJSON writes an array. It never fails.
func (c CarpetCells) MarshalJSON() ([]byte, error) {
	b := make([]byte, 1, 8*len(c)+2)
	b[0] = '['
	for i, v := range c {
		if i > 0 {
			b = append(b, ',')
		}
		switch {
		case math.IsNaN(v):
			b = append(b, "null"...)
		case math.IsInf(v, 0):
			b = append(b, "false"...)
		default:
			b = appendShort(b, v)
		}
	}
	return append(b, ']'), nil
}
