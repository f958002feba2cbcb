package server

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"time"

	"portico/internal/datahub"
	"portico/internal/session"
	"portico/web/templates"
)

// An open page looks at its session this often, and announces its end so long before (WCAG 2.2, 2.2.1), or at the last quarter of a short one.
const (
	lookEvery = 45 * time.Second
	warnMost  = 5 * time.Minute
)

// isLook reports whether a request is an open page's look at its session.
func isLook(r *http.Request) bool {
	return r.URL.Path == "/auth/session" && r.Method == http.MethodGet && !navigation(r)
}

// watchModel is what an open page needs in order to notice that its session ends, or that it is somebody else's.
func (s *Server) watchModel(r *http.Request, sess *session.Session) *templates.WatchModel {
	warn := min(warnMost, sess.IdleUntil().Sub(sess.LastSeen)/4)
	return &templates.WatchModel{Who: whoOf(sess.Identity), Every: seconds(lookEvery), Warn: seconds(warn), Zone: datahub.HomeZone().String(), SignInURL: s.loginPath(s.here(r))}
}

func seconds(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }

// whoOf names a person and an account for comparing, without saying who it is.
func whoOf(id session.Identity) string {
	sum := sha256.Sum256([]byte(id.Issuer + "\x00" + id.Subject + "\x00" + id.Account))
	return hex.EncodeToString(sum[:8])
}

// extendSession lets a session go on because the person says so, and tells how it is then.
func (s *Server) extendSession(w http.ResponseWriter, r *http.Request) error {
	sess, _ := session.FromContext(r.Context())
	s.touch(r.Context(), sess)
	return s.sessionStatus(w, r)
}
