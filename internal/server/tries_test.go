package server

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"portico/internal/limit"
	"portico/internal/screen"
	"portico/internal/session"
	"portico/internal/store/memory"
)

// counted tells how often a store was asked to count, and how often it did.
type counted struct {
	limit.Store
	asked, wrote atomic.Int32
}

func (c *counted) Take(ctx context.Context, kind string, buckets ...limit.Bucket) (time.Duration, error) {
	c.asked.Add(1)
	wait, err := c.Store.Take(ctx, kind, buckets...)
	if err == nil && wait == 0 {
		c.wrote.Add(1)
	}
	return wait, err
}

// replicas are several processes on one store, which are asked in turn.
func replicas(t *testing.T, n int) (*bench, *counted) {
	b := newBench(t, "https://portal.example")
	now := time.Now()
	c := &counted{Store: memory.New(func() time.Time { return now }).Tries()} // which takes all that a test does for one moment
	b.tries = c
	var all []http.Handler
	for range n {
		b.serve()
		b.atOnce(SignInsPerMinute)
		b.server.proxies = proxies{httptestPeer}
		all = append(all, b.handler)
	}
	var turn atomic.Int32
	b.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { all[int(turn.Add(1))%n].ServeHTTP(w, r) })
	return b, c
}

// from is a person's browser at an address.
func (b *bench) from(subject, address string) []string {
	c := b.start(session.Identity{Subject: subject, Name: subject, Account: "101"}, session.About{})
	return []string{"X-Forwarded-For", address, "Cookie", cookies(c)}
}

// Codes can be guessed at as often with many processes as with one, and a guess costs one write at most.
func TestGuessesAtCodesCountTogether(t *testing.T) {
	t.Parallel()
	b, store := replicas(t, 3)
	mallory, tally := b.from("mallory", "203.0.113.9"), map[int]int{}
	for n := range 60 {
		tally[b.get(fmt.Sprintf("/pair?code=0000-00%02d", n), mallory...).StatusCode]++
	}
	if tally[http.StatusNotFound] != personGuesses || tally[http.StatusTooManyRequests] != 60-personGuesses {
		t.Errorf("60 guesses at three processes are answered %v, want %d of them looked for", tally, personGuesses)
	}
	if wrote := store.wrote.Load(); wrote != personGuesses {
		t.Errorf("%d writes, want one for each guess that was looked for", wrote)
	}
	p, err := b.server.pairings.Begin(t.Context(), "secret", screen.Pairing{})
	b.must(err)
	carol, before := b.from("carol", "203.0.113.9"), store.wrote.Load()
	for range 30 {
		if a := b.get("/pair?code="+p.Code.String(), carol...); a.StatusCode != http.StatusOK {
			t.Fatalf("who types the code that is shown is answered %d", a.StatusCode)
		}
	}
	if wrote := store.wrote.Load() - before; wrote > 3 {
		t.Errorf("30 good codes cost %d writes, want one for each process", wrote)
	}
}

// Many who guess together use up what all may; somebody else's code is let in all the same, again and again.
func TestGuessersLockNobodyOut(t *testing.T) {
	t.Parallel()
	b, _ := replicas(t, 2)
	looked := 0
	for n := range 45 {
		mallory := b.from(fmt.Sprint("mallory-", n), fmt.Sprint("203.0.113.", n))
		for i := range personGuesses + 1 {
			if a := b.get(fmt.Sprintf("/pair?code=0000-%02d%02d", n, i), mallory...); a.StatusCode == http.StatusNotFound {
				looked++
			}
		}
	}
	if most := 300 + 15*4 + 15; looked > most || looked < 300 {
		t.Errorf("45 people looked for %d codes, want 300 and a few of their own", looked)
	}
	p, err := b.server.pairings.Begin(t.Context(), "secret", screen.Pairing{})
	b.must(err)
	carol := b.from("carol", "203.0.113.7") // also at the address of one who guessed
	for range 10 {
		if a := b.get("/pair?code="+p.Code.String(), carol...); a.StatusCode != http.StatusOK {
			t.Fatalf("who types the code that is shown is answered %d", a.StatusCode)
		}
	}
}

// The same for links, which nobody can guess: those that are good open from the same address.
func TestGuessesAtLinksCountTogether(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 3} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			b, store := replicas(t, n)
			guessLinks(t, b, store)
		})
	}
}

func guessLinks(t *testing.T, b *bench, store *counted) {
	_, good := b.linkTo(b.board("Shown"), time.Hour)
	tally, visitor := map[int]int{}, []string{"X-Forwarded-For", "203.0.113.9", "Cookie", ""}
	for n := range 60 {
		tally[b.get("/share/"+strings.Repeat("A", 41)+fmt.Sprintf("%02d", n), visitor...).StatusCode]++
	}
	if tally[http.StatusNotFound] != networkTries || tally[http.StatusTooManyRequests] != 60-networkTries {
		t.Errorf("60 links that are none are answered %v, want %d of them with 404", tally, networkTries)
	}
	before := store.asked.Load()
	if a := b.get("/share/"+good, visitor...); a.StatusCode != http.StatusSeeOther || store.asked.Load() != before {
		t.Errorf("a good link is answered %d, for %d questions to the store", a.StatusCode, store.asked.Load()-before)
	}
	if a := b.get("/share/"+strings.Repeat("A", 43), "X-Forwarded-For", "203.0.113.10", "Cookie", ""); a.StatusCode != http.StatusNotFound {
		t.Errorf("the neighbour is answered %d", a.StatusCode)
	}
}
