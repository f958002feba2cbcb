package server

import (
	"cmp"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"

	"portico/internal/rp"
	"portico/internal/session"
)

// Sign-ins under way are kept in sealed cookies of their own, one for each tab, so that they bind the answer to this
// browser and need no memory here.
const (
	maxAttempts = 5                // cookies; the oldest gives way
	attemptLife = 10 * time.Minute // from the authorization request to the callback
	maxCookie   = 4096             // bytes of a cookie with its attributes that every browser keeps (RFC 6265 section 6.1)
)

// attempts reads and writes the cookies of sign-ins under way.
type attempts struct{ jar jar }

func (a attempts) prefix() string { return a.jar.name("login-") }

// name returns the name of the cookie of the attempt with a state. It is not a number: tabs that begin at the same moment do not know of each other, and would
// take the same one.
func (a attempts) name(state string) string {
	sum := sha256.Sum256([]byte(state))
	return a.prefix() + base64.RawURLEncoding.EncodeToString(sum[:6])
}

// put writes the attempt into a cookie of its own and drops the oldest ones beyond maxAttempts. A return path that would make the cookie larger than browsers
// keep is given up.
func (a attempts) put(w http.ResponseWriter, r *http.Request, attempt rp.Attempt) error {
	cookie, err := a.sealed(attempt)
	if err == nil && len(cookie.String()) > maxCookie {
		attempt.ReturnTo = "/"
		cookie, err = a.sealed(attempt)
	}
	if err != nil {
		return err
	}
	for _, name := range a.tooMany(r) {
		http.SetCookie(w, a.jar.cookie(name, "", -time.Second))
	}
	http.SetCookie(w, cookie)
	return nil
}

func (a attempts) sealed(attempt rp.Attempt) (*http.Cookie, error) {
	plain, err := attempt.MarshalBinary()
	if err != nil {
		return nil, err
	}
	return a.seal(attempt.State, session.PurposeAttempt, plain), nil
}

// seal is the cookie of the attempt with a state, sealed under its name for a purpose.
func (a attempts) seal(state string, p session.Purpose, plain []byte) *http.Cookie {
	name := a.name(state)
	return a.jar.seal(name, p, []byte(name), plain, attemptLife)
}

// tooMany returns the names of the cookies that must go when one comes: all but the youngest. What cannot be read is the oldest.
func (a attempts) tooMany(r *http.Request) []string {
	started := map[string]time.Time{}
	for _, c := range r.Cookies() {
		if strings.HasPrefix(c.Name, a.prefix()) {
			at, _ := a.open(r, c.Name)
			started[c.Name] = begun(at)
		}
	}
	names := make([]string, 0, len(started))
	for name := range started {
		names = append(names, name)
	}
	slices.SortFunc(names, func(x, y string) int { return cmp.Or(started[y].Compare(started[x]), strings.Compare(x, y)) })
	return names[min(len(names), maxAttempts-1):]
}

// find returns the attempt whose state was sent back.
func (a attempts) find(r *http.Request, state string) (attempt rp.Attempt, found bool) {
	at, ok := a.open(r, a.name(state))
	if !ok || state == "" || subtle.ConstantTimeCompare([]byte(at.State), []byte(state)) != 1 {
		return rp.Attempt{}, false
	}
	return at, true
}

// clear removes the cookie of an attempt.
func (a attempts) clear(w http.ResponseWriter, at rp.Attempt) {
	http.SetCookie(w, a.jar.cookie(a.name(at.State), "", -time.Second))
}

func (a attempts) open(r *http.Request, name string) (at rp.Attempt, ok bool) {
	plain, ok := a.unseal(r, name, session.PurposeAttempt)
	if !ok || at.UnmarshalBinary(plain) != nil {
		return rp.Attempt{}, false
	}
	return at, true
}

// unseal returns what a cookie holds that was sealed under its name for a purpose.
func (a attempts) unseal(r *http.Request, name string, p session.Purpose) ([]byte, bool) {
	return a.jar.unseal(r, name, p, []byte(name))
}

// begun is when an attempt began, by the clock of the sessions' store: it may have been at another process, whose own clock is wrong. One that a process of before that was made began by its own.
func begun(at rp.Attempt) time.Time {
	if at.Since.IsZero() {
		return at.Started
	}
	return at.Since
}

// expired reports whether the attempt began too long ago, or in the future; now is the store's clock.
func expired(at rp.Attempt, now time.Time) bool {
	age := now.Sub(begun(at))
	return age > attemptLife || age < -time.Minute
}
