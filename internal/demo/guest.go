//go:build !nodemo

package demo

import (
	"context"
	"crypto/subtle"
	"errors"

	"portico/internal/demo/identity"
	"portico/internal/secret"
)

// Guest gives the access token with which guests read. It is made at each start, is known to this process and its Data Hub only, and needs no identity server.
type Guest struct{ token secret.Text }

// Guest returns the token source of guests.
func (d *Demo) Guest() Guest { return Guest{secret.New(d.guest)} }

// Token returns the token.
func (g Guest) Token(context.Context) (secret.Text, error) { return g.token, nil }

// Renew says that there is no other one.
func (g Guest) Renew(context.Context, secret.Text) (secret.Text, error) {
	return secret.Text{}, errors.New("the Data Hub refuses the demo's guests")
}

// introspect knows the guests' token, which is the viewer's as far as the Data Hub is concerned, and those of the identity server.
func (d *Demo) introspect(token string) (subject string, account int64, scopes []string, ok bool) {
	if subtle.ConstantTimeCompare([]byte(token), []byte(d.guest)) == 1 {
		viewer := identity.Personas()[1]
		return viewer.ID, viewer.Accounts[0].ID, []string{"datahub-api"}, true
	}
	return d.Identity.Introspect(token)
}

// Variable returns the ids of a variable of the first account and of its site, by the site's town and its own name; 0 when there is none.
func (d *Demo) Variable(town, name string) (variable, site int) {
	siteOf := map[int]int{} // source → site in town
	for _, s := range d.world.Sites {
		for _, src := range d.world.Sources {
			if s.Town == town && s.Copy == 0 && src.Site == s.ID {
				siteOf[src.ID] = s.ID
			}
		}
	}
	for _, v := range d.world.Variables {
		if site, ok := siteOf[v.Source]; ok && v.Name == name {
			return v.ID, site
		}
	}
	return 0, 0
}

// Contents returns the ids of an account's sites and variables.
func (d *Demo) Contents(account int64) (sites, variables []int) {
	of := map[int]bool{}
	for _, s := range d.world.Sites {
		if s.Account == account {
			sites, of[s.ID] = append(sites, s.ID), true
		}
	}
	sources := map[int]bool{}
	for _, src := range d.world.Sources {
		sources[src.ID] = of[src.Site]
	}
	for _, v := range d.world.Variables {
		if sources[v.Source] {
			variables = append(variables, v.ID)
		}
	}
	return sites, variables
}
