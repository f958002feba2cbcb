package identity

import (
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/zitadel/oidc/v3/pkg/crypto"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// TerminateSession implements op.Storage; TerminateSessionFromRequest does the work.
func (s *storage) TerminateSession(context.Context, string, string) error { return nil }

// terminate ends the browser's session, or the one that the hint names. The clients hear of it over the back channel.
func (p *Provider) terminate(ctx context.Context, req *op.EndSessionRequest) {
	b, _ := ctx.Value(browserKey{}).(browser)
	sid := b.sso
	if req.IDTokenHintClaims != nil {
		if hinted, ok := req.IDTokenHintClaims.Claims["sid"].(string); ok {
			sid = hinted
		}
	}
	p.endSessions(func(s *sso) bool { return s.id == sid })
}

// TerminateSessionFromRequest implements op.CanTerminateSessionFromRequest.
func (s *storage) TerminateSessionFromRequest(ctx context.Context, req *op.EndSessionRequest) (string, error) {
	s.ender(ctx, req)
	return req.RedirectURI, nil
}

// endSessions ends the sessions that match, with their tokens, and tells the clients.
func (p *Provider) endSessions(match func(*sso) bool) {
	s := p.storage
	s.mu.Lock()
	var ended []*sso
	for id, session := range s.sessions {
		if match(session) {
			session.ended = true
			ended = append(ended, session)
			delete(s.sessions, id)
			for h, t := range s.refresh {
				if t.sid == id {
					delete(s.refresh, h)
				}
			}
		}
	}
	s.mu.Unlock()
	for _, session := range ended {
		for _, c := range p.c.Clients {
			if c.BackChannelLogoutURI != "" && session.clients[c.ID] != "" {
				go p.deliver(c, session)
			}
		}
	}
}

// deliver posts a logout token (OpenID Connect Back-Channel Logout 1.0 section 2.5).
func (p *Provider) deliver(c Client, session *sso) {
	key, err := p.storage.SigningKey(context.Background())
	if err != nil {
		return
	}
	signer, err := op.SignerFromKey(key)
	if err != nil {
		return
	}
	now := time.Now().Add(p.c.Ahead())
	token, err := crypto.Sign(map[string]any{
		"iss": session.clients[c.ID], "sub": session.user.ID, "aud": c.ID, "sid": session.id, "jti": rand.Text(), "iat": now.Unix(), "exp": now.Add(2 * time.Minute).Unix(),
		"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}},
	}, signer)
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.BackChannelLogoutURI, strings.NewReader(url.Values{"logout_token": {token}}.Encode()))
	if err != nil {
		return
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := (&http.Client{Transport: p.c.Deliver}).Do(req)
	if err != nil {
		p.c.Log.Warn("back-channel logout not delivered", "client", c.ID, "error", err)
		return
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<10))
	_ = resp.Body.Close()
	p.c.Log.Info("back-channel logout delivered", "client", c.ID, "status", resp.StatusCode)
}
