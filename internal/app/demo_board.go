//go:build !nodemo

package app

import (
	"context"
	"fmt"
	"time"

	"portico/internal/board"
	"portico/internal/demo"
	"portico/internal/demo/identity"
	"portico/internal/shelf"
)

// controlRoom is the id of a dashboard that the demo's company has from the start, so that there is one to put on a wall.
const controlRoom = "controlroomliege"

// hang puts the dashboard on the company's shelf, where everybody there sees it.
func hang(ctx context.Context, p *Portal, d *demo.Demo) error {
	operator := identity.Personas()[0]
	owner := shelf.OwnerOf(d.IdentityURL, "", fmt.Sprint(operator.Accounts[0].ID))
	_, err := shelf.Change(ctx, p.shelf, owner, shelf.Board, controlRoom, 30*24*time.Hour, func(kept *board.Stored) error {
		*kept = board.Stored{ID: controlRoom, Revision: 1, Saved: time.Now().UTC(), By: operator.Name, Board: controlRoomBoard(d)}
		return kept.Board.Check()
	})
	return err
}

// controlRoomBoard is a cold store at a glance: what it draws, what is open, how cold it is.
func controlRoomBoard(d *demo.Demo) board.Board {
	id := func(name string) string {
		v, _ := d.Variable("Liège", name)
		return fmt.Sprint(v)
	}
	limit := -18.0
	return board.Board{Title: "Control room", Range: "now-24h", Widgets: []board.Widget{
		{ID: "trend", Kind: board.Trend, W: 6, H: 4, Series: []string{id("Compressor 1"), id("Dock temperature") + "!r"}, Range: "now-6h"},
		{ID: "alarms", Kind: board.AlarmWall, X: 6, W: 4, H: 4},
		{ID: "clock", Kind: board.Clock, X: 10, W: 2, H: 2},
		{ID: "power", Kind: board.BigNumber, X: 10, Y: 2, W: 2, H: 2, Series: []string{id("Electricity") + "~kWh"}},
		{ID: "today", Kind: board.Today, Y: 4, W: 6, H: 4, Series: []string{id("Electricity")}},
		{ID: "rooms", Kind: board.Guard, Title: "Freezers", X: 6, Y: 4, W: 6, H: 4, Series: []string{id("Freezer 1 temperature"), id("Freezer 2 temperature")}, Limit: &limit},
		{ID: "ribbon", Kind: board.AlarmRibbon, Y: 8, W: 12, H: 3},
	}}
}
