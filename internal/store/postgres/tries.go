package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"portico/internal/limit"
)

// Tries returns the view that implements [limit.Store].
func (s *Store) Tries() limit.Store { return tries{s} }

type tries struct{ *Store }

// Take holds the lock of the kind: what is not there yet cannot be locked otherwise, and tries are rare.
func (s tries) Take(ctx context.Context, kind string, buckets ...limit.Bucket) (wait time.Duration, err error) {
	keys := make([]string, len(buckets))
	for n, b := range buckets {
		keys[n] = b.Key
	}
	err = s.change(ctx, func(ctx context.Context, tx pgx.Tx) error {
		now, full, err := s.tried(ctx, tx, kind, keys)
		if err != nil {
			return err
		}
		wait = 0
		after := make([]int64, len(buckets))
		for n, b := range buckets {
			at, w := b.Count(full[b.Key], now)
			after[n], wait = at.UnixMilli(), max(wait, w)
		}
		if wait > 0 {
			return nil
		}
		b := &pgx.Batch{}
		b.Queue("INSERT INTO portico_tries (kind, key, full_at) SELECT $1, * FROM unnest($2::text[], $3::bigint[]) ON CONFLICT (kind, key) DO UPDATE SET full_at = excluded.full_at", kind, keys, after)
		b.Queue("DELETE FROM portico_tries WHERE kind = $1 AND key IN (SELECT key FROM portico_tries WHERE kind = $1 ORDER BY full_at DESC OFFSET $2)", kind, limit.MostKept)
		return tx.SendBatch(ctx, b).Close()
	})
	return wait, err
}

// tried locks a kind, and reads the time and when buckets are full.
func (s tries) tried(ctx context.Context, tx pgx.Tx, kind string, keys []string) (now time.Time, full map[string]time.Time, err error) {
	if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", lockOf(group("tries", kind))); err != nil {
		return now, nil, err
	}
	var ms int64
	if err := tx.QueryRow(ctx, "SELECT "+nowSQL, s.clock()).Scan(&ms); err != nil {
		return now, nil, err
	}
	rows, err := tx.Query(ctx, "SELECT key, full_at FROM portico_tries WHERE kind = $1 AND key = ANY($2)", kind, keys)
	if err != nil {
		return now, nil, err
	}
	full = map[string]time.Time{}
	var key string
	var at int64
	_, err = pgx.ForEachRow(rows, []any{&key, &at}, func() error { full[key] = time.UnixMilli(at); return nil })
	return time.UnixMilli(ms), full, err
}
