package interop

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
)

// bearer is what a Data Hub does with access tokens that are JWTs: it looks at signature, issuer, audience and time, and reads subject, account and scope.
func bearer(issuer, keys string) func(token string) (subject string, account int64, scopes []string, ok bool) {
	ctx := oidc.ClientContext(context.Background(), direct)
	v := oidc.NewVerifier(issuer, oidc.NewRemoteKeySet(ctx, keys), &oidc.Config{ClientID: "datahub-api"})
	return func(token string) (string, int64, []string, bool) {
		t, err := v.Verify(ctx, token)
		if err != nil {
			return "", 0, nil, false
		}
		var claims struct {
			Account json.Number `json:"account"`
			Scope   string      `json:"scope"`
		}
		if t.Claims(&claims) != nil {
			return "", 0, nil, false
		}
		account, _ := claims.Account.Int64()
		return t.Subject, account, strings.Fields(claims.Scope), true
	}
}
