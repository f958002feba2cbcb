package server

import (
	"context"
	"errors"
	"time"

	"portico/internal/session"
)

// watchEvery is how often something that goes on for long looks whether its session is still there.
const watchEvery = 30 * time.Second

// watchSession tells a handler that goes on for long when its session ends, on whichever replica that happens. The channel gets the reason, one of session's, and is closed; it is
// closed without one when ctx ends. Looking is no activity. A store that does not answer ends nothing before the session's own limits do.
func (s *Server) watchSession(ctx context.Context, sess *session.Session) <-chan string {
	ended, cookies := make(chan string, 1), s.config.Cookies
	if _, ok := screenOf(ctx); ok {
		cookies = s.screens
	}
	go func() {
		defer close(ended)
		tick := time.NewTicker(watchEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			latest, err := cookies.Reload(ctx, sess)
			if err == nil {
				sess = latest
			} else if reason := s.endOf(sess, err); reason != "" && ctx.Err() == nil {
				ended <- reason
				return
			}
		}
	}()
	return ended
}

// endOf reads from the error of a session that was looked for again why it ended; "" when it may well go on.
func (s *Server) endOf(sess *session.Session, err error) string {
	if e, ok := errors.AsType[*session.EndedError](err); ok {
		return e.Reason
	}
	if now := s.wall(); isNoSession(err) || !now.Before(sess.Expires) || !now.Before(sess.IdleUntil()) {
		return session.ReasonExpired
	}
	return ""
}
