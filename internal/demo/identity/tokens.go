package identity

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// grant is a sign-in's result, shared by all tokens that come of it.
type grant struct {
	family   string
	user     *User
	clientID string
	sid      string
	account  int64
	scopes   []string
	authTime time.Time
	expires  time.Time // of the access token, in access
}

type refreshToken struct {
	grant
	value   string
	expires time.Time
	used    time.Time // zero until it was presented
}

// CreateAccessToken implements op.Storage.
func (s *storage) CreateAccessToken(_ context.Context, r op.TokenRequest) (string, time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, expires := s.newAccess(grantOf(r))
	return id, expires, nil
}

// CreateAccessAndRefreshTokens implements op.Storage.
func (s *storage) CreateAccessAndRefreshTokens(_ context.Context, r op.TokenRequest, current string) (string, string, time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := grantOf(r)
	id, expires := s.newAccess(g)
	if current != "" {
		s.refreshes++
		if s.c.RefreshPolicy == Reusable {
			return id, current, expires, nil
		}
	}
	return id, s.newRefresh(g), expires, nil
}

// newAccess notes an access token and returns its id and the end that is written into it, by a clock that may be ahead. The lock is held.
func (s *storage) newAccess(g grant) (string, time.Time) {
	g.expires = time.Now().Add(s.c.AccessTokenLifetime)
	id := rand.Text()
	s.access[id] = &g
	s.sweep()
	return id, g.expires.Add(s.c.Ahead())
}

// newRefresh notes a refresh token and returns it. The lock is held.
func (s *storage) newRefresh(g grant) string {
	value := "rt." + rand.Text() + "." + rand.Text()
	s.refresh[sha256.Sum256([]byte(value))] = &refreshToken{grant: g, value: value, expires: time.Now().Add(s.c.RefreshTokenLifetime)}
	return value
}

// choose is the account that a user gets who names one, or none: then the one that they used last, the first one at first. It returns false for an account
// that is not theirs.
func (s *storage) choose(u *User, wanted int64) (int64, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.chosen(u, wanted)
}

// chosen is choose with the lock held.
func (s *storage) chosen(u *User, wanted int64) (int64, bool) {
	account := cmp.Or(wanted, s.last[u.ID], u.Accounts[0].ID)
	if !u.account(account) {
		return 0, false
	}
	s.last[u.ID] = account
	return account, true
}

// TokenRequestByRefreshToken implements op.Storage. It is where a refresh token is used up. In the Keycloak era a refresh that does not name the account again comes
// back for the one that the user used last.
func (s *storage) TokenRequestByRefreshToken(ctx context.Context, value string) (op.RefreshTokenRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.refresh[sha256.Sum256([]byte(value))]
	now := time.Now()
	if t == nil || now.After(t.expires) {
		return nil, op.ErrInvalidRefreshToken
	}
	if !t.used.IsZero() && s.c.RefreshPolicy != Reusable {
		s.replays++
		s.c.Log.Warn("refresh token presented again", "subject", t.user.ID, "policy", string(s.c.RefreshPolicy))
		if s.c.RefreshPolicy == Strict || now.Sub(t.used) > time.Minute {
			s.endFamily(t.family)
			return nil, op.ErrInvalidRefreshToken
		}
	} else {
		t.used = now
	}
	s.c.Log.Info("refresh token taken", "subject", t.user.ID)
	g := t.grant
	if op.IssuerFromContext(ctx) != s.c.Issuer {
		b, _ := ctx.Value(browserKey{}).(browser)
		var ok bool
		if g.account, ok = s.chosen(g.user, b.account); !ok {
			return nil, op.ErrInvalidRefreshToken
		}
	}
	return &refreshRequest{grant: g}, nil
}

// GetRefreshTokenInfo implements op.Storage.
func (s *storage) GetRefreshTokenInfo(_ context.Context, _, value string) (string, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.refresh[sha256.Sum256([]byte(value))]; t != nil {
		return t.user.ID, value, nil
	}
	return "", "", op.ErrInvalidRefreshToken
}

// introspect checks an access token's signature, once, and whether it still counts.
func (s *storage) introspect(token string) (subject string, account int64, scopes []string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.granted(token)
	if g == nil || !time.Now().Before(g.expires) {
		return "", 0, nil, false
	}
	return g.user.ID, g.account, slices.Clone(g.scopes), true
}

// granted returns what an access token was good for, nil for one that is not ours or that was taken back. The lock is held.
func (s *storage) granted(token string) *grant {
	hash := sha256.Sum256([]byte(token))
	id, seen := s.verified[hash]
	if !seen {
		var ours bool
		if id, ours = s.verify(token); !ours {
			return nil
		}
		s.verified[hash] = id
	}
	return s.access[id]
}

func (s *storage) signInOf(token string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g := s.granted(token); g != nil {
		return g.sid
	}
	return ""
}

// verify returns the id of a token that one of our keys signed. The lock is held.
func (s *storage) verify(token string) (string, bool) {
	jws, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return "", false
	}
	for _, k := range s.keys {
		payload, err := jws.Verify(&k.key.PublicKey)
		if err != nil {
			continue
		}
		var claims struct {
			ID string `json:"jti"`
		}
		err = json.Unmarshal(payload, &claims)
		return claims.ID, err == nil && claims.ID != ""
	}
	return "", false
}

func (s *storage) refreshCount() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refreshes
}

func (s *storage) replayCount() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.replays
}
