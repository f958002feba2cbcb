package identity

import (
	"slices"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// User is a person, or an application user, that can sign in.
type User struct {
	ID       string // the subject
	Name     string
	Username string
	Password string // published: the demo listens on loopback only
	Email    string
	Role     string    // a word for the login page
	Roles    []string  // in the Data Hub, as the claim role has them
	Accounts []Account // the first one is the default
}

// Account is a tenant of the Data Hub.
type Account struct {
	ID   int64
	Name string
}

// Personas returns the demo's users: an operator with two accounts, a viewer with one, and an application user for screens and scripts.
func Personas() []User {
	noordzee, meuse := Account{101, "Noordzee Energie"}, Account{102, "Meuse Services"}
	return []User{
		{ID: "d3a1f2c0-operator", Name: "Olivia Peeters", Username: "operator", Password: "operator-demo", Email: "operator@noordzee.example", Role: "Operator", Roles: []string{"Manager", "DataPusher"}, Accounts: []Account{noordzee, meuse}},
		{ID: "7be40911-viewer", Name: "Victor Lambert", Username: "viewer", Password: "viewer-demo", Email: "viewer@noordzee.example", Role: "Viewer", Roles: []string{"User"}, Accounts: []Account{noordzee}},
		{ID: "19c6ab52-screen", Name: "Control room screen", Username: "screen", Password: "screen-demo", Email: "screen@noordzee.example", Role: "Application user", Roles: []string{"User"}, Accounts: []Account{noordzee}},
	}
}

func (u *User) account(id int64) bool {
	return slices.ContainsFunc(u.Accounts, func(a Account) bool { return a.ID == id })
}

// client is a Client in op's words.
type client struct {
	Client
	loginURL func(id string) string // where an authorization request goes next
	ahead    time.Duration          // of the clock that dates tokens
}

func (c *client) GetID() string                       { return c.ID }
func (c *client) RedirectURIs() []string              { return c.Client.RedirectURIs }
func (c *client) PostLogoutRedirectURIs() []string    { return c.Client.PostLogoutRedirectURIs }
func (c *client) ApplicationType() op.ApplicationType { return op.ApplicationTypeWeb }
func (c *client) AuthMethod() oidc.AuthMethod         { return oidc.AuthMethodBasic }
func (c *client) ResponseTypes() []oidc.ResponseType {
	return []oidc.ResponseType{oidc.ResponseTypeCode}
}
func (c *client) GrantTypes() []oidc.GrantType {
	return []oidc.GrantType{oidc.GrantTypeCode, oidc.GrantTypeRefreshToken}
}
func (c *client) LoginURL(id string) string            { return c.loginURL(id) }
func (c *client) AccessTokenType() op.AccessTokenType  { return op.AccessTokenTypeJWT }
func (c *client) DevMode() bool                        { return true } // http redirect URIs on loopback
func (c *client) IsScopeAllowed(scope string) bool     { return slices.Contains(scopes, scope) }
func (c *client) IDTokenUserinfoClaimsAssertion() bool { return true }

// ClockSkew makes op date tokens with a clock that is ahead. It takes the skew off the end of ID tokens too, which IDTokenLifetime makes good.
func (c *client) ClockSkew() time.Duration       { return -c.ahead }
func (c *client) IDTokenLifetime() time.Duration { return 10*time.Minute + 2*c.ahead }
func (c *client) RestrictAdditionalIdTokenScopes() func([]string) []string {
	return func(s []string) []string { return s }
}
func (c *client) RestrictAdditionalAccessTokenScopes() func([]string) []string {
	return func(s []string) []string { return s }
}
