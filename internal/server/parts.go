package server

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

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

// partsMost bounds how many parts one request asks for: all widgets of the largest board.
const partsMost = 60

// part answers with one part of a page, or with several, each as soon as it is there: then each stands in a template that bears its name. Whoever asks for parts waits for them; only what is in the content of a page comes after it.
func (s *Server) part(h pages.Handler) handler {
	return s.partBy(func(w http.ResponseWriter, r *http.Request) (*pages.Request, error) { return s.pageRequest(w, r), nil }, h)
}

// partBy is part for pages that need to know more of a request.
func (s *Server) partBy(request func(http.ResponseWriter, *http.Request) (*pages.Request, error), h pages.Handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if inTab(r) {
			return notFound("page") // a part by itself is none
		}
		names, err := partNames(r)
		if err != nil {
			return err
		}
		whole := wholePage(r)
		q, err := request(w, whole)
		if err != nil {
			return err
		}
		q.Parts = names
		if slices.Equal(names, []string{"content"}) {
			q.Until = time.Now().Add(panelPatience) // its panels come by themselves, as those of a page that was quick
		}
		out := &partWriter{w: w, several: len(names) > 1}
		q.Render = func(status int, page templ.Component) error {
			if q.Part != "" {
				return out.render(whole.Context(), status, page, q.Part)
			}
			return out.render(whole.Context(), status, page, names...)
		}
		err = h(w, q)
		if out.begun {
			eventOf(r.Context()).Err = err // there is no other answer any more: the script sees which parts did not come
			return nil
		}
		return err
	}
}

// partNames reads which parts are wanted.
func partNames(r *http.Request) ([]string, error) {
	names := r.URL.Query()["part"]
	if len(names) == 0 || len(names) > partsMost {
		return nil, badRequest("part", query.ErrChoice)
	}
	for _, name := range names {
		if len(name) > 40 {
			return nil, badRequest("part", query.ErrTooLong)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// partWriter writes parts as they come.
type partWriter struct {
	w       http.ResponseWriter
	several bool
	begun   bool
}

// render sends parts of a page, all of them or none.
func (p *partWriter) render(ctx context.Context, status int, page templ.Component, names ...string) error {
	b := &bytes.Buffer{}
	for _, name := range names {
		if err := p.add(ctx, b, page, name); err != nil {
			return err
		}
	}
	p.send(status, b.Bytes())
	return nil
}

// add appends a part of a page to b.
func (p *partWriter) add(ctx context.Context, b *bytes.Buffer, page templ.Component, name string) error {
	if p.several {
		b.WriteString(`<template data-part="` + templ.EscapeString(name) + `">`)
	}
	start := b.Len()
	if err := templ.RenderFragments(ctx, b, page, name); err != nil {
		return err
	}
	if b.Len() == start {
		return badRequest("part", query.ErrChoice)
	}
	if p.several {
		b.WriteString("</template>\n")
	}
	return nil
}

func (p *partWriter) send(status int, parts []byte) {
	if !p.begun {
		p.begun = true
		p.w.Header().Set("Content-Type", "text/html; charset=utf-8")
		p.w.WriteHeader(status)
	}
	_, _ = p.w.Write(parts) // the browser went away: nobody is left to tell
	if p.several {
		_ = http.NewResponseController(p.w).Flush()
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
