package session

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"portico/internal/epoch"
)

// Identity is who signed in. A person is (Issuer, Subject); the rest is for showing.
type Identity struct {
	Issuer  string
	Subject string
	SID     string // the provider's session id, "" when it gives none
	Name    string
	Email   string
	Account string // Data Hub account, "" when the provider does not say
	// AccountName is the account's name, for showing, "" when nobody said.
	AccountName string
	Role        string    // what lets the person do more than others, as the provider said at sign-in, "" for nothing
	AuthTime    time.Time // zero when the provider does not say
}

// payload is what a session record seals: a plain, versioned form.
type payload struct {
	Version  int               `json:"v"`
	Issuer   string            `json:"iss"`
	Subject  string            `json:"sub"`
	SID      string            `json:"sid,omitempty"`
	Name     string            `json:"name,omitempty"`
	Email    string            `json:"email,omitempty"`
	Account  string            `json:"account,omitempty"`
	AccName  string            `json:"account_name,omitempty"`
	Role     string            `json:"role,omitempty"`
	AuthTime int64             `json:"auth_time,omitempty"`
	Created  int64             `json:"created"`
	Expires  int64             `json:"expires"`
	Idle     int64             `json:"idle"` // seconds
	Stay     bool              `json:"stay,omitempty"`
	Values   map[string]string `json:"values,omitempty"`
}

const payloadVersion = 1

// errPayload says that a sealed text opened but holds no session of this version.
var errPayload = errors.New("session: record of another version")

func encode(s *Session) ([]byte, error) {
	b, err := json.Marshal(payload{
		Version: payloadVersion, Issuer: s.Identity.Issuer, Subject: s.Identity.Subject, SID: s.Identity.SID, Name: s.Identity.Name, Email: s.Identity.Email,
		Account: s.Identity.Account, AccName: s.Identity.AccountName, Role: s.Identity.Role, AuthTime: epoch.Seconds(s.Identity.AuthTime), Created: epoch.Seconds(s.Created), Expires: epoch.Seconds(s.Expires), Idle: int64(s.idle / time.Second),
		Stay: s.StaySignedIn, Values: s.Values,
	})
	if err == nil && len(b) > MaxSealed {
		err = fmt.Errorf("session: %d bytes of values are more than %d", len(b), MaxSealed)
	}
	return b, err
}

func decode(b []byte) (*Session, error) {
	var p payload
	if err := json.Unmarshal(b, &p); err != nil || p.Version != payloadVersion || p.Issuer == "" || p.Subject == "" {
		return nil, errPayload
	}
	if p.Values == nil {
		p.Values = map[string]string{}
	}
	return &Session{
		Identity: Identity{Issuer: p.Issuer, Subject: p.Subject, SID: p.SID, Name: p.Name, Email: p.Email, Account: p.Account, AccountName: p.AccName, Role: p.Role, AuthTime: epoch.FromSeconds(p.AuthTime)},
		Created:  epoch.FromSeconds(p.Created), Expires: epoch.FromSeconds(p.Expires), idle: time.Duration(p.Idle) * time.Second, StaySignedIn: p.Stay, Values: p.Values,
	}, nil
}

// recordData is the associated data of a record: it cannot be moved to another id, kind or version.
func recordData(id ID, version int64) []byte {
	return binary.BigEndian.AppendUint64(append(make([]byte, 0, 40), id[:]...), uint64(version))
}

// seenData is what SeenTag authenticates.
func seenData(id ID, seen time.Time) []byte { return recordData(id, seen.Unix()) }
