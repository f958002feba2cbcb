package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"

	"github.com/gorilla/sessions"
)

// Cookies is a gorilla/sessions Store for values that belong to a signed-in person: flash messages and preferences. A session
// that nobody started with Start cannot be saved, so an id that a client made up is never adopted. Keys are strings, values are strings or, for
// flash messages, lists of strings; anything else, a token above all, is refused.
var _ sessions.Store = (*Cookies)(nil)

// ErrNotStarted says that Save was called without a session that Start made.
var ErrNotStarted = errors.New("session: nobody is signed in, so there is nothing to save to")

// asLoaded is the key under which New keeps the values that it found, so that Save writes only what the request changed: two requests that
// overlap keep each other's values.
type asLoaded struct{}

// listPrefix stands before the key of a value that is a list of strings, in JSON.
const listPrefix = "[]"

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
	gs.Values[asLoaded{}] = maps.Clone(s.Values)
	for k, v := range s.Values {
		key, value := toGorilla(k, v)
		gs.Values[key] = value
	}
	return gs, nil
}

// Save writes the values of gs that changed since New, and ends the session when gs.Options.MaxAge is negative. The other options are
// ignored: the cookie and its attributes are Start's. The error is ErrNotStarted, a value that is refused, or the store's.
func (c *Cookies) Save(r *http.Request, w http.ResponseWriter, gs *sessions.Session) error {
	before, _ := gs.Values[asLoaded{}].(map[string]string)
	values, err := fromGorilla(gs.Values)
	if err != nil {
		return err
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
	if maps.Equal(before, values) {
		return nil
	}
	if err := c.SaveValues(r.Context(), s, func(have map[string]string) { merge(have, before, values) }); err != nil {
		return err
	}
	gs.Values[asLoaded{}] = values
	return nil
}

// merge applies to have what changed from before to after.
func merge(have, before, after map[string]string) {
	for k := range before {
		if _, kept := after[k]; !kept {
			delete(have, k)
		}
	}
	for k, v := range after {
		if old, had := before[k]; !had || old != v {
			have[k] = v
		}
	}
}

func fromGorilla(have map[any]any) (map[string]string, error) {
	values := map[string]string{}
	for k, v := range have {
		if _, ours := k.(asLoaded); ours {
			continue
		}
		key, ok := k.(string)
		if !ok || strings.HasPrefix(key, listPrefix) {
			return nil, fmt.Errorf("session: key %v of type %T: keys are strings that do not begin with %s", k, k, listPrefix)
		}
		switch v := v.(type) {
		case string:
			values[key] = v
		case []any: // what AddFlash makes
			list, err := texts(v)
			if err != nil {
				return nil, fmt.Errorf("session: value %s: %w", key, err)
			}
			values[listPrefix+key] = list
		default:
			return nil, fmt.Errorf("session: value %s of type %T: only strings and lists of strings are kept", key, v)
		}
	}
	return values, nil
}

func texts(list []any) (string, error) {
	for _, v := range list {
		if _, ok := v.(string); !ok {
			return "", fmt.Errorf("list with an item of type %T: only strings are kept", v)
		}
	}
	b, err := json.Marshal(list)
	return string(b), err
}

func toGorilla(key, value string) (string, any) {
	name, isList := strings.CutPrefix(key, listPrefix)
	var list []any
	if !isList || json.Unmarshal([]byte(value), &list) != nil {
		return key, value
	}
	return name, list
}
