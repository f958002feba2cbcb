package redis

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	goredis "github.com/redis/go-redis/v9"

	"portico/internal/session"
	"portico/internal/store/storetest"
	"portico/internal/testserver"
	"portico/internal/token"
)

// losing loses the answer to each script and each pipeline when it sees it for the first time, as when the connection breaks after the server did its work.
type losing struct{ seen *sync.Map }

func (losing) DialHook(next goredis.DialHook) goredis.DialHook { return next }

func (l losing) ProcessHook(next goredis.ProcessHook) goredis.ProcessHook {
	return func(ctx context.Context, cmd goredis.Cmder) error {
		err := next(ctx, cmd)
		if err == nil && strings.HasPrefix(fmt.Sprint(cmd.Args()[0]), "EVAL") {
			err = l.lose(cmd)
		}
		return err
	}
}

func (l losing) ProcessPipelineHook(next goredis.ProcessPipelineHook) goredis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []goredis.Cmder) error {
		err := next(ctx, cmds)
		if err == nil && cmds[0].Name() == "zrem" { // and not the greeting of a new connection
			err = l.lose(cmds...)
		}
		return err
	}
}

func (l losing) lose(cmds ...goredis.Cmder) error {
	text := ""
	for _, cmd := range cmds {
		args := slices.Clone(cmd.Args())
		if n, script := args[2].(int); script {
			args[0], args[1], args[3+n+1] = "", "", "" // how the script is named, and whether it is repeated
		}
		text += fmt.Sprint(args)
	}
	if _, again := l.seen.LoadOrStore(text, true); again {
		return nil
	}
	return io.ErrUnexpectedEOF
}

// A script that is repeated because its answer was lost has the effect and the answer of one that is not.
func TestContractsWhileAnswersAreLost(t *testing.T) {
	t.Parallel()
	server := testserver.StartRedis(t)
	open := func(t *testing.T, c *storetest.Clock) *Store {
		server.Do(t, "FLUSHALL")
		s, err := Open(t.Context(), Config{Addresses: []string{server.Address()}, Now: c.Now})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		s.client.AddHook(losing{&sync.Map{}})
		return s
	}
	storetest.Sessions(t, func(t *testing.T, c *storetest.Clock) session.Store { return open(t, c).Sessions() })
	storetest.Tokens(t, func(t *testing.T, c *storetest.Clock) (session.Store, token.Store) {
		s := open(t, c)
		return s.Sessions(), s.Tokens()
	})
}
