package screen

import (
	"context"
	"crypto/subtle"
	"errors"
	"slices"
	"strings"
	"time"

	"portico/internal/fold"
	"portico/internal/grant"
	"portico/internal/shelf"
)

// after is how long the register remembers a screen whose time is over.
const after = 7 * 24 * time.Hour

// seenEvery bounds how often a screen that tells nothing new is written down.
const seenEvery = 45 * time.Second

// register is the shelf on which all screens stand: nobody's in particular, because managers see them all. Issuers are addresses, so that no person's shelf is this one.
var register = shelf.OwnerOf("screens", "", "")

// Errors of a Register, besides those of shelf.
var (
	ErrNotFound = shelf.ErrNotFound
	ErrTooMany  = errors.New("screen: there are as many screens as there can be")
)

// MaxScreens is how many screens a portal can have.
const MaxScreens = 1000

// Register keeps the screens of a portal. It is safe for concurrent use, also from several processes.
type Register struct {
	shelf *shelf.Keeper
	now   func() time.Time
}

// NewRegister returns a Register over k. now decides what is over; nil means time.Now.
func NewRegister(k *shelf.Keeper, now func() time.Time) *Register {
	if now == nil {
		now = time.Now
	}
	return &Register{k, now}
}

// Get returns a screen, or ErrNotFound.
func (r *Register) Get(ctx context.Context, id string) (Screen, error) {
	if !grant.IsID(id) {
		return Screen{}, ErrNotFound
	}
	return shelf.Get[Screen](ctx, r.shelf, register, shelf.Screen, id)
}

// All returns all screens, by name.
func (r *Register) All(ctx context.Context) ([]Screen, error) {
	docs, err := shelf.All[Screen](ctx, r.shelf, register, shelf.Screen)
	if err != nil {
		return nil, err
	}
	all := make([]Screen, len(docs))
	for i, d := range docs {
		all[i] = d.Value
	}
	fold.Sort(all, func(a, b Screen) int { return strings.Compare(a.ID, b.ID) }, func(s Screen) string { return s.Name })
	return all, nil
}

// Put keeps a screen that was just approved, in the place of an earlier one of the same id.
func (r *Register) Put(ctx context.Context, s Screen) error {
	all, err := shelf.All[Screen](ctx, r.shelf, register, shelf.Screen)
	if err != nil {
		return err
	}
	there := slices.ContainsFunc(all, func(d shelf.Document[Screen]) bool { return d.Name == s.ID })
	if len(all) >= MaxScreens && !there {
		return ErrTooMany
	}
	_, err = shelf.Change(ctx, r.shelf, register, shelf.Screen, s.ID, r.life(s.Until), func(kept *Screen) error { *kept = s; return nil })
	return err
}

// Change lets f change a screen, and returns it as it is then. When somebody else changes it at the same moment f is called again; its error changes nothing. ErrNotFound when there is no such screen any more.
func (r *Register) Change(ctx context.Context, id string, f func(*Screen) error) (Screen, error) {
	s, err := r.Get(ctx, id)
	if err != nil {
		return Screen{}, err
	}
	return shelf.Change(ctx, r.shelf, register, shelf.Screen, id, r.life(s.Until), func(kept *Screen) error {
		if kept.ID == "" {
			return ErrNotFound
		}
		return f(kept)
	})
}

// Of returns the screen whose session had a cookie, also when the session is over; ErrNotFound when there is none.
func (r *Register) Of(ctx context.Context, cookie string) (Screen, error) {
	all, err := r.All(ctx)
	if err != nil {
		return Screen{}, err
	}
	for _, s := range all {
		if subtle.ConstantTimeCompare([]byte(s.Handle), []byte(cookie)) == 1 && cookie != "" {
			return s, nil
		}
	}
	return Screen{}, ErrNotFound
}

// Remove takes a screen out. ErrNotFound to all callers but one.
func (r *Register) Remove(ctx context.Context, id string) error {
	return r.shelf.Take(ctx, register, shelf.Screen, id)
}

// Note writes down what a screen tells, if that is something new or nothing was written for a while, and returns the screen as it is now.
func (r *Register) Note(ctx context.Context, s Screen, told Report) (Screen, error) {
	told.Seen = r.now().UTC()
	if told.same(s.Report) && told.Seen.Sub(s.Report.Seen) < seenEvery {
		return s, nil
	}
	return r.Change(ctx, s.ID, func(kept *Screen) error { kept.Report = told; return nil })
}

// same reports whether two reports tell the same, but for what always changes a little.
func (a Report) same(b Report) bool {
	const little = time.Second
	return a.Page == b.Page && a.Build == b.Build && a.Problem == b.Problem && a.Address == b.Address && a.Refused.Equal(b.Refused) && (a.Skew-b.Skew).Abs() < little && a.Up >= b.Up
}

func (r *Register) life(until time.Time) time.Duration {
	return max(until.Sub(r.now()), 0) + after
}
