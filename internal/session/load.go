package session

import (
	"context"
	"errors"
	"net/http"
	"strings"
)

// ErrNone says that the request carries no session that could be used: no cookie, two different ones, one that is malformed, unknown or
// was tampered with. It never means that the store failed.
var ErrNone = errors.New("session: none")

// Present reports whether the browser sent a session cookie at all, good or bad.
func (c *Cookies) Present(r *http.Request) bool { return len(c.sent(r)) > 0 }

// sent returns the values of the session cookie as they stand in the request. net/http leaves out what is malformed and takes quotes off, and then one of two cookies
// could pass for the only one.
func (c *Cookies) sent(r *http.Request) []string {
	var values []string
	for _, line := range r.Header["Cookie"] {
		for pair := range strings.SplitSeq(line, ";") {
			name, value, _ := strings.Cut(strings.Trim(pair, " \t"), "=")
			if name == c.Name() {
				values = append(values, value)
			}
		}
	}
	return values
}

// Load returns the request's session. The error is ErrNone, an *EndedError (also for a session past its limits), or the store's: then nobody knows, and
// the cookie must be left alone.
func (c *Cookies) Load(r *http.Request) (*Session, error) {
	h, err := c.handle(r)
	if err != nil {
		return nil, err
	}
	return c.load(r.Context(), h)
}

// handle reads the cookie. Of several of one name only equal ones count: there is no telling whose the others are.
func (c *Cookies) handle(r *http.Request) (Handle, error) {
	values := c.sent(r)
	if len(values) == 0 {
		return Handle{}, ErrNone
	}
	for _, other := range values[1:] {
		if other != values[0] {
			return Handle{}, ErrNone
		}
	}
	h, err := ParseHandle(values[0])
	if err != nil {
		return Handle{}, ErrNone
	}
	return h, nil
}

// Reload returns s as the store has it now. The errors are those of Load.
func (c *Cookies) Reload(ctx context.Context, s *Session) (*Session, error) {
	return c.load(ctx, s.Handle)
}

func (c *Cookies) load(ctx context.Context, h Handle) (*Session, error) {
	r, err := c.c.Store.Load(ctx, h.ID())
	if ended, ok := errors.AsType[*EndedError](err); ok {
		return nil, ended
	}
	if errors.Is(err, ErrNotFound) {
		return nil, ErrNone
	}
	if err != nil {
		return nil, err
	}
	s, err := c.open(ctx, h, r)
	if err != nil {
		return nil, err
	}
	now := c.c.Now()
	if !now.Before(s.Expires) || !now.Before(s.IdleUntil()) {
		return nil, &EndedError{Reason: ReasonExpired}
	}
	return s, nil
}

// open authenticates a record and compares it with what was asked for: a store or a connection that mixed up two answers gives nobody
// somebody else's session.
func (c *Cookies) open(ctx context.Context, h Handle, r Record) (*Session, error) {
	plain, err := c.c.Keys.Open(c.c.Purpose, h, recordData(h.ID(), r.Version), r.Sealed)
	if err != nil {
		c.c.Log.WarnContext(ctx, "session record refused", "session", h.ID(), "error", err)
		c.c.Refused(ctx, h.ID(), WhyRefused(err))
		if e, ok := errors.AsType[*UnknownKeyError](err); ok && c.c.Observer != nil {
			c.c.Observer.KeyMissing(e.ID)
		}
		return nil, ErrNone
	}
	s, err := decode(plain)
	if err != nil {
		c.c.Log.WarnContext(ctx, "session record refused", "session", h.ID(), "error", err)
		return nil, ErrNone
	}
	if r.ID != h.ID() || r.Issuer != s.Identity.Issuer || r.Subject != s.Identity.Subject || r.SID != s.Identity.SID ||
		!c.c.Keys.validTag(h, seenData(h.ID(), r.LastSeen), r.SeenTag) {
		c.c.Log.ErrorContext(ctx, "session record does not belong to the session", "session", h.ID())
		c.c.Refused(ctx, h.ID(), "exchanged")
		return nil, ErrNone
	}
	s.Handle, s.LastSeen, s.version, s.about, s.oldKey = h, r.LastSeen, r.Version, r.About, c.c.Keys.NeedsReseal(r.Sealed)
	c.curb(s)
	return s, nil
}
