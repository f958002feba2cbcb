// Package share is what the portal knows of links by which people without an account look at a dashboard: what each shows, with whose rights and until when. What opens a link is 256 random bits, of
// which only a hash is kept.
package share

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"portico/internal/board"
	"portico/internal/grant"
	"portico/internal/secret"
	"portico/internal/shelf"
)

// MaxLinks is how many links a portal can have.
const MaxLinks = 1000

// Reach says how far back visitors see. Nothing before it is answered.
type Reach string

// The reaches.
const (
	Month Reach = "month" // 31 days
	Year  Reach = "year"  // 13 months
	All   Reach = "all"   // whatever the dashboard shows
)

// Since is the earliest time that a reach shows at now; the zero time for all.
func (r Reach) Since(now time.Time) time.Time {
	switch r {
	case Month:
		return now.AddDate(0, 0, -31)
	case Year:
		return now.AddDate(0, -13, 0)
	}
	return time.Time{}
}

// Link is one link. Its id is known to its visitors.
type Link struct {
	grant.Reader
	Name  string       `json:"name"`
	Board string       `json:"board"`
	Site  int64        `json:"site,omitempty"` // of a template
	Reach Reach        `json:"reach"`
	Owner board.Person `json:"owner"` // made it; whose dashboards it can show
}

// OwnedBy reports whether a person made the link, in the account in which they are now.
func (l *Link) OwnedBy(p board.Person) bool {
	return l.Owner.Issuer == p.Issuer && l.Owner.Subject == p.Subject && l.Owner.Account == p.Account && p.Subject != ""
}

// Errors of Links, besides those of shelf.
var (
	ErrNotFound = shelf.ErrNotFound // there is no such link, it is over, or it was revoked: they look alike
	ErrTooMany  = errors.New("share: there are as many links as there can be")
)

// links is the shelf on which all links stand: whoever opens one is nobody in particular. Issuers are addresses, so that no person's shelf is this one.
var links = shelf.OwnerOf("shares", "", "")

// Links keeps links. It is safe for concurrent use, also from several processes.
type Links struct {
	shelf *shelf.Keeper
	now   func() time.Time
}

// New returns Links over k. now decides what is over; nil means time.Now.
func New(k *shelf.Keeper, now func() time.Time) *Links {
	if now == nil {
		now = time.Now
	}
	return &Links{k, now}
}

// NewToken returns what opens a link: 256 random bits, in characters of addresses.
func NewToken() secret.Text {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return secret.New(base64.RawURLEncoding.EncodeToString(b))
}

// hashOf is by what a link is found. Looking for a hash takes as long whatever the token has in common with others.
func hashOf(token string) string {
	sum := sha256.Sum256([]byte("link " + token))
	return hex.EncodeToString(sum[:])
}

// Put keeps a new link that the token opens.
func (l *Links) Put(ctx context.Context, token secret.Text, link Link) error {
	if all, err := shelf.All[Link](ctx, l.shelf, links, shelf.Share); err != nil || len(all) >= MaxLinks {
		return cmp.Or(err, ErrTooMany)
	}
	_, err := shelf.Change(ctx, l.shelf, links, shelf.Share, hashOf(token.Reveal()), link.Until.Sub(l.now()), func(kept *Link) error { *kept = link; return nil })
	return err
}

// Open returns the link that a token opens, or ErrNotFound.
func (l *Links) Open(ctx context.Context, token string) (Link, error) {
	if len(token) != base64.RawURLEncoding.EncodedLen(32) {
		return Link{}, ErrNotFound
	}
	link, err := shelf.Get[Link](ctx, l.shelf, links, shelf.Share, hashOf(token))
	if err == nil && !link.Until.After(l.now()) {
		err = ErrNotFound
	}
	return link, err
}

// Of returns the links that a person made, the newest first.
func (l *Links) Of(ctx context.Context, p board.Person) ([]Link, error) {
	docs, err := shelf.All[Link](ctx, l.shelf, links, shelf.Share)
	if err != nil {
		return nil, err
	}
	var list []Link
	for _, d := range docs {
		if d.Value.OwnedBy(p) && d.Value.Until.After(l.now()) {
			list = append(list, d.Value)
		}
	}
	slices.SortFunc(list, func(a, b Link) int { return cmp.Or(b.Created.Compare(a.Created), strings.Compare(a.ID, b.ID)) })
	return list, nil
}

// Revoke takes a link of a person out, and returns it. ErrNotFound when they have no such link.
func (l *Links) Revoke(ctx context.Context, p board.Person, id string) (Link, error) {
	docs, err := shelf.All[Link](ctx, l.shelf, links, shelf.Share)
	if err != nil {
		return Link{}, err
	}
	for _, d := range docs {
		if d.Value.ID == id && d.Value.OwnedBy(p) {
			return d.Value, l.shelf.Take(ctx, links, shelf.Share, d.Name)
		}
	}
	return Link{}, ErrNotFound
}
