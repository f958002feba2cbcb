package redis_test

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"portico/internal/rp"
	"portico/internal/secret"
	"portico/internal/session"
	"portico/internal/store/redis"
	"portico/internal/testserver"
	"portico/internal/token"
)

// A session with the tokens that the platform's identity server gives takes less than 2 KB of the server's memory.
func TestSize(t *testing.T) {
	t.Parallel()
	const people = 200
	server := testserver.StartRedis(t)
	s := open(t, redis.Config{Addresses: []string{server.Address()}})
	for n := range people {
		signIn(t, s, n)
	}
	records, all := int64(0), int64(0)
	for _, key := range server.Do(t, "KEYS", "*").([]any) {
		size := server.Do(t, "MEMORY", "USAGE", key, "SAMPLES", "0").(int64)
		all += size
		if name := key.(string); strings.HasSuffix(name, ":s") || strings.HasSuffix(name, ":t") {
			records += size
		}
	}
	t.Logf("each of %d sessions: %d bytes of records, %d with its places in indexes", people, records/people, all/people)
	if records/people > 2<<10 {
		t.Errorf("a session and its tokens take %d bytes", records/people)
	}
}

func jwt(header, claims string, signature int) secret.Text {
	b := make([]byte, signature)
	_, _ = rand.Read(b)
	encode := base64.RawURLEncoding.EncodeToString
	return secret.New(encode([]byte(header)) + "." + encode([]byte(claims)) + "." + encode(b))
}

// signIn makes a session with tokens as a Keycloak makes them, in the form in which the portal keeps them.
func signIn(t *testing.T, s *redis.Store, n int) {
	t.Helper()
	keys, err := session.NewKeyring(session.NewKey(time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	sub, sid := fmt.Sprintf("0c3e3d6a-8f7d-4c8e-9e52-%012x", n), fmt.Sprintf("b1e2a5f0-5f0a-4f3b-8f7e-%012x", n)
	const issuer = "https://identity.opinum.com/realms/opinum"
	claims := fmt.Sprintf(`{"exp":1795664417,"iat":1795664357,"auth_time":1795664357,"jti":"onrtac:%s","iss":"%s","aud":["datahub-api","account"],"sub":"%s","typ":"Bearer","azp":"portico","sid":"%s","acr":"1","allowed-origins":["https://portal.example.com"],"realm_access":{"roles":["default-roles-opinum","offline_access","uma_authorization"]},"resource_access":{"account":{"roles":["manage-account","manage-account-links","view-profile"]}},"scope":"openid profile email datahub-api","email_verified":true,"account":"101","name":"Victor Lambert","preferred_username":"viewer","given_name":"Victor","family_name":"Lambert","email":"viewer@noordzee.example"}`, rand.Text(), issuer, sub, sid)
	refresh := fmt.Sprintf(`{"exp":1795666157,"iat":1795664357,"jti":"%s","iss":"%s","aud":"%[2]s","sub":"%s","typ":"Refresh","azp":"portico","sid":"%s","scope":"openid profile email web-origins roles acr basic datahub-api"}`, rand.Text(), issuer, sub, sid)
	m, err := token.New(token.Config{Store: s.Tokens(), Keys: keys, Refresher: nobody{}, End: s.Sessions().Delete})
	if err != nil {
		t.Fatal(err)
	}
	h := session.NewHandle()
	tokens := rp.Tokens{Access: jwt(`{"alg":"RS256","typ" : "JWT","kid" : "FJ86GcF3jTbNLOco4NvZkUCIUmfYCqoqtOQeMfbhNlE"}`, claims, 256), Refresh: jwt(`{"alg":"HS512","typ" : "JWT","kid" : "9ce2f3a0-1b9c-4d3f-8b1a-7f2f0d8a9c55"}`, refresh, 64),
		ExpiresIn: 5 * time.Minute, Scopes: []string{"openid", "profile", "email", "datahub-api"}}
	if err := m.Start(t.Context(), h, tokens, rp.Identity{Issuer: issuer, Subject: sub, SID: sid, Account: "101"}, time.Now().Add(12*time.Hour)); err != nil {
		t.Fatal(err)
	}
	cookies, err := session.NewCookies(session.Config{Store: s.Sessions(), Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	who := session.Identity{Issuer: issuer, Subject: sub, SID: sid, Name: "Victor Lambert", Email: "viewer@noordzee.example", Account: "101", AccountName: "Noordzee Energie", AuthTime: time.Now()}
	if _, err := cookies.Start(t.Context(), httptest.NewRecorder(), h, who, session.StartOptions{LoginStarted: time.Now(), About: session.About{Browser: "Firefox", System: "Windows", Address: "192.0.2.117"}}); err != nil {
		t.Fatal(err)
	}
}

// nobody is a token endpoint that is never asked.
type nobody struct{}

func (nobody) Refresh(context.Context, secret.Text, string) (rp.Tokens, error) {
	panic("nobody refreshes")
}
func (nobody) CheckRefreshed(context.Context, rp.Tokens, rp.Identity) error { return nil }
func (nobody) Revoke(context.Context, secret.Text, string) error            { return nil }
