package server

import (
	"context"

	"portico/internal/datahub"
	"portico/internal/secret"
	"portico/internal/token"
)

// Application is the dedicated application user of the configuration. The zero Application is nobody.
type Application struct {
	Source  datahub.TokenSource // of the user's access tokens; nil: there is no such user
	User    string
	Account string // of the Data Hub, "" where the identity server chooses
}

func (a Application) there() bool { return a.Source != nil }

// tokens never returns nil: an application user who was taken out of the configuration has no rights any more.
func (a Application) tokens() datahub.TokenSource {
	if a.Source == nil {
		return noRights{}
	}
	return a.Source
}

type noRights struct{}

// Token implements datahub.TokenSource.
func (noRights) Token(context.Context) (secret.Text, error) {
	return secret.Text{}, token.ErrLoginRequired
}

// Renew implements datahub.TokenSource.
func (noRights) Renew(context.Context, secret.Text) (secret.Text, error) {
	return secret.Text{}, token.ErrLoginRequired
}
