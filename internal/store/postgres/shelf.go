package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"portico/internal/shelf"
)

// Shelf returns the view that implements [shelf.Store].
func (s *Store) Shelf() shelf.Store { return items{s} }

type items struct{ *Store }

const itemColumns = "SELECT owner, kind, name, version, until, sealed FROM portico_shelf WHERE "

func (s items) Load(ctx context.Context, o shelf.Owner, k shelf.Kind, name string) (i shelf.Item, err error) {
	err = s.read(ctx, func(ctx context.Context) error {
		i, err = item(s.pool.QueryRow(ctx, itemColumns+"owner = $1 AND kind = $2 AND name = $3", o[:], string(k), name))
		return err
	})
	return i, err
}

// item reads a whole row.
func item(row pgx.Row) (i shelf.Item, err error) {
	var owner []byte
	var until int64
	err = row.Scan(&owner, &i.Kind, &i.Name, &i.Version, &until, &i.Sealed)
	if errors.Is(err, pgx.ErrNoRows) {
		return shelf.Item{}, shelf.ErrNotFound
	}
	copy(i.Owner[:], owner)
	i.Until = time.UnixMilli(until).UTC()
	return i, err
}

func (s items) List(ctx context.Context, o shelf.Owner, k shelf.Kind) ([]shelf.Item, error) {
	return s.find(ctx, itemColumns+"owner = $1 AND kind = $2 ORDER BY name", o[:], string(k))
}

func (s items) After(ctx context.Context, p shelf.Item, limit int) ([]shelf.Item, error) {
	return s.find(ctx, itemColumns+"(owner, kind, name) > ($1, $2, $3) ORDER BY owner, kind, name LIMIT $4", p.Owner[:], string(p.Kind), p.Name, limit)
}

func (s items) find(ctx context.Context, query string, args ...any) (found []shelf.Item, err error) {
	err = s.read(ctx, func(ctx context.Context) error {
		rows, err := s.pool.Query(ctx, query, args...)
		if err != nil {
			return err
		}
		found, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (shelf.Item, error) { return item(row) })
		return err
	})
	return found, err
}

func (s items) Save(ctx context.Context, i shelf.Item) (int64, error) {
	err := s.change(ctx, func(ctx context.Context, tx pgx.Tx) error {
		statement := "UPDATE portico_shelf SET version = version + 1, until = $1, sealed = $2 WHERE owner = $3 AND kind = $4 AND name = $5 AND version = $6"
		if i.Version == 0 {
			statement = "INSERT INTO portico_shelf (until, sealed, owner, kind, name, version) VALUES ($1, $2, $3, $4, $5, $6::bigint + 1) ON CONFLICT DO NOTHING"
		}
		tag, err := tx.Exec(ctx, statement, i.Until.UnixMilli(), i.Sealed, i.Owner[:], string(i.Kind), i.Name, i.Version)
		if err == nil && tag.RowsAffected() == 0 {
			err = shelf.ErrConflict
		}
		return err
	})
	return i.Version + 1, err
}

func (s items) Take(ctx context.Context, o shelf.Owner, k shelf.Kind, name string) (taken shelf.Item, err error) {
	err = s.change(ctx, func(ctx context.Context, tx pgx.Tx) error {
		taken, err = item(tx.QueryRow(ctx, "DELETE FROM portico_shelf WHERE owner = $1 AND kind = $2 AND name = $3 RETURNING owner, kind, name, version, until, sealed", o[:], string(k), name))
		return err
	})
	return taken, err
}

func (s items) DeleteExpired(ctx context.Context, t time.Time, limit int) (n int, err error) {
	err = s.change(ctx, func(ctx context.Context, tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, "DELETE FROM portico_shelf WHERE (owner, kind, name) IN (SELECT owner, kind, name FROM portico_shelf WHERE until <= $1 LIMIT $2)", t.UnixMilli(), limit)
		n = int(tag.RowsAffected())
		return err
	})
	return n, err
}
