package server

import (
	"encoding/base64"
	"net/http"
	"time"

	"portico/internal/screen"
	"portico/internal/session"
)

// smallCookie is what the portal keeps in a browser beside the cookie of the session, sealed for a purpose of its own.
type smallCookie struct {
	name    string
	purpose session.Purpose
	life    time.Duration
}

// The small cookies that a browser has one of; attempts have theirs.
var (
	recentCookie  = smallCookie{"recent", session.PurposeRecent, loopWindow}            // when it was signed in lately
	lostCookie    = smallCookie{"lost", session.PurposeLost, session.TombstoneLife}     // how the next sign-in is asked for
	logoutCookie  = smallCookie{"logout", session.PurposeLogout, 10 * time.Minute}      // the state of a sign-out at the identity server
	pairingCookie = smallCookie{"pairing", session.PurposePairing, 2 * screen.CodeLife} // the code that it shows, and the secret that goes with it
)

// jar makes and reads the portal's cookies, but for those of sessions and links.
type jar struct {
	keys   *session.Keyring
	secure bool // the portal's public URL is https
}

// name returns the name of a cookie as browsers have it.
func (j jar) name(of string) string {
	if j.secure {
		return "__Host-portico-" + of
	}
	return "portico-" + of
}

// cookie makes a cookie under its full name; a negative life removes it.
func (j jar) cookie(name, value string, life time.Duration) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: int(life / time.Second), Secure: j.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode}
}

// seal makes a cookie whose value only this portal can read and write, for one purpose. With bound data it is good in one place only.
func (j jar) seal(name string, p session.Purpose, bound, plain []byte, life time.Duration) *http.Cookie {
	return j.cookie(name, base64.RawURLEncoding.EncodeToString(j.keys.Seal(p, session.Handle{}, bound, plain)), life)
}

// unseal returns what seal put into a cookie. There must be one of that name: of two nobody knows which one is ours.
func (j jar) unseal(r *http.Request, name string, p session.Purpose, bound []byte) ([]byte, bool) {
	cookies := r.CookiesNamed(name)
	if len(cookies) != 1 {
		return nil, false
	}
	sealed, err := base64.RawURLEncoding.DecodeString(cookies[0].Value)
	if err != nil {
		return nil, false
	}
	plain, err := j.keys.Open(p, session.Handle{}, bound, sealed)
	return plain, err == nil
}

// put gives the browser a small cookie.
func (j jar) put(w http.ResponseWriter, c smallCookie, plain []byte) {
	http.SetCookie(w, j.seal(j.name(c.name), c.purpose, nil, plain, c.life))
}

// get returns what put wrote, if the browser has it.
func (j jar) get(r *http.Request, c smallCookie) ([]byte, bool) {
	return j.unseal(r, j.name(c.name), c.purpose, nil)
}

// has reports whether the browser has a small cookie, whatever is in it.
func (j jar) has(r *http.Request, c smallCookie) bool {
	return len(r.CookiesNamed(j.name(c.name))) > 0
}

// drop removes a small cookie.
func (j jar) drop(w http.ResponseWriter, c smallCookie) {
	http.SetCookie(w, j.cookie(j.name(c.name), "", -time.Second))
}
