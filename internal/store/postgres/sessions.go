package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"portico/internal/epoch"
	"portico/internal/session"
)

type sessions struct{ *Store }

// group is the hash of what can be ended as one: everyone, a subject, a provider's session. It is the key of its tombstone and of its lock.
func group(parts ...string) []byte {
	h := sha256.New()
	for _, p := range parts {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write([]byte(p))
	}
	return h.Sum(nil)
}

func everyone() []byte                    { return group("everyone") }
func bySID(issuer, sid string) []byte     { return group("sid", issuer, sid) }
func bySubject(issuer, sub string) []byte { return group("sub", issuer, sub) }
func lockOf(group []byte) int64           { return int64(binary.BigEndian.Uint64(group)) }
func asBytes(texts ...string) (out [][]byte) {
	for _, t := range texts {
		out = append(out, []byte(t))
	}
	return out
}

// Create holds the locks of the record's groups, shared, so that whoever ends a group waits for it or makes it fail.
func (s sessions) Create(ctx context.Context, r session.Record) error {
	groups := [][]byte{everyone(), bySubject(r.Issuer, r.Subject)}
	if r.SID != "" {
		groups = append(groups, bySID(r.Issuer, r.SID))
	}
	return s.change(ctx, func(ctx context.Context, tx pgx.Tx) error {
		b := &pgx.Batch{}
		for _, g := range groups {
			b.Queue("SELECT pg_advisory_xact_lock_shared($1)", lockOf(g))
		}
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		var reason string
		err := tx.QueryRow(ctx, `SELECT reason FROM portico_tombstones WHERE key = ANY($2) AND ended >= GREATEST($3, `+nowSQL+` - $4 + 1) ORDER BY ended DESC LIMIT 1`,
			s.clock(), groups, r.LoginStarted.UnixMilli(), session.TombstoneLife.Milliseconds()).Scan(&reason)
		if err == nil {
			return &session.EndedError{Reason: reason}
		}
		if !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		texts := asBytes(r.Issuer, r.Subject, r.SID)
		tag, err := tx.Exec(ctx, `INSERT INTO portico_sessions (id, version, issuer, subject, sid, created, last_seen, until, seen_tag, sealed, about)
			VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
			r.ID[:], texts[0], texts[1], texts[2], r.Created.Unix(), r.LastSeen.Unix(), r.Until.Unix(), orEmpty(r.SeenTag), orEmpty(r.Sealed), orEmpty(r.About))
		if err == nil && tag.RowsAffected() == 0 {
			return session.ErrExists
		}
		return err
	})
}

func orEmpty(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

func (s sessions) Load(ctx context.Context, id session.ID) (r session.Record, err error) {
	err = s.read(ctx, func(ctx context.Context) error {
		rows, err := s.pool.Query(ctx, "SELECT id, version, issuer, subject, sid, created, last_seen, until, seen_tag, about, sealed FROM portico_sessions WHERE id = $1", id[:])
		if err != nil {
			return err
		}
		r, err = pgx.CollectExactlyOneRow(rows, withSealed)
		if errors.Is(err, pgx.ErrNoRows) {
			return s.missing(ctx, id)
		}
		return err
	})
	if err != nil {
		return session.Record{}, err
	}
	return r, nil
}

func withSealed(row pgx.CollectableRow) (session.Record, error) {
	var sealed []byte
	r, err := scan(row, &sealed)
	r.Sealed = sealed
	return r, err
}

func scan(row pgx.CollectableRow, more ...any) (session.Record, error) {
	var r session.Record
	var id, issuer, subject, sid []byte
	var created, seen, until int64
	err := row.Scan(append([]any{&id, &r.Version, &issuer, &subject, &sid, &created, &seen, &until, &r.SeenTag, &r.About}, more...)...)
	if err != nil {
		return session.Record{}, err
	}
	r.ID, r.Issuer, r.Subject, r.SID = session.ID(id), string(issuer), string(subject), string(sid)
	r.Created, r.LastSeen, r.Until = seconds(created), seconds(seen), seconds(until)
	return r, nil
}

// missing tells a session that was ended from one that never was.
func (s sessions) missing(ctx context.Context, id session.ID) error {
	var reason string
	err := s.pool.QueryRow(ctx, "SELECT reason FROM portico_tombstones WHERE key = $2 AND ended > "+nowSQL+" - $3", s.clock(), id[:], session.TombstoneLife.Milliseconds()).Scan(&reason)
	if errors.Is(err, pgx.ErrNoRows) {
		return session.ErrNotFound
	}
	if err != nil {
		return err
	}
	return &session.EndedError{Reason: reason}
}

func (s sessions) Save(ctx context.Context, r session.Record) error {
	return s.change(ctx, func(ctx context.Context, tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, "UPDATE portico_sessions SET version = $1, sid = $2, until = GREATEST(until, $3), sealed = $4, about = $5 WHERE id = $6 AND version = $7",
			r.Version, []byte(r.SID), r.Until.Unix(), orEmpty(r.Sealed), orEmpty(r.About), r.ID[:], r.Version-1)
		if err != nil || tag.RowsAffected() == 1 {
			return err
		}
		return orNotFound(ctx, tx, r.ID, session.ErrConflict)
	})
}

// orNotFound returns found when there is such a session, and ErrNotFound otherwise.
func orNotFound(ctx context.Context, tx pgx.Tx, id session.ID, found error) error {
	var there bool
	if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM portico_sessions WHERE id = $1)", id[:]).Scan(&there); err != nil {
		return err
	}
	if !there {
		return session.ErrNotFound
	}
	return found
}

func (s sessions) Touch(ctx context.Context, id session.ID, seen time.Time, tag []byte, until time.Time) error {
	return s.change(ctx, func(ctx context.Context, tx pgx.Tx) error {
		done, err := tx.Exec(ctx, "UPDATE portico_sessions SET last_seen = $1, seen_tag = $2, until = $3 WHERE id = $4 AND last_seen < $1", seen.Unix(), orEmpty(tag), until.Unix(), id[:])
		if err != nil || done.RowsAffected() == 1 {
			return err
		}
		return orNotFound(ctx, tx, id, nil)
	})
}

func (s sessions) List(ctx context.Context, m session.Match) (rs []session.Record, err error) {
	where, args, _ := condition(m)
	err = s.read(ctx, func(ctx context.Context) error {
		rows, err := s.pool.Query(ctx, "SELECT id, version, issuer, subject, sid, created, last_seen, until, seen_tag, about FROM portico_sessions WHERE "+where+" ORDER BY last_seen, id", args...)
		if err != nil {
			return err
		}
		rs, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (session.Record, error) { return scan(row) })
		return err
	})
	return rs, err
}

func (s sessions) Once(ctx context.Context, key string, ttl time.Duration) (first bool, err error) {
	err = s.change(ctx, func(ctx context.Context, tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `INSERT INTO portico_once (key, until) VALUES ($2, `+nowSQL+` + $3)
			ON CONFLICT (key) DO UPDATE SET until = excluded.until WHERE portico_once.until <= `+nowSQL, s.clock(), group("once", key), ttl.Milliseconds())
		first = tag.RowsAffected() == 1
		return err
	})
	return first && err == nil, err
}

func (s sessions) Ping(ctx context.Context) error {
	return s.read(ctx, func(ctx context.Context) error {
		var there bool
		return s.pool.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM portico_sessions)").Scan(&there)
	})
}

func (s sessions) Now(ctx context.Context) (time.Time, error) {
	var ms int64
	err := s.read(ctx, func(ctx context.Context) error {
		return s.pool.QueryRow(ctx, "SELECT "+nowSQL+" FROM (SELECT EXISTS (SELECT 1 FROM portico_sessions)) AS there", s.clock()).Scan(&ms)
	})
	return epoch.FromMillis(ms), err
}

func seconds(s int64) time.Time { return time.Unix(s, 0).UTC() }
