package dashboards

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"portico/internal/board"
	"portico/internal/datahub"
	"portico/internal/pages"
	"portico/internal/query"
)

// StateEvery is how long to wait between two looks at a board. Each widget is read as often as it can have changed, whatever boards it is on.
const StateEvery = 15 * time.Second

// State is what open walls hear of a board: which widgets look different, and what is in the way. It is the same as long as they need not ask for anything.
type State struct {
	Board    string            `json:"board"`              // as walls call it
	Gone     bool              `json:"gone,omitempty"`     // there is no such board for this person, or none any more
	Revision string            `json:"revision,omitempty"` // of what it is composed of
	Marks    map[string]string `json:"marks,omitempty"`    // by widget; those that never were read are left out
	Trouble  pages.Obstacle    `json:"trouble,omitempty"`
	Since    *time.Time        `json:"since,omitempty"` // of the oldest picture that stands in for a newer one

	Older map[string]time.Time `json:"older,omitempty"` // of each that does, by widget
}

// State reads a board as walls call it: "id", or "id.site" for a template. The error ends the session, or says that boards cannot be read now.
func (p *Pages) State(ctx context.Context, r *pages.Request, name string) (State, error) {
	id, text, perSite := strings.Cut(name, ".")
	site, err := query.ParseID(text)
	if err != nil && perSite {
		return State{Board: name, Gone: true}, nil
	}
	own := *r
	own.Request = r.WithContext(ctx)
	s, err := library(&own).Load(ctx, person(&own), id)
	if errors.Is(err, board.ErrNotFound) {
		return State{Board: name, Gone: true}, nil
	}
	if err != nil {
		return State{}, err
	}
	state := State{Board: name, Revision: strconv.FormatInt(s.Revision, 10), Marks: map[string]string{}, Older: map[string]time.Time{}}
	for _, part := range partsOf(s.Board) {
		pictures, err := p.widgets.Pictures(&own, part, datahub.SiteID(site), "/tv/"+id)
		if err != nil {
			return State{}, err
		}
		state.add(pictures)
	}
	return state, nil
}

func (s *State) add(pictures pages.Pictures) {
	for _, w := range pictures.Widgets {
		if w.Mark != "" {
			s.Marks[w.ID] = w.Mark
		}
	}
	for widget, since := range pictures.Older {
		s.Older[widget] = since.UTC().Truncate(time.Second)
	}
	if pictures.Trouble == pages.NoObstacle {
		return
	}
	if s.Trouble != pages.SignInAway {
		s.Trouble = pictures.Trouble
	}
	if since := pictures.Since.UTC().Truncate(time.Second); s.Since == nil || since.Before(*s.Since) {
		s.Since = &since
	}
}
