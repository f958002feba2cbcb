package board

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"portico/internal/fold"
	"portico/internal/shelf"
)

// Limits of a library.
const (
	MaxBoards   = 200 // on one shelf
	maxVersions = 30  // earlier versions that are kept of a board
	life        = 10 * 365 * 24 * time.Hour
)

// Errors of a Library, besides those of shelf's stores.
var (
	ErrNotFound  = shelf.ErrNotFound
	ErrNoAccount = errors.New("board: without an account there is nobody to share with")
	ErrTooMany   = fmt.Errorf("board: %d boards are the most", MaxBoards)
)

// ConflictError says that somebody else saved the board meanwhile. Nothing was written.
type ConflictError struct{ Theirs Stored }

func (e *ConflictError) Error() string { return "board: saved by somebody else meanwhile" }

// Person is who asks; without a Subject it is the account itself.
type Person struct {
	Issuer, Subject, Account string
	Name                     string // for others of the account to read
}

func (p Person) own() shelf.Owner     { return shelf.OwnerOf(p.Issuer, p.Subject, p.Account) }
func (p Person) account() shelf.Owner { return shelf.OwnerOf(p.Issuer, "", p.Account) }

// Stored is a board as the library has it.
type Stored struct {
	ID       string    `json:"id"`
	Revision int64     `json:"revision"` // 1 at first, one more each time it is saved
	Saved    time.Time `json:"saved"`
	By       string    `json:"by"` // name of the person who saved it
	Board    Board     `json:"board"`
	Shared   bool      `json:"-"` // it stands on the account's shelf: everybody there may see and change it
}

// Library keeps boards: each on the shelf of the person who made it, or, when it is shared, on that of their account. It is safe for concurrent use.
type Library struct {
	shelf *shelf.Keeper
	now   func() time.Time
}

// NewLibrary returns a Library over k. now is the time that it notes; nil means time.Now.
func NewLibrary(k *shelf.Keeper, now func() time.Time) *Library {
	if now == nil {
		now = time.Now
	}
	return &Library{k, now}
}

// place is a shelf that a person may use.
type place struct {
	owner  shelf.Owner
	shared bool
}

// places are the person's own shelf and, in an account, the account's.
func places(p Person) []place {
	all := []place{{p.own(), false}}
	if p.Account != "" {
		all = append(all, place{p.account(), true})
	}
	return all
}

// List returns the boards that a person may see, by folder and title.
func (l *Library) List(ctx context.Context, p Person) ([]Stored, error) {
	var all []Stored
	for _, at := range places(p) {
		docs, err := shelf.All[Stored](ctx, l.shelf, at.owner, shelf.Board)
		if err != nil {
			return nil, err
		}
		for _, d := range docs {
			d.Value.Shared = at.shared
			all = append(all, d.Value)
		}
	}
	fold.Sort(all, func(a, b Stored) int { return strings.Compare(a.ID, b.ID) },
		func(s Stored) string { return s.Board.Folder }, func(s Stored) string { return s.Board.Title })
	return all, nil
}

// Load returns a board, or ErrNotFound for one that there is not or that the person may not see.
func (l *Library) Load(ctx context.Context, p Person, id string) (Stored, error) {
	s, _, err := l.find(ctx, p, id)
	return s, err
}

func (l *Library) find(ctx context.Context, p Person, id string) (Stored, place, error) {
	if !isID(id) {
		return Stored{}, place{}, ErrNotFound
	}
	for _, at := range places(p) {
		s, err := shelf.Get[Stored](ctx, l.shelf, at.owner, shelf.Board, id)
		if err == nil {
			s.Shared = at.shared
			return s, at, nil
		}
		if !errors.Is(err, shelf.ErrNotFound) {
			return Stored{}, place{}, err
		}
	}
	return Stored{}, place{}, ErrNotFound
}

// Create keeps a new board on the person's shelf. It returns an *Error for a board that cannot be kept.
func (l *Library) Create(ctx context.Context, p Person, b Board) (Stored, error) {
	return l.CreateAs(ctx, p, NewID(), b)
}

// CreateAs is Create for a board whose id others know already. Where there is a board of this id, it returns a *ConflictError.
func (l *Library) CreateAs(ctx context.Context, p Person, id string, b Board) (Stored, error) {
	return l.put(ctx, p, place{owner: p.own()}, Stored{ID: id, Board: b})
}

// put keeps a board where there is none of its id.
func (l *Library) put(ctx context.Context, p Person, at place, s Stored) (Stored, error) {
	if err := s.Board.Check(); err != nil {
		return Stored{}, err
	}
	there, err := shelf.All[Stored](ctx, l.shelf, at.owner, shelf.Board)
	if err != nil {
		return Stored{}, err
	}
	if len(there) >= MaxBoards {
		return Stored{}, ErrTooMany
	}
	return l.write(ctx, p, at, s, s.Revision)
}

// Save keeps a new version of a board. revision is the one that the person changed: when another was saved since, it returns a *ConflictError and writes nothing. The version
// before stays among the board's versions.
func (l *Library) Save(ctx context.Context, p Person, id string, revision int64, b Board) (Stored, error) {
	if err := b.Check(); err != nil {
		return Stored{}, err
	}
	before, at, err := l.find(ctx, p, id)
	if err != nil {
		return Stored{}, err
	}
	if before.Revision != revision {
		return Stored{}, &ConflictError{before}
	}
	after, err := l.write(ctx, p, at, Stored{ID: id, Board: b}, revision)
	if err != nil {
		return Stored{}, err
	}
	return after, l.remember(ctx, at, before)
}

// write puts s in the place of a board of this revision; 0 stands for none.
func (l *Library) write(ctx context.Context, p Person, at place, s Stored, revision int64) (Stored, error) {
	return shelf.Change(ctx, l.shelf, at.owner, shelf.Board, s.ID, life, func(kept *Stored) error {
		if kept.Revision != revision && kept.ID != "" {
			theirs := *kept
			theirs.Shared = at.shared
			return &ConflictError{theirs}
		}
		*kept = Stored{ID: s.ID, Revision: revision + 1, Saved: l.now().UTC(), By: p.Name, Board: s.Board, Shared: at.shared}
		return nil
	})
}

// remember keeps an earlier version, and forgets the oldest ones.
func (l *Library) remember(ctx context.Context, at place, s Stored) error {
	name := versionName(s.ID, s.Revision)
	_, err := shelf.Change(ctx, l.shelf, at.owner, shelf.BoardVersion, name, life, func(kept *Stored) error { *kept = s; return nil })
	if err != nil {
		return err
	}
	old := versionName(s.ID, s.Revision-maxVersions)
	if err := l.shelf.Take(ctx, at.owner, shelf.BoardVersion, old); err != nil && !errors.Is(err, shelf.ErrNotFound) {
		return err
	}
	return nil
}

func versionName(id string, revision int64) string { return fmt.Sprintf("%s.%09d", id, revision) }

// Versions returns what a board was before, the latest first.
func (l *Library) Versions(ctx context.Context, p Person, id string) ([]Stored, error) {
	s, at, err := l.find(ctx, p, id)
	if err != nil {
		return nil, err
	}
	return l.earlier(ctx, at, s)
}

// earlier reads the versions of one board by their names: those of all boards of a shelf could be more than there is memory for.
func (l *Library) earlier(ctx context.Context, at place, s Stored) (versions []Stored, err error) {
	for revision := s.Revision - 1; revision >= max(1, s.Revision-maxVersions); revision-- {
		v, err := shelf.Get[Stored](ctx, l.shelf, at.owner, shelf.BoardVersion, versionName(s.ID, revision))
		if errors.Is(err, shelf.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		v.Shared = at.shared
		versions = append(versions, v)
	}
	return versions, nil
}

// Share moves a board with its versions to the account's shelf, or back to the person's own. Whoever may see a shared board may take it.
func (l *Library) Share(ctx context.Context, p Person, id string, shared bool) error {
	if p.Account == "" {
		return ErrNoAccount
	}
	s, at, err := l.find(ctx, p, id)
	if err != nil || at.shared == shared {
		return err
	}
	versions, err := l.earlier(ctx, at, s)
	if err != nil {
		return err
	}
	to := place{p.own(), false}
	if shared {
		to = place{p.account(), true}
	}
	s.Revision-- // put counts it as one more
	if _, err := l.put(ctx, p, to, s); err != nil {
		return err
	}
	for _, v := range slices.Backward(versions) {
		if err := l.remember(ctx, to, v); err != nil {
			return err
		}
	}
	return l.forget(ctx, at, id, versions)
}

// forget removes a board with its versions from a shelf.
func (l *Library) forget(ctx context.Context, at place, id string, versions []Stored) error {
	for _, v := range versions {
		if err := l.shelf.Take(ctx, at.owner, shelf.BoardVersion, versionName(id, v.Revision)); err != nil && !errors.Is(err, shelf.ErrNotFound) {
			return err
		}
	}
	return l.shelf.Take(ctx, at.owner, shelf.Board, id)
}

// Delete removes a board with its versions.
func (l *Library) Delete(ctx context.Context, p Person, id string) error {
	s, at, err := l.find(ctx, p, id)
	if err != nil {
		return err
	}
	versions, err := l.earlier(ctx, at, s)
	if err != nil {
		return err
	}
	return l.forget(ctx, at, id, versions)
}
