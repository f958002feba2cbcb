package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"portico/internal/audit"
)

// Audit returns the view that implements [audit.Store].
func (s *Store) Audit() audit.Store { return events{s} }

type events struct{ *Store }

func (s events) Append(ctx context.Context, added []audit.Event) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		for _, e := range added {
			details, err := json.Marshal(e.Details)
			if err != nil {
				return fmt.Errorf("sqlite: %w", err)
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO audit (id, at, kind, reason, request, client, issuer, person, session, details) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
				e.ID, e.Time.UnixMilli(), string(e.Kind), e.Reason, e.Request, e.Client, e.Issuer, e.Person, e.Session, string(details)); err != nil {
				return fmt.Errorf("sqlite: %w", err)
			}
		}
		return nil
	})
}

func (s events) List(ctx context.Context, f audit.Filter) ([]audit.Event, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	where, args := passing(f)
	order := "DESC"
	if f.After != "" {
		order = "ASC"
	}
	rows, err := s.read.QueryContext(ctx, "SELECT id, at, kind, reason, request, client, issuer, person, session, details FROM audit WHERE "+where+" ORDER BY id "+order+" LIMIT ?", append(args, f.Limit)...)
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []audit.Event
	for rows.Next() {
		var e audit.Event
		var at int64
		var details []byte
		if err := rows.Scan(&e.ID, &at, &e.Kind, &e.Reason, &e.Request, &e.Client, &e.Issuer, &e.Person, &e.Session, &details); err != nil {
			return nil, fmt.Errorf("sqlite: %w", err)
		}
		if err := json.Unmarshal(details, &e.Details); err != nil {
			return nil, fmt.Errorf("sqlite: audit event %s: %w", e.ID, err)
		}
		e.Time = time.UnixMilli(at).UTC()
		found = append(found, e)
	}
	if f.After != "" {
		slices.Reverse(found)
	}
	return found, rows.Err()
}

// passing is the condition of f, with its arguments. It names what the partial indexes leave out, so that they are used.
func passing(f audit.Filter) (where string, args []any) {
	parts := []string{"1"}
	is := func(condition string, arg any) { parts, args = append(parts, condition), append(args, arg) }
	among := func(column string, list []any) {
		if len(list) > 0 {
			parts, args = append(parts, column+" IN (?"+strings.Repeat(", ?", len(list)-1)+") AND "+column+" <> ''"), append(args, list...)
		}
	}
	if !f.From.IsZero() {
		is("at >= ?", f.From.UnixMilli())
	}
	if !f.To.IsZero() {
		is("at < ?", f.To.UnixMilli())
	}
	if f.Before != "" {
		is("id < ?", f.Before)
	}
	if f.After != "" {
		is("id > ?", f.After)
	}
	among("kind", values(f.Kinds))
	among("person", values(f.Persons))
	among("session", values(f.Sessions))
	return strings.Join(parts, " AND "), args
}

func values[T ~string](list []T) []any {
	var all []any
	for _, v := range list {
		all = append(all, string(v))
	}
	return all
}

func (s events) DeleteBefore(ctx context.Context, t time.Time, limit int) (int, error) {
	var n int64
	err := s.change(ctx, func(tx *sql.Tx) (err error) {
		n, err = affected(tx.ExecContext(ctx, "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < ? ORDER BY at LIMIT ?)", t.UnixMilli(), limit))
		return err
	})
	return int(n), err
}
