package redis

import (
	"context"
	"strconv"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"portico/internal/session"
)

// atOnce bounds how many ids are worked on at the same time.
const atOnce = 16

// each calls f for all ids, several at once, until one fails.
func each(ctx context.Context, ids []session.ID, f func(ctx context.Context, n int, id session.ID) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for n, id := range ids {
		g.Go(func() error { return f(ctx, n, id) })
	}
	return g.Wait()
}

// budget gives one call's time to what concerns a person or a provider's session. Everyone takes as long as it takes; each step has its time.
func budget(ctx context.Context, m session.Match) (context.Context, context.CancelFunc) {
	if m.Everyone {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, callTimeout)
}

func (s sessions) Delete(ctx context.Context, id session.ID, reason string) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	_, err := s.end(ctx, s.clock(), id, reason, group{})
	return err
}

// end ends one session, of a group if one is given, and takes it out of its indexes. It reports whether there was one.
func (s sessions) end(ctx context.Context, clock string, id session.ID, reason string, g group) (bool, error) {
	r, err := s.callAt(ctx, clock, sessionEnd, keysOf(id), reason, g.kind, g.issuer, g.value)
	if err != nil {
		return false, err
	}
	switch {
	case r.word() == "ok":
		_ = s.leave(ctx, id, groupsOf(r.text(1), r.text(2), r.text(3)))
	case r.word() == "none" && g.kind != "":
		_ = s.leave(ctx, id, []group{g})
	}
	return r.word() == "ok", nil
}

// DeleteMatching dates the tombstones of the ids like that of the group, so that a second try knows what the first one ended. When it fails in the middle the group is ended and some
// of its sessions are not yet: calling it again ends the rest.
func (s sessions) DeleteMatching(ctx context.Context, m session.Match, reason string) ([]session.ID, error) {
	ctx, cancel := budget(ctx, m)
	defer cancel()
	g := groupOf(m)
	r, err := s.call(ctx, groupEnd, g.keys(), reason)
	if err != nil {
		return nil, err
	}
	clock := strconv.FormatInt(r.number(1), 10)
	var mu sync.Mutex
	var ended []session.ID
	err = each(ctx, members(r.texts(2)), func(ctx context.Context, _ int, id session.ID) error {
		ctx, cancel := context.WithTimeout(ctx, callTimeout)
		defer cancel()
		there, err := s.end(ctx, clock, id, reason, g)
		if there {
			mu.Lock()
			defer mu.Unlock()
			ended = append(ended, id)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return ended, nil
}

// DeleteExpired visits the ids whose time has come by everyone's index; those that are used have a later one by now. Tombstones and Once keys go by themselves.
func (s sessions) DeleteExpired(ctx context.Context, now time.Time, limit int) (int, error) {
	total := 0
	for total < limit {
		ids, err := s.due(ctx, now, limit-total)
		if err != nil || len(ids) == 0 {
			return total, err
		}
		n, err := s.sweep(ctx, ids, now)
		total += n
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

func (s sessions) due(ctx context.Context, now time.Time, limit int) ([]session.ID, error) {
	var texts []string
	err := s.read(ctx, func(ctx context.Context) (err error) {
		texts, err = s.client.ZRangeByScore(ctx, everyone.keys()[0], &goredis.ZRangeBy{Min: "-inf", Max: "(" + strconv.FormatInt(now.Unix(), 10), Count: int64(limit)}).Result()
		return err
	})
	return members(texts), err
}

// sweep visits ids and returns how many sessions it ended.
func (s sessions) sweep(ctx context.Context, ids []session.ID, now time.Time) (int, error) {
	var mu sync.Mutex
	n := 0
	err := each(ctx, ids, func(ctx context.Context, _ int, id session.ID) error {
		ctx, cancel := context.WithTimeout(ctx, callTimeout)
		defer cancel()
		r, err := s.callAt(ctx, s.clock(), sessionSweep, keysOf(id), now.UnixMilli())
		if err != nil {
			return err
		}
		if r.word() == "ended" {
			mu.Lock()
			n++
			mu.Unlock()
		}
		return s.reindex(ctx, id, r)
	})
	return n, err
}

// reindex brings the indexes in line with what a sweep found. A session that goes on enters those of its groups again, should they have been lost.
func (s sessions) reindex(ctx context.Context, id session.ID, r reply) error {
	word, groups := r.word(), groupsOf(r.text(2), r.text(3), r.text(4))
	switch word {
	case "ended":
		return s.leave(ctx, id, groups)
	case "none":
		return s.leave(ctx, id, groups[:1])
	case "kept":
		if err := s.enter(ctx, id, seconds(r.number(1)), never, groups[1:]); err != nil {
			return err
		}
	}
	return wrap(s.client.ZAdd(ctx, everyone.keys()[0], goredis.Z{Score: float64(r.number(1)), Member: id[:]}).Err())
}

// CountKeys counts the records of sessions and of tokens by the key that they are sealed under.
func (s *Store) CountKeys(ctx context.Context) (map[string]int, error) {
	ids, err := sessions{s}.ids(ctx, session.Match{Everyone: true})
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	counts := map[string]int{}
	err = each(ctx, ids, func(ctx context.Context, _ int, id session.ID) error {
		sealed, err := s.sealed(ctx, id)
		mu.Lock()
		defer mu.Unlock()
		for _, b := range sealed {
			counts[session.KeyID(b)]++
		}
		return err
	})
	return counts, err
}

// sealed returns what is sealed under an id: of the session, of the tokens.
func (s *Store) sealed(ctx context.Context, id session.ID) (sealed [][]byte, err error) {
	for n, key := range keysOf(id)[:2] {
		r, err := s.get(ctx, key)
		if err != nil {
			return nil, err
		}
		if b := []([]byte){recordOf(id, r).Sealed, tokenRecord(id, r).Sealed}[n]; b != nil {
			sealed = append(sealed, b)
		}
	}
	return sealed, nil
}
