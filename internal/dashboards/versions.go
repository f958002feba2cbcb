package dashboards

import (
	"errors"
	"net/http"
	"strconv"

	"portico/internal/board"
	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/pages"
	"portico/internal/query"
	"portico/web/templates"
)

// versions lists what a dashboard was.
func (p *Pages) versions(_ http.ResponseWriter, r *pages.Request) error {
	s, err := found(r)
	if err != nil {
		return err
	}
	earlier, err := library(r).Versions(r.Context(), person(r), s.ID)
	if err != nil {
		return known(err)
	}
	l := r.Locale
	m := templates.DashboardVersionsModel{
		Layout: r.Layout, ID: s.ID, Head: templates.PageHeadModel{Crumbs: []templates.Link{{Text: l.T("place.dashboards"), Href: "/dashboards"}, {Text: s.Board.Title, Href: address(s.ID)}}, Title: l.T("board.versions")},
	}
	for i, v := range append([]board.Stored{s}, earlier...) {
		m.Versions = append(m.Versions, templates.DashboardVersion{
			Revision: strconv.FormatInt(v.Revision, 10), Text: l.T("board.version", v.Revision), About: locale.Join(by(v, r), "· "+l.T("board.widgets", len(v.Board.Widgets))), Current: i == 0,
		})
	}
	return r.Render(http.StatusOK, templates.DashboardVersions(m))
}

// restore makes an earlier version the present one. What is present now becomes an earlier one.
func (p *Pages) restore(w http.ResponseWriter, r *pages.Request) error {
	if err := form(r); err != nil {
		return err
	}
	revision, err := query.ParseID(r.PostForm.Get("revision"))
	if err != nil {
		return &query.Error{Param: "revision", Err: err}
	}
	s, err := found(r)
	if err != nil {
		return err
	}
	earlier, err := library(r).Versions(r.Context(), person(r), s.ID)
	if err != nil {
		return known(err)
	}
	for _, v := range earlier {
		if v.Revision != revision {
			continue
		}
		_, err := library(r).Save(r.Context(), person(r), s.ID, s.Revision, v.Board)
		if conflict, ok := errors.AsType[*board.ConflictError](err); ok {
			return p.conflict(r, conflict.Theirs)
		}
		if err != nil {
			return known(err)
		}
		return see(w, r, address(s.ID, "?done=restore"))
	}
	return pages.ErrNotFound
}

// conflict tells that somebody else has saved. Nothing is lost: the draft is kept, and so is theirs.
func (p *Pages) conflict(r *pages.Request, theirs board.Stored) error {
	l := r.Locale
	return r.Render(http.StatusConflict, templates.DashboardConflict(templates.DashboardConflictModel{
		Layout: r.Layout, ID: theirs.ID, Head: templates.PageHeadModel{Crumbs: []templates.Link{{Text: l.T("place.dashboards"), Href: "/dashboards"}, {Text: theirs.Board.Title, Href: address(theirs.ID)}}, Title: l.T("board.conflict")}, About: l.T("board.conflict-about", theirs.By, r.Locale.DateTime(theirs.Saved.In(datahub.HomeZone()), r.Now)),
		Theirs: templates.Link{Text: l.T("board.theirs"), Href: address(theirs.ID)}, Mine: templates.Link{Text: l.T("board.mine"), Href: address(theirs.ID, "/edit")},
	}))
}
