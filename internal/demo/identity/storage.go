package identity

import (
	"context"
	"crypto/subtle"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// storage is everything that the provider knows, in memory. It implements op.Storage for both eras.
type storage struct {
	c     Config
	ender func(context.Context, *op.EndSessionRequest) // ends a session and tells the clients
	next  func(id string) string                       // where an authorization request goes next

	mu                 sync.Mutex
	keys               []*signingKey // the last one signs
	sessions           map[string]*sso
	requests           map[string]*authRequest
	codes              map[string]string // code → id of the authorization request
	access             map[string]*grant // id of an access token → what it is good for
	refresh            map[[32]byte]*refreshToken
	verified           map[[32]byte]string // hash of an access token → its id
	last               map[string]int64    // subject → account that they used last
	locked             map[string]bool     // subject → no password is good
	refreshes, replays int
}

// sso is a browser's session at the provider; its id is the sid of ID tokens.
type sso struct {
	id       string
	user     *User
	account  int64
	authTime time.Time
	clients  map[string]string // clients that got an ID token of it, and the issuer in it
	ended    bool
}

func newStorage(c Config) (*storage, error) {
	s := &storage{c: c, sessions: map[string]*sso{}, requests: map[string]*authRequest{}, codes: map[string]string{}, access: map[string]*grant{},
		refresh: map[[32]byte]*refreshToken{}, verified: map[[32]byte]string{}, last: map[string]int64{}, locked: map[string]bool{}}
	return s, s.rotate()
}

func (s *storage) rotate() error {
	k, err := newKey()
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys = append(s.keys, k)
	return nil
}

// Health implements op.Storage.
func (s *storage) Health(context.Context) error { return nil }

// SigningKey implements op.Storage.
func (s *storage) SigningKey(context.Context) (op.SigningKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keys[len(s.keys)-1], nil
}

// SignatureAlgorithms implements op.Storage.
func (s *storage) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.RS256}, nil
}

// KeySet implements op.Storage.
func (s *storage) KeySet(context.Context) ([]op.Key, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var keys []op.Key
	for _, k := range slices.Backward(s.keys) {
		keys = append(keys, publicKey{k})
	}
	return keys, nil
}

var errUnknown = errors.New("identity: unknown")

// GetClientByClientID implements op.Storage.
func (s *storage) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	for _, c := range s.c.Clients {
		if c.ID == id {
			return &client{Client: c, loginURL: s.next, ahead: s.c.Ahead()}, nil
		}
	}
	return nil, oidc.ErrInvalidClient()
}

// AuthorizeClientIDSecret implements op.Storage.
func (s *storage) AuthorizeClientIDSecret(_ context.Context, id, secret string) error {
	for _, c := range s.c.Clients {
		if c.ID == id && subtle.ConstantTimeCompare([]byte(c.Secret), []byte(secret)) == 1 {
			return nil
		}
	}
	return errUnknown
}

func (s *storage) user(id string) *User {
	for i := range s.c.Users {
		if s.c.Users[i].ID == id {
			return &s.c.Users[i]
		}
	}
	return nil
}

// byName returns the user with a user name.
func (s *storage) byName(username string) *User {
	for i := range s.c.Users {
		if s.c.Users[i].Username == username {
			return &s.c.Users[i]
		}
	}
	return nil
}

// byPassword returns the user that name, or e-mail address, and password belong to. Nobody has a password where there are buttons only.
func (s *storage) byPassword(username, password string) *User {
	if s.c.ButtonsOnly {
		return nil
	}
	for i := range s.c.Users {
		u := &s.c.Users[i]
		if (strings.EqualFold(u.Username, username) || strings.EqualFold(u.Email, username)) && subtle.ConstantTimeCompare([]byte(u.Password), []byte(password)) == 1 {
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.locked[u.ID] {
				return nil
			}
			return u
		}
	}
	return nil
}

// lock locks a user out, or lets them in again.
func (s *storage) lock(subject string, locked bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.locked[subject] = locked
}

// sweep forgets what is over, so that a demo that runs for weeks does not grow. The lock is held.
func (s *storage) sweep() {
	now := time.Now()
	if len(s.access) > 256 {
		for id, g := range s.access {
			if now.Sub(g.expires) > time.Minute {
				delete(s.access, id)
			}
		}
		clear(s.verified)
	}
	if len(s.refresh) > 4096 {
		for h, t := range s.refresh {
			if now.After(t.expires) || !t.used.IsZero() && now.Sub(t.used) > time.Hour {
				delete(s.refresh, h)
			}
		}
	}
	if len(s.requests) > 1024 {
		for id, r := range s.requests {
			if now.Sub(r.created) > 15*time.Minute {
				delete(s.requests, id)
			}
		}
		maps.DeleteFunc(s.codes, func(_, id string) bool { return s.requests[id] == nil })
	}
	if len(s.sessions) > 1024 {
		maps.DeleteFunc(s.sessions, func(_ string, session *sso) bool { return now.Sub(session.authTime) > sessionLife })
	}
}

// sessionLife is how long a browser is known at least. Tokens that it got live on.
const sessionLife = 24 * time.Hour
