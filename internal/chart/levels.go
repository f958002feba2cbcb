package chart

import "slices"

// level is a line across a picture that has words.
type level struct {
	y     float64
	label string
}

// searched is how many levels are looked at together; those after them take what the others leave.
const searched = 8

// words writes the words of levels, each above its line or below, at the right or at the left, where no other's words stand and, if it can be, nothing is drawn. Where there is no such place the line
// stands without words. The first levels come first.
func (p *plot) words(levels []level, drawn func(area box) bool) {
	var written []level
	var choices [][]box
	var at []box
	for _, l := range levels {
		places := p.places(l, levels, drawn)
		found := spread([][]box{places}, at)
		if found == nil && len(choices) < searched {
			found = spread(append(slices.Clone(choices), places), nil)
		}
		if found != nil {
			written, choices, at = append(written, l), append(choices, places), found
		}
	}
	for i, l := range written {
		x, anchor := at[i].right, "end"
		if at[i].left == p.x0+4 {
			x, anchor = at[i].left, "start"
		}
		p.text("tick rule-label", x, at[i].bottom-2, anchor, l.label)
	}
}

// spread adds one of each choice's boxes to those that are taken, the first ones as far as it can be, so that none meets another; nil when there is no way.
func spread(choices [][]box, taken []box) []box {
	if len(choices) == 0 {
		return taken
	}
	for _, b := range choices[0] {
		if slices.ContainsFunc(taken, b.meets) {
			continue
		}
		if all := spread(choices[1:], append(slices.Clone(taken), b)); all != nil {
			return all
		}
	}
	return nil
}

// places are where the words of a level may stand, the best first: within the plot, not on another level's line if that can be, and, always so in a low one, not over what is drawn.
func (p *plot) places(l level, levels []level, drawn func(area box) bool) []box {
	var ranks [4][]box
	for _, b := range p.around(l.y, wide(l.label, p.letters)) {
		if b.top < p.y1-p.letters*0.3 || b.bottom > p.y0 {
			continue
		}
		rank := 0
		if drawn(b) {
			rank = 1
		}
		if rank > 0 && p.low() {
			continue
		}
		if slices.ContainsFunc(levels, func(o level) bool { return o.y > b.top && o.y < b.bottom }) {
			rank += 2
		}
		ranks[rank] = append(ranks[rank], b)
	}
	return slices.Concat(ranks[:]...)
}

// around are the places beside a level for words of a width, the best first.
func (p *plot) around(y, width float64) (list []box) {
	for _, left := range []float64{p.x1 - 4 - width, p.x0 + 4} {
		for _, foot := range []float64{y - 2, y + p.letters + 4} {
			list = append(list, box{left, left + width, foot - p.letters, foot})
		}
	}
	return list
}

// low reports whether there is hardly room for words over one another.
func (p *plot) low() bool { return p.y0-p.y1 < 3*p.letters }

// box is a part of a picture.
type box struct{ left, right, top, bottom float64 }

// meets reports whether two parts have something in common.
func (b box) meets(o box) bool {
	return b.left < o.right && o.left < b.right && b.top < o.bottom && o.top < b.bottom
}
