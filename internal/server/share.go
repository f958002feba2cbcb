package server

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"portico/internal/board"
	"portico/internal/datahub"
	"portico/internal/grant"
	"portico/internal/pages"
	"portico/internal/share"
)

const (
	sharePath = "/share/"            // behind it what opens a link
	sharedAt  = sharePath + "board/" // behind it a link's id, which opens nothing

	shareCookies = 4 // of one request that are looked at: browsers send one
)

// sharing mounts what visitors of links see. Nothing else of the portal opens for them: their cookie is for these paths only, and has a name of its own, so that it disturbs nobody's session.
func (s *Server) sharing(m *http.ServeMux) {
	m.Handle("GET "+sharePath+"{token}", s.public(s.openShare))
	m.Handle("GET "+sharedAt+"{share}", s.public(s.shared(s.dashboards.Shared)))
	m.Handle("GET "+sharedAt+"{share}/pictures/{widget}", s.public(s.shared(s.dashboards.SharedPicture)))
	m.Handle("GET "+sharesPath, s.page(s.sharesPage))
	m.Handle("POST "+sharesPath, s.page(s.changeShares))
}

// discreet keeps addresses of links from other sites and from search engines.
func discreet(w http.ResponseWriter) {
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("X-Robots-Tag", "noindex, nofollow")
}

// isShare reports whether an address is that of a link or below it.
func isShare(path string) bool { return strings.HasPrefix(path, sharePath) }

// loggedPath is an address as logs have it: without what opens a link.
func loggedPath(path string) string {
	if isShare(path) && !strings.HasPrefix(path, sharedAt) {
		return sharePath + "…"
	}
	return path
}

// openShare takes what opens a link out of the address and puts it into a cookie. Links that there never were, that are over and that were revoked look alike, and whoever tries has few tries; what is right
// costs none, and opens whatever others at the same address tried.
func (s *Server) openShare(w http.ResponseWriter, r *http.Request) error {
	discreet(w)
	token := r.PathValue("token")
	link, err := s.shares.Open(r.Context(), token)
	if err != nil {
		return s.wrongLink(r, err)
	}
	c := s.shareCookie(sharedAt+link.ID, token)
	c.MaxAge = max(int(link.Until.Sub(s.wall()).Seconds()), 1)
	http.SetCookie(w, c)
	http.Redirect(w, r, sharedAt+link.ID, http.StatusSeeOther)
	return nil
}

// shareCookie is a cookie that is sent to one path only.
func (s *Server) shareCookie(path, value string) *http.Cookie {
	name := "portico-share"
	if s.config.BaseURL.Scheme == "https" {
		name = "__Secure-" + name
	}
	return &http.Cookie{Name: name, Value: value, Path: path, Secure: s.config.BaseURL.Scheme == "https", HttpOnly: true, SameSite: http.SameSiteLaxMode}
}

func noShare(err error) error {
	if errors.Is(err, share.ErrNotFound) || isNoSession(err) {
		return notFound("link")
	}
	return &storeError{err}
}

// shared wraps a page that the visitors of a link see: read with the rights of the link, as far back as it reaches, and without anything of whoever else is signed in in this browser.
func (s *Server) shared(h func(w http.ResponseWriter, r *pages.Request, b board.Stored, site datahub.SiteID, path string) error) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		discreet(w)
		link, token, err := s.linkOf(r)
		if err != nil {
			return noShare(err)
		}
		if err := s.holdPage(r, sha256.Sum256([]byte(token))); err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(r.Context(), pageTimeout)
		defer cancel()
		r = r.WithContext(ctx)
		source, who, err := s.rightsOf(ctx, &link)
		if err != nil {
			return noShare(err)
		}
		b, err := board.NewLibrary(s.config.Shelf, s.wall).Load(ctx, link.Owner, link.Board)
		if err != nil {
			return noShare(err)
		}
		q := &pages.Request{
			Request: r, Who: who, Hub: s.config.Hub.Client(source), Locale: s.locale(r), Layout: s.layout(r), Now: s.now(), Since: link.Reach.Since(s.now()), By: link.Owner.Name, Shared: true,
			Render: func(status int, page templ.Component) error { return s.render(w, r, status, page) },
		}
		if err := h(w, q, b, datahub.SiteID(link.Site), sharedAt+link.ID); rightsRefused(err) || errors.Is(err, datahub.ErrUnauthorized) {
			return notFound("link")
		} else if err != nil {
			return err
		}
		return nil
	}
}

// linkOf returns the link whose id the address has, if the browser has what opens it.
func (s *Server) linkOf(r *http.Request) (share.Link, string, error) {
	for _, c := range s.sharesSent(r) {
		link, err := s.shares.Open(r.Context(), c.Value)
		if errors.Is(err, share.ErrNotFound) || err == nil && link.ID != r.PathValue("share") {
			continue // a neighbour of our domain can have the browser send another one first
		}
		return link, c.Value, err
	}
	return share.Link{}, "", share.ErrNotFound
}

// sharesSent are the cookies of links in a request; each costs a read of the store.
func (s *Server) sharesSent(r *http.Request) []*http.Cookie {
	sent := r.CookiesNamed(s.shareCookie("", "").Name)
	return sent[:min(len(sent), shareCookies)]
}

// rightsOf returns where a link's access tokens come from, and whose answers they bring. The grant of a link is a session like those of screens: what ends that ends the link.
func (s *Server) rightsOf(ctx context.Context, link *share.Link) (datahub.TokenSource, pages.Who, error) {
	who := pages.Who{Issuer: link.Owner.Issuer, Subject: "link:" + link.ID, Account: link.Owner.Account, Session: "link:" + link.ID}
	if link.Rights == grant.Application {
		return s.config.Application.tokens(), who, nil
	}
	h, err := link.Key()
	if err != nil {
		return nil, who, share.ErrNotFound
	}
	sess, err := s.screens.Of(ctx, h)
	if err != nil {
		return nil, who, err
	}
	who.Session = sess.Handle.ID().String()
	return s.config.Tokens.Source(sess.Handle), who, nil
}
