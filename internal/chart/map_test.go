package chart

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Six hundred markers become few enough to be hit, none is lost, and a closer view shows more of them.
func TestClustersOfMarkers(t *testing.T) {
	spec := MapSpec{Title: "Sites", Width: 900, Height: 640}
	for i := range 600 {
		state := "ok"
		if i%100 == 7 {
			state = "alarm"
		}
		spec.Markers = append(spec.Markers, Marker{Latitude: 50 + float64(i*37%100)/80, Longitude: 3 + float64(i*53%100)/40, Label: "site", Href: fmt.Sprint("/sites/", i), State: state})
	}
	var boxes []Box
	spec.Cluster = func(c Cluster) (string, string) {
		boxes = append(boxes, c.Box)
		return fmt.Sprint(len(c.Members), " sites"), "/sites?box=" + c.Box.String()
	}
	svg, shown := Map(spec)
	whole := drawn(t, svg)
	if whole.sites != 600 || whole.places > 150 || len(svg) > 60_000 || !strings.Contains(string(svg), "marker state-alarm") {
		t.Errorf("%d sites in %d places, %d bytes", whole.sites, whole.places, len(svg))
	}
	for _, m := range spec.Markers {
		if !shown.Holds(m.Latitude, m.Longitude) {
			t.Fatalf("%v is not in view %v", m, shown)
		}
	}
	spec.View = &boxes[0]
	closer, view := Map(spec)
	if near := drawn(t, closer); near.sites >= 600 || near.sites < 2 || view.North-view.South >= shown.North-shown.South {
		t.Errorf("closer: %d sites in %v, before %v", near.sites, view, shown)
	}
}

type counted struct{ places, sites int }

func drawn(t *testing.T, svg SVG) (c counted) {
	t.Helper()
	c.places = strings.Count(string(svg), `<a class="marker`)
	c.sites = c.places
	for _, m := range regexp.MustCompile(`<text class="cluster"[^>]*>(\d+)</text>`).FindAllStringSubmatch(string(svg), -1) {
		n, _ := strconv.Atoi(m[1])
		c.sites += n - 1
	}
	return c
}

func TestBoxes(t *testing.T) {
	b := Box{50.1, 3.25, 51, 4.5}
	if got, ok := ParseBox(b.String()); !ok || got != b {
		t.Errorf("ParseBox(%s) = %v, %v", b, got, ok)
	}
	for _, s := range []string{"", "1,2,3", "1,2,3,x", "2,2,1,3", "1,3,2,2", "NaN,1,2,3", "1,2,3,400", "1e400,1,2,3", "91,1,92,2"} {
		if got, ok := ParseBox(s); ok {
			t.Errorf("ParseBox(%s) = %v", s, got)
		}
	}
}

// One place is shown with the country around it, and few that lie close together with their surroundings.
func TestMapOfFewPlaces(t *testing.T) {
	for n, markers := range [][]Marker{{{Latitude: 50.64, Longitude: 5.57}}, {{Latitude: 50.64, Longitude: 5.57}, {Latitude: 50.65, Longitude: 5.58}}, nil} {
		svg, shown := Map(MapSpec{Width: 300, Height: 240, Markers: markers})
		if h := shown.North - shown.South; h < 0.5 || h > 4 || !strings.Contains(string(svg), `class="land"`) {
			t.Errorf("%d: %v", n, shown)
		}
	}
}
