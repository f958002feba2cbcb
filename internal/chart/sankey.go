package chart

import "math"

// Flow is an amount that comes in from somewhere, or goes out to somewhere.
type Flow struct {
	Label string
	Text  string // the amount in words
	Value float64
	Color int    // 1 to 8, the palette's slot; 0 for what nobody measures
	Share string // how much of all it is, for pictures that have no room for more
}

// SankeySpec describes what comes into a place and what becomes of it.
type SankeySpec struct {
	Frame   // Value is not looked at; Height grows where the flows' names need more
	In, Out []Flow
}

const sankeyNode = 8.0 // width of the bars where flows begin and end

// sankey is a picture of flows that is being drawn.
type sankey struct {
	pen
	names  float64 // room for names at each side
	width  float64
	height float64
	scale  float64 // pixels to an amount

	letters float64 // how large writing is
	row     float64 // that a name and its amount take
	low     bool    // the name and the share stand in one line
}

// Sankey draws flows as bands as wide as their amounts: from the left into a bar in the middle, and from there to the right. What has no amount is left out.
func Sankey(s SankeySpec) SVG {
	in, out := flowing(s.In), flowing(s.Out)
	letters := s.letters()
	row, n, names := math.Round(letters*2.95), max(len(in), len(out), 1), 0.34
	low := s.Letters > 0 && float64(s.Height) < 0.85*(row*float64(n)+2*top) // it would be made smaller on a wall, and its writing with it
	if low {
		row, names = math.Round(letters*1.5), 0.46
	}
	s.Height = max(s.Height, int(row)*n+2*top)
	p := &sankey{width: float64(s.Width), height: float64(s.Height), names: min(max(float64(s.Width)*names, 84, min(10*letters, float64(s.Width)*0.42)), 17.5*letters), letters: letters, row: row, low: low}
	p.scale = min(p.fit(in), p.fit(out))
	p.open(s.Frame, "sankey", "img")
	p.side(in, p.names, p.names+sankeyNode, p.width/2, "end")
	p.side(out, p.width-p.names, p.width-p.names-sankeyNode, p.width/2, "start")
	amount := max(total(in), total(out)) * p.scale
	if amount > 0 {
		p.put(`<rect class="trunk" x="`, p.width/2-sankeyNode/2, `" y="`, (p.height-amount)/2, `" width="`, sankeyNode, `" height="`, amount, `"/>`)
	}
	return p.close()
}

func flowing(flows []Flow) (list []Flow) {
	for _, f := range flows {
		if f.Value > 0 {
			list = append(list, f)
		}
	}
	return list
}

func total(flows []Flow) (sum float64) {
	for _, f := range flows {
		sum += f.Value
	}
	return sum
}

// fit is the largest scale at which the flows of a side have room below one another, each at least as much as its name takes.
func (p *sankey) fit(flows []Flow) float64 {
	if len(flows) == 0 {
		return 1e300
	}
	room := p.height - 2*top
	scale := room / total(flows)
	for range 200 {
		if p.taken(flows, scale) <= room {
			break
		}
		scale *= 0.97
	}
	return scale
}

// taken is the height of a side.
func (p *sankey) taken(flows []Flow, scale float64) (sum float64) {
	for _, f := range flows {
		sum += max(f.Value*scale, p.row-8) + 8
	}
	return sum
}

// side draws the flows between the bars at node and the middle, with their names beyond.
func (p *sankey) side(flows []Flow, name, node, middle float64, anchor string) {
	y := (p.height - p.taken(flows, p.scale)) / 2
	at := (p.height - total(flows)*p.scale) / 2 // where the flow meets the middle
	away := 6.0
	if anchor == "end" {
		away = -away
	}
	for _, f := range flows {
		h := f.Value * p.scale
		slot := max(h, p.row-8) + 8
		from := y + (slot-h)/2
		class := partClass(f.Color)
		bend := (node + middle) / 2
		p.put(`<path class="flow `, class, `" d="M`, node, ` `, from, `C`, bend, ` `, from, ` `, bend, ` `, at, ` `, middle, ` `, at, `V`, at+h,
			`C`, bend, ` `, at+h, ` `, bend, ` `, from+h, ` `, node, ` `, from+h, `Z"><title>`, escape(f.Label), `: `, escape(f.Text), `</title></path>`)
		p.put(`<rect class="bar `, class, `" x="`, min(name, node), `" y="`, from, `" width="`, sankeyNode, `" height="`, max(h, 1), `"/>`)
		if p.low {
			share := wide(f.Share, p.letters) + 1.2*p.letters
			p.text("tick name", name+away, y+slot/2+p.letters*0.35, anchor, shortened(f.Label, p.names-share, p.letters)+" "+f.Share)
		} else {
			p.text("tick name", name+away, y+slot/2-p.letters*0.26, anchor, shortened(f.Label, p.names, p.letters))
			p.text("tick", name+away, y+slot/2+p.letters*1.04, anchor, f.Text)
		}
		y, at = y+slot, at+h
	}
}

// shortened is a name as far as there is room for it; the whole stands beside the picture.
func shortened(label string, room, letters float64) string {
	runes, most := []rune(label), int(room/(letters*0.556))
	if len(runes) <= most {
		return label
	}
	return string(runes[:most-1]) + "…"
}
