package chart

import (
	"fmt"
	"html"
	"math"
	"strings"
)

// Marker is a place on the map. States are ok, alarm and silent: each has a shape of its own besides its colour.
type Marker struct {
	Latitude, Longitude float64
	Label               string // name and state, read out and shown on hover
	Href                string // local path
	State               string
}

// project is an equirectangular projection with Belgium's width in proportion; one unit is a hundredth of a degree of latitude.
func project(lat, lon float64) (x, y float64) {
	return (lon - 2.4) * 100 * math.Cos(50.5*math.Pi/180), (51.6 - lat) * 100
}

// Map draws Belgium with markers. The picture holds all markers with a margin, and the whole country when they are few or spread over it;
// everything in it also stands in a list beside it.
func Map(title string, markers []Marker, width, height int) SVG {
	var b strings.Builder
	x0, y0, w, h := frame(markers, float64(width)/float64(height))
	fmt.Fprintf(&b, `<svg class="map" viewBox="%s %s %s %s" role="group" aria-label="%s" xmlns="http://www.w3.org/2000/svg">`, num(x0), num(y0), num(w), num(h), html.EscapeString(title))
	b.WriteString(`<path class="land" d="`)
	for i, p := range belgium {
		x, y := project(p[1], p[0])
		fmt.Fprintf(&b, "%c%s %s", "LM"[boolInt(i == 0)], num(x), num(y))
	}
	b.WriteString(`Z"/>`)
	r := w / 55
	for _, m := range markers {
		x, y := project(m.Latitude, m.Longitude)
		fmt.Fprintf(&b, `<a class="marker state-%s" href="%s"><title>%s</title>%s</a>`, html.EscapeString(m.State), html.EscapeString(m.Href), html.EscapeString(m.Label), shape(m.State, x, y, r))
	}
	b.WriteString(`</svg>`)
	return SVG(b.String())
}

// shape is a dot for fine, a square standing on its corner for an alarm and a cross for silence, with room around it to be hit.
func shape(state string, x, y, r float64) string {
	hit := fmt.Sprintf(`<circle class="hit" cx="%s" cy="%s" r="%s"/>`, num(x), num(y), num(r*2))
	switch state {
	case "alarm":
		return hit + fmt.Sprintf(`<path class="dot" d="M%s %sl%s %sl-%s %sl-%s-%sZ"/>`, num(x), num(y-r*1.4), num(r*1.4), num(r*1.4), num(r*1.4), num(r*1.4), num(r*1.4), num(r*1.4))
	case "silent":
		return hit + fmt.Sprintf(`<path class="cross" d="M%s %sl%s %sm0-%sl-%s %s"/>`, num(x-r), num(y-r), num(2*r), num(2*r), num(2*r), num(2*r), num(2*r))
	}
	return hit + fmt.Sprintf(`<circle class="dot" cx="%s" cy="%s" r="%s"/>`, num(x), num(y), num(r))
}

// spread is the extent of the markers, in the map's units, from which on a part of the country looks cut off instead of enlarged.
const spread = 120

// frame is the box around what is shown plus a margin, widened to the aspect.
func frame(markers []Marker, aspect float64) (x0, y0, w, h float64) {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	grow := func(lat, lon float64) {
		x, y := project(lat, lon)
		x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x), max(y1, y)
	}
	for _, m := range markers {
		grow(m.Latitude, m.Longitude)
	}
	if len(markers) < 3 || max(x1-x0, y1-y0) > spread {
		for _, p := range belgium {
			grow(p[1], p[0])
		}
	}
	margin := 0.08 * max(x1-x0, y1-y0)
	x0, y0, w, h = x0-margin, y0-margin, x1-x0+2*margin, y1-y0+2*margin
	if w/h < aspect {
		x0, w = x0-(h*aspect-w)/2, h*aspect
	} else {
		y0, h = y0-(w/aspect-h)/2, w/aspect
	}
	return x0, y0, w, h
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
