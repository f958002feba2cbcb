package identity

import (
	"context"
	"crypto/sha256"
	"maps"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"

	"portico/internal/demo/fault"
)

// endFamily ends all tokens of one sign-in. The lock is held.
func (s *storage) endFamily(family string) {
	for h, t := range s.refresh {
		if t.family == family {
			delete(s.refresh, h)
		}
	}
	for id, g := range s.access {
		if g.family == family {
			delete(s.access, id)
		}
	}
}

// RevokeToken implements op.Storage (RFC 7009): a refresh token takes everything of its sign-in with it.
func (s *storage) RevokeToken(_ context.Context, tokenOrID, userID, clientID string) *oidc.Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.refresh[sha256.Sum256([]byte(tokenOrID))]; t != nil {
		if t.clientID != clientID {
			return oidc.ErrInvalidClient().WithDescription("token was not issued for this client")
		}
		s.endFamily(t.family)
		return nil
	}
	if g := s.access[tokenOrID]; g != nil && g.clientID == clientID {
		delete(s.access, tokenOrID)
	}
	return nil
}

func (s *storage) expireAccess(whose fault.Whose) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.access {
		if whose.Are(g.sid, g.user.ID) {
			g.expires = time.Time{}
		}
	}
}

func (s *storage) revokeTokens(whose fault.Whose) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.access, func(_ string, g *grant) bool { return whose.Are(g.sid, g.user.ID) })
	maps.DeleteFunc(s.refresh, func(_ [32]byte, t *refreshToken) bool { return whose.Are(t.sid, t.user.ID) })
}

func (s *storage) revokeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.access)
	clear(s.refresh)
	clear(s.sessions)
}

func (s *storage) live() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, t := range s.refresh {
		if t.used.IsZero() && time.Now().Before(t.expires) {
			n++
		}
	}
	return n
}
