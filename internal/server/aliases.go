package server

import "slices"

// Where a sign-in starts, and where one is signed out. The first is the portal's own address; the others are those of other portals, by which an operator's client may be registered and people may have kept it.
var (
	loginPaths  = []string{"/auth/login", "/login", "/oauth2/start"}
	logoutPaths = []string{"/auth/logout", "/logout"}
)

// startPaths is where a sign-in starts: one of the others, where people come back to from the identity server, is that and nothing else.
func (s *Server) startPaths() []string {
	return slices.DeleteFunc(slices.Clone(loginPaths), func(path string) bool { return path == s.callbackPath && path != loginPaths[0] })
}
