package chart

import (
	"cmp"
	"fmt"
	"html"
	"math"
	"slices"
	"strings"
)

// Marker is a place on the map.
type Marker struct {
	Latitude, Longitude float64
	Label               string // name and state, read out and shown on hover
	Href                string // local path
	State               string // one of MapStates; each has a shape of its own besides its colour
}

// MapStates are the states of markers, the one that asks most for attention first: it also speaks for a cluster.
var MapStates = []string{"alarm", "silent", "attention", "late", "none", "ok"}

// Cluster is several markers that lie too close together to be told apart.
type Cluster struct {
	Members []int // indexes of markers
	State   string
	Box     Box // around them, with some room
}

// MapSpec is what a map shows.
type MapSpec struct {
	Title         string
	Markers       []Marker
	Width, Height int
	Letters       float64                              // how large the page writes in the picture; 0 as on pages for people
	View          *Box                                 // what is shown; nil: all markers
	Closed        bool                                 // nothing leads anywhere
	Cluster       func(c Cluster) (label, href string) // names a cluster and what it leads to; nil draws all markers by themselves
}

// outline is a closed line of longitudes and latitudes.
type outline [][2]float64

// project is an equirectangular projection with Belgium's width in proportion; one unit is a hundredth of a degree of latitude.
func project(lat, lon float64) (x, y float64) {
	return (lon - 2.4) * lonUnit, (51.6 - lat) * 100
}

var lonUnit = 100 * math.Cos(50.5*math.Pi/180)

// view is a rectangle in the map's units.
type view struct{ x, y, w, h float64 }

func (v view) box() Box {
	return Box{North: 51.6 - v.y/100, South: 51.6 - (v.y+v.h)/100, West: v.x/lonUnit + 2.4, East: (v.x+v.w)/lonUnit + 2.4}
}

// Map draws Belgium and what lies around it with markers, and returns the part that it shows. Everything in it also stands in a list beside it.
func Map(spec MapSpec) (SVG, Box) {
	var b strings.Builder
	v := spec.frame()
	fmt.Fprintf(&b, `<svg class="map" viewBox="%s %s %s %s" role="group" aria-label="%s" xmlns="http://www.w3.org/2000/svg">`, num(v.x), num(v.y), num(v.w), num(v.h), html.EscapeString(spec.Title))
	for _, o := range neighbours {
		o.draw(&b, "near", v)
	}
	belgium.draw(&b, "land", v)
	r := max(v.w/float64(spec.Width), v.h/float64(spec.Height)) * Frame{Letters: spec.Letters}.letters() * 0.565
	for _, p := range spec.places(r, v) {
		p.draw(&b, r)
	}
	b.WriteString(`</svg>`)
	return SVG(b.String()), v.box()
}

// draw writes an outline, unless none of it is in view.
func (o outline) draw(b *strings.Builder, class string, v view) {
	x0, y0, x1, y1 := o.bounds()
	if x1 < v.x || x0 > v.x+v.w || y1 < v.y || y0 > v.y+v.h {
		return
	}
	b.WriteString(`<path class="` + class + `" d="`)
	for i, p := range o {
		x, y := project(p[1], p[0])
		b.WriteByte("ML"[min(i, 1)])
		b.WriteString(num(x) + " " + num(y))
	}
	b.WriteString(`Z"/>`)
}

func (o outline) bounds() (x0, y0, x1, y1 float64) {
	x0, y0, x1, y1 = math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, p := range o {
		x, y := project(p[1], p[0])
		x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x), max(y1, y)
	}
	return x0, y0, x1, y1
}

// Extents that a map shows at least, in its units: less of the country cannot be recognized.
const (
	leastOfOne  = 150.0 // a degree and a half around a single place
	leastOfMany = 60.0
)

// frame is what is shown, widened to the picture's aspect: the view that is asked for, or all markers with a margin; the whole country without any.
func (spec MapSpec) frame() view {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	grow := func(lat, lon float64) {
		x, y := project(lat, lon)
		x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x), max(y1, y)
	}
	margin, least := 0.08, leastOfMany
	switch {
	case spec.View != nil:
		grow(spec.View.South, spec.View.West)
		grow(spec.View.North, spec.View.East)
		margin, least = 0, 2
	case len(spec.Markers) == 0:
		x0, y0, x1, y1 = belgium.bounds()
	default:
		for _, m := range spec.Markers {
			grow(m.Latitude, m.Longitude)
		}
		if len(spec.Markers) == 1 {
			least = leastOfOne
		}
	}
	w, h := (x1-x0)*(1+2*margin), (y1-y0)*(1+2*margin)
	aspect := float64(spec.Width) / float64(spec.Height)
	h = max(h, least, w/aspect)
	w = h * aspect
	return view{(x0+x1)/2 - w/2, (y0+y1)/2 - h/2, w, h}
}

// place is a marker, or a cluster of them, where it is drawn.
type place struct {
	x, y              float64
	state, href, text string
	count             int
}

// places are the markers in view, those that lie too close together as one, the most urgent last, so that it is drawn on top.
func (spec MapSpec) places(r float64, v view) []place {
	var all []place
	for _, members := range spec.groups(r, v) {
		first := spec.Markers[members[0]]
		p := place{state: first.State, href: first.Href, text: first.Label, count: len(members)}
		for _, i := range members {
			x, y := project(spec.Markers[i].Latitude, spec.Markers[i].Longitude)
			p.x, p.y = p.x+x/float64(len(members)), p.y+y/float64(len(members))
		}
		if len(members) > 1 {
			c := spec.cluster(members)
			p.state = c.State
			p.text, p.href = spec.Cluster(c)
		}
		if spec.Closed {
			p.href = ""
		}
		all = append(all, p)
	}
	slices.SortStableFunc(all, func(a, b place) int { return cmp.Compare(urgency(b.state), urgency(a.state)) })
	return all
}

func urgency(state string) int {
	if i := slices.Index(MapStates, state); i >= 0 {
		return i
	}
	return len(MapStates)
}

// groups joins markers that lie within four radii of the first of a group.
func (spec MapSpec) groups(r float64, v view) [][]int {
	type cell struct{ x, y int }
	reach := 4 * r
	var groups [][]int
	heads := map[cell][]int{} // cell → groups that begin there
	for i, m := range spec.Markers {
		x, y := project(m.Latitude, m.Longitude)
		if x < v.x || x > v.x+v.w || y < v.y || y > v.y+v.h {
			continue
		}
		at, found := cell{int(math.Floor(x / reach)), int(math.Floor(y / reach))}, -1
		for dx := -1; dx <= 1 && found < 0 && spec.Cluster != nil; dx++ {
			for dy := -1; dy <= 1 && found < 0; dy++ {
				for _, g := range heads[cell{at.x + dx, at.y + dy}] {
					head := spec.Markers[groups[g][0]]
					if hx, hy := project(head.Latitude, head.Longitude); math.Hypot(hx-x, hy-y) < reach {
						found = g
						break
					}
				}
			}
		}
		if found >= 0 {
			groups[found] = append(groups[found], i)
			continue
		}
		heads[at] = append(heads[at], len(groups))
		groups = append(groups, []int{i})
	}
	return groups
}

func (spec MapSpec) cluster(members []int) Cluster {
	c := Cluster{Members: members, Box: Box{South: 90, West: 180, North: -90, East: -180}}
	worst := len(MapStates)
	for _, i := range members {
		m := spec.Markers[i]
		c.Box = Box{min(c.Box.South, m.Latitude), min(c.Box.West, m.Longitude), max(c.Box.North, m.Latitude), max(c.Box.East, m.Longitude)}
		if u := urgency(m.State); u < worst {
			worst, c.State = u, m.State
		}
	}
	lat, lon := max(0.1*(c.Box.North-c.Box.South), 0.01), max(0.1*(c.Box.East-c.Box.West), 0.015)
	c.Box = Box{c.Box.South - lat, c.Box.West - lon, c.Box.North + lat, c.Box.East + lon}
	return c
}

func (p place) draw(b *strings.Builder, r float64) {
	tag, href := "g", ""
	if p.href != "" {
		tag, href = "a", ` href="`+html.EscapeString(p.href)+`"`
	}
	end := "</" + tag + ">"
	fmt.Fprintf(b, `<%s class="marker state-%s"%s><title>%s</title>`, tag, html.EscapeString(p.state), href, html.EscapeString(p.text))
	if p.count > 1 {
		fmt.Fprintf(b, `<circle class="hit" cx="%s" cy="%s" r="%s"/><circle class="dot" cx="%[1]s" cy="%[2]s" r="%[4]s"/><text class="cluster" x="%[1]s" y="%[5]s" font-size="%[6]s">%[7]d</text>%s`,
			num(p.x), num(p.y), num(r*2.4), num(r*1.8), num(p.y+r*0.65), num(r*1.8), p.count, end)
		return
	}
	b.WriteString(shape(p.state, p.x, p.y, r) + end)
}

// shape is a dot for fine, a square standing on its corner for attention, a bar for late, a triangle for an alarm, a cross for silence and a ring for nothing known, with room
// around it to be hit.
func shape(state string, x, y, r float64) string {
	hit := fmt.Sprintf(`<circle class="hit" cx="%s" cy="%s" r="%s"/>`, num(x), num(y), num(r*2))
	path := func(class, format string, args ...float64) string {
		texts := make([]any, len(args))
		for i, a := range args {
			texts[i] = num(a)
		}
		return hit + `<path class="` + class + `" d="` + fmt.Sprintf(format, texts...) + `"/>`
	}
	switch state {
	case "attention":
		return path("dot", "M%s %sl%s %sl-%[3]s %[3]sl-%[3]s-%[3]sZ", x, y-r*1.4, r*1.4, r*1.4)
	case "alarm":
		return path("dot", "M%s %sl%s %sh-%sZ", x, y-r*1.5, r*1.5, r*2.6, r*3)
	case "late":
		return path("dot", "M%s %sh%sv%sh-%[3]sZ", x-r*1.3, y-r*0.6, r*2.6, r*1.2)
	case "silent":
		return path("cross", "M%s %sl%s %[3]sm0-%[3]sl-%[3]s %[3]s", x-r, y-r, 2*r)
	case "none":
		return hit + `<circle class="ring" cx="` + num(x) + `" cy="` + num(y) + `" r="` + num(r*0.9) + `"/>`
	}
	return hit + `<circle class="dot" cx="` + num(x) + `" cy="` + num(y) + `" r="` + num(r) + `"/>`
}
