package rp

import (
	"cmp"
	"encoding/json"
	"maps"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Identity is who signed in, as the provider says. A person is (Issuer, Subject) and nothing else.
type Identity struct {
	Issuer            string
	Subject           string
	SID               string // the provider's session
	Name              string
	PreferredUsername string
	Email             string
	Account           string // Data Hub account, "" when the provider does not say
	AccountName       string
	Role              string // Config.Role when the person has it, else ""
	ACR               string
	NonceHash         string    // of the sign-in's nonce, "" for none; an ID token that a refresh brings has the same or none
	AuthTime          time.Time // zero when the provider does not say
	IssuedAt          time.Time
}

// claims are what we read of an ID token or a userinfo answer.
type claims struct {
	Issuer            string   `json:"iss"`
	Subject           string   `json:"sub"`
	Audience          audience `json:"aud"`
	SID               string   `json:"sid"`
	Name              string   `json:"name"`
	PreferredUsername string   `json:"preferred_username"`
	Email             string   `json:"email"`
	ACR               string   `json:"acr"`
	Nonce             string   `json:"nonce"`
	AccessTokenHash   *string  `json:"at_hash"`
	AZP               *string  `json:"azp"`
	Expiry            *instant `json:"exp"`
	IssuedAt          *instant `json:"iat"`
	NotBefore         *instant `json:"nbf"`
	AuthTime          *instant `json:"auth_time"`
	Account           any      `json:"account"`
	AccountName       string   `json:"account_name"`
	AccountID         any      `json:"accountId"`
	AccountUnderscore any      `json:"account_id"`
	AccountURI        any      `json:"http://opisense.opinum.com/account"`
	role              string
	saysRoles         bool
}

// audience is one name or a list of them (RFC 7519 section 4.1.3).
type audience []string

// UnmarshalJSON implements [json.Unmarshaler].
func (a *audience) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*a = audience{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(a))
}

// instant is a NumericDate (RFC 7519 section 2).
type instant float64

func (i *instant) time() time.Time {
	if i == nil {
		return time.Time{}
	}
	return time.UnixMilli(int64(min(max(float64(*i), 0), 1e11) * 1000)).UTC()
}

func identity(issuer string, cl claims) Identity {
	id := Identity{Issuer: issuer, Subject: cl.Subject, SID: cl.SID, Name: cl.Name, PreferredUsername: cl.PreferredUsername, Email: cl.Email, AccountName: cl.AccountName, Role: cl.role, ACR: cl.ACR, AuthTime: cl.AuthTime.time(), IssuedAt: cl.IssuedAt.time()}
	for _, v := range []any{cl.Account, cl.AccountID, cl.AccountUnderscore, cl.AccountURI} {
		switch a := v.(type) {
		case string:
			id.Account = cmp.Or(id.Account, a)
		case float64:
			id.Account = cmp.Or(id.Account, strconv.FormatFloat(a, 'f', -1, 64))
		}
	}
	return id
}

// readClaims reads the claims of an ID token or a userinfo answer.
func (c *Client) readClaims(data []byte) (claims, error) {
	var cl claims
	if err := json.Unmarshal(exactly(data), &cl); err != nil {
		return claims{}, err
	}
	cl.role, cl.saysRoles = c.c.role(data)
	return cl, nil
}

// exactly leaves out the members whose names have capitals or letters beyond ASCII. Names of claims tell one from the other (RFC 7519 section 10.1.1), encoding/json does not: a claim SUB that people may
// fill in themselves would be taken for sub. Of those that are read, accountId alone has a capital.
func exactly(data []byte) []byte {
	var all map[string]json.RawMessage
	if json.Unmarshal(data, &all) != nil {
		return data
	}
	maps.DeleteFunc(all, func(name string, _ json.RawMessage) bool {
		return name != "accountId" && strings.ContainsFunc(name, func(r rune) bool { return r >= 'A' && r <= 'Z' || r >= utf8.RuneSelf })
	})
	kept, err := json.Marshal(all)
	if err != nil {
		return data
	}
	return kept
}
