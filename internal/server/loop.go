package server

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"portico/internal/session"
)

// A browser that loses its session cookie would be signed in, sent back, found without a session and signed in again, for ever. So each browser
// remembers when it was signed in, and a third automatic sign-in within a minute is not made.
const (
	loopWindow = 60 * time.Second
	loopMost   = 2
)

func (s *Server) recentName() string {
	if s.baseURL.Scheme == "https" {
		return "__Host-portico-recent"
	}
	return "portico-recent"
}

// recent returns the Unix times at which this browser was signed in within the window.
func (s *Server) recent(r *http.Request) []int64 {
	cookie, err := r.Cookie(s.recentName())
	if err != nil {
		return nil
	}
	sealed, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	if err != nil {
		return nil
	}
	plain, err := s.keys.Open(session.PurposeRecent, session.Handle{}, nil, sealed)
	if err != nil {
		return nil
	}
	var times []int64
	for text := range strings.FieldsSeq(string(plain)) {
		if t, err := strconv.ParseInt(text, 10, 64); err == nil && s.now().Sub(time.Unix(t, 0)) < loopWindow {
			times = append(times, t)
		}
	}
	return times
}

// looping reports whether an automatic sign-in now would be one too many.
func (s *Server) looping(r *http.Request) bool { return len(s.recent(r)) >= loopMost }

// noteSignIn remembers that the browser was signed in now.
func (s *Server) noteSignIn(w http.ResponseWriter, r *http.Request) {
	times := append(s.recent(r), s.now().Unix())
	if len(times) > loopMost {
		times = times[len(times)-loopMost:]
	}
	var text []byte
	for _, t := range times {
		text = append(strconv.AppendInt(text, t, 10), ' ')
	}
	s.setCookie(w, s.recentName(), base64.RawURLEncoding.EncodeToString(s.keys.Seal(session.PurposeRecent, session.Handle{}, nil, text)), int(loopWindow/time.Second))
}

// setCookie sets one of the portal's small cookies; a negative age removes it.
func (s *Server) setCookie(w http.ResponseWriter, name, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: maxAge, Secure: s.baseURL.Scheme == "https", HttpOnly: true, SameSite: http.SameSiteLaxMode})
}
