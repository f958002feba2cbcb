package golden

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/internal/store/redis"
	"portico/internal/testserver"
)

func TestRedis(t *testing.T) {
	server := testserver.StartRedis(t)
	if *update {
		server.Do(t, "FLUSHALL")
		start(t, openRedis(t, server, written), written).write()
		keep(t, "redis.txt", dump(t, server))
	}
	_, records := file(t, "redis.txt")
	t.Run("reads and rewrites", func(t *testing.T) {
		fill(t, server, records, "")
		p := start(t, openRedis(t, server, later), later)
		p.rewrite(p.read())
		p.end()
	})
	t.Run("beside a newer program", func(t *testing.T) {
		const added = "\xa5later" // MessagePack's text
		fill(t, server, records, added)
		p := start(t, openRedis(t, server, later), later)
		p.rewrite(p.read())
		for _, k := range keys(t, server) {
			if b := fmt.Sprint(server.Do(t, "TYPE", k)); b != "string" || !strings.HasSuffix(k, ":s") && !strings.HasSuffix(k, ":t") {
				continue
			}
			if got := server.Do(t, "GET", k).(string); !strings.HasSuffix(got, added) {
				t.Errorf("%s: what a newer program wrote is gone from %q", k, got)
			}
		}
		p.end()
	})
}

func openRedis(t *testing.T, server *testserver.Redis, now time.Time) database {
	t.Helper()
	s, err := redis.Open(t.Context(), redis.Config{Addresses: []string{server.Address()}, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func keys(t *testing.T, server *testserver.Redis) (all []string) {
	t.Helper()
	for _, k := range server.Do(t, "KEYS", "*").([]any) {
		all = append(all, k.(string))
	}
	slices.Sort(all)
	return all
}

// dump returns all keys as commands, with values in hexadecimal.
func dump(t *testing.T, server *testserver.Redis) string {
	var b strings.Builder
	for _, k := range keys(t, server) {
		if server.Do(t, "TYPE", k) == "string" {
			fmt.Fprintf(&b, "SET %s %x\n", k, server.Do(t, "GET", k))
			continue
		}
		for _, member := range server.Do(t, "ZRANGE", k, 0, -1).([]any) {
			fmt.Fprintf(&b, "ZADD %s %x %v\n", k, member, server.Do(t, "ZSCORE", k, member))
		}
	}
	return b.String()
}

// fill puts the golden records into an empty server, with something at the end of each that a newer program has added.
func fill(t *testing.T, server *testserver.Redis, records, added string) {
	t.Helper()
	server.Do(t, "FLUSHALL")
	for line := range strings.SplitSeq(strings.TrimSpace(records), "\n") {
		word := strings.Fields(line)
		value, err := hex.DecodeString(word[2])
		if err != nil {
			t.Fatal(err)
		}
		if word[0] == "ZADD" {
			server.Do(t, "ZADD", word[1], word[3], value)
			continue
		}
		if added != "" {
			value[0]++ // one element more: all records are arrays of less than fifteen
			value = append(value, added...)
		}
		server.Do(t, "SET", word[1], value)
	}
}
