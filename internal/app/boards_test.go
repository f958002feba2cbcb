//go:build !nodemo

package app

import (
	"encoding/json"
	"testing"

	"portico/internal/board"
	"portico/internal/demo"
)

// The demo's dashboards can be kept, and lie as they are written: whoever changes the file sees what they wrote.
func TestDemoBoards(t *testing.T) {
	var list []json.RawMessage
	if err := json.Unmarshal(demo.Boards, &list); err != nil || len(list) < 2 {
		t.Fatal(len(list), err)
	}
	for _, text := range list {
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
			if lack := w.Lacks(); lack != "" {
				t.Errorf("%s, %s lacks %s", b.Title, w.ID, lack)
			}
		}
	}
}
