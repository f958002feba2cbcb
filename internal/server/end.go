package server

import (
	"context"
	"time"

	"portico/internal/session"
	"portico/internal/token"
)

// endSession ends the session of a browser, a screen or a link, and forgets what was read with it. Its tokens are given back in the background, also when the store did not answer: nobody shall use them.
func (s *Server) endSession(ctx context.Context, h session.Handle, reason string) error {
	t, unknown := s.config.Tokens.Tokens(ctx, h)
	s.forgetData(h.ID())
	err := s.config.Store.Delete(context.WithoutCancel(ctx), h.ID(), reason)
	if unknown == nil {
		s.giveBack(ctx, t)
	}
	return err
}

// forget is endSession where nobody can be told that the store did not answer.
func (s *Server) forget(ctx context.Context, h session.Handle, reason string) {
	if err := s.endSession(ctx, h, reason); err != nil {
		note(ctx, errAttr("session_not_deleted", err))
	}
}

// forgetData lets the pages forget what they read in sessions that end. Other processes' pages do by themselves when it is old.
func (s *Server) forgetData(ended ...session.ID) {
	for _, id := range ended {
		s.pages.Forget(id.String())
	}
}

const revokeTime = 3 * time.Second

// giveBack revokes tokens that nobody will use, while nobody waits for it.
func (s *Server) giveBack(ctx context.Context, t token.Tokens) {
	s.inBackground(ctx, revokeTime, func(ctx context.Context) {
		if err := s.config.Tokens.Revoke(ctx, t); err != nil {
			s.config.Log.WarnContext(ctx, "tokens not revoked", "error", err)
		}
	})
}
