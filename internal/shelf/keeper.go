package shelf

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"portico/internal/session"
)

// MaxSize is the longest item, in bytes before it is sealed.
const MaxSize = session.MaxSealed

// Keeper reads and writes items, sealed. It is safe for concurrent use.
type Keeper struct {
	store Store
	keys  *session.Keyring
	now   func() time.Time
}

// New returns a Keeper over a store. now decides what is over; nil means time.Now.
func New(store Store, keys *session.Keyring, now func() time.Time) *Keeper {
	if now == nil {
		now = time.Now
	}
	return &Keeper{store: store, keys: keys, now: now}
}

// Document is an item that was opened.
type Document[T any] struct {
	Name  string
	Until time.Time
	Value T
}

// Get returns what an item holds. ErrNotFound says that there is none, that it is over, or that nobody can read it any more because its key is gone.
func Get[T any](ctx context.Context, k *Keeper, o Owner, kind Kind, name string) (T, error) {
	var v T
	i, err := k.store.Load(ctx, o, kind, name)
	if err != nil {
		return v, unavailable(err)
	}
	err = k.open(i, &v)
	if err == nil && k.keys.NeedsReseal(i.Sealed) {
		err = k.reseal(ctx, i, v)
	}
	return v, err
}

// All returns what an owner's items of a kind hold, by name. What is over or cannot be read is left out.
func All[T any](ctx context.Context, k *Keeper, o Owner, kind Kind) ([]Document[T], error) {
	items, err := k.store.List(ctx, o, kind)
	if err != nil {
		return nil, unavailable(err)
	}
	var all []Document[T]
	for _, i := range items {
		d := Document[T]{Name: i.Name, Until: i.Until}
		if err := k.open(i, &d.Value); err == nil {
			all = append(all, d)
		}
	}
	return all, nil
}

// Change gives f what an item holds, the zero T when there is none, and keeps what f made of it for life from now on. When somebody else changes it at the same moment f is called
// again. An error of f is returned and changes nothing.
func Change[T any](ctx context.Context, k *Keeper, o Owner, kind Kind, name string, life time.Duration, f func(*T) error) (T, error) {
	var v T
	for range 5 {
		v = *new(T)
		i, err := k.store.Load(ctx, o, kind, name)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return v, unavailable(err)
		}
		if err == nil {
			if err := k.open(i, &v); err != nil {
				v = *new(T)
			}
		}
		if err := f(&v); err != nil {
			return v, err
		}
		err = k.put(ctx, Item{Owner: o, Kind: kind, Name: name, Version: i.Version, Until: k.now().Add(life)}, v)
		if !errors.Is(err, ErrConflict) {
			return v, err
		}
	}
	return v, ErrConflict
}

// Take removes an item. It returns ErrNotFound to all callers but one.
func (k *Keeper) Take(ctx context.Context, o Owner, kind Kind, name string) error {
	_, err := k.store.Take(ctx, o, kind, name)
	return unavailable(err)
}

// unavailable tells a store's trouble from its answers.
func unavailable(err error) error {
	if err == nil || errors.Is(err, ErrNotFound) || errors.Is(err, ErrConflict) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

// Sweep removes up to limit items that are over, and returns how many.
func (k *Keeper) Sweep(ctx context.Context, limit int) (int, error) {
	return k.store.DeleteExpired(ctx, k.now(), limit)
}

// Reseal moves what another key sealed to the present one, item by item, so that old keys can be retired. It returns how many there were; what opens no more stays
// until it is over.
func (k *Keeper) Reseal(ctx context.Context) (n int, err error) {
	for last := (Item{}); ; {
		items, err := k.store.After(ctx, last, 100)
		if err != nil || len(items) == 0 {
			return n, err
		}
		for _, i := range items {
			var v json.RawMessage
			if !k.keys.NeedsReseal(i.Sealed) || k.open(i, &v) != nil {
				continue
			}
			if err := k.reseal(ctx, i, v); err != nil {
				return n, err
			}
			n++
		}
		last = items[len(items)-1]
	}
}

func (k *Keeper) open(i Item, v any) error {
	if !i.Until.After(k.now()) {
		return ErrNotFound
	}
	plain, err := k.keys.Open(session.PurposeShelf, session.Handle{}, place(i), i.Sealed)
	if err != nil {
		return fmt.Errorf("%w: %v", ErrNotFound, err) //nolint:errorlint // whoever asks learns that there is nothing, and starts anew
	}
	if err := json.Unmarshal(plain, v); err != nil {
		return fmt.Errorf("%w: %v", ErrNotFound, err) //nolint:errorlint // the same for what another version wrote
	}
	return nil
}

func (k *Keeper) put(ctx context.Context, i Item, v any) error {
	plain, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("shelf: %s: %w", i.Kind, err)
	}
	if len(plain) > MaxSize {
		return fmt.Errorf("shelf: %s: %d bytes are too many", i.Kind, len(plain))
	}
	i.Sealed = k.keys.Seal(session.PurposeShelf, session.Handle{}, place(i), plain)
	_, err = k.store.Save(ctx, i)
	return unavailable(err)
}

// reseal moves an item to the present key. Somebody else may have done so.
func (k *Keeper) reseal(ctx context.Context, i Item, v any) error {
	if err := k.put(ctx, i, v); err != nil && !errors.Is(err, ErrConflict) {
		return err
	}
	return nil
}

// place is what an item is sealed for, so that no item can be put in the place of another, nor on another's shelf.
func place(i Item) []byte {
	return append(append(i.Owner[:], i.Kind...), "\x00"+i.Name...)
}
