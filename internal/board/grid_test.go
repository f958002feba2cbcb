package board_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"portico/internal/board"
)

// picture draws a board, a letter for each widget by its title.
func picture(b board.Board) string {
	var rows [][]byte
	for _, w := range b.Widgets {
		for y := w.Y; y < w.Y+w.H; y++ {
			for len(rows) <= y {
				rows = append(rows, []byte(strings.Repeat(".", board.Columns)))
			}
			for x := w.X; x < w.X+w.W; x++ {
				if rows[y][x] != '.' {
					rows[y][x] = '!'
					continue
				}
				rows[y][x] = w.Title[0]
			}
		}
	}
	var lines []string
	for _, r := range rows {
		lines = append(lines, string(r))
	}
	return strings.Join(lines, "\n")
}

// of makes a board of texts: each is a title and x, y, width, height.
func of(t *testing.T, widgets ...string) board.Board {
	t.Helper()
	var b board.Board
	for _, text := range widgets {
		w := board.Widget{Kind: board.Text}
		if _, err := fmt.Sscan(text, &w.Title, &w.X, &w.Y, &w.W, &w.H); err != nil {
			t.Fatal(err)
		}
		w.ID = w.Title
		b.Widgets = append(b.Widgets, w)
	}
	return b
}

func TestWidgetsMakeRoom(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		do   func(*board.Board) bool
		want string
	}{
		"to the right":          {func(b *board.Board) bool { return b.Move("a", 8, 0) }, "....bbbbaaaa\n....bbbbaaaa\n....cccc....\n....cccc...."},
		"over another":          {func(b *board.Board) bool { return b.Move("c", 0, 0) }, "ccccbbbb....\nccccbbbb....\naaaa........\naaaa........"},
		"out of the grid":       {func(b *board.Board) bool { return b.Move("b", 99, -5) }, "aaaaccccbbbb\naaaaccccbbbb"},
		"past the one below":    {func(b *board.Board) bool { return b.Shift("b", 0, 1) }, "aaaacccc....\naaaacccc....\n....bbbb....\n....bbbb...."},
		"past the one above":    {func(b *board.Board) bool { return b.Shift("c", 0, -1) }, "aaaacccc....\naaaacccc....\n....bbbb....\n....bbbb...."},
		"down, to nothing":      {func(b *board.Board) bool { return b.Shift("a", 0, 1) }, "aaaabbbb....\naaaabbbb....\n....cccc....\n....cccc...."},
		"wider than the grid":   {func(b *board.Board) bool { return b.Resize("a", 40, 1) }, "aaaaaaaaaaaa\n....bbbb....\n....bbbb....\n....cccc....\n....cccc...."},
		"smaller than it may":   {func(b *board.Board) bool { return b.Resize("b", 0, -1) }, "aaaab.......\naaaacccc....\n....cccc...."},
		"one is taken away":     {func(b *board.Board) bool { return b.Remove("b") }, "aaaacccc....\naaaacccc...."},
		"one that is not there": {func(b *board.Board) bool { return !b.Move("x", 0, 0) && !b.Remove("x") && !b.Shift("x", 1, 0) }, "aaaabbbb....\naaaabbbb....\n....cccc....\n....cccc...."},
	} {
		b := of(t, "a 0 0 4 2", "b 4 0 4 2", "c 4 2 4 2")
		if !tt.do(&b) {
			t.Errorf("%s: refused", name)
		}
		if got := picture(b); got != tt.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, tt.want)
		}
	}
}

// A step up or down passes the nearest widget in its way, whatever lies beside it or further off; a step to the side passes none.
func TestStepsPassTheNearest(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		id     string
		dx, dy int
		want   string
	}{
		"up past the second of two":  {"d", 0, -1, "aaaabbbb....\naaaabbbb....\nddddeeee....\nddddffff....\nccccffff....\nccccffff...."},
		"down past the first of two": {"a", 0, 1, "ccccbbbb....\nccccbbbb....\naaaaeeee....\naaaaffff....\nddddffff....\nddddffff...."},
		"down past the last":         {"c", 0, 1, "aaaabbbb....\naaaabbbb....\nddddeeee....\nddddffff....\nccccffff....\nccccffff...."},
		"up past a larger one":       {"e", 0, -1, "aaaaeeee....\naaaabbbb....\nccccbbbb....\nccccffff....\nddddffff....\nddddffff...."},
		"down past a smaller one":    {"b", 0, 1, "aaaaeeee....\naaaabbbb....\nccccbbbb....\nccccffff....\nddddffff....\nddddffff...."},
		"up past a smaller one":      {"f", 0, -1, "aaaabbbb....\naaaabbbb....\nccccffff....\nccccffff....\nddddffff....\nddddeeee...."},
		"up, to nothing":             {"a", 0, -1, "aaaabbbb....\naaaabbbb....\ncccceeee....\nccccffff....\nddddffff....\nddddffff...."},
		"to the right":               {"b", 1, 0, "aaaa.bbbb...\naaaa.bbbb...\ncccceeee....\nccccffff....\nddddffff....\nddddffff...."},
		"to the left, off the grid":  {"c", -1, 0, "aaaabbbb....\naaaabbbb....\ncccceeee....\nccccffff....\nddddffff....\nddddffff...."},
	} {
		b := of(t, "a 0 0 4 2", "b 4 0 4 2", "c 0 2 4 2", "e 4 2 4 1", "f 4 3 4 3", "d 0 4 4 2")
		b.Shift(tt.id, tt.dx, tt.dy)
		if got := picture(b); got != tt.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, tt.want)
		}
	}
}

// A new widget comes where people look first: into the first place that is large enough for it. Here it is a clock, of two columns and a row, or a text, of four columns and two rows.
func TestNewWidgetsTakeTheFirstRoom(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		there []string
		kind  board.Kind
		want  string
	}{
		"on an empty board":           {nil, board.Text, "++++........\n++++........"},
		"beside the others":           {[]string{"a 0 0 4 2", "b 4 0 4 2"}, board.Text, "aaaabbbb++++\naaaabbbb++++"},
		"between two":                 {[]string{"a 0 0 4 2", "b 8 0 4 2"}, board.Text, "aaaa++++bbbb\naaaa++++bbbb"},
		"where a small one has room":  {[]string{"a 0 0 5 2", "b 7 0 5 2"}, board.Clock, "aaaaa++bbbbb\naaaaa..bbbbb"},
		"and a large one has none":    {[]string{"a 0 0 5 2", "b 7 0 5 2"}, board.Text, "aaaaa..bbbbb\naaaaa..bbbbb\n++++........\n++++........"},
		"below, where a column ended": {[]string{"a 0 0 8 3", "b 8 0 4 1"}, board.Text, "aaaaaaaabbbb\naaaaaaaa++++\naaaaaaaa++++"},
		"below all, where none has":   {[]string{"a 0 0 9 2", "b 9 0 3 2"}, board.Text, "aaaaaaaaabbb\naaaaaaaaabbb\n++++........\n++++........"},
	} {
		b := of(t, tt.there...)
		if i := b.Find(b.Add(tt.kind)); i < 0 {
			t.Errorf("%s: there is no new widget", name)
		} else {
			b.Widgets[i].Title = "+"
		}
		if got := picture(b); got != tt.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, tt.want)
		}
	}
}

// Whatever people do, no widget leaves the grid, lies over another, hangs in the air, or is smaller than its kind needs; and each is still there.
func TestTheGridHolds(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 7)) //nolint:gosec // cases that can be repeated
		var b board.Board
		for range 3 + r.IntN(20) {
			b.Add(board.Forms[r.IntN(len(board.Forms))].Kind)
		}
		n := len(b.Widgets)
		for range 40 {
			id := b.Widgets[r.IntN(n)].ID
			x, y := r.IntN(30)-8, r.IntN(60)-8
			switch r.IntN(3) {
			case 0:
				b.Move(id, x, y)
				if w := b.Widgets[b.Find(id)]; w.X != min(max(x, 0), board.Columns-w.W) {
					t.Errorf("seed %d: moved to column %d, it lies at %d", seed, x, w.X)
				}
			case 1:
				b.Resize(id, x, y)
			case 2:
				b.Shift(id, r.IntN(3)-1, r.IntN(3)-1)
			}
			if problem := problemOf(b); problem != "" || len(b.Widgets) != n {
				t.Fatalf("seed %d: %s, %d of %d widgets\n%s", seed, problem, len(b.Widgets), n, picture(b))
			}
		}
	}
}

func problemOf(b board.Board) string {
	taken := map[[2]int]bool{}
	for _, w := range b.Widgets {
		f, _ := board.FormOf(w.Kind)
		if w.X < 0 || w.Y < 0 || w.X+w.W > board.Columns || w.W < f.MinW || w.H < f.MinH {
			return fmt.Sprintf("%s has %d, %d, %d × %d", w.Kind, w.X, w.Y, w.W, w.H)
		}
		for x := w.X; x < w.X+w.W; x++ {
			for y := w.Y; y < w.Y+w.H; y++ {
				if taken[[2]int{x, y}] {
					return fmt.Sprintf("two at %d, %d", x, y)
				}
				taken[[2]int{x, y}] = true
			}
		}
	}
	for _, w := range b.Widgets {
		rests := w.Y == 0
		for x := w.X; x < w.X+w.W; x++ {
			rests = rests || taken[[2]int{x, w.Y - 1}]
		}
		if !rests {
			return fmt.Sprintf("%s hangs at %d, %d", w.Kind, w.X, w.Y)
		}
	}
	return ""
}
