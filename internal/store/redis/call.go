package redis

import (
	"context"
	"errors"
	"strconv"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"portico/internal/pause"
)

// reply is what a script returns: a word that says how it went, and what belongs to it.
type reply []any

func (r reply) word() string       { return r.text(0) }
func (r reply) text(n int) string  { s, _ := r.at(n).(string); return s }
func (r reply) number(n int) int64 { i, _ := r.at(n).(int64); return i }
func (r reply) list(n int) reply   { l, _ := r.at(n).([]any); return l }
func (r reply) at(n int) any {
	if n >= len(r) {
		return nil
	}
	return r[n]
}

// texts returns a list of texts.
func (r reply) texts(n int) (texts []string) {
	list := r.list(n)
	for i := range list {
		texts = append(texts, list.text(i))
	}
	return texts
}

// bytes returns nil for what is empty, and never memory that somebody else has.
func (r reply) bytes(n int) []byte {
	if s := r.text(n); s != "" {
		return []byte(s)
	}
	return nil
}

// command is one that the library does not repeat by itself after a connection broke. What a server refused to do is another matter: a redirection within a Cluster is followed.
type command struct{ *goredis.Cmd }

func (command) NoRetry() bool { return true }

// call runs a script within the time of one call. When it runs it again it tells it so; the scripts are written to be repeated.
func (s *Store) call(ctx context.Context, sc script, keys []string, args ...any) (reply, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return s.callAt(ctx, s.clock(), sc, keys, args...)
}

// callAt is call at a given time, within the caller's deadline.
func (s *Store) callAt(ctx context.Context, clock string, sc script, keys []string, args ...any) (r reply, err error) {
	err = repeat(ctx, func(again string) error {
		r, err = s.once(ctx, sc, keys, append([]any{clock, again}, args...))
		return err
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// repeat calls f once more when a connection broke, and says so, and a few times, within a third of a second, while a server says that it did nothing but soon may.
func repeat(ctx context.Context, f func(again string) error) error {
	again := "0"
	for wait := 10 * time.Millisecond; ; {
		err := f(again)
		switch {
		case refused(err) && wait < 200*time.Millisecond && pause.For(ctx, wait):
			wait *= 2
		case broken(err) && again == "0" && ctx.Err() == nil:
			again = "1"
		default:
			return wrap(err)
		}
	}
}

// once sends a script by its digest, and as a text to a server that does not know it yet.
func (s *Store) once(ctx context.Context, sc script, keys []string, args []any) (reply, error) {
	r, err := s.send(ctx, sc.durable, words("EVALSHA", sc.sha, keys, args))
	if goredis.HasErrorPrefix(err, "NOSCRIPT") {
		r, err = s.send(ctx, sc.durable, words("EVAL", sc.text, keys, args))
	}
	return r, err
}

func words(verb, script string, keys []string, args []any) []any {
	all := append(make([]any, 0, 3+len(keys)+len(args)), verb, script, len(keys))
	for _, k := range keys {
		all = append(all, k)
	}
	return append(all, args...)
}

func (s *Store) send(ctx context.Context, durable bool, words []any) (reply, error) {
	cmd := command{goredis.NewCmd(ctx, words...)}
	confirmed, err := s.replicas, error(nil)
	if durable && s.replicas > 0 {
		confirmed, err = s.replicated(ctx, cmd)
	} else {
		err = s.client.Process(ctx, cmd)
	}
	if err != nil {
		return nil, err
	}
	r, err := cmd.Slice()
	switch {
	case err == nil && len(r) == 0:
		return nil, errors.New("a script answered nothing")
	case err == nil && reply(r).word() == "ok" && confirmed < s.replicas:
		return nil, &replicasError{confirmed, s.replicas}
	}
	return r, err
}

// broken reports whether a connection broke: nobody knows whether the server did what it was asked for.
func broken(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	_, said := errors.AsType[goredis.Error](err)
	_, written := errors.AsType[*replicasError](err)
	return !said && !written
}

// refused reports whether a server did nothing, for reasons that pass: a failover, a slot on the move, a start.
func refused(err error) bool {
	for _, word := range []string{"READONLY", "TRYAGAIN", "CLUSTERDOWN", "MASTERDOWN", "LOADING", "MOVED", "ASK"} {
		if goredis.HasErrorPrefix(err, word) {
			return true
		}
	}
	return false
}

// clock is the present time for a script, in Unix milliseconds: "" where the server's own counts.
func (s *Store) clock() string {
	if s.now == nil {
		return ""
	}
	return strconv.FormatInt(s.now().UnixMilli(), 10)
}

// read runs plain commands that change nothing, once more when the connection breaks.
func (s *Store) read(ctx context.Context, f func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return repeat(ctx, func(string) error { return f(ctx) })
}

// get returns the record at a key, nil when there is none.
func (s *Store) get(ctx context.Context, key string) (r reply, err error) {
	err = s.read(ctx, func(ctx context.Context) error {
		packed, err := s.reads.get(ctx, s.client, key)
		if errors.Is(err, goredis.Nil) {
			return nil
		}
		if err == nil {
			r, err = unpack(packed)
		}
		return err
	})
	return r, err
}
