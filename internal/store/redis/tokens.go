package redis

import (
	"context"
	"errors"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"portico/internal/epoch"
	"portico/internal/session"
	"portico/internal/token"
)

type tokens struct{ *Store }

func (t tokens) Create(ctx context.Context, r token.Record) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if err := t.enter(ctx, r.ID, r.Until, never, []group{everyone}); err != nil { // so that the sweep finds tokens without a session
		return err
	}
	a, err := t.callAt(ctx, t.clock(), tokensCreate, keysOf(r.ID), epoch.Millis(r.AccessIssued), epoch.Millis(r.AccessExpiry), epoch.Millis(r.Until), r.Sealed)
	return judged(a, err)
}

// judged turns a script's word about tokens into an error.
func judged(r reply, err error) error {
	if err != nil {
		return err
	}
	switch r.word() {
	case "gone":
		return token.ErrGone
	case "lost":
		return token.ErrLost
	case "exists":
		return token.ErrExists
	}
	return nil
}

func (t tokens) Load(ctx context.Context, id session.ID) (token.Record, error) {
	f, err := t.get(ctx, keysOf(id)[1])
	switch {
	case err != nil:
		return token.Record{}, err
	case f == nil:
		return token.Record{}, token.ErrGone
	}
	return tokenRecord(id, f), nil
}

// LoadMany asks in one round trip, in a Cluster in one for each node.
func (t tokens) LoadMany(ctx context.Context, ids []session.ID) (rs []token.Record, err error) {
	err = t.read(ctx, func(ctx context.Context) error {
		cmds, err := t.client.Pipelined(ctx, func(p goredis.Pipeliner) error {
			for _, id := range ids {
				p.Get(ctx, keysOf(id)[1])
			}
			return nil
		})
		if err != nil && !errors.Is(err, goredis.Nil) { // the first error of all; Nil is that of a record that is not there
			return err
		}
		rs, err = tokenRecords(ids, cmds)
		return err
	})
	return rs, err
}

// tokenRecords reads the answers to a read of several records.
func tokenRecords(ids []session.ID, cmds []goredis.Cmder) (rs []token.Record, err error) {
	for n, cmd := range cmds {
		packed, err := cmd.(*goredis.StringCmd).Result()
		if errors.Is(err, goredis.Nil) {
			continue
		}
		if err != nil {
			return nil, err
		}
		f, err := unpack(packed)
		if err != nil {
			return nil, err
		}
		rs = append(rs, tokenRecord(ids[n], f))
	}
	return rs, nil
}

// tokenRecord reads the fields of tokens in the order of scripts/common.lua.
func tokenRecord(id session.ID, f reply) token.Record {
	return token.Record{ID: id, Version: f.number(0), State: token.State(f.text(1)), AccessIssued: epoch.FromMillis(f.number(2)), AccessExpiry: epoch.FromMillis(f.number(3)),
		Attempt:   token.Attempt{ID: f.text(4), Owner: f.text(5), Reason: f.text(6), Started: epoch.FromMillis(f.number(7)), LeaseUntil: epoch.FromMillis(f.number(8))},
		Presented: int(f.number(9)), NotBefore: epoch.FromMillis(f.number(10)), LastError: f.text(11), Until: epoch.FromMillis(f.number(12)), Sealed: f.bytes(13)}
}

var verdicts = map[string]token.Verdict{"ok": token.ClaimOK, "newer": token.ClaimNewer, "busy": token.ClaimBusy, "wait": token.ClaimWait, "spent": token.ClaimSpent, "dead": token.ClaimDead}

func (t tokens) Claim(ctx context.Context, c token.ClaimRequest) (token.Verdict, token.Record, error) {
	a, err := t.call(ctx, tokensClaim, keysOf(c.ID), c.Seen, c.Attempt, c.Owner, c.Reason, c.Lease.Milliseconds(), c.MaxPresented)
	if err := judged(a, err); err != nil {
		return 0, token.Record{}, err
	}
	return verdicts[a.word()], tokenRecord(c.ID, a.list(1)), nil
}

func (t tokens) Renew(ctx context.Context, id session.ID, attempt string, lease time.Duration) error {
	return judged(t.call(ctx, tokensRenew, keysOf(id), attempt, lease.Milliseconds()))
}

func (t tokens) Send(ctx context.Context, id session.ID, attempt string) error {
	return judged(t.call(ctx, tokensSend, keysOf(id), attempt))
}

// Commit is done when the master has the tokens. Replicas are waited for, but an answer that arrived cannot be had again: it counts without them as well.
func (t tokens) Commit(ctx context.Context, id session.ID, _ string, n token.NewTokens) error {
	a, err := t.call(ctx, tokensCommit, keysOf(id), n.Seen, epoch.Millis(n.AccessIssued), epoch.Millis(n.AccessExpiry), epoch.Millis(n.Until), n.Sealed)
	if _, written := errors.AsType[*replicasError](err); written {
		return nil
	}
	return judged(a, err)
}

func (t tokens) Release(ctx context.Context, id session.ID, attempt string, o token.Outcome) error {
	notPresented := "0"
	if o.NotPresented {
		notPresented = "1"
	}
	return judged(t.call(ctx, tokensRelease, keysOf(id), attempt, string(o.State), notPresented, epoch.Millis(o.NotBefore), o.LastError))
}
