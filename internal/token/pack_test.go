package token

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"reflect"
	"strings"
	"testing"

	"portico/internal/session"
)

func jwt(header, claims string, signature int) string {
	b := make([]byte, signature)
	_, _ = rand.Read(b)
	return base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + "." + base64.RawURLEncoding.EncodeToString(b)
}

// keycloak returns an access and a refresh token as the platform's identity server makes them.
func keycloak() (access, refresh string) {
	access = jwt(`{"alg":"RS256","typ" : "JWT","kid" : "FJ86GcF3jTbNLOco4NvZkUCIUmfYCqoqtOQeMfbhNlE"}`, `{"exp":1795664417,"iat":1795664357,"auth_time":1795664357,"jti":"onrtac:5c4e0b5e-7a1f-4d3c-9f55-0a5b7ab0e111","iss":"https://identity.opinum.com/realms/opinum","aud":["datahub-api","account"],"sub":"0c3e3d6a-8f7d-4c8e-9e52-2c5b5a4f1e11","typ":"Bearer","azp":"portico","sid":"b1e2a5f0-5f0a-4f3b-8f7e-3f2f0d8a9c11","acr":"1","allowed-origins":["https://portal.example.com"],"realm_access":{"roles":["default-roles-opinum","offline_access","uma_authorization"]},"resource_access":{"account":{"roles":["manage-account","manage-account-links","view-profile"]}},"scope":"openid profile email datahub-api","email_verified":true,"account":"101","name":"Victor Lambert","preferred_username":"viewer","given_name":"Victor","family_name":"Lambert","email":"viewer@noordzee.example"}`, 256)
	refresh = jwt(`{"alg":"HS512","typ" : "JWT","kid" : "9ce2f3a0-1b9c-4d3f-8b1a-7f2f0d8a9c55"}`, `{"exp":1795666157,"iat":1795664357,"jti":"8a4e0b5e-7a1f-4d3c-9f55-0a5b7ab0e222","iss":"https://identity.opinum.com/realms/opinum","aud":"https://identity.opinum.com/realms/opinum","sub":"0c3e3d6a-8f7d-4c8e-9e52-2c5b5a4f1e11","typ":"Refresh","azp":"portico","sid":"b1e2a5f0-5f0a-4f3b-8f7e-3f2f0d8a9c11","scope":"openid profile email web-origins roles acr basic datahub-api"}`, 64)
	return access, refresh
}

func TestPack(t *testing.T) {
	access, refresh := keycloak()
	typical := payload{Version: payloadVersion, Scopes: []string{"openid", "profile", "email", "datahub-api"}, Issuer: "https://identity.opinum.com/realms/opinum", Subject: "0c3e3d6a-8f7d-4c8e-9e52-2c5b5a4f1e11",
		SID: "b1e2a5f0-5f0a-4f3b-8f7e-3f2f0d8a9c11", Account: "101", Access: access, Refresh: refresh}
	for name, p := range map[string]payload{
		"typical":         typical,
		"nothing":         {Version: payloadVersion},
		"opaque":          {Version: payloadVersion, Access: "rt.MKZX2OZVA7UU5NBGSVGUZWHUM4.HLHQAKTHF2NLSY5HCHX22WCPS", Refresh: "ü\x00 . .", IDToken: "a.b"},
		"nearly JWTs":     {Version: payloadVersion, Access: "e30.e30.e3", Refresh: "e30.e30.e3B", IDToken: "e30.e3\n0.e30"},
		"empty parts":     {Version: payloadVersion, Access: "..", Refresh: "e30..", IDToken: "..."},
		"large":           {Version: payloadVersion, Access: jwt("{}", strings.Repeat("x", 40<<10), 64)},
		"empty signature": {Version: payloadVersion, Access: "e30.e30."},
		"signatures":      {Version: payloadVersion, Access: access, Refresh: "e30.e30.", IDToken: refresh},
	} {
		b, err := pack(p)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := unpack(b); err != nil || !reflect.DeepEqual(got, p) {
			t.Errorf("%s: came back as %+v, %v", name, got, err)
		}
	}
	if b, _ := pack(typical); len(b) > 850 {
		t.Errorf("%d bytes of typical tokens take %d", len(access)+len(refresh), len(b))
	}
	if _, err := pack(payload{Version: payloadVersion, Access: strings.Repeat("x", session.MaxSealed)}); err == nil {
		t.Error("more than MaxSealed is packed")
	}
}

// What older processes packed can be read as long as payloadVersion stays.
func TestPackedStaysReadable(t *testing.T) {
	old, err := hex.DecodeString(packed)
	if err != nil {
		t.Fatal(err)
	}
	if p, err := unpack(old); err != nil || p.Subject != "7be40911-viewer" || p.Access != "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL29wIn0.AAEC" || p.Refresh != "opaque" || p.IDToken != "" {
		t.Errorf("unpack = %+v, %v: raise payloadVersion when the form or the words change", p, err)
	}
}

// What a newer program says besides is passed over, as long as the version is ours; when this one packs again it is left out.
func TestUnpackOfANewerProgram(t *testing.T) {
	plain := appendText(nil, `{"v":3,"iss":"http://op","later":{"x":[1]},"sub":"alice"}`)
	for _, token := range []string{"access", "refresh", ""} {
		plain, _ = appendToken(plain, nil, token)
	}
	b, err := deflate(plain)
	if err != nil {
		t.Fatal(err)
	}
	want := payload{Version: payloadVersion, Issuer: "http://op", Subject: "alice", Access: "access", Refresh: "refresh"}
	if got, err := unpack(b); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("unpack = %+v, %v, want %+v", got, err, want)
	}
}

func TestUnpackRefusesOtherThings(t *testing.T) {
	b, err := pack(payload{Version: payloadVersion, Access: "a", Refresh: "e30.e30.e30"})
	if err != nil {
		t.Fatal(err)
	}
	for n := range b {
		if _, err := unpack(b[:n]); !errors.Is(err, session.ErrSealed) {
			t.Errorf("the first %d of %d bytes: %v", n, len(b), err)
		}
	}
	other, err := pack(payload{Version: payloadVersion + 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := unpack(other); !errors.Is(err, session.ErrSealed) {
		t.Errorf("another version: %v", err)
	}
}

func FuzzUnpack(f *testing.F) {
	access, refresh := keycloak()
	b, err := pack(payload{Version: payloadVersion, Access: access, Refresh: refresh})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := unpack(b)
		if err != nil {
			return
		}
		again, err := pack(p)
		if errors.Is(err, ErrTooLarge) { // what unpacks may be larger than what is packed
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if got, err := unpack(again); err != nil || !reflect.DeepEqual(got, p) {
			t.Errorf("%+v comes back as %+v, %v", p, got, err)
		}
	})
}

func BenchmarkUnpack(b *testing.B) {
	access, refresh := keycloak()
	packed, err := pack(payload{Version: payloadVersion, Access: access, Refresh: refresh})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := unpack(packed); err != nil {
			b.Fatal(err)
		}
	}
}

// packed is what pack made of a small payload of version 3.
const packed = "3284b913610538cae1469827a59a18581a1aea820a8ad422a55a667e54efd78a54a3b92fbf40a99699912dbf20b1b034959101100000ffff000102"
