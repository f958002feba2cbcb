// Package shelf keeps for people what outlives their sessions: how they want the portal to look, what they marked and looked at last, files that they asked for, dashboards. Each item is sealed
// under a server key and belongs to one person in one account, or to all of an account; nobody else's request can name it.
package shelf

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"
)

// Owner is a person in an account: a hash, so that the store knows nobody by name.
type Owner [32]byte

// OwnerOf returns the owner for a person, who is known by issuer and subject, in an account, which may be "".
func OwnerOf(issuer, subject, account string) Owner {
	h := sha256.New()
	for _, part := range []string{issuer, subject, account} {
		sum := sha256.Sum256([]byte(part)) // of one length each, so that no two owners read the same
		h.Write(sum[:])
	}
	return Owner(h.Sum(nil))
}

// Kind says what an item is. Kinds stand in the store.
type Kind string

// The kinds of items.
const (
	Settings Kind = "settings" // how the person wants to read
	Stars    Kind = "stars"    // favourites
	Recent   Kind = "recent"   // what they looked at last
	Undo     Kind = "undo"     // something that is about to be done, and can still be taken back
	Export   Kind = "export"   // a file that is made or being made
	Part     Kind = "part"     // a piece of such a file

	Board        Kind = "board"         // a dashboard; a shared one stands on the shelf of its account
	BoardVersion Kind = "board-version" // what a dashboard was before
	Draft        Kind = "draft"         // what a person is making of a dashboard
	Share        Kind = "share"         // a link to a dashboard

	Screen  Kind = "screen"  // a screen on a wall; all of them stand on one shelf
	Pairing Kind = "pairing" // a screen that waits for somebody, on the same shelf
	Wish    Kind = "wish"    // what somebody wants while they sign in for it; all of them stand on one shelf
)

// Item is one thing on somebody's shelf.
type Item struct {
	Owner   Owner
	Kind    Kind
	Name    string // within the kind, at most 64 printable ASCII characters
	Version int64  // counts changes; 0 before the first
	Until   time.Time
	Sealed  []byte
}

// Errors of a Store.
var (
	ErrNotFound = errors.New("shelf: there is no such item")
	ErrConflict = errors.New("shelf: the item was changed by somebody else")
)

// ErrUnavailable is what a Keeper returns when the store did not answer.
var ErrUnavailable = errors.New("shelf: the store did not answer")

// Store keeps items. All methods may be called concurrently, also from several processes on one database. A store does not look at Until, but in
// DeleteExpired. Implementations pass storetest.Shelf.
type Store interface {
	// Load returns one item, or ErrNotFound.
	Load(ctx context.Context, o Owner, k Kind, name string) (Item, error)
	// List returns an owner's items of a kind, by name.
	List(ctx context.Context, o Owner, k Kind) ([]Item, error)
	// Save puts an item where one of i.Version is, or none if that is 0, and returns its new version. Anything else is ErrConflict.
	Save(ctx context.Context, i Item) (int64, error)
	// Take removes an item and returns it; of several callers one gets it, the others ErrNotFound.
	Take(ctx context.Context, o Owner, k Kind, name string) (Item, error)
	// After returns up to limit items of all owners that come after that place by owner, kind and name; the zero Item is before all.
	After(ctx context.Context, place Item, limit int) ([]Item, error)
	// DeleteExpired removes up to limit items whose Until is not after t, and returns how many.
	DeleteExpired(ctx context.Context, t time.Time, limit int) (int, error)
}
