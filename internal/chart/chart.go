// Package chart draws pictures of a period as SVG, and an hour × day carpet as PNG, on the server, so that pages show them without any script, print them and mail them.
//
// SVG pictures carry no style attributes; these classes give them their colours: chart, grid, axis, tick, unit, s1 to s8 (series), d1 to d3 (dashes), line, area, bar,
// compare, late, estimated, spike, rest, gap, hatch, band, flag, rule, flow, trunk, dot, step, q0 to q8 and cool (sequences), none, cell, span, map, land, border, marker and
// state-….
// Of the five states of a value each is drawn its own way: what was measured is solid, zero is a stub on the base line, what is missing is hatched and never joined, what came
// late has an outline or a ring, what was estimated is dotted.
package chart

import (
	"context"
	"html"
	"io"
	"math"
	"strconv"
	"time"
	"unicode/utf8"
)

// SVG is a finished picture. It satisfies templ.Component.
type SVG string

// Render writes the picture.
func (s SVG) Render(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, string(s))
	return err
}

// Frame is what every picture with axes has.
type Frame struct {
	ID     string // unique on the page; prefixes ids inside the picture
	Width  int
	Height int
	Title  string               // what is shown, for people who cannot see it
	Desc   string               // what it says, in a sentence
	Value  func(float64) string // writes a value at its axis

	Letters float64 // how large the page writes in the picture, in the picture's units; 0 as on pages for people
}

// letters is how large writing is.
func (f Frame) letters() float64 {
	if f.Letters == 0 {
		return 11.5
	}
	return f.Letters
}

// wide is about how much room words take.
func wide(words string, letters float64) float64 {
	return float64(utf8.RuneCountInString(words)) * letters * 0.56
}

// The room around the plot for what stands at its axes.
const (
	left, right, top, bottom = 52, 12, 10, 24
)

// pen writes a picture: texts as they are, numbers as coordinates with one decimal at most.
type pen struct{ b []byte }

// put writes texts, which are markup, and coordinates.
func (p *pen) put(parts ...any) {
	for _, part := range parts {
		switch v := part.(type) {
		case string:
			p.b = append(p.b, v...)
		case float64:
			p.b = appendNum(p.b, v)
		case int:
			p.b = strconv.AppendInt(p.b, int64(v), 10)
		}
	}
}

// point writes a command of a path with a place.
func (p *pen) point(command byte, x, y float64) {
	p.b = append(p.b, command)
	p.b = appendNum(p.b, x)
	p.b = append(p.b, ' ')
	p.b = appendNum(p.b, y)
}

// to writes a command of a path with one number.
func (p *pen) to(command byte, x float64) {
	p.b = appendNum(append(p.b, command), x)
}

// text writes a label. Anchors are start, middle and end.
func (p *pen) text(class string, x, y float64, anchor, label string) {
	p.put(`<text class="`, class, `" x="`, x, `" y="`, y, `" text-anchor="`, anchor, `">`, escape(label), `</text>`)
}

// open begins a picture, with its title and what it says for those who do not see it. Its role is img, or group where something in it can be reached.
func (p *pen) open(f Frame, class, role string) {
	id := escape(f.ID)
	p.put(`<svg class="chart `, class, `" viewBox="0 0 `, f.Width, ` `, f.Height, `" role="`, role, `" aria-labelledby="`, id, `-t `, id, `-d" xmlns="http://www.w3.org/2000/svg"><title id="`, id, `-t">`,
		escape(f.Title), `</title><desc id="`, id, `-d">`, escape(f.Desc), `</desc>`)
}

// hatch defines the pattern for what is missing.
func (p *pen) hatch(id string) {
	p.put(`<defs><pattern id="`, escape(id), `-gap" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="hatch" d="M0 0V6" stroke-width="2"/></pattern></defs>`)
}

func (p *pen) close() SVG {
	p.put(`</svg>`)
	return SVG(p.b)
}

// appendNum writes a coordinate with one decimal at most.
func appendNum(b []byte, x float64) []byte {
	tenths := int64(math.Round(x * 10))
	if tenths < 0 {
		b = append(b, '-')
		tenths = -tenths
	}
	b = strconv.AppendInt(b, tenths/10, 10)
	if d := tenths % 10; d != 0 {
		b = append(b, '.', byte('0'+d))
	}
	return b
}

func num(x float64) string { return string(appendNum(nil, x)) }

// seriesClass is the class of a slot of the palette.
func seriesClass(color int) string { return "s" + strconv.Itoa(min(max(color, 1), 8)) }

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

func escape(s string) string { return html.EscapeString(s) }
