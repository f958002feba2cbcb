package pages

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"portico/internal/locale"
	"portico/internal/query"
	"portico/internal/shelf"
	"portico/web/templates"
)

// Bounds of what is kept of what people marked and looked at.
const (
	starsMost  = 40
	recentMost = 8
	marksLife  = 365 * 24 * time.Hour
)

// markKinds are what can be marked, with their icons.
var markKinds = map[string]string{"site": "sites", "source": "gauge", "variable": "explore"}

// mark is a site, a source or a variable that somebody marked or looked at. Its name is the one that it had then.
type mark struct {
	Kind  string `json:"kind"`
	ID    int64  `json:"id"`
	Name  string `json:"name"`
	About string `json:"about,omitempty"` // where it belongs
}

func (m mark) same(other mark) bool { return m.Kind == other.Kind && m.ID == other.ID }

func (m mark) href() string {
	switch m.Kind {
	case "site":
		return "/sites/" + strconv.FormatInt(m.ID, 10)
	case "source":
		return "/sources/" + strconv.FormatInt(m.ID, 10)
	}
	return "/variables/" + strconv.FormatInt(m.ID, 10)
}

// markList are a person's, the newest first.
type markList struct {
	List []mark `json:"list"`
}

// put moves a mark to the front and drops the oldest of too many.
func (m *markList) put(x mark, most int) {
	m.take(x)
	m.List = slices.Insert(m.List, 0, x)
	m.List = m.List[:min(len(m.List), most)]
}

func (m *markList) take(x mark) { m.List = slices.DeleteFunc(m.List, x.same) }

func (m markList) has(x mark) bool { return slices.ContainsFunc(m.List, x.same) }

// marksOf returns a person's marks of a kind. Without the store there are none: a page does not fail for them.
func marksOf(ctx context.Context, r *Request, kind shelf.Kind) markList {
	m, err := shelf.Get[markList](ctx, r.Shelf, r.Owner, kind, "list")
	if err != nil {
		return markList{}
	}
	return m
}

// lookedAt notes that the person opened the page of x, and gives the layout the star that marks it.
func lookedAt(r *Request, layout templates.LayoutModel, x mark) templates.LayoutModel {
	x.Name, x.About = locale.Name(x.Name), locale.Plain(x.About)
	layout.Star = &templates.StarModel{Kind: x.Kind, ID: strconv.FormatInt(x.ID, 10), Name: x.Name, About: x.About, On: marksOf(r.Context(), r, shelf.Stars).has(x)}
	if len(r.Parts) > 0 || slices.IndexFunc(marksOf(r.Context(), r, shelf.Recent).List, x.same) == 0 {
		return layout // a part of a page, or the same page again
	}
	keeper, owner := r.Shelf, r.Owner
	r.Later("noting what was looked at", 0, func(ctx context.Context) error {
		_, err := shelf.Change(ctx, keeper, owner, shelf.Recent, "list", marksLife, func(m *markList) error { m.put(x, recentMost); return nil })
		return err
	})
	return layout
}

// star marks something as a favourite, or takes the mark away.
func (p *Pages) star(w http.ResponseWriter, r *Request) error {
	if err := r.ParseForm(); err != nil {
		return &query.Error{Param: "id", Err: query.ErrTooLong}
	}
	x, on, err := readStar(r.PostForm)
	if err != nil {
		return err
	}
	_, err = shelf.Change(r.Context(), r.Shelf, r.Owner, shelf.Stars, "list", marksLife, func(m *markList) error {
		switch {
		case !on:
			m.take(x)
		case !m.has(x) && len(m.List) >= starsMost:
			return &query.Error{Param: "id", Err: errTooMany}
		default:
			m.put(x, starsMost)
		}
		return nil
	})
	if err != nil {
		return err
	}
	http.Redirect(w, r.Request, x.href(), http.StatusSeeOther)
	return nil
}

func readStar(v url.Values) (x mark, on bool, err error) {
	if x.Kind, err = query.Choice(v, "kind", "site", "source", "variable"); err != nil {
		return x, false, err
	}
	if x.ID, err = query.ID(v, "id"); err != nil {
		return x, false, err
	}
	if x.Kind == "" || x.ID == 0 {
		return x, false, &query.Error{Param: "id", Err: query.ErrChoice}
	}
	for name, to := range map[string]*string{"name": &x.Name, "about": &x.About} {
		text, err := query.One(v, name, 1000)
		if err != nil {
			return x, false, err
		}
		*to = locale.Plain(text)
	}
	do, err := query.Choice(v, "star", "on", "off")
	if err == nil && do == "" {
		err = &query.Error{Param: "star", Err: query.ErrChoice}
	}
	return x, do == "on", err
}

// markGroups are the person's favourites and what they looked at last. What they may not see any more leads to a page that says so.
func markGroups(r *Request) []templates.HitGroup {
	l := r.Locale
	stars := marksOf(r.Context(), r, shelf.Stars)
	recent := marksOf(r.Context(), r, shelf.Recent)
	recent.List = slices.DeleteFunc(recent.List, stars.has)
	var groups []templates.HitGroup
	for _, g := range []struct {
		name locale.Key
		list []mark
	}{{"marks.stars", stars.List}, {"marks.recent", recent.List}} {
		group := templates.HitGroup{Name: l.T(g.name)}
		for _, m := range g.list {
			group.Hits = append(group.Hits, templates.HitModel{Link: templates.Link{Text: locale.Name(m.Name), Href: m.href()}, Icon: markKinds[m.Kind], About: locale.Plain(m.About)})
		}
		if len(group.Hits) > 0 {
			groups = append(groups, group)
		}
	}
	return groups
}
