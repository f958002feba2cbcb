package identity

import (
	"net/http"
	"testing"
	"time"

	"portico/internal/demo/fault"
)

func TestTokensOfOneVisitorEnd(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		end     func(*Provider, fault.Whose)
		refresh int // status of a refresh afterwards
	}{
		"expired": {(*Provider).ExpireAccessTokens, http.StatusOK},
		"revoked": {(*Provider).RevokeTokens, http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVisit(t, "")
			first, second := v.signIn(), v.signInAgain() // one session, two grants
			sid, _ := claims(t, first["id_token"])["sid"].(string)
			tt.end(v.p, fault.Whose{SID: "another"})
			tt.end(v.p, fault.Whose{SID: sid, Subject: "another"})
			for _, tokens := range []map[string]any{first, second} {
				if _, _, _, ok := v.p.Introspect(tokens["access_token"].(string)); !ok {
					t.Fatal("somebody else's tokens are meant")
				}
			}
			tt.end(v.p, fault.Whose{SID: sid})
			for _, tokens := range []map[string]any{first, second} {
				if _, _, _, ok := v.p.Introspect(tokens["access_token"].(string)); ok {
					t.Error("an access token is taken")
				}
				if status, m := v.token(refresh(tokens["refresh_token"])); status != tt.refresh {
					t.Errorf("a refresh: %d %v, want %d", status, m, tt.refresh)
				}
			}
			if fresh := v.signInAgain(); fresh["access_token"] == nil {
				t.Errorf("the browser's session has ended: %v", fresh)
			}
		})
	}
}

func TestClockAhead(t *testing.T) {
	t.Parallel()
	for _, ahead := range []time.Duration{5 * time.Minute, -5 * time.Minute} {
		v := newVisit(t, "", func(c *Config) { c.Ahead = func() time.Duration { return ahead } })
		tokens := v.signIn()
		id, access := claims(t, tokens["id_token"]), claims(t, tokens["access_token"])
		for name, want := range map[string]struct {
			at   any
			from time.Duration // from the right time
		}{"iat": {id["iat"], ahead}, "exp": {id["exp"], ahead + 10*time.Minute}, "iat of the access token": {access["iat"], ahead}, "exp of the access token": {access["exp"], ahead + time.Minute}} {
			at, _ := want.at.(float64)
			if off := time.Until(time.Unix(int64(at), 0)) - want.from; off.Abs() > 10*time.Second {
				t.Errorf("ahead by %v: %s is off by %v", ahead, name, off)
			}
		}
		if in, _ := tokens["expires_in"].(float64); in < 50 || in > 60 {
			t.Errorf("ahead by %v: expires_in %v, want the lifetime", ahead, tokens["expires_in"])
		}
		if _, _, _, ok := v.p.Introspect(tokens["access_token"].(string)); !ok {
			t.Errorf("ahead by %v: the access token is not taken", ahead)
		}
	}
}
