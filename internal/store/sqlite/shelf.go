package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"portico/internal/shelf"
)

// Shelf returns the view that implements [shelf.Store].
func (s *Store) Shelf() shelf.Store { return items{s} }

type items struct{ *Store }

func (s items) Load(ctx context.Context, o shelf.Owner, k shelf.Kind, name string) (shelf.Item, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return item(s.read.QueryRowContext(ctx, "SELECT version, until, sealed FROM shelf WHERE owner = ? AND kind = ? AND name = ?", o[:], string(k), name), shelf.Item{Owner: o, Kind: k, Name: name})
}

// item reads the row of an item whose place is known.
func item(row *sql.Row, i shelf.Item) (shelf.Item, error) {
	var until int64
	err := row.Scan(&i.Version, &until, &i.Sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return shelf.Item{}, shelf.ErrNotFound
	}
	if err != nil {
		return shelf.Item{}, fmt.Errorf("sqlite: %w", err)
	}
	i.Until = time.UnixMilli(until).UTC()
	return i, nil
}

func (s items) List(ctx context.Context, o shelf.Owner, k shelf.Kind) ([]shelf.Item, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return found(s.read.QueryContext(ctx, "SELECT owner, kind, name, version, until, sealed FROM shelf WHERE owner = ? AND kind = ? ORDER BY name", o[:], string(k)))
}

func (s items) After(ctx context.Context, p shelf.Item, limit int) ([]shelf.Item, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return found(s.read.QueryContext(ctx, "SELECT owner, kind, name, version, until, sealed FROM shelf WHERE (owner, kind, name) > (?, ?, ?) ORDER BY owner, kind, name LIMIT ?", p.Owner[:], string(p.Kind), p.Name, limit))
}

// found reads whole rows.
func found(rows *sql.Rows, err error) ([]shelf.Item, error) {
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var all []shelf.Item
	for rows.Next() {
		var i shelf.Item
		var owner []byte
		var until int64
		if err := rows.Scan(&owner, &i.Kind, &i.Name, &i.Version, &until, &i.Sealed); err != nil {
			return nil, fmt.Errorf("sqlite: %w", err)
		}
		copy(i.Owner[:], owner)
		i.Until = time.UnixMilli(until).UTC()
		all = append(all, i)
	}
	return all, rows.Err()
}

func (s items) Save(ctx context.Context, i shelf.Item) (int64, error) {
	err := s.change(ctx, func(tx *sql.Tx) error {
		statement := "UPDATE shelf SET version = version + 1, until = ?, sealed = ? WHERE owner = ? AND kind = ? AND name = ? AND version = ?"
		if i.Version == 0 {
			statement = "INSERT INTO shelf (until, sealed, owner, kind, name, version) VALUES (?, ?, ?, ?, ?, ? + 1) ON CONFLICT DO NOTHING"
		}
		n, err := affected(tx.ExecContext(ctx, statement, i.Until.UnixMilli(), i.Sealed, i.Owner[:], string(i.Kind), i.Name, i.Version))
		if err == nil && n == 0 {
			err = shelf.ErrConflict
		}
		return err
	})
	return i.Version + 1, err
}

func (s items) Take(ctx context.Context, o shelf.Owner, k shelf.Kind, name string) (taken shelf.Item, err error) {
	err = s.change(ctx, func(tx *sql.Tx) (err error) {
		taken, err = item(tx.QueryRowContext(ctx, "DELETE FROM shelf WHERE owner = ? AND kind = ? AND name = ? RETURNING version, until, sealed", o[:], string(k), name), shelf.Item{Owner: o, Kind: k, Name: name})
		return err
	})
	return taken, err
}

func (s items) DeleteExpired(ctx context.Context, t time.Time, limit int) (int, error) {
	var n int64
	err := s.change(ctx, func(tx *sql.Tx) (err error) {
		n, err = affected(tx.ExecContext(ctx, "DELETE FROM shelf WHERE (owner, kind, name) IN (SELECT owner, kind, name FROM shelf WHERE until <= ? LIMIT ?)", t.UnixMilli(), limit))
		return err
	})
	return int(n), err
}
