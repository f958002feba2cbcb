package server

import (
	"cmp"
	"net/http"
	"time"

	"portico/internal/board"
	"portico/internal/datahub"
	"portico/internal/grant"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/internal/session"
	"portico/internal/share"
	"portico/web/templates"
)

// sharesPage lists a person's links and makes new ones. What opens a new link is shown once, to the browser in which it was made.
func (s *Server) sharesPage(w http.ResponseWriter, r *http.Request) error {
	done, err := query.Choice(r.URL.Query(), "done", "make", "revoke")
	if err != nil {
		return err
	}
	problem, err := problemParam(r.URL.Query())
	if err != nil {
		return err
	}
	fresh := ""
	if done == "make" {
		fresh = s.freshLink(w, r)
	}
	text := ""
	if problem != "" {
		text = s.locale(r).T(locale.Key("share.problem-" + problem))
	}
	return s.showShares(w, r, http.StatusOK, done, fresh, text)
}

// freshLink is the address of the link that this browser has just made, "" when there is none to show any more.
func (s *Server) freshLink(w http.ResponseWriter, r *http.Request) string {
	sess, _ := session.FromContext(r.Context())
	for _, c := range s.sharesSent(r) {
		link, err := s.shares.Open(r.Context(), c.Value)
		if err != nil || !link.OwnedBy(approverOf(sess)) {
			continue
		}
		gone := s.shareCookie(sharesPath, "")
		gone.MaxAge = -1
		http.SetCookie(w, gone)
		return s.config.BaseURL.String() + sharePath + c.Value
	}
	return ""
}

// usualShare is how long a link lasts unless somebody chooses otherwise.
const usualShare = 7 * 24 * time.Hour

// showShares shows a person's links, and the form of a new one as it was sent.
func (s *Server) showShares(w http.ResponseWriter, r *http.Request, status int, done, fresh, problem string) error {
	sess, _ := session.FromContext(r.Context())
	eventOf(r.Context()).SignsIn = true
	l, owner := s.locale(r), approverOf(sess)
	boards, err := board.NewLibrary(s.config.Shelf, s.wall).List(r.Context(), owner)
	if err != nil {
		return &storeError{err}
	}
	links, err := s.shares.Of(r.Context(), owner)
	if err != nil {
		return &storeError{err}
	}
	f := r.PostForm
	life, _ := readLife(f) // one that is none was refused
	m := templates.SharesModel{Layout: s.layout(r), Tabs: s.settingsTabs(l, sharesPath), Fresh: fresh, Error: problem, Lives: durationOptions(l, grantLives, cmp.Or(life, usualShare)), Rights: s.rightsOptions(l, sess, grant.Rights(f.Get("rights"))),
		Name: templates.FieldModel{Name: "name", Label: l.T("share.name"), Hint: l.T("share.name-hint", grant.MaxName), Value: f.Get("name")}}
	if done != "" {
		m.Done = l.T(locale.Key("share.done-" + done))
	}
	m.Rights[0].Text = l.T("share.rights-own")
	for _, reach := range shareReaches {
		m.Reaches = append(m.Reaches, templates.OptionModel{Value: string(reach), Text: l.T(locale.Key("share.reach-" + string(reach))), Selected: string(reach) == f.Get("reach")})
	}
	titles, chosen := map[string]string{}, r.FormValue("board")
	m.Site = siteParam(r.Form)
	for _, b := range boards {
		titles[b.ID] = locale.Plain(b.Board.Title)
		if b.Board.PerSite && m.Site == "" {
			continue // nobody can choose a site at a link
		}
		m.Boards = append(m.Boards, templates.OptionModel{Value: b.ID, Text: titles[b.ID], Selected: b.ID == chosen})
	}
	for _, link := range links {
		m.Links = append(m.Links, presentShare(l, link, titles[link.Board]))
	}
	return s.render(w, r, status, templates.Shares(m))
}

// presentShare is a link as the list shows it; board is the title of what it opens, "" when that is gone.
func presentShare(l locale.Locale, link share.Link, board string) templates.ShareRow {
	if board == "" {
		board = l.T("screens.board-gone")
	}
	return templates.ShareRow{ID: link.ID, Name: locale.Plain(link.Name), Board: board, About: []string{
		l.T("share.until", l.Date(link.Until.In(datahub.HomeZone()))), l.T(locale.Key("share.reach-" + string(link.Reach))), l.T("screen.as", locale.Plain(link.As))}}
}
