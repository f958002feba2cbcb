package server

import (
	"context"
	"errors"
	"mime"
	"net/http"
	"strconv"
	"time"

	"portico/internal/audit"
	"portico/internal/rp"
	"portico/internal/session"
)

// maxLogoutBody is the longest body of a back-channel logout request, in bytes.
const maxLogoutBody = 16 << 10

// backChannelLogout ends the sessions that the provider names (OpenID Connect Back-Channel Logout 1.0). A session that is gone already is a success; what was
// wrong with a token is not told.
func (s *Server) backChannelLogout(w http.ResponseWriter, r *http.Request) error {
	raw, err := logoutToken(w, r)
	if err != nil {
		return s.refuseLogout(w, r, err)
	}
	t, err := s.config.RP.VerifyLogout(r.Context(), raw)
	if errors.Is(err, rp.ErrProviderUnavailable) {
		return &pageError{Status: http.StatusServiceUnavailable, Kind: kindSignInDown, RetryAfter: retryAfterDefault, Err: err}
	}
	if err != nil {
		return s.refuseLogout(w, r, err)
	}
	first, err := s.config.Store.Once(r.Context(), "logout "+t.Issuer+" "+t.ID, max(t.Expires.Sub(s.wall()), 0)+2*rp.Leeway)
	if err != nil {
		return &storeError{err}
	}
	if !first {
		return s.refuseLogout(w, r, errors.New("logout token seen before"))
	}
	ended, err := s.endNamed(r.Context(), session.Match{Issuer: t.Issuer, SID: t.SID, Subject: t.Subject})
	if err != nil {
		s.config.Log.ErrorContext(r.Context(), "logout token taken, and its sessions not ended", "request_id", eventOf(r.Context()).ID, "issuer", t.Issuer, "subject", t.Subject, "error", err)
		return &storeError{err}
	}
	e := audit.Event{Kind: audit.SignOut, Reason: session.ReasonBackChannel, Issuer: t.Issuer, Details: map[string]string{"sessions": strconv.Itoa(len(ended))}}
	if t.Subject != "" {
		e.Person = s.personRef(t.Issuer, t.Subject)
	}
	s.audit(r.Context(), nil, e)
	w.WriteHeader(http.StatusOK)
	return nil
}

// logoutToken reads the one logout_token of a form. Other parameters are ignored (section 2.5).
func logoutToken(w http.ResponseWriter, r *http.Request) (string, error) {
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/x-www-form-urlencoded" {
		return "", errors.New("logout token in no form")
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxLogoutBody)
	if err := r.ParseForm(); err != nil || len(r.PostForm["logout_token"]) != 1 {
		return "", errors.New("one logout_token is wanted")
	}
	return r.PostForm.Get("logout_token"), nil
}

func (s *Server) refuseLogout(w http.ResponseWriter, r *http.Request, err error) error {
	eventOf(r.Context()).Err = err
	if err := s.take(r, "logout-tokens", s.limits.logouts); err != nil {
		return err
	}
	writeJSON(w, "application/json", http.StatusBadRequest, map[string]string{"error": "invalid_request"})
	return nil
}

// endNamed ends the sessions that a logout token names, with some patience: the token counts once, so that the provider cannot send it again.
func (s *Server) endNamed(ctx context.Context, m session.Match) (ended []session.ID, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	for wait := 50 * time.Millisecond; ; wait *= 3 {
		if ended, err = s.config.Store.DeleteMatching(ctx, m, session.ReasonBackChannel); err == nil {
			s.forgetData(ended...)
			return ended, nil
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(wait):
		}
	}
}
