package redis

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"portico/internal/session"
)

type sessions struct{ *Store }

func (s sessions) Create(ctx context.Context, r session.Record) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	groups := groupsOf(r.Issuer, r.Subject, r.SID)
	err := s.enter(ctx, r.ID, r.Until, r.LoginStarted, groups)
	if err == nil {
		err = s.create(ctx, r)
	}
	if _, ended := errors.AsType[*session.EndedError](err); ended {
		_ = s.leave(ctx, r.ID, groups)
	}
	return err
}

func (s sessions) create(ctx context.Context, r session.Record) error {
	a, err := s.callAt(ctx, s.clock(), sessionCreate, keysOf(r.ID), r.Issuer, r.Subject, r.SID, r.Created.Unix(), r.LastSeen.Unix(), r.Until.Unix(), r.SeenTag, r.Sealed, r.About)
	if err != nil {
		return err
	}
	return verdict(a)
}

// verdict turns a script's word about a session into an error.
func verdict(r reply) error {
	switch r.word() {
	case "none":
		return session.ErrNotFound
	case "exists":
		return session.ErrExists
	case "conflict":
		return session.ErrConflict
	case "ended":
		return &session.EndedError{Reason: r.text(1)}
	}
	return nil
}

// Load asks a script only when there is no session: then a tombstone may say why.
func (s sessions) Load(ctx context.Context, id session.ID) (session.Record, error) {
	f, err := s.get(ctx, keysOf(id)[0])
	if f == nil && err == nil {
		var a reply
		if a, err = s.call(ctx, sessionLoad, keysOf(id)); err == nil {
			f, err = a.list(1), verdict(a)
		}
	}
	if err != nil {
		return session.Record{}, err
	}
	return recordOf(id, f), nil
}

// recordOf reads the fields of a session in the order of scripts/common.lua.
func recordOf(id session.ID, f reply) session.Record {
	return session.Record{ID: id, Version: f.number(0), Issuer: f.text(1), Subject: f.text(2), SID: f.text(3), Created: seconds(f.number(4)), LastSeen: seconds(f.number(5)),
		Until: seconds(f.number(6)), SeenTag: f.bytes(7), Sealed: f.bytes(8), About: f.bytes(9)}
}

// Save writes a new sid into its index before it writes it into the record, so that whoever ends the sid afterwards finds the session.
func (s sessions) Save(ctx context.Context, r session.Record) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	save := func(indexed string) (reply, error) {
		return s.callAt(ctx, s.clock(), sessionSave, keysOf(r.ID), r.Version, r.SID, r.Until.Unix(), r.Sealed, r.About, indexed)
	}
	a, err := save("0")
	if err == nil && a.word() == "index" {
		if err = s.enter(ctx, r.ID, r.Until, never, []group{{"sid", r.Issuer, r.SID}}); err == nil {
			a, err = save("1")
		}
	}
	if err != nil {
		return err
	}
	return verdict(a)
}

// never is after every tombstone.
var never = time.Unix(1<<40, 0)

// Touch also enters a session of a Cluster into its indexes again: those are on other nodes, which may have lost them in a failover.
func (s sessions) Touch(ctx context.Context, id session.ID, seen time.Time, tag []byte, until time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	a, err := s.callAt(ctx, s.clock(), sessionTouch, keysOf(id), seen.Unix(), tag, until.Unix())
	if err != nil {
		return err
	}
	if _, cluster := s.client.(*goredis.ClusterClient); cluster && a.word() == "ok" {
		_ = s.enter(ctx, id, until, never, groupsOf(a.text(1), a.text(2), a.text(3)))
	}
	return verdict(a)
}

func (s sessions) List(ctx context.Context, m session.Match) ([]session.Record, error) {
	ctx, cancel := budget(ctx, m)
	defer cancel()
	ids, err := s.ids(ctx, m)
	if err != nil {
		return nil, err
	}
	found := make([]*session.Record, len(ids))
	err = each(ctx, ids, func(ctx context.Context, n int, id session.ID) error {
		f, err := s.get(ctx, keysOf(id)[0])
		if f != nil {
			r := recordOf(id, f)
			r.Sealed = nil
			found[n] = &r
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	var rs []session.Record
	for _, r := range found {
		if r != nil && m.Holds(*r) {
			rs = append(rs, *r)
		}
	}
	slices.SortFunc(rs, func(a, b session.Record) int {
		return cmp.Or(a.LastSeen.Compare(b.LastSeen), slices.Compare(a.ID[:], b.ID[:]))
	})
	return rs, nil
}

// ids returns the index of what a match selects.
func (s sessions) ids(ctx context.Context, m session.Match) ([]session.ID, error) {
	var texts []string
	err := s.read(ctx, func(ctx context.Context) (err error) {
		texts, err = s.client.ZRange(ctx, groupOf(m).keys()[0], 0, -1).Result()
		return err
	})
	return members(texts), err
}

func (s sessions) Once(ctx context.Context, key string, ttl time.Duration) (bool, error) {
	caller := rand.Text()[:12] // 60 bits: it is compared with one other
	a, err := s.call(ctx, onceFirst, []string{prefix + "{" + digest("once", key) + "}:o"}, ttl.Milliseconds(), caller)
	if err != nil {
		return false, err
	}
	return a.word() == "ok", nil
}

func (s sessions) Ping(ctx context.Context) error { return s.ping(ctx) }

func (s sessions) Now(ctx context.Context) (time.Time, error) { return s.time(ctx) }

func seconds(s int64) time.Time { return time.Unix(s, 0).UTC() }
