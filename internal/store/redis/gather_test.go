package redis_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"portico/internal/session"
	"portico/internal/store/redis"
	"portico/internal/testserver"
)

// Reads that wait for each other give each caller its own record, also while some callers go away and some records are not there.
func TestManyReadsAtOnce(t *testing.T) {
	t.Parallel()
	s := open(t, redis.Config{Addresses: []string{testserver.StartRedis(t).Address()}})
	var records []session.Record
	for range 20 {
		records = append(records, create(t, s, "many"))
	}
	var group sync.WaitGroup
	for n := range 400 {
		group.Go(func() {
			want := records[n%len(records)]
			if n%7 == 0 {
				want.ID[0]++ // nobody's
			}
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			if n%5 == 0 {
				time.AfterFunc(time.Duration(rand.IntN(2000))*time.Microsecond, leave)
			}
			for range 25 {
				got, err := s.Sessions().Load(ctx, want.ID)
				switch {
				case ctx.Err() != nil:
					return
				case n%7 == 0 && !errors.Is(err, session.ErrNotFound), n%7 != 0 && (err != nil || got.ID != want.ID):
					t.Errorf("read %d: %v, %v", n, got.ID, err)
					return
				}
			}
		})
	}
	group.Wait()
	for range 10 { // nobody who went away left others waiting
		if _, err := s.Sessions().Load(t.Context(), records[0].ID); err != nil {
			t.Error(err)
		}
	}
}
