// Package board is dashboards that people compose: what one holds, how its widgets lie on the grid, and where boards are kept. A board holds no data and no rights: whoever looks at
// it reads with their own.
package board

import (
	"crypto/rand"
	"slices"
	"strings"
)

// Columns of the grid, and how far it goes down.
const (
	Columns = 12
	Rows    = 60
)

// Board is a dashboard.
type Board struct {
	Title   string   `json:"title"`
	Folder  string   `json:"folder,omitempty"`  // where it stands in the list, "" for none
	PerSite bool     `json:"perSite,omitempty"` // a template: the address says which site, and widgets without one show that
	Range   string   `json:"range,omitempty"`   // what widgets show that have none of their own, as "now-24h"; "" is the local day
	Widgets []Widget `json:"widgets"`
}

// Widget is one rectangle of a board.
type Widget struct {
	ID     string   `json:"id"` // unique on the board, and the same in all its versions
	Kind   Kind     `json:"kind"`
	Title  string   `json:"title,omitempty"` // "" for what the widget calls itself
	X      int      `json:"x"`               // columns from the left
	Y      int      `json:"y"`               // rows from the top
	W      int      `json:"w"`
	H      int      `json:"h"`
	Series []string `json:"series,omitempty"` // as in addresses: see series.Ref
	Roles  []Role   `json:"roles,omitempty"`  // of the series in this order; for those after the last, it is guessed
	Site   int64    `json:"site,omitempty"`
	Range  string   `json:"range,omitempty"`
	Limit  *float64 `json:"limit,omitempty"` // a target or a threshold, in the unit that is shown
	Order  Order    `json:"order,omitempty"` // of a league
	Text   string   `json:"text,omitempty"`  // plain paragraphs
	File   string   `json:"file,omitempty"`  // of the Data Hub's storage
	Board  string   `json:"board,omitempty"` // where a link leads
}

// NewID returns an id for a board or a widget: 80 random bits that nobody guesses, in characters that people can read out.
func NewID() string { return strings.ToLower(rand.Text()[:16]) }

// Find returns the place of a widget in b.Widgets, -1 when it is not there.
func (b *Board) Find(id string) int {
	for i := range b.Widgets {
		if b.Widgets[i].ID == id {
			return i
		}
	}
	return -1
}

// Clone returns a board that shares nothing with b.
func (b Board) Clone() Board {
	widgets := make([]Widget, len(b.Widgets))
	for i, w := range b.Widgets {
		w.Series, w.Roles = slices.Clone(w.Series), slices.Clone(w.Roles)
		if w.Limit != nil {
			limit := *w.Limit
			w.Limit = &limit
		}
		widgets[i] = w
	}
	b.Widgets = widgets
	return b
}
