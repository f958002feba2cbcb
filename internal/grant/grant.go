// Package grant is what screens and links for visitors have in common: they read with nobody in front of them. It says whose rights these can be, and keeps what somebody wants while they sign in to
// give them.
package grant

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"portico/internal/shelf"
)

// Rights says whose rights something reads with.
type Rights string

// The rights that there are.
const (
	Own         Rights = "own"         // a grant of its own, of whoever signed in while it was made
	Application Rights = "application" // the dedicated application user of the configuration
)

// WishLife is how long somebody may take to sign in.
const WishLife = 15 * time.Minute

// ErrGone says that there is no such wish, or none any more: it was never made, is too old, or was taken. Nobody is told which.
var ErrGone = errors.New("grant: no such wish")

// wishes is the shelf on which all wishes stand. Issuers are addresses, so that no person's shelf is this one.
var wishes = shelf.OwnerOf("wishes", "", "")

// Wishes keeps what people want while they sign in for it. It is safe for concurrent use, also from several processes.
type Wishes[T any] struct {
	shelf *shelf.Keeper
}

// NewWishes returns Wishes over k.
func NewWishes[T any](k *shelf.Keeper) *Wishes[T] { return &Wishes[T]{k} }

// Keep keeps a wish for WishLife, and returns by what it is found.
func (ws *Wishes[T]) Keep(ctx context.Context, wish T) (ticket string, err error) {
	ticket = rand.Text()
	_, err = shelf.Change(ctx, ws.shelf, wishes, shelf.Wish, ticket, WishLife, func(kept *T) error { *kept = wish; return nil })
	return ticket, err
}

// Take returns a wish to one caller, and ErrGone to all others.
func (ws *Wishes[T]) Take(ctx context.Context, ticket string) (T, error) {
	var none T
	if len(ticket) != len(rand.Text()) {
		return none, ErrGone
	}
	wish, err := shelf.Get[T](ctx, ws.shelf, wishes, shelf.Wish, ticket)
	if err == nil {
		err = ws.shelf.Take(ctx, wishes, shelf.Wish, ticket)
	}
	if errors.Is(err, shelf.ErrNotFound) {
		return none, ErrGone
	}
	return wish, err
}
