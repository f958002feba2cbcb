package server

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"portico/internal/audit"
	"portico/internal/query"
	"portico/internal/session"
)

// frontChannelPath is registered at the identity server as frontchannel_logout_uri, with frontchannel_logout_session_required.
const frontChannelPath = "/auth/frontchannel-logout"

// maxSID is the longest provider's session id that is looked for, in bytes.
const maxSID = 512

// frontChannelLogout ends the sessions of a provider's session when a page of the identity server's loads it in a frame (OpenID Connect Front-Channel Logout 1.0). Browsers send no
// cookie with a frame of another site, so sid alone says which sessions are meant; knowing it is what entitles to end them. It is the one GET that changes something: docs/adr/0010.
func (s *Server) frontChannelLogout(w http.ResponseWriter, r *http.Request) error {
	issuer, sid, err := s.frontChannelQuery(r)
	if err != nil {
		return err
	}
	if r.Method == http.MethodHead {
		return s.emptyFrame(w)
	}
	m := session.Match{Issuer: issuer, SID: sid}
	known, err := s.config.Store.List(r.Context(), m)
	if err != nil {
		return &storeError{err}
	}
	if len(known) == 0 { // perhaps a guess; perhaps a sign-in that has not finished, which must not
		if err := s.take(r, "logout-frames", s.limits.logouts); err != nil {
			return err
		}
	}
	ended, err := s.config.Store.DeleteMatching(r.Context(), m, session.ReasonFrontChannel)
	if err != nil {
		return &storeError{err}
	}
	s.forgetData(ended...)
	s.audit(r.Context(), nil, audit.Event{Kind: audit.SignOut, Reason: session.ReasonFrontChannel, Issuer: issuer, Details: map[string]string{"sessions": strconv.Itoa(len(ended))}})
	return s.emptyFrame(w)
}

// frontChannelQuery reads iss and sid, both once, and takes them only from a frame. Anything else is refused without a look at the store.
func (s *Server) frontChannelQuery(r *http.Request) (issuer, sid string, err error) {
	if dest := r.Header.Get("Sec-Fetch-Dest"); dest != "" && dest != "iframe" && dest != "frame" {
		return "", "", &pageError{Status: http.StatusForbidden, Kind: kindCrossSite, RetryTo: "/", Err: errors.New("front-channel logout outside a frame")}
	}
	q := r.URL.Query()
	if sid, err = required(q, "sid", maxSID); err != nil {
		return "", "", err
	}
	if issuer, err = required(q, "iss", maxReturnPath); err != nil {
		return "", "", err
	}
	ours, err := s.config.RP.Issuer(r.Context())
	if err != nil {
		return "", "", err
	}
	if issuer != ours {
		return "", "", badRequest("iss", errors.New("this portal signs people in elsewhere"))
	}
	return issuer, sid, nil
}

// required returns the only value of a parameter that must be there.
func required(q url.Values, name string, longest int) (string, error) {
	value, err := query.One(q, name, longest)
	if err == nil && value == "" {
		err = badRequest(name, errors.New("is missing"))
	}
	return value, err
}

// emptyFrame answers with a page that only the identity server may frame.
func (s *Server) emptyFrame(w http.ResponseWriter) error {
	h := w.Header()
	h.Del("X-Frame-Options") // knows no origin; frame-ancestors does
	h.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors "+s.config.RP.FrameAncestors()+"; sandbox")
	h.Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, "<!DOCTYPE html><html lang=\"en\"><title>Signed out</title>")
	return nil
}
