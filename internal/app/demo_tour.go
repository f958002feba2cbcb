//go:build !nodemo

package app

import (
	"fmt"

	"portico/internal/demo"
	"portico/internal/demo/identity"
	"portico/internal/demo/tour"
)

// tourOf is where the tour leads in this demo.
func tourOf(d *demo.Demo) tour.Config {
	power := d.Variable("Liège", "Compressor 1")
	dock := d.Variable("Liège", "Dock temperature")
	gas := d.Variable("Hasselt", "Gas")
	c := tour.Config{
		Clock: d.Clock, Guest: d.Guest(), Company: identity.Personas()[0].Accounts[0].Name, Portal: d.PortalURL, Issuer: d.IdentityURL, Flow: "/demo/flow", Fixed: d.Hosted,
		Places: tour.Places{Alarm: "/alarms/" + d.Alarm("Liège", "Dock door left open"), Explore: fmt.Sprintf("/explore?s=%d&s=%d!r&from=now-2d/d&to=now&cmp=wk", power, dock), Carpet: fmt.Sprintf("/explore?s=%d&view=carpet&from=now-1y/d&to=now/d", gas), Wall: "/pair?board=" + controlRoom},
	}
	if !d.Hosted {
		c.Faults = "/demo/faults"
	}
	for _, u := range identity.Personas() {
		c.People = append(c.People, tour.Person{Name: u.Name, Hint: u.Username, Role: u.Username})
	}
	return c
}
