package session

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/gorilla/sessions"
)

// Cookies is a gorilla/sessions Store for values that belong to a signed-in person: flash messages and preferences. A session
// that nobody started with Start cannot be saved, so an id that a client made up is never adopted. Keys and values
// are strings; anything else, a token above all, is refused.
var _ sessions.Store = (*Cookies)(nil)

// ErrNotStarted says that Save was called without a session that Start made.
var ErrNotStarted = errors.New("session: nobody is signed in, so there is nothing to save to")

// Get returns the request's session; it is read once per request.
func (c *Cookies) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(c, name)
}

// New returns the request's session, or an empty one with IsNew set when there is none. The error is the store's.
func (c *Cookies) New(r *http.Request, name string) (*sessions.Session, error) {
	gs := sessions.NewSession(c, name)
	gs.Options = &sessions.Options{Path: "/", Secure: c.c.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	gs.IsNew = true
	s, err := c.Load(r)
	if errors.Is(err, ErrNone) || errors.Is(err, ErrNotFound) {
		return gs, nil
	}
	if err != nil {
		return gs, err
	}
	gs.ID, gs.IsNew = s.Handle.ID().String(), false
	for k, v := range s.Values {
		gs.Values[k] = v
	}
	return gs, nil
}

// Save writes the values of gs, and ends the session when gs.Options.MaxAge is negative.
func (c *Cookies) Save(r *http.Request, w http.ResponseWriter, gs *sessions.Session) error {
	values := map[string]string{}
	for k, v := range gs.Values {
		key, isText := k.(string)
		value, alsoText := v.(string)
		if !isText || !alsoText {
			return fmt.Errorf("session: value %v of type %T: only strings are kept", k, v)
		}
		values[key] = value
	}
	s, err := c.Load(r)
	if errors.Is(err, ErrNone) || errors.Is(err, ErrNotFound) {
		return ErrNotStarted
	}
	if err != nil {
		return err
	}
	if gs.Options != nil && gs.Options.MaxAge < 0 {
		return c.End(r.Context(), w, s, ReasonLogout)
	}
	return c.SaveValues(r.Context(), s, func(have map[string]string) {
		clear(have)
		for k, v := range values {
			have[k] = v
		}
	})
}
