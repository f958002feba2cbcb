package redis

import (
	"context"
	"time"

	"portico/internal/limit"
)

// Tries returns the view that implements [limit.Store].
func (s *Store) Tries() limit.Store { return tries{s} }

type tries struct{ *Store }

// Take keeps all buckets of a kind under one key, so that they are counted in one step and there are never too many.
func (s tries) Take(ctx context.Context, kind string, buckets ...limit.Bucket) (time.Duration, error) {
	args := []any{limit.MostKept}
	for _, b := range buckets {
		args = append(args, b.Key, b.Burst, b.Every.Milliseconds())
	}
	a, err := s.call(ctx, triesTake, []string{prefix + "{" + digest("tries", kind) + "}:c"}, args...)
	if err != nil {
		return 0, err
	}
	return time.Duration(a.number(1)) * time.Millisecond, nil
}
