package board

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"portico/internal/shelf"
)

// draftLife is how long a draft waits for its owner.
const draftLife = 30 * 24 * time.Hour

// steps is how many changes of a draft can be taken back, as far as there is room.
const steps = 20

// Draft is what a person is making of a board and has not saved. It is kept on the server at each step, so that a session that ends loses nothing.
type Draft struct {
	Revision int64   `json:"revision"` // of the board that it began from; 0 for a new one
	Board    Board   `json:"board"`
	Before   []Board `json:"before,omitempty"` // earlier steps, the latest last
}

// ErrNothing says that there is nothing to take back.
var ErrNothing = errors.New("board: nothing to take back")

// Draft returns a person's draft of a board: what they left, or the board as it is.
func (l *Library) Draft(ctx context.Context, p Person, id string) (Draft, error) {
	s, err := l.Load(ctx, p, id)
	if err != nil {
		return Draft{}, err
	}
	d, err := shelf.Get[Draft](ctx, l.shelf, p.own(), shelf.Draft, id)
	if errors.Is(err, shelf.ErrNotFound) {
		return Draft{Revision: s.Revision, Board: s.Board}, nil
	}
	return d, err
}

// Edit applies a change to the draft. An error of change leaves it as it was, and so does what cannot be kept: then the error is an *Error.
func (l *Library) Edit(ctx context.Context, p Person, id string, change func(*Board) error) (Draft, error) {
	s, err := l.Load(ctx, p, id)
	if err != nil {
		return Draft{}, err
	}
	return shelf.Change(ctx, l.shelf, p.own(), shelf.Draft, id, draftLife, func(d *Draft) error {
		if d.Board.Title == "" {
			*d = Draft{Revision: s.Revision, Board: s.Board.Clone()}
		}
		before := d.Board.Clone()
		if err := change(&d.Board); err != nil {
			return err
		}
		if err := d.Board.Check(); err != nil {
			return err
		}
		d.Before = append(d.Before, before)
		d.shorten()
		return nil
	})
}

// shorten forgets the earliest steps, as many as it takes to keep the rest.
func (d *Draft) shorten() {
	if over := len(d.Before) - steps; over > 0 {
		d.Before = d.Before[over:]
	}
	for len(d.Before) > 0 {
		if text, err := json.Marshal(d); err != nil || len(text) <= shelf.MaxSize {
			return
		}
		d.Before = d.Before[1:]
	}
}

// Undo takes the last step of a draft back, or returns ErrNothing.
func (l *Library) Undo(ctx context.Context, p Person, id string) (Draft, error) {
	return shelf.Change(ctx, l.shelf, p.own(), shelf.Draft, id, draftLife, func(d *Draft) error {
		last := len(d.Before) - 1
		if last < 0 {
			return ErrNothing
		}
		d.Board, d.Before = d.Before[last], d.Before[:last]
		return nil
	})
}

// Publish saves the draft as the board's new version and forgets it. When somebody else saved meanwhile the draft stays, and the error is a *ConflictError; over says that theirs
// shall become an earlier version.
func (l *Library) Publish(ctx context.Context, p Person, id string, over bool) (Stored, error) {
	d, err := l.Draft(ctx, p, id)
	if err != nil {
		return Stored{}, err
	}
	s, err := l.Save(ctx, p, id, d.Revision, d.Board)
	if conflict, ok := errors.AsType[*ConflictError](err); ok && over {
		s, err = l.Save(ctx, p, id, conflict.Theirs.Revision, d.Board)
	}
	if err != nil {
		return Stored{}, err
	}
	return s, l.Discard(ctx, p, id)
}

// Discard forgets a person's draft, if there is one.
func (l *Library) Discard(ctx context.Context, p Person, id string) error {
	if err := l.shelf.Take(ctx, p.own(), shelf.Draft, id); err != nil && !errors.Is(err, shelf.ErrNotFound) {
		return err
	}
	return nil
}
