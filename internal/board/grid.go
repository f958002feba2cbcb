package board

import (
	"cmp"
	"slices"
)

// Move puts a widget at a place, as far as the grid allows. What lies there makes room downwards, and everything then rises as far as it can: the same for a mouse that drags
// and for a button that moves by one. It reports whether there is such a widget.
func (b *Board) Move(id string, x, y int) bool { return b.put(id, func(w *Widget) { w.X, w.Y = x, y }) }

// Resize gives a widget another size, as far as its kind and the grid allow.
func (b *Board) Resize(id string, width, height int) bool {
	return b.put(id, func(w *Widget) { w.W, w.H = width, height })
}

// Shift moves a widget by a column, or past what lies above or below it: a widget that shall go down changes places with the next one there.
func (b *Board) Shift(id string, dx, dy int) bool {
	i := b.Find(id)
	if i < 0 {
		return false
	}
	w, y := b.Widgets[i], b.Widgets[i].Y
	if next := b.next(w, dy); next != nil && dy > 0 {
		y = next.Y + 1
	} else if next != nil {
		y = next.Y
	}
	return b.Move(id, w.X+dx, y)
}

// next is the widget that is nearest to w above it, or below it for a positive direction, nil when there is none.
func (b *Board) next(w Widget, direction int) (nearest *Widget) {
	for i := range b.Widgets {
		other := &b.Widgets[i]
		beside := other.X >= w.X+w.W || w.X >= other.X+other.W
		switch {
		case beside || other.ID == w.ID:
		case direction > 0 && other.Y >= w.Y+w.H && (nearest == nil || other.Y < nearest.Y), direction < 0 && other.Y < w.Y && (nearest == nil || other.Y > nearest.Y):
			nearest = other
		}
	}
	return nearest
}

// Add puts a new widget, as large as its kind is at first, where there is room for it, and returns its id. A kind that there is not makes nothing and returns "".
func (b *Board) Add(k Kind) string {
	f, ok := FormOf(k)
	if !ok {
		return ""
	}
	w := Widget{ID: NewID(), Kind: k, W: f.W, H: f.H}
	w.X, w.Y = b.room(w.W, w.H)
	b.Widgets = append(b.Widgets, w)
	b.settle("")
	return w.ID
}

// room is the first place in reading order at which a widget of a size lies over no other: beside or between the others, or else below them.
func (b *Board) room(width, height int) (x, y int) {
	for w := (Widget{W: width, H: height}); ; w.Y++ {
		for w.X = 0; w.X+w.W <= Columns; w.X++ {
			if !overlaps(b.Widgets, w) {
				return w.X, w.Y
			}
		}
	}
}

// Remove takes a widget away. It reports whether there was one.
func (b *Board) Remove(id string) bool {
	i := b.Find(id)
	if i < 0 {
		return false
	}
	b.Widgets = slices.Delete(b.Widgets, i, i+1)
	b.settle("")
	return true
}

func (b *Board) put(id string, change func(*Widget)) bool {
	i := b.Find(id)
	if i < 0 {
		return false
	}
	change(&b.Widgets[i])
	b.settle(id)
	return true
}

// settle brings all widgets to where they may lie: within the grid, at least as large as their kinds need, none over another, none above a hole. The widget named first gets
// the place that it asks for; the others keep their order. Afterwards widgets stand in reading order.
func (b *Board) settle(first string) {
	for i := range b.Widgets {
		b.Widgets[i].fit()
	}
	order := slices.Clone(b.Widgets)
	slices.SortStableFunc(order, func(l, r Widget) int {
		return cmp.Or(cmp.Compare(l.Y, r.Y), cmp.Compare(rank(l, first), rank(r, first)), cmp.Compare(l.X, r.X))
	})
	placed := make([]Widget, 0, len(order))
	for _, w := range order {
		for w.Y > 0 && !overlaps(placed, w.at(w.Y-1)) {
			w.Y--
		}
		for overlaps(placed, w) {
			w.Y++
		}
		placed = append(placed, w)
	}
	slices.SortStableFunc(placed, func(l, r Widget) int { return cmp.Or(cmp.Compare(l.Y, r.Y), cmp.Compare(l.X, r.X)) })
	b.Widgets = placed
}

// rank lets the widget that was moved go before those that begin in the same row.
func rank(w Widget, first string) int {
	if w.ID == first {
		return 0
	}
	return 1
}

// fit bounds a widget to the grid and to its kind.
func (w *Widget) fit() {
	f, _ := FormOf(w.Kind)
	w.W = min(max(w.W, f.MinW, 1), Columns)
	w.H = min(max(w.H, f.MinH, 1), 12)
	w.X = min(max(w.X, 0), Columns-w.W)
	w.Y = min(max(w.Y, 0), Rows-w.H)
}

func (w Widget) at(y int) Widget {
	w.Y = y
	return w
}

func overlaps(placed []Widget, w Widget) bool {
	return slices.ContainsFunc(placed, func(p Widget) bool {
		return w.X < p.X+p.W && p.X < w.X+w.W && w.Y < p.Y+p.H && p.Y < w.Y+w.H
	})
}
