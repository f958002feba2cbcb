package templates

import (
	"encoding/json"
	"math"
	"testing"
)

func TestChartNumbers(t *testing.T) {
	got, err := json.Marshal(ChartNumbers{0, math.NaN(), -12.3456789, 1234567.8, 0.1 + 0.2, 1e-7, 612, math.Inf(1), 99999.96, -0.0001})
	if want := `[0,null,-12.3457,1234570,0.3,1e-07,612,null,100000,-0.0001]`; err != nil || string(got) != want {
		t.Errorf("Marshal = %s, %v, want %s", got, err, want)
	}
	if got, err := json.Marshal(ChartNumbers(nil)); err != nil || string(got) != "[]" {
		t.Errorf("without values: %s, %v, want an empty array", got, err)
	}
}
