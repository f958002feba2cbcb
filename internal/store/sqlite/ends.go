package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"portico/internal/session"
)

func (s sessions) Delete(ctx context.Context, id session.ID, reason string) error {
	return s.change(ctx, func(tx *sql.Tx) error { return s.end(ctx, tx, id, reason) })
}

// end removes a session with its tokens and leaves a tombstone.
func (s sessions) end(ctx context.Context, tx *sql.Tx, id session.ID, reason string) error {
	n, err := affected(tx.ExecContext(ctx, "DELETE FROM sessions WHERE id = ?", id[:]))
	if err != nil {
		return err
	}
	if _, err := affected(tx.ExecContext(ctx, "DELETE FROM tokens WHERE id = ?", id[:])); err != nil || n == 0 {
		return err
	}
	return s.bury(ctx, tx, byID(id), reason)
}

func (s sessions) bury(ctx context.Context, tx *sql.Tx, key, reason string) error {
	_, err := affected(tx.ExecContext(ctx, "INSERT INTO tombstones (key, reason, ended) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET reason = excluded.reason, ended = excluded.ended",
		key, reason, s.now().UnixMilli()))
	return err
}

func (s sessions) DeleteMatching(ctx context.Context, m session.Match, reason string) (ids []session.ID, err error) {
	err = s.change(ctx, func(tx *sql.Tx) error {
		where, args, key := condition(m)
		if ids, err = matching(ctx, tx, where, args); err != nil {
			return err
		}
		for _, id := range ids {
			if err := s.end(ctx, tx, id, reason); err != nil {
				return err
			}
		}
		return s.bury(ctx, tx, key, reason)
	})
	if err != nil {
		return nil, err
	}
	return ids, nil
}

// condition turns a match into SQL and into the key of its tombstone.
func condition(m session.Match) (where string, args []any, key string) {
	switch {
	case m.Everyone:
		return "1", nil, everyone
	case m.SID != "":
		return "issuer = ? AND sid = ?", []any{m.Issuer, m.SID}, bySID(m.Issuer, m.SID)
	default:
		return "issuer = ? AND subject = ? AND subject <> ''", []any{m.Issuer, m.Subject}, bySubject(m.Issuer, m.Subject)
	}
}

func matching(ctx context.Context, tx *sql.Tx, where string, args []any) (ids []session.ID, err error) {
	rows, err := tx.QueryContext(ctx, "SELECT id FROM sessions WHERE "+where, args...) // where is one of condition's three
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var b []byte
		if err := rows.Scan(&b); err != nil {
			return nil, fmt.Errorf("sqlite: %w", err)
		}
		ids = append(ids, session.ID(b))
	}
	return ids, rows.Err()
}

func (s sessions) DeleteExpired(ctx context.Context, now time.Time, limit int) (n int, err error) {
	err = s.change(ctx, func(tx *sql.Tx) error {
		ids, err := matching(ctx, tx, "until < ? LIMIT ?", []any{now.Unix(), limit})
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := s.end(ctx, tx, id, session.ReasonExpired); err != nil {
				return err
			}
		}
		n = len(ids)
		for _, sweep := range []struct {
			statement string
			before    int64
		}{
			{"DELETE FROM tokens WHERE id IN (SELECT id FROM tokens WHERE until < ? LIMIT ?)", now.UnixMilli()},
			{"DELETE FROM tombstones WHERE key IN (SELECT key FROM tombstones WHERE ended < ? LIMIT ?)", now.Add(-session.TombstoneLife).UnixMilli()},
			{"DELETE FROM once WHERE key IN (SELECT key FROM once WHERE until < ? LIMIT ?)", now.UnixMilli()},
			{"DELETE FROM tries WHERE (kind, key) IN (SELECT kind, key FROM tries WHERE full_at < ? LIMIT ?)", now.UnixMilli()},
		} {
			if _, err := affected(tx.ExecContext(ctx, sweep.statement, sweep.before, limit)); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}
