//go:build !nodemo

package app

import (
	"context"
	"encoding/json"
	"fmt"

	"portico/internal/board"
	"portico/internal/demo"
	"portico/internal/demo/identity"
)

// controlRoom is the id of the dashboard to which the tour leads: a cold store at a glance, to be put on a wall.
const controlRoom = "controlroomliege"

// furnish puts the demo's dashboards onto the shelf of its company, where everybody there sees them.
func furnish(ctx context.Context, p *Portal, d *demo.Demo) error {
	var boards map[string]json.RawMessage
	if err := json.Unmarshal(demo.Boards, &boards); err != nil {
		return err
	}
	library, company := board.NewLibrary(p.shelf, nil), board.Person{Issuer: d.IdentityURL, Account: fmt.Sprint(identity.Personas()[0].Accounts[0].ID), Name: "Portico"}
	for id, text := range boards {
		b, err := board.Parse(text)
		if err != nil {
			return fmt.Errorf("the demo's dashboard %s: %w", id, err)
		}
		if _, err := library.CreateAs(ctx, company, id, b); err != nil {
			return fmt.Errorf("the demo's dashboard %s: %w", id, err)
		}
	}
	return nil
}
