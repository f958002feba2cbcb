package storetest

import (
	"context"
	"time"

	"portico/internal/session"
	"portico/internal/token"
)

type faultySessions struct{ *Faulty }

func (f faultySessions) Create(ctx context.Context, r session.Record) error {
	return exec(ctx, f.Faulty, SessionCreate, func() error { return f.sessions.Create(ctx, r) })
}

func (f faultySessions) Load(ctx context.Context, id session.ID) (session.Record, error) {
	return read(ctx, f.Faulty, SessionLoad, id, f.seenSessions, func() (session.Record, error) { return f.sessions.Load(ctx, id) })
}

func (f faultySessions) Save(ctx context.Context, r session.Record) error {
	return exec(ctx, f.Faulty, SessionSave, func() error { return f.sessions.Save(ctx, r) })
}

func (f faultySessions) Touch(ctx context.Context, id session.ID, seen time.Time, tag []byte, until time.Time) error {
	return exec(ctx, f.Faulty, SessionTouch, func() error { return f.sessions.Touch(ctx, id, seen, tag, until) })
}

func (f faultySessions) Delete(ctx context.Context, id session.ID, reason string) error {
	return exec(ctx, f.Faulty, SessionDelete, func() error { return f.sessions.Delete(ctx, id, reason) })
}

func (f faultySessions) DeleteMatching(ctx context.Context, m session.Match, reason string) ([]session.ID, error) {
	return write(ctx, f.Faulty, SessionDeleteMatching,
		func() ([]session.ID, error) { return f.sessions.DeleteMatching(ctx, m, reason) },
		func() (ids []session.ID, err error) {
			rs, err := f.sessions.List(ctx, m)
			for _, r := range rs {
				ids = append(ids, r.ID)
			}
			return ids, err
		})
}

func (f faultySessions) DeleteExpired(ctx context.Context, now time.Time, limit int) (int, error) {
	return write(ctx, f.Faulty, SessionDeleteExpired, func() (int, error) { return f.sessions.DeleteExpired(ctx, now, limit) }, func() (int, error) { return 0, nil })
}

func (f faultySessions) List(ctx context.Context, m session.Match) ([]session.Record, error) {
	return run(ctx, f.next(SessionList), func() ([]session.Record, error) { return f.sessions.List(ctx, m) })
}

func (f faultySessions) Once(ctx context.Context, key string, ttl time.Duration) (bool, error) {
	return write(ctx, f.Faulty, SessionOnce, func() (bool, error) { return f.sessions.Once(ctx, key, ttl) }, func() (bool, error) { return true, nil })
}

func (f faultySessions) Ping(ctx context.Context) error {
	return exec(ctx, f.Faulty, SessionPing, func() error { return f.sessions.Ping(ctx) })
}

func (f faultySessions) Now(ctx context.Context) (time.Time, error) {
	return run(ctx, f.next(SessionPing), func() (time.Time, error) { return f.sessions.Now(ctx) })
}

type faultyTokens struct{ *Faulty }

func (f faultyTokens) Create(ctx context.Context, r token.Record) error {
	return exec(ctx, f.Faulty, TokenCreate, func() error { return f.tokens.Create(ctx, r) })
}

func (f faultyTokens) Load(ctx context.Context, id session.ID) (token.Record, error) {
	return read(ctx, f.Faulty, TokenLoad, id, f.seenTokens, func() (token.Record, error) { return f.tokens.Load(ctx, id) })
}

func (f faultyTokens) LoadMany(ctx context.Context, ids []session.ID) ([]token.Record, error) {
	return run(ctx, f.next(TokenLoadMany), func() ([]token.Record, error) { return f.tokens.LoadMany(ctx, ids) })
}

// Claim that is lost answers what the store would have answered, judged by this machine's clock.
func (f faultyTokens) Claim(ctx context.Context, c token.ClaimRequest) (token.Verdict, token.Record, error) {
	type answer struct {
		verdict token.Verdict
		record  token.Record
	}
	a, err := write(ctx, f.Faulty, TokenClaim,
		func() (answer, error) {
			v, r, err := f.tokens.Claim(ctx, c)
			return answer{v, r}, err
		},
		func() (answer, error) {
			r, err := f.tokens.Load(ctx, c.ID)
			if err != nil {
				return answer{}, err
			}
			now := time.Now()
			v := r.Judge(c, now)
			if v == token.ClaimOK {
				r.State = token.Claimed
				r.Attempt = token.Attempt{ID: c.Attempt, Owner: c.Owner, Reason: c.Reason, Started: now, LeaseUntil: now.Add(c.Lease)}
			}
			return answer{v, r}, nil
		})
	return a.verdict, a.record, err
}

func (f faultyTokens) Renew(ctx context.Context, id session.ID, attempt string, lease time.Duration) error {
	return exec(ctx, f.Faulty, TokenRenew, func() error { return f.tokens.Renew(ctx, id, attempt, lease) })
}

func (f faultyTokens) Send(ctx context.Context, id session.ID, attempt string) error {
	return exec(ctx, f.Faulty, TokenSend, func() error { return f.tokens.Send(ctx, id, attempt) })
}

func (f faultyTokens) Commit(ctx context.Context, id session.ID, attempt string, n token.NewTokens) error {
	return exec(ctx, f.Faulty, TokenCommit, func() error { return f.tokens.Commit(ctx, id, attempt, n) })
}

func (f faultyTokens) Release(ctx context.Context, id session.ID, attempt string, o token.Outcome) error {
	return exec(ctx, f.Faulty, TokenRelease, func() error { return f.tokens.Release(ctx, id, attempt, o) })
}
