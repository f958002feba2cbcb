package sqlite

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"portico/internal/session"
)

type sessions struct{ *Store }

// Keys of tombstones. Their parts are joined with a NUL, which no issuer holds, so that a subject or sid that holds one cannot be taken for another's.
func byID(id session.ID) string           { return "id\x00" + hex.EncodeToString(id[:]) }
func bySID(issuer, sid string) string     { return "sid\x00" + issuer + "\x00" + sid }
func bySubject(issuer, sub string) string { return "sub\x00" + issuer + "\x00" + sub }

const everyone = "everyone"

func (s sessions) Create(ctx context.Context, r session.Record) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		if err := s.endedSince(ctx, tx, r); err != nil {
			return err
		}
		n, err := affected(tx.ExecContext(ctx, `INSERT INTO sessions (id, version, issuer, subject, sid, created, last_seen, until, seen_tag, sealed, about)
			VALUES (?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			r.ID[:], r.Issuer, r.Subject, r.SID, r.Created.Unix(), r.LastSeen.Unix(), r.Until.Unix(), r.SeenTag, r.Sealed, orEmpty(r.About)))
		if err == nil && n == 0 {
			return session.ErrExists
		}
		return err
	})
}

// endedSince returns an *EndedError when the record's group was ended after its sign-in began.
func (s sessions) endedSince(ctx context.Context, tx *sql.Tx, r session.Record) error {
	since := max(r.LoginStarted.UnixMilli(), s.now().Add(-session.TombstoneLife).UnixMilli()+1)
	keys := []any{everyone, bySubject(r.Issuer, r.Subject), everyone}
	if r.SID != "" {
		keys[2] = bySID(r.Issuer, r.SID)
	}
	var reason string
	err := tx.QueryRowContext(ctx, "SELECT reason FROM tombstones WHERE key IN (?, ?, ?) AND ended >= ? ORDER BY ended DESC LIMIT 1", append(keys, since)...).Scan(&reason)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return fmt.Errorf("sqlite: %w", err)
	}
	return &session.EndedError{Reason: reason}
}

const loadSession = "SELECT version, issuer, subject, sid, created, last_seen, until, seen_tag, sealed, about FROM sessions WHERE id = ?"

func (s sessions) Load(ctx context.Context, id session.ID) (session.Record, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	r := session.Record{ID: id}
	var created, seen, until int64
	err := s.loadSession.QueryRowContext(ctx, id[:]).
		Scan(&r.Version, &r.Issuer, &r.Subject, &r.SID, &created, &seen, &until, &r.SeenTag, &r.Sealed, &r.About)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return session.Record{}, s.missing(ctx, id)
	case err != nil:
		return session.Record{}, fmt.Errorf("sqlite: %w", err)
	}
	r.Created, r.LastSeen, r.Until = seconds(created), seconds(seen), seconds(until)
	return r, nil
}

// missing tells a session that was ended from one that never was.
func (s sessions) missing(ctx context.Context, id session.ID) error {
	var reason string
	err := s.read.QueryRowContext(ctx, "SELECT reason FROM tombstones WHERE key = ? AND ended > ?", byID(id), s.now().Add(-session.TombstoneLife).UnixMilli()).Scan(&reason)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return session.ErrNotFound
	case err != nil:
		return fmt.Errorf("sqlite: %w", err)
	}
	return &session.EndedError{Reason: reason}
}

func (s sessions) Save(ctx context.Context, r session.Record) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		n, err := affected(tx.ExecContext(ctx, "UPDATE sessions SET version = ?, sid = ?, until = max(until, ?), sealed = ?, about = ? WHERE id = ? AND version = ?",
			r.Version, r.SID, r.Until.Unix(), r.Sealed, orEmpty(r.About), r.ID[:], r.Version-1))
		if err != nil || n == 1 {
			return err
		}
		return orNotFound(ctx, tx, r.ID, session.ErrConflict)
	})
}

// orNotFound returns found when there is such a session, and ErrNotFound otherwise.
func orNotFound(ctx context.Context, tx *sql.Tx, id session.ID, found error) error {
	var one int
	err := tx.QueryRowContext(ctx, "SELECT 1 FROM sessions WHERE id = ?", id[:]).Scan(&one)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return session.ErrNotFound
	case err != nil:
		return fmt.Errorf("sqlite: %w", err)
	}
	return found
}

func (s sessions) Touch(ctx context.Context, id session.ID, seen time.Time, tag []byte, until time.Time) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		n, err := affected(tx.ExecContext(ctx, "UPDATE sessions SET last_seen = ?, seen_tag = ?, until = ? WHERE id = ? AND last_seen < ?",
			seen.Unix(), tag, until.Unix(), id[:], seen.Unix()))
		if err != nil || n == 1 {
			return err
		}
		return orNotFound(ctx, tx, id, nil)
	})
}

func (s sessions) List(ctx context.Context, m session.Match) ([]session.Record, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	where, args, _ := condition(m)
	rows, err := s.read.QueryContext(ctx, "SELECT id, version, issuer, subject, sid, created, last_seen, until, seen_tag, about FROM sessions WHERE "+where+" ORDER BY last_seen, id", args...)
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var rs []session.Record
	for rows.Next() {
		var r session.Record
		var id []byte
		var created, seen, until int64
		if err := rows.Scan(&id, &r.Version, &r.Issuer, &r.Subject, &r.SID, &created, &seen, &until, &r.SeenTag, &r.About); err != nil {
			return nil, fmt.Errorf("sqlite: %w", err)
		}
		r.ID, r.Created, r.LastSeen, r.Until = session.ID(id), seconds(created), seconds(seen), seconds(until)
		rs = append(rs, r)
	}
	return rs, rows.Err()
}

func (s sessions) Once(ctx context.Context, key string, ttl time.Duration) (first bool, err error) {
	err = s.change(ctx, func(tx *sql.Tx) error {
		now := s.now()
		n, err := affected(tx.ExecContext(ctx, "INSERT INTO once (key, until) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET until = excluded.until WHERE once.until <= ?",
			key, now.Add(ttl).UnixMilli(), now.UnixMilli()))
		first = n == 1
		return err
	})
	return first && err == nil, err
}

func (s sessions) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	var one int
	return s.read.QueryRowContext(ctx, "SELECT 1 FROM sessions UNION SELECT 1").Scan(&one)
}

// Now is the clock of this machine, which all processes on one file share.
func (s sessions) Now(ctx context.Context) (time.Time, error) {
	return s.now().UTC().Truncate(time.Millisecond), s.Ping(ctx)
}

func orEmpty(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

func seconds(s int64) time.Time { return time.Unix(s, 0).UTC() }
