package session

import (
	"context"
	"maps"
	"net/http"
	"time"
)

// StartOptions say how a session begins.
type StartOptions struct {
	LoginStarted time.Time         // when the sign-in began; sessions ended by the provider since then stay ended
	StaySignedIn bool              // longer limits, and a cookie that outlives the browser
	Values       map[string]string // carried over from the same person's previous session
	About        About             // the browser, for the person's own list of sessions
}

// Start adds the session of h, which the caller made with NewHandle so that tokens can be stored under the same id first, and sets the cookie. The error is an
// *EndedError when the provider ended this very session while the person signed in; no cookie is set with any error. Beyond MaxPerSubject the person's
// oldest sessions end.
func (c *Cookies) Start(ctx context.Context, w http.ResponseWriter, h Handle, id Identity, o StartOptions) (*Session, error) {
	now := c.c.Now().UTC().Truncate(time.Second)
	s := &Session{Handle: h, Identity: id, Created: now, LastSeen: now, StaySignedIn: o.StaySignedIn && c.c.StayAbsolute > 0, Values: maps.Clone(o.Values), version: 1}
	idle, absolute := c.limits(s.StaySignedIn)
	s.idle, s.Expires = idle, now.Add(absolute)
	s.about = c.c.Keys.sealAbout(h.ID(), o.About)
	r, err := c.record(s)
	if err != nil {
		return nil, err
	}
	r.LoginStarted = o.LoginStarted
	if err := c.c.Store.Create(ctx, r); err != nil {
		return nil, err
	}
	if err := c.endOldest(ctx, s); err != nil {
		c.c.Log.Warn("oldest sessions not ended", "session", h.ID(), "error", err) // the next sign-in ends them
	}
	http.SetCookie(w, c.cookie(h.Cookie().Reveal(), s))
	return s, nil
}

// UntilLimit returns when a session that starts now will end at the latest.
func (c *Cookies) UntilLimit(stay bool) time.Time {
	_, absolute := c.limits(stay)
	return c.c.Now().Add(absolute)
}

// limits returns how long a session may go without activity, and in all.
func (c *Cookies) limits(stay bool) (idle, absolute time.Duration) {
	if stay && c.c.StayAbsolute > 0 {
		return c.c.StayAbsolute, c.c.StayAbsolute
	}
	return c.c.Idle, c.c.Absolute
}

// curb applies the present limits to a session that began under longer ones.
func (c *Cookies) curb(s *Session) {
	idle, absolute := c.limits(s.StaySignedIn)
	s.idle = min(s.idle, idle)
	if latest := s.Created.Add(absolute); latest.Before(s.Expires) {
		s.Expires = latest
	}
}

// endOldest ends a person's oldest sessions beyond MaxPerSubject, never s itself. It runs after s was created, so that of several
// sign-ins at once the last one sees them all.
func (c *Cookies) endOldest(ctx context.Context, s *Session) error {
	rs, err := c.c.Store.List(ctx, Match{Issuer: s.Identity.Issuer, Subject: s.Identity.Subject})
	if err != nil {
		return err
	}
	tooMany := len(rs) - c.c.MaxPerSubject
	for _, r := range rs {
		if tooMany <= 0 {
			break
		}
		if r.ID == s.Handle.ID() {
			continue
		}
		if err := c.c.Store.Delete(ctx, r.ID, ReasonCap); err != nil {
			return err
		}
		tooMany--
	}
	return nil
}
