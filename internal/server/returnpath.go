package server

import (
	"net/url"
	"slices"
	"strings"
)

// maxReturnPath is the longest return path that is kept, in bytes.
const maxReturnPath = 2048

// localPath returns path when a browser that is sent there stays on this portal and lands on a page, else "/".
// Everything that redirects to a place that came from outside goes through here (CWE-601).
//
// A local path starts with exactly one slash; holds no backslash, control character, blank or byte outside ASCII, which
// browsers drop or rewrite; parses to no scheme, host or user; and is no sign-in, API or fragment route, which would
// loop or show a piece of a page.
func localPath(path string) string {
	if path == "" || len(path) > maxReturnPath || path[0] != '/' {
		return "/"
	}
	for i := range len(path) {
		if c := path[i]; c <= ' ' || c >= 0x7f || c == '\\' {
			return "/"
		}
	}
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || u.Opaque != "" {
		return "/"
	}
	if ambiguousPath(u.EscapedPath()) {
		return "/"
	}
	for _, prefix := range []string{"/auth/", "/api/", "/x/", "/live", "/static/"} {
		if strings.HasPrefix(u.Path, prefix) {
			return "/"
		}
	}
	if slices.Contains([]string{"/login", "/logout", "/oauth2/start"}, u.Path) {
		return "/"
	}
	u.Fragment, u.RawFragment = "", ""
	return u.String()
}

// ambiguousPath reports whether two readers of an escaped path could take it for two different places: empty and dot
// segments, path parameters, backslashes, and any percent sign, since no path of the portal needs one.
func ambiguousPath(escaped string) bool {
	if escaped == "" || escaped[0] != '/' || strings.ContainsAny(escaped, `%\;#`) || strings.Contains(escaped, "//") {
		return true
	}
	for segment := range strings.SplitSeq(escaped[1:], "/") {
		if segment == "." || segment == ".." {
			return true
		}
	}
	for i := range len(escaped) {
		if c := escaped[i]; c <= ' ' || c >= 0x7f {
			return true
		}
	}
	return false
}
