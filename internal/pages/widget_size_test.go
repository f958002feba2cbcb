package pages

import (
	"testing"

	"portico/internal/board"
	"portico/web/templates"
)

// The more lines a legend takes, the lower its picture is drawn, as far as the style sheet lets the legend have them: what is drawn higher than its place is made smaller, and its writing with it.
func TestLegendsTakeRoomFromPictures(t *testing.T) {
	t.Parallel()
	names := func(n int, name string) (list []templates.LegendModel) {
		for range n {
			list = append(list, templates.LegendModel{Text: name})
		}
		return list
	}
	for name, tt := range map[string]struct {
		widget board.Widget
		legend []templates.LegendModel
		lines  int
	}{
		"one name is none":          {board.Widget{W: 3, H: 3}, names(1, "Power"), 0},
		"two short ones":            {board.Widget{W: 3, H: 4}, names(2, "Power"), 1},
		"six short ones":            {board.Widget{W: 3, H: 4}, names(6, "Power"), 2},
		"six long ones":             {board.Widget{W: 3, H: 4}, names(6, "Temperature of a freezer"), 3},
		"in a low widget":           {board.Widget{W: 3, H: 3}, names(6, "Temperature of a freezer"), 2},
		"in a widget of two rows":   {board.Widget{W: 3, H: 2}, names(6, "Temperature of a freezer"), 1},
		"where all have room":       {board.Widget{W: 12, H: 4}, names(6, "Temperature"), 1},
		"longer than the widget is": {board.Widget{W: 3, H: 6}, names(4, "Temperature of the second freezer behind the first dock door"), 2},
	} {
		width, height := wallSize(tt.widget, tt.legend)
		if got := legendLines(tt.legend, tt.widget.H, width, 29); got != tt.lines {
			t.Errorf("%s: %d lines, want %d", name, got, tt.lines)
		}
		if _, without := wallSize(tt.widget, nil); height != max(without-17*tt.lines, 46) {
			t.Errorf("%s: on a wall it is drawn %d high, and %d without a legend", name, height, without)
		}
		_, height = deskSize(tt.widget, tt.legend)
		if _, without := deskSize(tt.widget, nil); (height < without) != (tt.lines > 0) || height < 44 {
			t.Errorf("%s: at a desk it is drawn %d high, and %d without a legend", name, height, without)
		}
	}
}
