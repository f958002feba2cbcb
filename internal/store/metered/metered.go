// Package metered measures a store: how long each operation takes, which ones fail, and which sessions end for which reason.
package metered

import (
	"context"
	"errors"
	"time"

	"portico/internal/limit"
	"portico/internal/session"
	"portico/internal/token"
)

// Observer hears what a store does. Its methods return quickly and may be called concurrently.
type Observer interface {
	// StoreCall is told each call: failed means that the store is not available, not that it said no.
	StoreCall(ctx context.Context, operation string, took time.Duration, failed bool)
	// SessionsEnded is told when n sessions ended for one of session's reasons.
	SessionsEnded(reason string, n int)
}

// Sessions returns a store that does what s does and tells o.
func Sessions(s session.Store, o Observer) session.Store { return sessions{s, o} }

// Tokens returns a store that does what s does and tells o.
func Tokens(s token.Store, o Observer) token.Store { return tokens{s, o} }

// Tries returns a store that does what s does and tells o.
func Tries(s limit.Store, o Observer) limit.Store { return tries{s, o} }

type sessions struct {
	session.Store
	o Observer
}

type tokens struct {
	token.Store
	o Observer
}

type tries struct {
	limit.Store
	o Observer
}

var answers = []error{session.ErrNotFound, session.ErrExists, session.ErrConflict, token.ErrGone, token.ErrLost, token.ErrExists, context.Canceled}

// measure is deferred with the time before the call and its error.
func measure(ctx context.Context, o Observer, operation string, start time.Time, err *error) {
	failed := *err != nil
	for _, answer := range answers {
		failed = failed && !errors.Is(*err, answer)
	}
	o.StoreCall(ctx, operation, time.Since(start), failed)
}

func (s sessions) Create(ctx context.Context, r session.Record) (err error) {
	defer measure(ctx, s.o, "session_create", time.Now(), &err)
	return s.Store.Create(ctx, r)
}

func (s sessions) Load(ctx context.Context, id session.ID) (r session.Record, err error) {
	defer measure(ctx, s.o, "session_load", time.Now(), &err)
	return s.Store.Load(ctx, id)
}

func (s sessions) Save(ctx context.Context, r session.Record) (err error) {
	defer measure(ctx, s.o, "session_save", time.Now(), &err)
	return s.Store.Save(ctx, r)
}

func (s sessions) Touch(ctx context.Context, id session.ID, seen time.Time, tag []byte, until time.Time) (err error) {
	defer measure(ctx, s.o, "session_touch", time.Now(), &err)
	return s.Store.Touch(ctx, id, seen, tag, until)
}

func (s sessions) Delete(ctx context.Context, id session.ID, reason string) (err error) {
	defer measure(ctx, s.o, "session_delete", time.Now(), &err)
	if err = s.Store.Delete(ctx, id, reason); err == nil {
		s.o.SessionsEnded(reason, 1)
	}
	return err
}

func (s sessions) DeleteMatching(ctx context.Context, m session.Match, reason string) (ids []session.ID, err error) {
	defer measure(ctx, s.o, "session_delete_matching", time.Now(), &err)
	if ids, err = s.Store.DeleteMatching(ctx, m, reason); err == nil {
		s.o.SessionsEnded(reason, len(ids))
	}
	return ids, err
}

func (s sessions) DeleteExpired(ctx context.Context, now time.Time, limit int) (n int, err error) {
	defer measure(ctx, s.o, "session_sweep", time.Now(), &err)
	if n, err = s.Store.DeleteExpired(ctx, now, limit); err == nil {
		s.o.SessionsEnded(session.ReasonExpired, n)
	}
	return n, err
}

func (s sessions) List(ctx context.Context, m session.Match) (rs []session.Record, err error) {
	defer measure(ctx, s.o, "session_list", time.Now(), &err)
	return s.Store.List(ctx, m)
}

func (s sessions) Once(ctx context.Context, key string, ttl time.Duration) (first bool, err error) {
	defer measure(ctx, s.o, "once", time.Now(), &err)
	return s.Store.Once(ctx, key, ttl)
}

func (s sessions) Now(ctx context.Context) (now time.Time, err error) {
	defer measure(ctx, s.o, "now", time.Now(), &err)
	return s.Store.Now(ctx)
}

func (s sessions) Ping(ctx context.Context) (err error) {
	defer measure(ctx, s.o, "ping", time.Now(), &err)
	return s.Store.Ping(ctx)
}

func (t tokens) Create(ctx context.Context, r token.Record) (err error) {
	defer measure(ctx, t.o, "token_create", time.Now(), &err)
	return t.Store.Create(ctx, r)
}

func (t tokens) Load(ctx context.Context, id session.ID) (r token.Record, err error) {
	defer measure(ctx, t.o, "token_load", time.Now(), &err)
	return t.Store.Load(ctx, id)
}

func (t tokens) LoadMany(ctx context.Context, ids []session.ID) (rs []token.Record, err error) {
	defer measure(ctx, t.o, "token_load_many", time.Now(), &err)
	return t.Store.LoadMany(ctx, ids)
}

func (t tokens) Claim(ctx context.Context, c token.ClaimRequest) (v token.Verdict, r token.Record, err error) {
	defer measure(ctx, t.o, "token_claim", time.Now(), &err)
	return t.Store.Claim(ctx, c)
}

func (t tokens) Renew(ctx context.Context, id session.ID, attempt string, lease time.Duration) (err error) {
	defer measure(ctx, t.o, "token_renew", time.Now(), &err)
	return t.Store.Renew(ctx, id, attempt, lease)
}

func (t tokens) Send(ctx context.Context, id session.ID, attempt string) (err error) {
	defer measure(ctx, t.o, "token_send", time.Now(), &err)
	return t.Store.Send(ctx, id, attempt)
}

func (t tokens) Commit(ctx context.Context, id session.ID, attempt string, n token.NewTokens) (err error) {
	defer measure(ctx, t.o, "token_commit", time.Now(), &err)
	return t.Store.Commit(ctx, id, attempt, n)
}

func (t tokens) Release(ctx context.Context, id session.ID, attempt string, o token.Outcome) (err error) {
	defer measure(ctx, t.o, "token_release", time.Now(), &err)
	return t.Store.Release(ctx, id, attempt, o)
}

func (t tries) Take(ctx context.Context, kind string, buckets ...limit.Bucket) (wait time.Duration, err error) {
	defer measure(ctx, t.o, "try", time.Now(), &err)
	return t.Store.Take(ctx, kind, buckets...)
}
