package interop

import (
	"crypto/hmac"
	"crypto/sha1"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"testing"
	"time"
)

// levels is a realm where gold means a second factor. A portal that wants gold gets it, from people who have one; and a portal that wants nothing asks nobody.
func levels(t *testing.T) {
	r := &registration{realm: realmWithLevels(t)}
	d := deploy(t, r, settings{life: time.Minute, reuse: oneTime})
	p := newPerson(t, d.portal)
	p.signIn("/sites", operator).want(t, http.StatusOK, "/sites")

	strong := &registration{realm: r.realm}
	d = deploy(t, strong, settings{life: time.Minute, reuse: oneTime}, "PORTICO_LOGIN_ACR_VALUES=gold")
	p = newPerson(t, d.portal)
	g := p.signIn("/sites", operator)
	f := g.Form("otp")
	if f == nil {
		t.Fatalf("no second factor is asked for, at %s with %d\n%s", g.URL(), g.StatusCode, g.Body)
	}
	p.arrives(p.Send(f, url.Values{"otp": {otp(time.Now())}})).want(t, http.StatusOK, "/sites", operator.shown)
}

const otpKey = "portico-interop-otp!"

// otp is the time-based one-time password of RFC 6238: 30 s, six digits, SHA-1.
func otp(now time.Time) string {
	mac := hmac.New(sha1.New, []byte(otpKey))
	step := make([]byte, 8)
	big.NewInt(now.Unix() / 30).FillBytes(step)
	mac.Write(step)
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	code := new(big.Int).SetBytes(sum[at:at+4]).Int64() & 0x7fffffff
	return fmt.Sprintf("%06d", code%1e6)
}

// realmWithLevels makes a realm whose browser flow has two levels: silver is a password, gold a one-time password after it, which the operator has.
func realmWithLevels(t *testing.T) *realm {
	t.Helper()
	runningKeycloak(t)
	making.Lock()
	defer making.Unlock()
	r := makeRealm(t, func(realm map[string]any) {
		realm["attributes"] = map[string]string{"acr.loa.map": `{"silver":1,"gold":2}`}
		u := realm["users"].([]any)[0].(map[string]any)
		u["credentials"] = append(u["credentials"].([]any), map[string]any{"type": "otp", "secretData": `{"value":"` + otpKey + `"}`, "credentialData": `{"subType":"totp","digits":6,"counter":0,"period":30,"algorithm":"HmacSHA1"}`})
	})
	flows := "/" + r.name + "/authentication/flows/"
	keycloak.admin(t, http.MethodPost, "/"+r.name+"/authentication/flows", map[string]any{"alias": "levels", "providerId": "basic-flow", "topLevel": true})
	execution := func(flow, provider string) {
		keycloak.admin(t, http.MethodPost, flows+flow+"/executions/execution", map[string]any{"provider": provider})
	}
	subflow := func(flow, alias string) {
		keycloak.admin(t, http.MethodPost, flows+flow+"/executions/flow", map[string]any{"alias": alias, "type": "basic-flow", "provider": "registration-page-form", "description": alias})
	}
	execution("levels", "auth-cookie")
	subflow("levels", "steps")
	for level, provider := range []string{"auth-username-password-form", "auth-otp-form"} {
		alias := fmt.Sprint("level-", level+1)
		subflow("steps", alias)
		execution(alias, "conditional-level-of-authentication")
		execution(alias, provider)
	}
	r.require(t, flows+"levels/executions")
	keycloak.admin(t, http.MethodPut, "/"+r.name, map[string]any{"realm": r.name, "browserFlow": "levels"})
	return r
}

// require sets what each step of the flow needs, and the levels of its conditions.
func (r *realm) require(t *testing.T, path string) {
	t.Helper()
	needs := map[string]string{"auth-cookie": "ALTERNATIVE", "steps": "ALTERNATIVE", "level-1": "CONDITIONAL", "level-2": "CONDITIONAL", "conditional-level-of-authentication": "REQUIRED", "auth-username-password-form": "REQUIRED", "auth-otp-form": "REQUIRED"}
	var steps []map[string]any
	read(t, keycloak.admin(t, http.MethodGet, path, nil), &steps)
	level := 0
	for _, step := range steps {
		name, _ := step["providerId"].(string)
		if name == "" {
			name, _ = step["displayName"].(string)
		}
		step["requirement"] = needs[name]
		keycloak.admin(t, http.MethodPut, path, step)
		if name == "conditional-level-of-authentication" {
			level++
			keycloak.admin(t, http.MethodPost, "/"+r.name+"/authentication/executions/"+step["id"].(string)+"/config", map[string]any{"alias": fmt.Sprint("condition-", level), "config": map[string]string{"loa-condition-level": fmt.Sprint(level), "loa-max-age": "36000"}})
		}
	}
}
