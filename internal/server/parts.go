package server

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"portico/internal/pages"
	"portico/internal/query"
)

// partsPath is where parts of pages are: /x/overview?part=trend is what /overview has under that name, made by the same handler. Scripts ask for them; nothing links there.
const partsPath = "/x"

// partPattern is where the parts of a page are; false for what is no page.
func partPattern(pattern string) (string, bool) {
	path, ok := strings.CutPrefix(pattern, "GET ")
	return "GET " + partsPath + path, ok
}

// part answers with one part of a page. Whoever asks for one waits for it, so that nothing in it is put off again.
func (s *Server) part(h pages.Handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		name, err := query.One(r.URL.Query(), "part", 40)
		if err != nil {
			return err
		}
		whole := wholePage(r)
		q := s.pageRequest(w, whole)
		q.Part = name
		q.Render = func(status int, page templ.Component) error {
			b := &bytes.Buffer{}
			if err := templ.RenderFragments(whole.Context(), b, page, name); err != nil {
				return err
			}
			if b.Len() == 0 {
				return badRequest("part", query.ErrChoice)
			}
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.WriteHeader(status)
			_, _ = w.Write(b.Bytes()) // the browser went away: nobody is left to tell
			return nil
		}
		return h(w, q)
	}
}

// wholePage is the request for the page that a part belongs to: what is in it leads to the page, never to the part.
func wholePage(r *http.Request) *http.Request {
	values := r.URL.Query()
	values.Del("part")
	page := *r
	page.URL = &url.URL{Path: strings.TrimPrefix(r.URL.Path, partsPath), RawQuery: values.Encode()}
	return &page
}
