package session

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"slices"
	"time"
)

// StartOptions say how a session begins.
type StartOptions struct {
	LoginStarted time.Time         // when the sign-in began; sessions ended by the provider since then stay ended
	StaySignedIn bool              // longer limits, and a cookie that outlives the browser
	Life         time.Duration     // ends the session earlier than the limits do, however it is used; 0 leaves it to them
	Values       map[string]string // carried over from the same person's previous session
	About        About             // the browser, for the person's own list of sessions
}

// Start adds the session of h, which the caller made with NewHandle so that tokens can be stored under the same id first, and sets the cookie. The error is an
// *EndedError when the provider ended this very session while the person signed in; no cookie is set with any error. Beyond MaxPerSubject the person's
// oldest sessions end.
func (c *Cookies) Start(ctx context.Context, w http.ResponseWriter, h Handle, id Identity, o StartOptions) (*Session, error) {
	s, err := c.Create(ctx, h, id, o)
	if err != nil {
		return nil, err
	}
	if err := c.endOldest(ctx, s); err != nil {
		c.c.Log.Warn("oldest sessions not ended", "session", h.ID(), "error", err) // the next sign-in ends them
	}
	c.Hand(w, s)
	return s, nil
}

// Create adds the session of h for a browser that is not the one that asks, and gives nobody its cookie. The errors are those of Start.
func (c *Cookies) Create(ctx context.Context, h Handle, id Identity, o StartOptions) (*Session, error) {
	began := c.c.Now().UTC()
	now := began.Truncate(time.Second)
	s := &Session{Handle: h, Identity: id, Created: now, LastSeen: now, StaySignedIn: o.StaySignedIn && c.c.StayAbsolute > 0, Values: maps.Clone(o.Values), version: 1}
	idle, absolute := c.limits(s.StaySignedIn)
	if o.Life > 0 {
		absolute = min(absolute, o.Life)
	}
	s.idle, s.Expires = idle, now.Add(absolute)
	s.about = c.c.Keys.sealAbout(h.ID(), aboutDocument{Began: began.UnixMilli(), About: o.About})
	r, err := c.record(s)
	if err != nil {
		return nil, err
	}
	r.LoginStarted = o.LoginStarted
	return s, c.c.Store.Create(ctx, r)
}

// Hand gives the browser that asks the cookie of s.
func (c *Cookies) Hand(w http.ResponseWriter, s *Session) {
	http.SetCookie(w, c.cookie(s.Handle.Cookie().Reveal(), s))
}

// Of returns the session of a handle that was kept elsewhere. The errors are those of Load.
func (c *Cookies) Of(ctx context.Context, h Handle) (*Session, error) { return c.load(ctx, h) }

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

// endOldest ends a person's oldest sessions beyond MaxPerSubject, never s itself nor a screen, which nobody would notice until they stood before it. It runs after s was
// created, so that of several sign-ins at once the last one sees them all.
func (c *Cookies) endOldest(ctx context.Context, s *Session) error {
	rs, err := c.c.Store.List(ctx, Match{Issuer: s.Identity.Issuer, Subject: s.Identity.Subject})
	if err != nil {
		return err
	}
	rs = slices.DeleteFunc(rs, func(r Record) bool { return c.c.Keys.OpenAbout(r).Screen != "" })
	tooMany := len(rs) - c.c.MaxPerSubject
	if tooMany <= 0 {
		return nil
	}
	began := func(r Record) int64 { return c.c.Keys.openAbout(r).Began }
	slices.SortStableFunc(rs, func(a, b Record) int { return cmp.Or(a.LastSeen.Compare(b.LastSeen), cmp.Compare(began(a), began(b))) })
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
