package server

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"portico/internal/locale"
	"portico/internal/query"
	"portico/internal/screen"
	"portico/internal/session"
	"portico/web/templates"
)

// screenReportPath is where walls tell how they are.
const screenReportPath = "/tv/report"

// wallAnswer is what a wall's script is told when it reports.
type wallAnswer struct {
	Do      string `json:"do"`                // "", reload, go (to To) or ended (the screen has to be paired again)
	To      string `json:"to,omitempty"`      // local path
	Trouble string `json:"trouble,omitempty"` // sign-in: the identity server gives no access token now
	Build   string `json:"build"`
	Now     int64  `json:"now"` // Unix milliseconds

	Pair *templates.PairingCode `json:"pair,omitempty"` // with ended: the code that pairs it again
}

// screenReport takes what a wall tells of itself every now and then, and answers with what it shall do: POST /tv/report with the form fields screen (its id, none for a person's wall), page, build,
// now (its clock, Unix milliseconds), loaded (what the page was given as such), heap (bytes), up (seconds) and problem (in words); all of them may be missing.
func (s *Server) screenReport(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return &pageError{Status: http.StatusBadRequest, Kind: kindTooLarge, Err: err}
	}
	a := wallAnswer{Build: s.config.Version, Now: s.wall().UnixMilli()}
	id := r.PostForm.Get("screen")
	if !s.screens.Present(r) || id == "" && s.config.Cookies.Present(r) {
		return s.personReport(w, r, a)
	}
	sess, scr, err := s.loadScreen(r)
	switch {
	case isNoSession(err) || err == nil && id != "" && id != scr.ID:
		err = s.pairAnswer(w, r, &a)
	case err != nil:
		err = &storeError{err}
	default:
		err = s.noteReport(w, r.WithContext(s.withScreen(r.Context(), sess, &scr)), &scr, &a)
	}
	if err != nil {
		return err
	}
	writeJSON(w, "application/json", http.StatusOK, a)
	return nil
}

// noteReport writes down what a screen with a session tells, and what it is told: the code when its rights are refused, else what people at their desks want of it.
func (s *Server) noteReport(w http.ResponseWriter, r *http.Request, scr *screen.Screen, a *wallAnswer) error {
	told, loaded, err := readReport(r.PostForm, s.wall())
	if err != nil {
		return err
	}
	told.Browser, told.Address = scr.Report.Browser, s.aboutBrowser(r).Address
	switch rights := s.haveRights(r.Context()); {
	case rightsRefused(rights):
		if told.Refused = scr.Report.Refused; told.Refused.IsZero() {
			told.Refused = s.wall().UTC()
		}
		if err := s.pairAnswer(w, r, a); err != nil {
			return err
		}
	case rights != nil:
		a.Trouble = "sign-in"
	}
	s.touchScreen(r.Context())
	now, err := s.register.Note(r.Context(), *scr, told)
	if err != nil {
		note(r.Context(), errAttr("register_error", err)) // it is told again soon
	}
	if a.Do == "" {
		a.command(&now, loaded)
	}
	return nil
}

// touchScreen is how often a screen's session is noted to be in use. It ends no later for it; but an operator sees it, and what an old key sealed is sealed under the present one then.
const touchScreen = 10 * time.Minute

func (s *Server) touchScreen(ctx context.Context) {
	sess, _ := session.FromContext(ctx)
	if s.wall().Sub(sess.LastSeen) <= touchScreen {
		return
	}
	if err := s.screens.Touch(ctx, sess); err != nil && !errors.Is(err, session.ErrNotFound) {
		note(ctx, errAttr("touch_error", err))
	}
}

// command adds what people at their desks asked the screen to do since its page was loaded.
func (a *wallAnswer) command(scr *screen.Screen, loaded time.Time) {
	switch {
	case loaded.IsZero():
	case scr.Changed.After(loaded):
		a.Do, a.To = "go", listPath+scr.ID
	case scr.Reload.After(loaded):
		a.Do = "reload"
	}
}

// personReport answers the wall of a signed-in person, which stands in no register.
func (s *Server) personReport(w http.ResponseWriter, r *http.Request, a wallAnswer) error {
	sess, err := s.config.Cookies.Load(r)
	if err != nil {
		return s.noSession(w, r, err)
	}
	switch err := s.haveRights(s.withSession(r.Context(), sess)); {
	case rightsRefused(err):
		return err
	case err != nil:
		a.Trouble = "sign-in"
	}
	writeJSON(w, "application/json", http.StatusOK, a)
	return nil
}

// haveRights asks for an access token as a call of the Data Hub would, so that a wall is known to have rights as long as it is there.
func (s *Server) haveRights(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	_, err := ctx.Value(personKey{}).(*person).tokens.Token(ctx)
	return err
}

// readReport reads the form. What a browser says of itself is shown to people, and decides nothing.
func readReport(form url.Values, now time.Time) (told screen.Report, loaded time.Time, err error) {
	numbers := map[string]int64{}
	for _, name := range []string{"now", "loaded", "heap", "up"} {
		text := form.Get(name)
		if text == "" {
			continue
		}
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 || n > 1<<50 {
			return told, loaded, badRequest(name, query.ErrNumber)
		}
		numbers[name] = n
	}
	told = screen.Report{Page: localPath(form.Get("page")), Build: locale.Plain(short(form.Get("build"))), Problem: locale.Plain(short(form.Get("problem"))), Heap: numbers["heap"], Up: time.Duration(numbers["up"]) * time.Second}
	if n := numbers["now"]; n > 0 {
		told.Skew = time.UnixMilli(n).Sub(now).Round(time.Millisecond)
	}
	if n := numbers["loaded"]; n > 0 {
		loaded = time.UnixMilli(n)
	}
	return told, loaded, nil
}
