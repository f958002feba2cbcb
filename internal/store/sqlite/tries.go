package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"portico/internal/limit"
)

// Tries returns the view that implements [limit.Store].
func (s *Store) Tries() limit.Store { return tries{s} }

type tries struct{ *Store }

func (s tries) Take(ctx context.Context, kind string, buckets ...limit.Bucket) (wait time.Duration, err error) {
	err = s.change(ctx, func(tx *sql.Tx) error {
		now, after := s.now(), make([]time.Time, len(buckets))
		for n, b := range buckets {
			full, err := fullAt(ctx, tx, kind, b.Key)
			if err != nil {
				return err
			}
			var w time.Duration
			after[n], w = b.Count(full, now)
			wait = max(wait, w)
		}
		if wait > 0 {
			return nil
		}
		for n, b := range buckets {
			if _, err := affected(tx.ExecContext(ctx, "INSERT INTO tries (kind, key, full_at) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET full_at = excluded.full_at", kind, b.Key, after[n].UnixMilli())); err != nil {
				return err
			}
		}
		_, err := affected(tx.ExecContext(ctx, "DELETE FROM tries WHERE kind = ? AND key IN (SELECT key FROM tries WHERE kind = ? ORDER BY full_at DESC LIMIT -1 OFFSET ?)", kind, kind, limit.MostKept))
		return err
	})
	return wait, err
}

// fullAt reads when a bucket is full, the zero time for one that nobody used.
func fullAt(ctx context.Context, tx *sql.Tx, kind, key string) (time.Time, error) {
	var full int64
	err := tx.QueryRowContext(ctx, "SELECT full_at FROM tries WHERE kind = ? AND key = ?", kind, key).Scan(&full)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("sqlite: %w", err)
	}
	return time.UnixMilli(full), nil
}
