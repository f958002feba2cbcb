package interop

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// realmFile is what operators import to try the portal out. Every realm of these tests is made of it.
const realmFile = "../../deploy/keycloak/portico-realm.json"

// keycloakProvider gives each test a client of its own, on one Keycloak.
type keycloakProvider struct{}

func (keycloakProvider) can(what ability) bool { return what != findsAccounts }

func (keycloakProvider) deploy(t *testing.T, portal string, s settings) *identityServer {
	t.Helper()
	return realmFor(t, s.reuse).deploy(t, portal, s).identityServer
}

// realm is a realm of Keycloak. Several tests share one, because making one takes seconds.
type realm struct {
	name   string
	client map[string]any // the portal's, as the file has it
}

var (
	making sync.Mutex // Keycloak makes one realm faster than two at once
	shared = map[reuse]*realm{}
	made   atomic.Int64
)

// realmFor returns the realm with a setting of refresh tokens.
func realmFor(t *testing.T, r reuse) *realm {
	t.Helper()
	runningKeycloak(t)
	making.Lock()
	defer making.Unlock()
	if shared[r] == nil {
		shared[r] = makeRealm(t, func(realm map[string]any) {
			realm["revokeRefreshToken"], realm["refreshTokenMaxReuse"] = r != always, map[reuse]int{onceMore: 1}[r]
		})
	}
	return shared[r]
}

// makeRealm makes a realm as the file has it, but for its name and a change.
func makeRealm(t *testing.T, change func(realm map[string]any)) *realm {
	t.Helper()
	raw, err := os.ReadFile(realmFile)
	if err != nil {
		t.Fatal(err)
	}
	var def map[string]any
	if err := json.Unmarshal(raw, &def); err != nil {
		t.Fatal(err)
	}
	def["realm"], def["bruteForceProtected"] = fmt.Sprint("portico-", made.Add(1)), false // protected users cannot sign in twice at once, as those of these tests do
	change(def)
	r := &realm{name: def["realm"].(string), client: def["clients"].([]any)[0].(map[string]any)}
	keycloak.admin(t, http.MethodPost, "", def)
	return r
}

// keycloakClient is a portal's registration, under an address of its own: Keycloak names its issuer as it was asked at a sign-in, and keeps to that name in the
// session's logout tokens, by whatever address an administrator comes.
type keycloakClient struct {
	*identityServer
	realm *realm
	id    string // client_id
	key   string // Keycloak's own
}

// deploy registers a portal: as in the file, but for its addresses, the life of access tokens, and changes.
func (r *realm) deploy(t *testing.T, portal string, s settings, changes ...func(client, attributes map[string]any)) *keycloakClient {
	t.Helper()
	c := &keycloakClient{realm: r, id: fmt.Sprint("portico-", made.Add(1)), identityServer: &identityServer{front: newFront(t)}}
	c.lead(forward(keycloak.address))
	b, err := json.Marshal(r.client)
	if err != nil {
		t.Fatal(err)
	}
	var client map[string]any
	if err := json.Unmarshal(bytes.ReplaceAll(b, []byte("http://localhost:8080"), []byte(portal)), &client); err != nil {
		t.Fatal(err)
	}
	attributes := client["attributes"].(map[string]any)
	client["clientId"], attributes["access.token.lifespan"] = c.id, strconv.Itoa(int(s.life/time.Second))
	attributes["require.pushed.authorization.requests"] = strconv.FormatBool(s.push)
	if s.auth == "private_key_jwt" {
		client["clientAuthenticatorType"], attributes["use.jwks.url"], attributes["jwks.url"] = "client-jwt", "true", portal+"/auth/jwks.json"
	}
	for _, change := range changes {
		change(client, attributes)
	}
	keycloak.admin(t, http.MethodPost, "/"+r.name+"/clients", client)
	var found []struct{ ID string }
	read(t, keycloak.admin(t, http.MethodGet, "/"+r.name+"/clients?clientId="+c.id, nil), &found)
	c.key = found[0].ID
	issuer := c.origin + "/realms/" + r.name
	c.env, c.check = []string{"DATAHUB_AUTH_URL=" + issuer, "DATAHUB_CLIENT_ID=" + c.id}, bearer(issuer, issuer+"/protocol/openid-connect/certs")
	c.end = c.endSessions
	c.newKeys = func(t *testing.T) {
		keycloak.admin(t, http.MethodPost, "/"+r.name+"/components", map[string]any{
			"name": fmt.Sprint("newer-", made.Add(1)), "providerId": "rsa-generated", "providerType": "org.keycloak.keys.KeyProvider", "config": map[string][]string{"priority": {strconv.FormatInt(200+made.Load(), 10)}},
		})
	}
	return c
}

// endSessions ends the sessions that a person has with this portal, as an administrator does in the console.
func (c *keycloakClient) endSessions(t *testing.T, _ *person, u user) {
	t.Helper()
	for _, id := range c.sessions(t, u) {
		keycloak.admin(t, http.MethodDelete, "/"+c.realm.name+"/sessions/"+id, nil)
	}
}

// sessions returns the sessions of a person in which this portal takes part.
func (c *keycloakClient) sessions(t *testing.T, u user) (ids []string) {
	t.Helper()
	var sessions []struct {
		ID      string
		Clients map[string]string
	}
	read(t, keycloak.admin(t, http.MethodGet, "/"+c.realm.name+"/users/"+c.realm.userID(t, u)+"/sessions", nil), &sessions)
	for _, s := range sessions {
		if s.Clients[c.key] != "" {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

func (r *realm) userID(t *testing.T, u user) string {
	t.Helper()
	var found []struct{ ID string }
	read(t, keycloak.admin(t, http.MethodGet, "/"+r.name+"/users?exact=true&username="+url.QueryEscape(u.name), nil), &found)
	if len(found) != 1 {
		t.Fatalf("%d users are called %s", len(found), u.name)
	}
	return found[0].ID
}

func read(t *testing.T, answer []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(answer, into); err != nil {
		t.Fatalf("%v: %s", err, answer)
	}
}
