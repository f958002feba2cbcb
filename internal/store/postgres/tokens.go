package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"portico/internal/epoch"
	"portico/internal/session"
	"portico/internal/token"
)

type tokens struct{ *Store }

const tokenColumns = "SELECT " + nowSQL + ", id, version, state, access_issued, access_expiry, attempt, attempt_owner, attempt_reason, attempt_started, lease_until, presented, not_before, last_error, until, sealed FROM portico_tokens WHERE "

// load returns the record and the store's time.
func (t tokens) load(ctx context.Context, q interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}, id session.ID, suffix string) (r token.Record, now time.Time, err error) {
	return scanTokens(q.QueryRow(ctx, tokenColumns+"id = $2"+suffix, t.clock(), id[:]))
}

// scanTokens reads a row of tokenColumns: the record and the store's time.
func scanTokens(row pgx.Row) (r token.Record, now time.Time, err error) {
	var clock, issued, expiry, started, lease, notBefore, until int64
	var id, lastError []byte
	err = row.Scan(&clock, &id, &r.Version, &r.State, &issued, &expiry,
		&r.Attempt.ID, &r.Attempt.Owner, &r.Attempt.Reason, &started, &lease, &r.Presented, &notBefore, &lastError, &until, &r.Sealed)
	if errors.Is(err, pgx.ErrNoRows) {
		return token.Record{}, time.Time{}, token.ErrGone
	}
	if err != nil {
		return token.Record{}, time.Time{}, err
	}
	copy(r.ID[:], id)
	r.AccessIssued, r.AccessExpiry, r.NotBefore, r.Until = epoch.FromMillis(issued), epoch.FromMillis(expiry), epoch.FromMillis(notBefore), epoch.FromMillis(until)
	r.Attempt.Started, r.Attempt.LeaseUntil, r.LastError = epoch.FromMillis(started), epoch.FromMillis(lease), string(lastError)
	return r, epoch.FromMillis(clock), nil
}

func (t tokens) Create(ctx context.Context, r token.Record) error {
	return t.change(ctx, func(ctx context.Context, tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `INSERT INTO portico_tokens (id, version, state, access_issued, access_expiry, until, sealed) VALUES ($1, 1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
			r.ID[:], string(token.Fresh), epoch.Millis(r.AccessIssued), epoch.Millis(r.AccessExpiry), epoch.Millis(r.Until), r.Sealed)
		if err == nil && tag.RowsAffected() == 0 {
			return token.ErrExists
		}
		return err
	})
}

func (t tokens) Load(ctx context.Context, id session.ID) (r token.Record, err error) {
	err = t.read(ctx, func(ctx context.Context) error {
		r, _, err = t.load(ctx, t.pool, id, "")
		return err
	})
	if err != nil {
		return token.Record{}, err
	}
	return r, nil
}

func (t tokens) LoadMany(ctx context.Context, ids []session.ID) (rs []token.Record, err error) {
	list := make([][]byte, len(ids))
	for n, id := range ids {
		list[n] = id[:]
	}
	err = t.read(ctx, func(ctx context.Context) error {
		rows, err := t.pool.Query(ctx, tokenColumns+"id = ANY($2)", t.clock(), list)
		if err != nil {
			return err
		}
		rs, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (token.Record, error) {
			r, _, err := scanTokens(row)
			return r, err
		})
		return err
	})
	return rs, err
}

func (t tokens) Claim(ctx context.Context, c token.ClaimRequest) (v token.Verdict, r token.Record, err error) {
	err = t.change(ctx, func(ctx context.Context, tx pgx.Tx) error {
		found, now, err := t.load(ctx, tx, c.ID, " FOR UPDATE")
		if err != nil {
			return err
		}
		r = found
		before := r.State
		v = r.Judge(c, now)
		if v == token.ClaimOK {
			r.State = token.Claimed
			r.Attempt = token.Attempt{ID: c.Attempt, Owner: c.Owner, Reason: c.Reason, Started: now, LeaseUntil: now.Add(c.Lease)}
		} else if r.State == before {
			return nil
		}
		_, err = tx.Exec(ctx, "UPDATE portico_tokens SET state = $1, attempt = $2, attempt_owner = $3, attempt_reason = $4, attempt_started = $5, lease_until = $6 WHERE id = $7",
			string(r.State), r.Attempt.ID, r.Attempt.Owner, r.Attempt.Reason, epoch.Millis(r.Attempt.Started), epoch.Millis(r.Attempt.LeaseUntil), c.ID[:])
		return err
	})
	if err != nil {
		return 0, token.Record{}, err
	}
	return v, r, nil
}

func (t tokens) Renew(ctx context.Context, id session.ID, attempt string, lease time.Duration) error {
	return t.held(ctx, id, attempt, func(ctx context.Context, tx pgx.Tx, _ token.Record, now time.Time) error {
		_, err := tx.Exec(ctx, "UPDATE portico_tokens SET lease_until = $1 WHERE id = $2", epoch.Millis(now.Add(lease)), id[:])
		return err
	})
}

func (t tokens) Send(ctx context.Context, id session.ID, attempt string) error {
	return t.held(ctx, id, attempt, func(ctx context.Context, tx pgx.Tx, r token.Record, now time.Time) error {
		if r.State != token.Claimed || !now.Before(r.Attempt.LeaseUntil) {
			return token.ErrLost
		}
		_, err := tx.Exec(ctx, "UPDATE portico_tokens SET state = $1, presented = presented + 1 WHERE id = $2", string(token.Sent), id[:])
		return err
	})
}

// Commit is safe to ask for twice: the second time the version has moved on.
func (t tokens) Commit(ctx context.Context, id session.ID, _ string, n token.NewTokens) error {
	err := t.change(ctx, func(ctx context.Context, tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE portico_tokens SET version = $1, state = $2, access_issued = $3, access_expiry = $4, until = $5, sealed = $6,
			attempt = '', attempt_owner = '', attempt_reason = '', attempt_started = 0, lease_until = 0, presented = 0, not_before = 0, last_error = '' WHERE id = $7 AND version = $8`,
			n.Seen+1, string(token.Fresh), epoch.Millis(n.AccessIssued), epoch.Millis(n.AccessExpiry), epoch.Millis(n.Until), n.Sealed, id[:], n.Seen)
		if err != nil || tag.RowsAffected() == 1 {
			return err
		}
		if _, _, err := t.load(ctx, tx, id, ""); err != nil {
			return err
		}
		return token.ErrLost
	})
	if err == nil {
		t.hint(id)
	}
	return err
}

func (t tokens) Release(ctx context.Context, id session.ID, attempt string, o token.Outcome) error {
	err := t.held(ctx, id, attempt, func(ctx context.Context, tx pgx.Tx, r token.Record, _ time.Time) error {
		r.Release(o)
		_, err := tx.Exec(ctx, `UPDATE portico_tokens SET state = $1, presented = $2, not_before = $3, last_error = $4, sealed = $5,
			attempt = $6, attempt_owner = $7, attempt_reason = $8, attempt_started = $9, lease_until = $10 WHERE id = $11`,
			string(r.State), r.Presented, epoch.Millis(r.NotBefore), []byte(r.LastError), r.Sealed,
			r.Attempt.ID, r.Attempt.Owner, r.Attempt.Reason, epoch.Millis(r.Attempt.Started), epoch.Millis(r.Attempt.LeaseUntil), id[:])
		return err
	})
	if err == nil {
		t.hint(id)
	}
	return err
}

// held runs change on the record if attempt holds it, in one transaction.
func (t tokens) held(ctx context.Context, id session.ID, attempt string, change func(ctx context.Context, tx pgx.Tx, r token.Record, now time.Time) error) error {
	return t.change(ctx, func(ctx context.Context, tx pgx.Tx) error {
		r, now, err := t.load(ctx, tx, id, " FOR UPDATE")
		if err != nil {
			return err
		}
		if !r.HeldBy(attempt) {
			return token.ErrLost
		}
		return change(ctx, tx, r, now)
	})
}
