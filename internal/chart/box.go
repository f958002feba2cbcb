package chart

import (
	"math"
	"strconv"
	"strings"
)

// Box is a part of the map, in degrees.
type Box struct{ South, West, North, East float64 }

// Holds reports whether a place lies in the box.
func (b Box) Holds(lat, lon float64) bool {
	return lat >= b.South && lat <= b.North && lon >= b.West && lon <= b.East
}

// String writes a box as addresses do: south, west, north and east with three decimals.
func (b Box) String() string {
	var parts []string
	for _, v := range []float64{b.South, b.West, b.North, b.East} {
		parts = append(parts, strconv.FormatFloat(v, 'f', 3, 64))
	}
	return strings.Join(parts, ",")
}

// ParseBox reads what String writes; false for anything else, and for what is no part of the world.
func ParseBox(s string) (Box, bool) {
	parts := strings.Split(s, ",")
	if len(parts) != 4 {
		return Box{}, false
	}
	var v [4]float64
	for i, p := range parts {
		var err error
		if v[i], err = strconv.ParseFloat(p, 64); err != nil || math.IsNaN(v[i]) || math.Abs(v[i]) > 180 {
			return Box{}, false
		}
	}
	b := Box{v[0], v[1], v[2], v[3]}
	return b, b.South < b.North && b.West < b.East && b.South >= -90 && b.North <= 90
}

// Scaled is a box around the same middle, so many times as long and wide.
func (b Box) Scaled(f float64) Box {
	lat, lon := (b.South+b.North)/2, (b.West+b.East)/2
	h, w := (b.North-b.South)/2*f, (b.East-b.West)/2*f
	return Box{max(lat-h, -90), max(lon-w, -180), min(lat+h, 90), min(lon+w, 180)}
}
