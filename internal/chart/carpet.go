package chart

import (
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"strconv"
	"sync"

	"portico/internal/series"
)

// The sequences run from light to dark, one way, so that they can be read in grey; on dark pages they run the other way.
var (
	warm = [steps]uint32{0xf9f5e6, 0xebddb9, 0xe0bf89, 0xd79959, 0xcc7044, 0xb14f42, 0x8b3a44, 0x64283e, 0x401931}
	cool = [steps]uint32{0xe3f6f7, 0xb5e5ea, 0x81cfdf, 0x51b3d0, 0x1996c3, 0x0076af, 0x0e5794, 0x173c70, 0x13234d}
)

// Indices of a carpet's palette. What is missing is transparent, and the page hatches what is behind; what is still to come, or skipped by clocks, has the page's colour.
const (
	missing = iota
	nothing
	lowest
	shades = 64
)

// CarpetPNG writes a picture with a column for each day and a row for each step of the day, midnight on top. Where clocks showed a step twice, the column is split: the first time at
// the left. It has one pixel, or two for a split column, for each day: the page makes it larger.
func CarpetPNG(w io.Writer, g series.Grid, r Ramp, dark bool) error {
	across := 1
	if g.Twice() {
		across = 2
	}
	img := image.NewPaletted(image.Rect(0, 0, across*len(g.Days), g.Rows), palette(r, dark))
	for d := range g.Days {
		for row := range g.Rows {
			i := d*g.Rows + row
			at := row*img.Stride + d*across
			img.Pix[at] = r.shade(g.A[i])
			if across == 2 {
				img.Pix[at+1] = r.shade(g.B[i])
			}
		}
	}
	e := png.Encoder{CompressionLevel: png.BestSpeed, BufferPool: &pngBuffers}
	return e.Encode(w, img)
}

// shade is the index of a value's colour.
func (r Ramp) shade(v float64) uint8 {
	switch {
	case math.IsNaN(v):
		return missing
	case math.IsInf(v, 0):
		return nothing
	}
	return lowest + uint8(r.share(v)*(shades-1)+0.5)
}

func palette(r Ramp, dark bool) color.Palette {
	p := make(color.Palette, lowest+shades)
	p[missing], p[nothing] = color.NRGBA{}, rgb(0xffffff)
	if dark {
		p[nothing] = rgb(0x161b22)
	}
	anchors := warm
	if r.Cool {
		anchors = cool
	}
	for i := range shades {
		at := i
		if dark {
			at = shades - 1 - i
		}
		p[lowest+i] = between(anchors, float64(at)/(shades-1)*(steps-1))
	}
	return p
}

func rgb(c uint32) color.NRGBA {
	return color.NRGBA{uint8(c >> 16), uint8(c >> 8), uint8(c), 0xff}
}

// between mixes two neighbours of a sequence.
func between(anchors [steps]uint32, at float64) color.NRGBA {
	i := min(int(at), steps-2)
	a, b, f := rgb(anchors[i]), rgb(anchors[i+1]), at-float64(i)
	mix := func(x, y uint8) uint8 { return uint8(math.Round(float64(x)*(1-f) + float64(y)*f)) }
	return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 0xff}
}

// pngBuffers keeps the encoder's buffers between pictures.
var pngBuffers bufferPool

type bufferPool struct{ pool sync.Pool }

func (p *bufferPool) Get() *png.EncoderBuffer {
	b, _ := p.pool.Get().(*png.EncoderBuffer)
	return b
}

func (p *bufferPool) Put(b *png.EncoderBuffer) { p.pool.Put(b) }

// CarpetDays draws the days below a carpet. It is as wide as its page makes it: places are shares of the width, so that no text is stretched.
func CarpetDays(s Spec, most int) SVG {
	var p pen
	p.put(`<svg class="chart carpet-days" width="100%" height="24" aria-hidden="true" xmlns="http://www.w3.org/2000/svg">`)
	days := float64(s.Range.Days())
	ticks, whole := ticksOf(s.Range, most)
	if !whole {
		ticks = ticks[:min(1, len(ticks))]
	}
	for i, t := range ticks {
		column := series.Range{From: s.Range.From, To: t.Add(1), Zone: s.Range.Zone}.Days() - 1
		share := float64(column) / days * 100
		anchor := "middle"
		if share < 4 {
			anchor = "start"
		} else if share > 93 {
			continue
		}
		class := "tick"
		if i%2 == 1 {
			class = "tick between" // has room on wide pages
		}
		x := strconv.FormatFloat(share, 'f', 2, 64) + "%"
		p.put(`<line class="axis" x1="`, x, `" x2="`, x, `" y1="0" y2="5"/><text class="`, class, `" x="`, x, `" y="18" text-anchor="`, anchor, `">`, escape(s.Time(t, true)), `</text>`)
	}
	return p.close()
}

// Key draws a sequence with its ends.
func Key(r Ramp, value func(float64) string) SVG {
	const width, height = 320, 16
	var p pen
	p.put(`<svg class="chart key`, r.sequence(), `" width="`, width, `" height="`, height, `" viewBox="0 0 `, width, ` `, height, `" aria-hidden="true" xmlns="http://www.w3.org/2000/svg">`)
	p.key(Frame{Width: width, Height: height + 2, Value: value}, r)
	return p.close()
}
