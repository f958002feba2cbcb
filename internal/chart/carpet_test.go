package chart

import (
	"bytes"
	"image/png"
	"io"
	"math"
	"testing"
	"time"

	"portico/internal/datahub"
	"portico/internal/series"
)

// year is a year of quarter hours of an office with a gap, as a grid.
func year(t testing.TB) series.Grid {
	z := brussels(t)
	r := series.Range{From: time.Date(2026, 1, 1, 0, 0, 0, 0, z), To: time.Date(2027, 1, 1, 0, 0, 0, 0, z), Zone: z}
	var points []datahub.DataPoint
	for at := r.From; at.Before(r.To); at = at.Add(15 * time.Minute) {
		l := at.In(z)
		v := 20 + 10*math.Sin(float64(l.YearDay())/58) + math.Mod(float64(at.Unix()/900*7919), 13)
		if l.Hour() >= 7 && l.Hour() < 19 && l.Weekday()%6 != 0 {
			v += 80 + math.Mod(float64(at.Unix()/900*7919), 17)
		}
		if l.YearDay() != 42 && l.YearDay() < 364 {
			points = append(points, datahub.DataPoint{Time: at, Value: v})
		}
	}
	return series.ByDay(series.Fill(points, r, datahub.GranularityRaw, 15*time.Minute, time.Date(2026, 12, 30, 0, 0, 0, 0, z)), r, 15*time.Minute)
}

func TestCarpet(t *testing.T) {
	t.Parallel()
	g := year(t)
	for _, dark := range []bool{false, true} {
		var b bytes.Buffer
		if err := CarpetPNG(&b, g, Ramp{Low: 10, High: 130}, dark); err != nil {
			t.Fatal(err)
		}
		if b.Len() > 60_000 {
			t.Errorf("a year of quarter hours takes %d bytes", b.Len())
		}
		img, err := png.Decode(&b)
		if err != nil || img.Bounds().Dx() != 2*365 || img.Bounds().Dy() != 96 {
			t.Fatalf("the picture is %v, %v; the doubled hour splits its columns", img.Bounds(), err)
		}
		grey := func(day, row, half int) uint32 {
			r, g, b, a := img.At(2*day+half, row).RGBA()
			if a == 0 {
				return 1 << 20
			}
			return r + g + b
		}
		night, noon := grey(100, 8, 0), grey(100, 48, 0)
		if dark != (noon > night) {
			t.Errorf("dark %v: noon has brightness %d, night %d", dark, noon, night)
		}
		if got := grey(41, 48, 0); got != 1<<20 {
			t.Errorf("dark %v: the missing day is painted", dark)
		}
		if skipped, tomorrow := grey(87, 9, 0), grey(364, 48, 0); skipped != tomorrow || skipped == 1<<20 {
			t.Errorf("dark %v: the skipped hour %d and what is to come %d have the page's colour", dark, skipped, tomorrow)
		}
		if grey(100, 48, 0) != grey(100, 48, 1) {
			t.Errorf("dark %v: an ordinary day is split", dark)
		}
	}
}

func TestCarpetWithoutValues(t *testing.T) {
	t.Parallel()
	z := brussels(t)
	r := series.Range{From: time.Date(2026, 1, 1, 0, 0, 0, 0, z), To: time.Date(2026, 1, 3, 0, 0, 0, 0, z), Zone: z}
	g := series.ByDay(series.Fill(nil, r, datahub.GranularityHour, 0, r.To), r, time.Hour)
	if err := CarpetPNG(io.Discard, g, Ramp{}, false); err != nil {
		t.Error(err)
	}
}

func BenchmarkCarpetYear(b *testing.B) {
	g := year(b)
	var size bytes.Buffer
	_ = CarpetPNG(&size, g, Ramp{Low: 10, High: 130}, false)
	for b.Loop() {
		_ = CarpetPNG(io.Discard, g, Ramp{Low: 10, High: 130}, false)
	}
	b.ReportMetric(float64(size.Len()), "png-B")
}
