package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"portico/internal/epoch"
	"portico/internal/session"
	"portico/internal/token"
)

type tokens struct{ *Store }

const columns = "version, state, access_issued, access_expiry, attempt, attempt_owner, attempt_reason, attempt_started, lease_until, presented, not_before, last_error, until, sealed"

const loadTokens = "SELECT " + columns + " FROM tokens WHERE id = ?"

func load(ctx context.Context, tx *sql.Tx, id session.ID) (token.Record, error) {
	return scanTokens(tx.QueryRowContext(ctx, loadTokens, id[:]), id)
}

// scanTokens reads a row of columns, with more columns behind them.
func scanTokens(row interface{ Scan(dest ...any) error }, id session.ID, more ...any) (token.Record, error) {
	r := token.Record{ID: id}
	var issued, expiry, started, lease, notBefore, until int64
	err := row.Scan(append([]any{&r.Version, &r.State, &issued, &expiry,
		&r.Attempt.ID, &r.Attempt.Owner, &r.Attempt.Reason, &started, &lease, &r.Presented, &notBefore, &r.LastError, &until, &r.Sealed}, more...)...)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return token.Record{}, token.ErrGone
	case err != nil:
		return token.Record{}, fmt.Errorf("sqlite: %w", err)
	}
	r.AccessIssued, r.AccessExpiry, r.NotBefore, r.Until = epoch.FromMillis(issued), epoch.FromMillis(expiry), epoch.FromMillis(notBefore), epoch.FromMillis(until)
	r.Attempt.Started, r.Attempt.LeaseUntil = epoch.FromMillis(started), epoch.FromMillis(lease)
	return r, nil
}

func (t tokens) Create(ctx context.Context, r token.Record) error {
	return t.change(ctx, func(tx *sql.Tx) error {
		n, err := affected(tx.ExecContext(ctx, "INSERT INTO tokens (id, version, state, access_issued, access_expiry, until, sealed) VALUES (?, 1, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
			r.ID[:], token.Fresh, epoch.Millis(r.AccessIssued), epoch.Millis(r.AccessExpiry), epoch.Millis(r.Until), r.Sealed))
		if err == nil && n == 0 {
			return token.ErrExists
		}
		return err
	})
}

func (t tokens) Load(ctx context.Context, id session.ID) (token.Record, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return scanTokens(t.loadTokens.QueryRowContext(ctx, id[:]), id)
}

func (t tokens) LoadMany(ctx context.Context, ids []session.ID) (rs []token.Record, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	for some := range slices.Chunk(ids, mostParameters) {
		args := make([]any, len(some))
		for n, id := range some {
			args[n] = id[:]
		}
		rows, err := t.read.QueryContext(ctx, "SELECT "+columns+", id FROM tokens WHERE id IN (?"+strings.Repeat(", ?", len(some)-1)+")", args...)
		if rs, err = appendTokens(rs, rows, err); err != nil {
			return nil, err
		}
	}
	return rs, nil
}

// mostParameters is how many parameters a statement has at most.
const mostParameters = 1000

// appendTokens reads whole rows.
func appendTokens(rs []token.Record, rows *sql.Rows, err error) ([]token.Record, error) {
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id []byte
		r, err := scanTokens(rows, session.ID{}, &id)
		if err != nil {
			return nil, err
		}
		copy(r.ID[:], id)
		rs = append(rs, r)
	}
	return rs, rows.Err()
}

func (t tokens) Claim(ctx context.Context, c token.ClaimRequest) (v token.Verdict, r token.Record, err error) {
	err = t.change(ctx, func(tx *sql.Tx) error {
		if r, err = load(ctx, tx, c.ID); err != nil {
			return err
		}
		now := t.now()
		before := r.State
		v = r.Judge(c, now)
		if v == token.ClaimOK {
			r.State = token.Claimed
			r.Attempt = token.Attempt{ID: c.Attempt, Owner: c.Owner, Reason: c.Reason, Started: now, LeaseUntil: now.Add(c.Lease)}
		} else if r.State == before {
			return nil
		}
		_, err := affected(tx.ExecContext(ctx, "UPDATE tokens SET state = ?, attempt = ?, attempt_owner = ?, attempt_reason = ?, attempt_started = ?, lease_until = ? WHERE id = ?",
			r.State, r.Attempt.ID, r.Attempt.Owner, r.Attempt.Reason, epoch.Millis(r.Attempt.Started), epoch.Millis(r.Attempt.LeaseUntil), c.ID[:]))
		return err
	})
	if err != nil {
		return 0, token.Record{}, err
	}
	return v, r, nil
}

func (t tokens) Renew(ctx context.Context, id session.ID, attempt string, lease time.Duration) error {
	return t.held(ctx, id, attempt, func(tx *sql.Tx, _ token.Record) error {
		_, err := affected(tx.ExecContext(ctx, "UPDATE tokens SET lease_until = ? WHERE id = ?", epoch.Millis(t.now().Add(lease)), id[:]))
		return err
	})
}

func (t tokens) Send(ctx context.Context, id session.ID, attempt string) error {
	return t.held(ctx, id, attempt, func(tx *sql.Tx, r token.Record) error {
		if r.State != token.Claimed || !t.now().Before(r.Attempt.LeaseUntil) {
			return token.ErrLost
		}
		_, err := affected(tx.ExecContext(ctx, "UPDATE tokens SET state = ?, presented = presented + 1 WHERE id = ?", token.Sent, id[:]))
		return err
	})
}

func (t tokens) Commit(ctx context.Context, id session.ID, _ string, n token.NewTokens) error {
	return t.change(ctx, func(tx *sql.Tx) error {
		rows, err := affected(tx.ExecContext(ctx, `UPDATE tokens SET version = ?, state = ?, access_issued = ?, access_expiry = ?, until = ?, sealed = ?,
			attempt = '', attempt_owner = '', attempt_reason = '', attempt_started = 0, lease_until = 0, presented = 0, not_before = 0, last_error = '' WHERE id = ? AND version = ?`,
			n.Seen+1, token.Fresh, epoch.Millis(n.AccessIssued), epoch.Millis(n.AccessExpiry), epoch.Millis(n.Until), n.Sealed, id[:], n.Seen))
		if err != nil || rows == 1 {
			return err
		}
		if _, err := load(ctx, tx, id); err != nil {
			return err
		}
		return token.ErrLost
	})
}

func (t tokens) Release(ctx context.Context, id session.ID, attempt string, o token.Outcome) error {
	return t.held(ctx, id, attempt, func(tx *sql.Tx, r token.Record) error {
		r.Release(o)
		_, err := affected(tx.ExecContext(ctx, `UPDATE tokens SET state = ?, presented = ?, not_before = ?, last_error = ?, sealed = ?,
			attempt = ?, attempt_owner = ?, attempt_reason = ?, attempt_started = ?, lease_until = ? WHERE id = ?`,
			r.State, r.Presented, epoch.Millis(r.NotBefore), r.LastError, r.Sealed,
			r.Attempt.ID, r.Attempt.Owner, r.Attempt.Reason, epoch.Millis(r.Attempt.Started), epoch.Millis(r.Attempt.LeaseUntil), id[:]))
		return err
	})
}

// held runs change on the record if attempt holds it, in one transaction.
func (t tokens) held(ctx context.Context, id session.ID, attempt string, change func(tx *sql.Tx, r token.Record) error) error {
	return t.change(ctx, func(tx *sql.Tx) error {
		r, err := load(ctx, tx, id)
		if err != nil {
			return err
		}
		if !r.HeldBy(attempt) {
			return token.ErrLost
		}
		return change(tx, r)
	})
}
