package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"portico/internal/session"
)

// endSQL ends the sessions of the ids $2 with their tokens, in the order of their ids so that two who end the same ones never wait for each other in a circle, and
// leaves tombstones with the reason $3.
const endSQL = `WITH doomed AS (SELECT id FROM portico_sessions WHERE id = ANY($2) ORDER BY id FOR UPDATE),
	gone AS (DELETE FROM portico_sessions USING doomed WHERE portico_sessions.id = doomed.id RETURNING portico_sessions.id)
	INSERT INTO portico_tombstones (key, reason, ended) SELECT id, $3, ` + nowSQL + ` FROM gone
	ON CONFLICT (key) DO UPDATE SET reason = excluded.reason, ended = excluded.ended`

func (s sessions) Delete(ctx context.Context, id session.ID, reason string) error {
	return s.change(ctx, func(ctx context.Context, tx pgx.Tx) error { return s.end(ctx, tx, [][]byte{id[:]}, reason) })
}

// end removes sessions with their tokens. Tokens without a session go too.
func (s sessions) end(ctx context.Context, tx pgx.Tx, ids [][]byte, reason string) error {
	b := &pgx.Batch{}
	b.Queue(endSQL, s.clock(), ids, reason)
	b.Queue("DELETE FROM portico_tokens WHERE id IN (SELECT id FROM portico_tokens WHERE id = ANY($1) ORDER BY id FOR UPDATE)", ids)
	return tx.SendBatch(ctx, b).Close()
}

// DeleteMatching holds the group's lock, so that no sign-in of the group is between its look at the tombstones and its commit.
func (s sessions) DeleteMatching(ctx context.Context, m session.Match, reason string) (ended []session.ID, err error) {
	where, args, key := condition(m)
	err = s.change(ctx, func(ctx context.Context, tx pgx.Tx) error {
		ended = nil
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", lockOf(key)); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, "SELECT id FROM portico_sessions WHERE "+where, args...)
		if err != nil {
			return err
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
		if err != nil {
			return err
		}
		for _, id := range ids {
			ended = append(ended, session.ID(id))
		}
		if err := s.end(ctx, tx, ids, reason); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO portico_tombstones (key, reason, ended) VALUES ($2, $3, `+nowSQL+`) ON CONFLICT (key) DO UPDATE SET reason = excluded.reason, ended = excluded.ended`,
			s.clock(), key, reason)
		return err
	})
	if err != nil {
		return nil, err
	}
	return ended, nil
}

// condition turns a match into SQL and into the group that it ends.
func condition(m session.Match) (where string, args []any, key []byte) {
	switch {
	case m.Everyone:
		return "true", nil, everyone()
	case m.SID != "":
		return "issuer = $1 AND sid = $2", []any{[]byte(m.Issuer), []byte(m.SID)}, bySID(m.Issuer, m.SID)
	}
	return "issuer = $1 AND subject = $2 AND subject <> ''", []any{[]byte(m.Issuer), []byte(m.Subject)}, bySubject(m.Issuer, m.Subject)
}

// DeleteExpired leaves alone what another replica is sweeping.
func (s sessions) DeleteExpired(ctx context.Context, now time.Time, limit int) (n int, err error) {
	err = s.change(ctx, func(ctx context.Context, tx pgx.Tx) error {
		rows, err := tx.Query(ctx, "SELECT id FROM portico_sessions WHERE until < $1 ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED", now.Unix(), limit)
		if err != nil {
			return err
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
		if err != nil {
			return err
		}
		if n = len(ids); n > 0 {
			if err := s.end(ctx, tx, ids, session.ReasonExpired); err != nil {
				return err
			}
		}
		b := &pgx.Batch{}
		b.Queue("DELETE FROM portico_tokens WHERE id IN (SELECT id FROM portico_tokens WHERE until < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)", now.UnixMilli(), limit)
		b.Queue("DELETE FROM portico_tombstones WHERE key IN (SELECT key FROM portico_tombstones WHERE ended < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)", now.Add(-session.TombstoneLife).UnixMilli(), limit)
		b.Queue("DELETE FROM portico_once WHERE key IN (SELECT key FROM portico_once WHERE until < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)", now.UnixMilli(), limit)
		b.Queue("DELETE FROM portico_tries WHERE (kind, key) IN (SELECT kind, key FROM portico_tries WHERE full_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)", now.UnixMilli(), limit)
		return tx.SendBatch(ctx, b).Close()
	})
	return n, err
}
