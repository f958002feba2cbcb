package screen

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"time"

	"portico/internal/session"
	"portico/internal/shelf"
)

// CodeLife is how long a code can be used.
const CodeLife = 10 * time.Minute

// Pairing is a screen that waits for somebody to approve it.
type Pairing struct {
	Code    Code          `json:"code"`
	Browser string        `json:"browser"` // hash of the secret that the screen's cookie holds
	About   session.About `json:"about"`   // what asks to be a screen, for whoever approves it to compare
	Started time.Time     `json:"started"`
	Until   time.Time     `json:"until"`            // the code cannot be used after that
	Before  string        `json:"before,omitempty"` // id of the screen that the browser was until its rights ended
	Taken   bool          `json:"taken,omitempty"`  // somebody approves it; no second one can
	Screen  string        `json:"screen,omitempty"` // id of the screen that it became
}

// ErrCode says that a code is none, or none any more: never given, used, or too old. Nobody is told which.
var ErrCode = errors.New("screen: no such code")

// Pairings keeps the screens that wait. It is safe for concurrent use, also from several processes.
type Pairings struct {
	shelf *shelf.Keeper
	keys  *session.Keyring
	now   func() time.Time
}

// NewPairings returns Pairings over k, in which codes stand by a reference that keys make. now decides what is over; nil means time.Now.
func NewPairings(k *shelf.Keeper, keys *session.Keyring, now func() time.Time) *Pairings {
	if now == nil {
		now = time.Now
	}
	return &Pairings{k, keys, now}
}

// Begin gives a screen a code. secret is what the screen's cookie will hold; p.About and p.Before are kept with it.
func (ps *Pairings) Begin(ctx context.Context, secret string, p Pairing) (Pairing, error) {
	now := ps.now().UTC().Truncate(time.Second)
	for range 3 {
		p.Code, p.Browser, p.Started, p.Until = NewCode(), hashOf(secret), now, now.Add(CodeLife)
		_, err := shelf.Change(ctx, ps.shelf, register, shelf.Pairing, ps.names(p.Code)[0], CodeLife, func(kept *Pairing) error {
			if kept.Code != "" {
				return errTaken
			}
			*kept = p
			return nil
		})
		if !errors.Is(err, errTaken) {
			return p, err
		}
	}
	return Pairing{}, errTaken
}

var errTaken = errors.New("screen: the code is taken")

// names are under what a code may stand: the first is the present one, the others are of older keys. A reference tells nobody the code who has not the keys.
func (ps *Pairings) names(c Code) []string {
	var names []string
	for _, ref := range ps.keys.CodeReferences(string(c)) {
		names = append(names, "code-"+ref)
	}
	return names
}

// find returns a pairing whatever became of it, and its name.
func (ps *Pairings) find(ctx context.Context, c Code) (Pairing, string, error) {
	for _, name := range ps.names(c) {
		p, err := shelf.Get[Pairing](ctx, ps.shelf, register, shelf.Pairing, name)
		if errors.Is(err, shelf.ErrNotFound) {
			continue
		}
		if err != nil {
			return Pairing{}, "", err
		}
		if p.Code.equal(c) {
			return p, name, nil
		}
	}
	return Pairing{}, "", ErrCode
}

// Waiting returns the screen that shows a code, for a person who may approve it. ErrCode when there is none.
func (ps *Pairings) Waiting(ctx context.Context, c Code) (Pairing, error) {
	p, _, err := ps.find(ctx, c)
	if err == nil && !p.open(ps.now()) {
		err = ErrCode
	}
	return p, err
}

func (p *Pairing) open(now time.Time) bool { return !p.Taken && now.Before(p.Until) }

// Own returns a pairing to the screen that began it, also when it was approved meanwhile. ErrCode when it is over, or another browser's.
func (ps *Pairings) Own(ctx context.Context, c Code, secret string) (Pairing, error) {
	p, _, err := ps.find(ctx, c)
	if err != nil {
		return Pairing{}, err
	}
	if subtle.ConstantTimeCompare([]byte(p.Browser), []byte(hashOf(secret))) != 1 || p.Screen == "" && !ps.now().Before(p.Until) {
		return Pairing{}, ErrCode
	}
	return p, nil
}

// Take uses a code up. It returns ErrCode to all callers but one.
func (ps *Pairings) Take(ctx context.Context, c Code) (Pairing, error) {
	_, name, err := ps.find(ctx, c)
	if err != nil {
		return Pairing{}, err
	}
	return ps.change(ctx, name, func(p *Pairing) error {
		if !p.open(ps.now()) {
			return ErrCode
		}
		p.Taken = true
		return nil
	})
}

// Finish tells the screen of a code that was taken which one it is now. It can hear so for as long again as a code lives.
func (ps *Pairings) Finish(ctx context.Context, c Code, id string) error {
	_, name, err := ps.find(ctx, c)
	if err != nil {
		return err
	}
	_, err = ps.change(ctx, name, func(p *Pairing) error { p.Screen = id; return nil })
	return err
}

func (ps *Pairings) change(ctx context.Context, name string, f func(*Pairing) error) (Pairing, error) {
	return shelf.Change(ctx, ps.shelf, register, shelf.Pairing, name, CodeLife, func(p *Pairing) error {
		if p.Code == "" {
			return ErrCode
		}
		return f(p)
	})
}

func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
