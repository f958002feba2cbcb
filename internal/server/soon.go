package server

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"

	"portico/internal/crew"
	"portico/internal/locale"
	"portico/internal/pages"
	"portico/web/templates"
)

// How long a person looks at the page before for the next one.
const (
	pagePatience  = time.Second            // for what the page is about. After it they get what is around the page, and its content when it is there
	panelPatience = 300 * time.Millisecond // for the panels of a page, which come by themselves after it. A Data Hub that answers in 20 ms has told everything by then
)

type patience struct{ page, panels time.Duration }

// wholeParam asks to wait: it is what people without scripts follow, and those whose content could not be fetched.
const wholeParam = "whole"

// soon answers with the page if it is ready in time, else with its place. Only a tab is told so: programs get what they asked for, and wait.
func (s *Server) soon(h pages.Handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		q := s.pageRequest(w, r)
		if !inTab(r) || r.Method != http.MethodGet || r.URL.Query().Has(wholeParam) || again(r) {
			return h(w, q)
		}
		q.Until = time.Now().Add(s.patience.panels)
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		out := &undecided{w: w, header: http.Header{}}
		made := make(chan func() error, 1)
		own := *q
		own.Request = q.WithContext(ctx)
		go func() { made <- attempt(h, out, &own) }()
		timer := time.NewTimer(s.patience.page)
		defer timer.Stop()
		select {
		case finish := <-made:
			return finish()
		case <-timer.C:
		}
		if !out.giveUp() {
			return (<-made)() // it is being written already
		}
		q.Layout.Whole = q.Whole
		m := templates.WaitingModel{Layout: q.Layout, Title: titleOf(q.Layout, s.locale(r)), Part: templates.PanelModel{Name: "content", From: q.From + "content", State: "waiting"}, Explore: pages.Awaited(q)}
		return s.render(w, r, http.StatusOK, templates.Waiting(m))
	}
}

// viewed are the paths of pages that are looked at in one view after the other.
var viewed = []string{"/explore", "/variables/"}

// again reports whether a tab asks for another view of the page that it shows. It goes on showing that one until the answer is there, which is better than a place for what comes, and the page's script offers to
// give up (load.js): then the request ends, and all that it asked of the Data Hub.
func again(r *http.Request) bool {
	from, err := url.Parse(r.Referer())
	return err == nil && from.Host == r.Host && from.Path == r.URL.Path && slices.ContainsFunc(viewed, func(path string) bool { return strings.HasPrefix(r.URL.Path, path) })
}

// whole answers when all of the page is there.
func (s *Server) whole(h pages.Handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error { return h(w, s.pageRequest(w, r)) }
}

// attempt makes a page without rendering it, and returns what is left to do. A panic goes on where the request is served.
func attempt(h pages.Handler, out *undecided, q *pages.Request) (finish func() error) {
	defer func() {
		if p := recover(); p != nil {
			fell := crew.Caught(p)
			finish = func() error { panic(fell) }
		}
	}()
	render := q.Render
	finish = func() error { return nil }
	q.Render = func(status int, page templ.Component) error {
		finish = func() error {
			out.copyHeader()
			return render(status, page)
		}
		return nil
	}
	if err := h(out, q); err != nil {
		return func() error { return err }
	}
	return finish
}

// titleOf is the name of the place where the page belongs.
func titleOf(m templates.LayoutModel, l locale.Locale) string {
	if m.Place == "" {
		return l.T("part.loading")
	}
	return l.T(locale.Key("place." + m.Place))
}

// partsOf is the address of a page's parts, to which a name is appended.
func partsOf(u *url.URL) string {
	q := u.Query()
	q.Del(wholeParam)
	if len(q) == 0 {
		return partsPath + u.Path + "?part="
	}
	return partsPath + u.Path + "?" + q.Encode() + "&part="
}

func withParam(u *url.URL, name, value string) string {
	q := u.Query()
	q.Set(name, value)
	return u.Path + "?" + q.Encode()
}

// undecided is a ResponseWriter of which it is not yet clear whether its handler or somebody else answers.
type undecided struct {
	w      http.ResponseWriter
	header http.Header

	mu      sync.Mutex
	writes  bool // the handler answers
	givenUp bool // somebody else does
}

// Header implements http.ResponseWriter.
func (u *undecided) Header() http.Header { return u.header }

// WriteHeader implements http.ResponseWriter.
func (u *undecided) WriteHeader(status int) {
	if u.claim() {
		u.w.WriteHeader(status)
	}
}

// Write implements http.ResponseWriter. It returns http.ErrHandlerTimeout when somebody else answers.
func (u *undecided) Write(b []byte) (int, error) {
	if !u.claim() {
		return 0, http.ErrHandlerTimeout
	}
	return u.w.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (u *undecided) Unwrap() http.ResponseWriter { return u.w }

// FlushError sends what was written, for http.ResponseController.
func (u *undecided) FlushError() error {
	if !u.claim() {
		return http.ErrHandlerTimeout
	}
	return http.NewResponseController(u.w).Flush()
}

func (u *undecided) claim() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.writes && !u.givenUp {
		u.writes = true
		u.copyHeader()
	}
	return u.writes
}

// giveUp takes the answer over, unless it has begun.
func (u *undecided) giveUp() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.givenUp = !u.writes
	return u.givenUp
}

func (u *undecided) copyHeader() {
	for name, values := range u.header {
		u.w.Header()[name] = values
	}
}
