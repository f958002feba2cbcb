package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"portico/internal/audit"
)

// Audit returns the view that implements [audit.Store].
func (s *Store) Audit() audit.Store { return events{s} }

type events struct{ *Store }

func (s events) Append(ctx context.Context, added []audit.Event) error {
	b := &pgx.Batch{}
	for _, e := range added {
		details, err := json.Marshal(e.Details)
		if err != nil {
			return wrap(err)
		}
		b.Queue(`INSERT INTO portico_audit (id, at, kind, reason, request, client, issuer, person, session, details) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
			e.ID, e.Time.UnixMilli(), string(e.Kind), e.Reason, e.Request, e.Client, e.Issuer, e.Person, e.Session, string(details))
	}
	return s.change(ctx, func(ctx context.Context, tx pgx.Tx) error { return tx.SendBatch(ctx, b).Close() })
}

func (s events) List(ctx context.Context, f audit.Filter) (found []audit.Event, err error) {
	where, args := passing(f)
	order := "DESC"
	if f.After != "" {
		order = "ASC"
	}
	args = append(args, f.Limit)
	query := fmt.Sprintf("SELECT id, at, kind, reason, request, client, issuer, person, session, details FROM portico_audit WHERE %s ORDER BY id %s LIMIT $%d", where, order, len(args))
	err = s.read(ctx, func(ctx context.Context) error {
		rows, err := s.pool.Query(ctx, query, args...)
		if err != nil {
			return err
		}
		found, err = pgx.CollectRows(rows, event)
		return err
	})
	if f.After != "" {
		slices.Reverse(found)
	}
	return found, err
}

func event(row pgx.CollectableRow) (e audit.Event, err error) {
	var at int64
	var details []byte
	if err := row.Scan(&e.ID, &at, &e.Kind, &e.Reason, &e.Request, &e.Client, &e.Issuer, &e.Person, &e.Session, &details); err != nil {
		return e, err
	}
	e.Time = time.UnixMilli(at).UTC()
	if err := json.Unmarshal(details, &e.Details); err != nil {
		return e, fmt.Errorf("audit event %s: %w", e.ID, err)
	}
	return e, nil
}

// passing is the condition of f, with its arguments. It names what the partial indexes leave out, so that they are used.
func passing(f audit.Filter) (where string, args []any) {
	parts := []string{"true"}
	is := func(condition string, arg any) {
		args = append(args, arg)
		parts = append(parts, fmt.Sprintf(condition, len(args)))
	}
	if !f.From.IsZero() {
		is("at >= $%d", f.From.UnixMilli())
	}
	if !f.To.IsZero() {
		is("at < $%d", f.To.UnixMilli())
	}
	if f.Before != "" {
		is("id < $%d", f.Before)
	}
	if f.After != "" {
		is("id > $%d", f.After)
	}
	if len(f.Kinds) > 0 {
		is("kind = ANY($%d)", f.Kinds)
	}
	if len(f.Persons) > 0 {
		is("person = ANY($%d) AND person <> ''", f.Persons)
	}
	if len(f.Sessions) > 0 {
		is("session = ANY($%d) AND session <> ''", f.Sessions)
	}
	return strings.Join(parts, " AND "), args
}

func (s events) DeleteBefore(ctx context.Context, t time.Time, limit int) (n int, err error) {
	err = s.change(ctx, func(ctx context.Context, tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, "DELETE FROM portico_audit WHERE id IN (SELECT id FROM portico_audit WHERE at < $1 ORDER BY at LIMIT $2)", t.UnixMilli(), limit)
		n = int(tag.RowsAffected())
		return err
	})
	return n, err
}
