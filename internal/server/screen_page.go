package server

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"crypto/rand"

	"portico/internal/locale"
	"portico/internal/screen"
	"portico/web/static"
	"portico/web/templates"
)

const (
	pairPath    = "/pair"
	screenEvery = "5" // seconds between two looks of a screen without a script
)

// waiting is what the cookie of a screen that waits holds.
type waiting struct {
	Code   screen.Code `json:"c"`
	Secret string      `json:"s"`
}

// screenPage is what a browser shows until it is somebody's screen: a code for a person to type, and the same as a picture for their phone. It looks again by itself, and gets a new code when the
// old one is over. Like a sign-in it begins with a GET, which keeps nothing but the code.
func (s *Server) screenPage(w http.ResponseWriter, r *http.Request) error {
	if foreignLoad(r) || ahead(r) {
		return errForeignLoad()
	}
	state, err := s.pairState(w, r)
	if err != nil {
		return err
	}
	if state.to != "" {
		http.Redirect(w, r, state.to, http.StatusSeeOther)
		return nil
	}
	m := templates.ScreenModel{Layout: s.layout(r), Pair: *s.pairModel(r, state.pairing)}
	m.Layout.Person, m.Layout.Watch, m.Layout.Live = nil, nil, nil // it is nobody's, whoever is signed in beside it
	m.Layout.Reload, m.Layout.Assets.Modules = screenEvery+";url="+screenPath, []string{static.URL("screen.js")}
	return s.render(w, r, http.StatusOK, templates.Screen(m))
}

// screenState is the same for the page's script: POST /screen.
func (s *Server) screenState(w http.ResponseWriter, r *http.Request) error {
	a := wallAnswer{Build: s.config.Version, Now: s.wall().UnixMilli()}
	if err := s.pairAnswer(w, r, &a); err != nil {
		return err
	}
	writeJSON(w, "application/json", http.StatusOK, a)
	return nil
}

// pairAnswer tells a script with which code the screen can be paired, or where it goes as it has been.
func (s *Server) pairAnswer(w http.ResponseWriter, r *http.Request, a *wallAnswer) error {
	state, err := s.pairState(w, r)
	if err != nil {
		return err
	}
	if state.to != "" {
		a.Do, a.To = "go", state.to
		return nil
	}
	a.Do, a.To, a.Pair = "ended", screenPath, s.pairModel(r, state.pairing)
	return nil
}

// pairing is where a browser stands on its way to be a screen: it goes to its list, or shows a code.
type pairState struct {
	to      string
	pairing screen.Pairing
}

// pairState finds out where the browser stands. One that is a screen with rights goes on; one that was approved gets its session; one that waits goes on to; and every other one gets a code.
func (s *Server) pairState(w http.ResponseWriter, r *http.Request) (pairState, error) {
	sess, scr, err := s.loadScreen(r)
	switch {
	case err == nil:
		ctx := s.withScreen(r.Context(), sess, &scr)
		rights := s.haveRights(ctx)
		if !rightsRefused(rights) {
			return pairState{to: listPath + scr.ID}, nil
		}
		s.refusedRights(ctx, &scr, rights)
	case !isNoSession(err):
		return pairState{}, &storeError{err}
	}
	p, err := s.ownPairing(r)
	if err == nil && p.Screen != "" {
		if p, err = s.handOver(w, r, p); err == nil {
			return pairState{to: listPath + p.Screen}, nil
		}
	}
	if errors.Is(err, screen.ErrCode) {
		p, err = s.beginPairing(w, r)
	}
	return pairState{pairing: p}, err
}

// formerScreen returns which screen the browser was until its session or its rights ended, "" for none. It reads the whole register, and is asked once for each code.
func (s *Server) formerScreen(r *http.Request) string {
	cookie, err := r.Cookie(s.screens.Name())
	if err != nil {
		return ""
	}
	scr, err := s.register.Of(r.Context(), cookie.Value)
	if err != nil {
		return ""
	}
	return scr.ID
}

// ownPairing returns the pairing that this browser began. screen.ErrCode when there is none, or none any more.
func (s *Server) ownPairing(r *http.Request) (screen.Pairing, error) {
	plain, ok := s.jar.get(r, pairingCookie)
	var wait waiting
	if !ok || json.Unmarshal(plain, &wait) != nil {
		return screen.Pairing{}, screen.ErrCode
	}
	return s.pairings.Own(r.Context(), wait.Code, wait.Secret)
}

// beginPairing gives the browser a code and the cookie that goes with it.
func (s *Server) beginPairing(w http.ResponseWriter, r *http.Request) (screen.Pairing, error) {
	if err := s.take(r, "pairings", s.limits.pairings); err != nil {
		return screen.Pairing{}, err
	}
	secret := rand.Text()
	p, err := s.pairings.Begin(r.Context(), secret, screen.Pairing{About: s.aboutBrowser(r), Before: s.formerScreen(r)})
	if err != nil {
		return p, err
	}
	plain, err := json.Marshal(waiting{p.Code, secret})
	if err != nil {
		return p, err
	}
	s.jar.put(w, pairingCookie, plain)
	return p, nil
}

// handOver gives a browser that was approved the cookie of its session. It may do so more than once: an answer can get lost. screen.ErrCode when that session is over already.
func (s *Server) handOver(w http.ResponseWriter, r *http.Request, p screen.Pairing) (screen.Pairing, error) {
	scr, err := s.register.Get(r.Context(), p.Screen)
	if errors.Is(err, screen.ErrNotFound) {
		return p, screen.ErrCode
	}
	if err != nil {
		return p, err
	}
	h, err := scr.Key()
	if err != nil {
		return p, screen.ErrCode
	}
	sess, err := s.screens.Of(r.Context(), h)
	switch {
	case isNoSession(err):
		return p, screen.ErrCode
	case err != nil:
		return p, &storeError{err}
	}
	s.screens.Hand(w, sess)
	s.jar.drop(w, pairingCookie)
	note(r.Context(), slog.String("screen", scr.ID))
	return p, nil
}

// pairModel shows a code, where to type it, and both as a picture.
func (s *Server) pairModel(r *http.Request, p screen.Pairing) *templates.PairingCode {
	l, address := s.locale(r), s.config.BaseURL.String()+pairPath
	m := &templates.PairingCode{
		Code: p.Code.String(), Spoken: l.T("screen.code-spoken", spelled(p.Code)), Address: locale.Plain(s.config.BaseURL.Host) + pairPath, Seconds: int(max(p.Until.Sub(s.wall()), time.Second) / time.Second),
		About: l.T("screen.code-life", int(screen.CodeLife/time.Minute)),
	}
	if p.Taken {
		m.About = l.T("screen.code-taken")
	}
	m.Picture = qrPicture(address + "?" + url.Values{"code": {p.Code.String()}}.Encode())
	return m
}

// spelled lets a code be read out character by character.
func spelled(c screen.Code) string {
	var b []byte
	for i := range len(c) {
		b = append(b, c[i], ' ')
	}
	return string(b)
}
