package session

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
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
	Name          string        // of the cookie, without a prefix; "" means portico
	Purpose       Purpose       // keeps records of one sort of session from being taken for another; "" means PurposeSession
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

// NewCookies checks c and returns Cookies.
func NewCookies(c Config) (*Cookies, error) {
	if c.Store == nil || c.Keys == nil {
		return nil, errors.New("session: Store and Keys are required")
	}
	if c.Idle < 0 || c.Absolute < 0 || c.StayAbsolute < 0 || c.MaxPerSubject < 0 {
		return nil, errors.New("session: limits must not be negative")
	}
	c.Name, c.Purpose = cmp.Or(c.Name, "portico"), cmp.Or(c.Purpose, PurposeSession)
	c.Idle, c.Absolute = cmp.Or(c.Idle, time.Hour), cmp.Or(c.Absolute, 12*time.Hour)
	c.MaxPerSubject = cmp.Or(c.MaxPerSubject, 20)
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

// Name returns the cookie's name.
func (c *Cookies) Name() string {
	if c.c.Secure {
		return "__Host-" + c.c.Name
	}
	return c.c.Name
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
