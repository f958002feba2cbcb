package session

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"time"
)

// Session is one browser's session, as long as a request has it in hand.
type Session struct {
	Handle       Handle
	Identity     Identity
	Created      time.Time
	LastSeen     time.Time
	Expires      time.Time // absolute limit
	StaySignedIn bool
	Values       map[string]string // preferences and flash messages; never tokens

	idle    time.Duration
	version int64
	about   []byte // as the record has it
	oldKey  bool   // sealed under a key that no longer seals
}

// IdleUntil is when the session ends without further activity.
func (s *Session) IdleUntil() time.Time { return s.LastSeen.Add(s.idle) }

func (s *Session) until() time.Time {
	if idle := s.IdleUntil(); idle.Before(s.Expires) {
		return idle
	}
	return s.Expires
}

// Config is what Cookies are built from.
type Config struct {
	Store         Store
	Keys          *Keyring
	Secure        bool          // https: __Host- cookies with Secure
	Idle          time.Duration // a session ends after this long without activity; 0 means 1 h
	Absolute      time.Duration // and this long after sign-in; 0 means 12 h
	StayAbsolute  time.Duration // both limits of people who chose to stay signed in; 0 means that nobody may
	MaxPerSubject int           // sessions of one person; the oldest ends; 0 means 20
	Observer      Observer      // hears of records that cannot be opened; nil means nobody
	Log           *slog.Logger  // nil means none
	// Refused hears of each record that does not open or is not the one that was asked for, with a word of why: unknown-key, damaged or exchanged. nil means nobody.
	Refused func(ctx context.Context, id ID, why string)
	Now     func() time.Time
}

// Observer hears of trouble with records, for metrics. Its methods return quickly and may be called concurrently.
type Observer interface {
	// KeyMissing is told the id of a key that a record is sealed under and that the key file does not hold.
	KeyMissing(id string)
}

// Cookies finds, starts and ends sessions by cookie, and implements gorilla/sessions' Store over the same records. It is safe for concurrent use.
type Cookies struct {
	c Config
}

// ErrNone says that the request carries no session that could be used: no cookie, two different ones, one that is malformed, unknown or
// was tampered with. It never means that the store failed.
var ErrNone = errors.New("session: none")

// touchEvery bounds how often activity is written; a quarter of the idle limit does where that is shorter.
const touchEvery = time.Minute

// NewCookies checks c and returns Cookies.
func NewCookies(c Config) (*Cookies, error) {
	if c.Store == nil || c.Keys == nil {
		return nil, errors.New("session: Store and Keys are required")
	}
	if c.Idle < 0 || c.Absolute < 0 || c.StayAbsolute < 0 || c.MaxPerSubject < 0 {
		return nil, errors.New("session: limits must not be negative")
	}
	c.Idle, c.Absolute = orDefault(c.Idle, time.Hour), orDefault(c.Absolute, 12*time.Hour)
	c.MaxPerSubject = orDefault(c.MaxPerSubject, 20)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Refused == nil {
		c.Refused = func(context.Context, ID, string) {}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Cookies{c}, nil
}

func orDefault[T int | time.Duration](v, otherwise T) T {
	if v == 0 {
		return otherwise
	}
	return v
}

// Name returns the cookie's name.
func (c *Cookies) Name() string {
	if c.c.Secure {
		return "__Host-portico"
	}
	return "portico"
}

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
	plain, err := c.c.Keys.Open(PurposeSession, h, recordData(h.ID(), r.Version), r.Sealed)
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

func (c *Cookies) record(s *Session) (Record, error) {
	plain, err := encode(s)
	if err != nil {
		return Record{}, err
	}
	id := s.Handle.ID()
	return Record{
		ID: id, Version: s.version, Issuer: s.Identity.Issuer, Subject: s.Identity.Subject, SID: s.Identity.SID, Created: s.Created, LastSeen: s.LastSeen, Until: s.until(),
		SeenTag: c.c.Keys.tag(0, s.Handle, seenData(id, s.LastSeen)), Sealed: c.c.Keys.Seal(PurposeSession, s.Handle, recordData(id, s.version), plain),
		About: c.c.Keys.resealAbout(id, s.about),
	}, nil
}

// Touch notes that the person did something, at most once a minute. Streams, polling and refreshes do not call it. A record that an older key sealed is sealed
// again on this occasion, at once, so that the key can be removed when its sessions have been used: first the tag, then the rest, because it is
// the rest that tells under which key a record stands.
func (c *Cookies) Touch(ctx context.Context, s *Session) error {
	now := c.c.Now().UTC().Truncate(time.Second)
	if now.Sub(s.LastSeen) < min(touchEvery, s.idle/4) && !(s.oldKey && now.After(s.LastSeen)) {
		return nil
	}
	touched := *s
	touched.LastSeen = now
	id := s.Handle.ID()
	if err := c.c.Store.Touch(ctx, id, now, c.c.Keys.tag(0, s.Handle, seenData(id, now)), touched.until()); err != nil {
		return err
	}
	s.LastSeen = now
	if s.oldKey {
		return c.reseal(ctx, s)
	}
	return nil
}

// reseal saves a session as it is, under the first key. Of several requests at once one does it.
func (c *Cookies) reseal(ctx context.Context, s *Session) error {
	next := *s
	next.version++
	next.oldKey = false
	r, err := c.record(&next)
	if err != nil {
		return err
	}
	if err := c.c.Store.Save(ctx, r); err != nil {
		if errors.Is(err, ErrConflict) {
			return nil
		}
		return err
	}
	*s = next
	return nil
}

// SaveValues writes s.Values. When another request of the same session wrote in between, change is applied again to what it wrote, a few
// times; nothing else of the session is touched.
func (c *Cookies) SaveValues(ctx context.Context, s *Session, change func(values map[string]string)) error {
	return c.save(ctx, s, func(next *Session) {
		if next.Values = maps.Clone(next.Values); next.Values == nil {
			next.Values = map[string]string{}
		}
		change(next.Values)
	})
}

// Describe writes what is shown of the person and their account, and their role, in the same way. Who they are never changes.
func (c *Cookies) Describe(ctx context.Context, s *Session, now Identity) error {
	return c.save(ctx, s, func(next *Session) {
		next.Identity.Name, next.Identity.Email, next.Identity.AccountName, next.Identity.Role = now.Name, now.Email, now.AccountName, now.Role
	})
}

func (c *Cookies) save(ctx context.Context, s *Session, change func(next *Session)) error {
	for range 5 {
		next := *s
		change(&next)
		next.version++
		next.oldKey = false
		r, err := c.record(&next)
		if err != nil {
			return err
		}
		switch err := c.c.Store.Save(ctx, r); {
		case err == nil:
			*s = next
			return nil
		case !errors.Is(err, ErrConflict):
			return err
		}
		newer, err := c.load(ctx, s.Handle)
		if err != nil {
			return err
		}
		*s = *newer
	}
	return ErrConflict
}

// End deletes the session first and then clears the cookie; when the store fails, the cookie stays and the error is returned.
func (c *Cookies) End(ctx context.Context, w http.ResponseWriter, s *Session, reason string) error {
	if err := c.c.Store.Delete(ctx, s.Handle.ID(), reason); err != nil {
		return err
	}
	c.Clear(w)
	return nil
}

// Clear removes the cookie, repeating its name and attributes.
func (c *Cookies) Clear(w http.ResponseWriter) {
	cookie := c.cookie("", nil)
	cookie.MaxAge = -1
	http.SetCookie(w, cookie)
}

func (c *Cookies) cookie(value string, s *Session) *http.Cookie {
	cookie := &http.Cookie{Name: c.Name(), Value: value, Path: "/", Secure: c.c.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if s != nil && s.StaySignedIn {
		cookie.MaxAge = int(s.Expires.Sub(c.c.Now()) / time.Second)
	}
	return cookie
}
