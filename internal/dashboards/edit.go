package dashboards

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"portico/internal/board"
	"portico/internal/locale"
	"portico/internal/pages"
	"portico/internal/query"
)

var errNoWidget = errors.New("there is no such widget")

// edit makes one step. Each is kept at once, as a draft of the person's own.
func (p *Pages) edit(w http.ResponseWriter, r *pages.Request) error {
	if err := form(r); err != nil {
		return err
	}
	lib, who, id := library(r), person(r), r.PathValue("board")
	do, back := r.PostForm.Get("do"), address(id, "/edit")
	var err error
	switch do {
	case "save", "over":
		return p.publish(w, r, do == "over")
	case "discard":
		err = lib.Discard(r.Context(), who, id)
	case "undo":
		if _, err = lib.Undo(r.Context(), who, id); errors.Is(err, board.ErrNothing) {
			err = nil
		}
	default:
		step, ok := steps[do]
		if !ok {
			return &query.Error{Param: "do", Err: query.ErrChoice}
		}
		var touched string
		_, err = lib.Edit(r.Context(), who, id, func(b *board.Board) (err error) {
			touched, err = step(b, r)
			return err
		})
		back = after(r, back, do, touched)
	}
	if text, ok := refusal(err, r.Locale); ok {
		return p.showEditor(r, http.StatusBadRequest, text)
	}
	if errors.Is(err, errNoWidget) {
		return p.showEditor(r, http.StatusBadRequest, r.Locale.T("board.no-widget"))
	}
	if err != nil {
		return known(err)
	}
	return see(w, r, back)
}

// repeated are the steps that people make several times in a row: afterwards the same button has the focus.
var repeated = []string{"left", "right", "up", "down", "narrower", "wider", "shorter", "taller"}

// after is where a step leads: to the widget that it touched, with its settings open where they were or where there is something to set.
func after(r *pages.Request, back, do, touched string) string {
	if touched == "" {
		return back
	}
	if do == "add" || r.URL.Query().Has("w") {
		return query.With(back, "w", touched, "site", r.URL.Query().Get("site")) + "#settings"
	}
	if slices.Contains(repeated, do) {
		return back + "#" + do + "-" + touched
	}
	return back + "#w-" + touched
}

func (p *Pages) publish(w http.ResponseWriter, r *pages.Request, over bool) error {
	id := r.PathValue("board")
	_, err := library(r).Publish(r.Context(), person(r), id, over)
	if conflict, ok := errors.AsType[*board.ConflictError](err); ok {
		return p.conflict(r, conflict.Theirs)
	}
	if err != nil {
		return known(err)
	}
	return see(w, r, address(id, "?done=save"))
}

// steps are what a form can do to a draft. Each returns the widget that it touched.
var steps = map[string]func(b *board.Board, r *pages.Request) (string, error){
	"add":      add,
	"left":     move(func(b *board.Board, w board.Widget) { b.Shift(w.ID, -1, 0) }),
	"right":    move(func(b *board.Board, w board.Widget) { b.Shift(w.ID, 1, 0) }),
	"up":       move(func(b *board.Board, w board.Widget) { b.Shift(w.ID, 0, -1) }),
	"down":     move(func(b *board.Board, w board.Widget) { b.Shift(w.ID, 0, 1) }),
	"narrower": move(func(b *board.Board, w board.Widget) { b.Resize(w.ID, w.W-1, w.H) }),
	"wider":    move(func(b *board.Board, w board.Widget) { b.Resize(w.ID, w.W+1, w.H) }),
	"shorter":  move(func(b *board.Board, w board.Widget) { b.Resize(w.ID, w.W, w.H-1) }),
	"taller":   move(func(b *board.Board, w board.Widget) { b.Resize(w.ID, w.W, w.H+1) }),
	"place":    place,
	"remove":   remove,
	"set":      set,
	"with":     with,
	"board":    about,
}

func add(b *board.Board, r *pages.Request) (string, error) { return addFrom(b, r.PostForm) }

// addFrom puts a widget of a kind onto b, with series and a range where values have them.
func addFrom(b *board.Board, values url.Values) (string, error) {
	id := b.Add(board.Kind(values.Get("kind")))
	if id == "" {
		return "", &board.Error{Path: "kind", Code: board.BadKind}
	}
	w := &b.Widgets[b.Find(id)]
	w.Series, w.Range = values["series"], values.Get("range")
	return id, nil
}

// widgetOf returns the widget that the form names.
func widgetOf(b *board.Board, r *pages.Request) (*board.Widget, error) {
	i := b.Find(r.PostForm.Get("widget"))
	if i < 0 {
		return nil, errNoWidget
	}
	return &b.Widgets[i], nil
}

func move(f func(*board.Board, board.Widget)) func(*board.Board, *pages.Request) (string, error) {
	return func(b *board.Board, r *pages.Request) (string, error) {
		w, err := widgetOf(b, r)
		if err != nil {
			return "", err
		}
		id := w.ID
		f(b, *w)
		return id, nil
	}
}

// place is what a drag ends with: where a widget lies and how large it is.
func place(b *board.Board, r *pages.Request) (string, error) {
	w, err := widgetOf(b, r)
	if err != nil {
		return "", err
	}
	id := w.ID
	var to [4]int
	for i, name := range []string{"x", "y", "w", "h"} {
		if to[i], err = strconv.Atoi(r.PostForm.Get(name)); err != nil || to[i] < 0 || to[i] > board.Rows {
			return "", &board.Error{Path: name, Code: board.BadNumber}
		}
	}
	b.Resize(id, to[2], to[3])
	b.Move(id, to[0], to[1])
	return id, nil
}

func remove(b *board.Board, r *pages.Request) (string, error) {
	if !b.Remove(r.PostForm.Get("widget")) {
		return "", errNoWidget
	}
	return "", nil
}

// set takes the settings of a widget: what the form does not have stays.
func set(b *board.Board, r *pages.Request) (string, error) {
	w, err := widgetOf(b, r)
	if err != nil {
		return "", err
	}
	f := r.PostForm
	text := func(name string, to *string) {
		if f.Has(name) {
			*to = strings.TrimSpace(strings.ReplaceAll(f.Get(name), "\r\n", "\n"))
		}
	}
	text("title", &w.Title)
	text("range", &w.Range)
	text("order", (*string)(&w.Order))
	text("text", &w.Text)
	text("file", &w.File)
	text("board", &w.Board)
	if f.Has("series") {
		w.Series, w.Roles = seriesOf(f)
	}
	if f.Has("site") {
		id, err := strconv.ParseInt(f.Get("site"), 10, 53)
		if err != nil {
			return "", &board.Error{Path: "site", Code: board.BadNumber}
		}
		w.Site = id
	}
	if f.Has("limit") {
		if w.Limit, err = limit(f.Get("limit"), r.Locale); err != nil {
			return "", err
		}
	}
	return w.ID, nil
}

// seriesOf reads series with their roles, without those that were emptied or taken out.
func seriesOf(f url.Values) (list []string, roles []board.Role) {
	for i, s := range f["series"] {
		if strings.TrimSpace(s) == "" || s == f.Get("without") {
			continue
		}
		list = append(list, s)
		if i < len(f["role"]) {
			roles = append(roles, board.Role(f["role"][i]))
		}
	}
	return list, roles
}

// limit reads a number as people in the reader's language write it, nil for none.
func limit(text string, l locale.Locale) (*float64, error) {
	if text = strings.TrimSpace(text); text == "" {
		return nil, nil //nolint:nilnil // none is a choice
	}
	v, err := l.Written().Read(text)
	if err != nil {
		return nil, &board.Error{Path: "limit", Code: board.BadNumber}
	}
	return &v, nil
}

// with adds a series to a widget.
func with(b *board.Board, r *pages.Request) (string, error) {
	w, err := widgetOf(b, r)
	if err != nil {
		return "", err
	}
	w.Series = append(slices.Clone(w.Series), r.PostForm.Get("ref"))
	return w.ID, nil
}

func about(b *board.Board, r *pages.Request) (string, error) {
	f := r.PostForm
	b.Title, b.Folder, b.Range, b.PerSite = strings.TrimSpace(f.Get("title")), strings.TrimSpace(f.Get("folder")), strings.TrimSpace(f.Get("range")), f.Get("per-site") != ""
	return "", nil
}
