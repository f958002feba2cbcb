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
