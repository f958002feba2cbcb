//go:build !nodemo

package app

import (
	"encoding/json"
	"testing"

	"portico/internal/board"
	"portico/internal/demo"
	"portico/internal/demo/energy"
	"portico/internal/series"
)

// The demo's dashboards can be kept, lie as they are written, so that whoever changes the file sees what they wrote, and show variables that there are.
func TestDemoBoards(t *testing.T) {
	var boards map[string]json.RawMessage
	if err := json.Unmarshal(demo.Boards, &boards); err != nil || len(boards) < 3 {
		t.Fatal(len(boards), err)
	}
	variables := map[int64]bool{}
	for _, v := range energy.Scaled(1, 1).Variables {
		variables[int64(v.ID)] = true
	}
	for _, text := range boards {
		var written board.Board
		if err := json.Unmarshal(text, &written); err != nil {
			t.Fatal(err)
		}
		b, err := board.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", written.Title, err)
			continue
		}
		for _, w := range written.Widgets {
			if got := b.Widgets[b.Find(w.ID)]; got.X != w.X || got.Y != w.Y || got.W != w.W || got.H != w.H {
				t.Errorf("%s, %s: at %d, %d, %d × %d, written %d, %d, %d × %d", b.Title, w.ID, got.X, got.Y, got.W, got.H, w.X, w.Y, w.W, w.H)
			}
			for _, text := range w.Series {
				if ref, err := series.ParseRef(text); err != nil || !variables[int64(ref.Variable)] {
					t.Errorf("%s, %s: %q is no variable: %v", b.Title, w.ID, text, err)
				}
			}
			if lack := w.Lacks(); lack != "" {
				t.Errorf("%s, %s lacks %s", b.Title, w.ID, lack)
			}
		}
	}
}
