package server

import (
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"strconv"
	"time"

	"portico/internal/rp"
	"portico/internal/session"
)

// Sign-ins under way are kept in sealed cookies of their own, one for each tab, so that they bind the answer to this
// browser and need no memory here.
const (
	maxAttempts = 5                // cookies; the oldest gives way
	attemptLife = 10 * time.Minute // from the authorization request to the callback
)

// attempts reads and writes the cookies of sign-ins under way.
type attempts struct {
	keys   *session.Keyring
	secure bool
	now    func() time.Time
}

// name returns the name of the n-th cookie.
func (a attempts) name(n int) string {
	name := "portico-login-" + strconv.Itoa(n)
	if a.secure {
		return "__Host-" + name
	}
	return name
}

// put writes the attempt into a free cookie, or over the oldest one.
func (a attempts) put(w http.ResponseWriter, r *http.Request, attempt rp.Attempt) error {
	plain, err := attempt.MarshalBinary()
	if err != nil {
		return err
	}
	slot, oldest := 0, a.now().Add(time.Hour)
	for n := range maxAttempts {
		old, ok := a.open(r, n)
		if !ok {
			slot = n
			break
		}
		if old.Started.Before(oldest) {
			slot, oldest = n, old.Started
		}
	}
	sealed := a.keys.Seal(session.PurposeAttempt, session.Handle{}, []byte(a.name(slot)), plain)
	http.SetCookie(w, a.cookie(slot, base64.RawURLEncoding.EncodeToString(sealed), int(attemptLife.Seconds())))
	return nil
}

// find returns the attempt whose state was sent back, and its cookie's number.
func (a attempts) find(r *http.Request, state string) (attempt rp.Attempt, n int, found bool) {
	for n := range maxAttempts {
		if at, ok := a.open(r, n); ok && state != "" && subtle.ConstantTimeCompare([]byte(at.State), []byte(state)) == 1 {
			return at, n, true
		}
	}
	return rp.Attempt{}, 0, false
}

// clear removes the n-th cookie.
func (a attempts) clear(w http.ResponseWriter, n int) { http.SetCookie(w, a.cookie(n, "", -1)) }

func (a attempts) open(r *http.Request, n int) (rp.Attempt, bool) {
	var at rp.Attempt
	cookies := r.CookiesNamed(a.name(n))
	if len(cookies) != 1 {
		return at, false
	}
	sealed, err := base64.RawURLEncoding.DecodeString(cookies[0].Value)
	if err != nil {
		return at, false
	}
	plain, err := a.keys.Open(session.PurposeAttempt, session.Handle{}, []byte(a.name(n)), sealed)
	if err != nil || at.UnmarshalBinary(plain) != nil {
		return at, false
	}
	return at, true
}

// expired reports whether the attempt began too long ago, or in the future.
func (a attempts) expired(at rp.Attempt) bool {
	age := a.now().Sub(at.Started)
	return age > attemptLife || age < -time.Minute
}

func (a attempts) cookie(n int, value string, maxAge int) *http.Cookie {
	return &http.Cookie{Name: a.name(n), Value: value, Path: "/", MaxAge: maxAge, Secure: a.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode}
}
