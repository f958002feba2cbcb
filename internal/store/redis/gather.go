package redis

import (
	"context"
	"slices"
	"sync"

	goredis "github.com/redis/go-redis/v9"
)

// readers is how many round trips for records are under way at a time. As long as there are fewer, a read waits for nobody.
const readers = 4

// gather puts reads that wait into one round trip: under load that is most of what a read costs. One of the callers asks for all, then one of those that came meanwhile.
// In a Cluster each read is on its own, so that a node that hangs holds up nobody whose record is on another. The zero value is ready.
type gather struct {
	mu      sync.Mutex
	asking  int // callers that ask now
	waiting []*gathered
}

// gathered is one read. Its caller gets word: that it is its turn to ask for all that wait, itself included, and that the answer is there.
type gathered struct {
	key  string
	word chan bool // true: ask
	cmd  *goredis.StringCmd
}

// get reads the value of a key, within the caller's time: what was asked for others goes on without the caller.
func (g *gather) get(ctx context.Context, client goredis.UniversalClient, key string) (string, error) {
	if _, cluster := client.(*goredis.ClusterClient); cluster {
		return client.Get(ctx, key).Result()
	}
	r := &gathered{key: key, word: make(chan bool, 1)}
	if g.enter(r) {
		go g.ask(ctx, client, r)
	}
	for {
		select {
		case turn := <-r.word:
			if !turn {
				return r.cmd.Result()
			}
			go g.ask(ctx, client, r)
		case <-ctx.Done():
			g.leave(r)
			return "", ctx.Err()
		}
	}
}

// enter reports whether r may ask at once; otherwise it waits.
func (g *gather) enter(r *gathered) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.asking < readers {
		g.asking++
		return true
	}
	g.waiting = append(g.waiting, r)
	return false
}

// leave takes back a read whose caller has gone. When it is its turn to ask, the next one does.
func (g *gather) leave(r *gathered) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if i := slices.Index(g.waiting, r); i >= 0 {
		g.waiting = slices.Delete(g.waiting, i, i+1)
		return
	}
	select {
	case ask := <-r.word:
		if ask {
			g.next()
		}
	default: // somebody asks for it: nobody will look at the answer
	}
}

// next lets one of those that wait ask, or nobody. The lock is held.
func (g *gather) next() {
	if len(g.waiting) == 0 {
		g.asking--
		return
	}
	first := g.waiting[0]
	g.waiting = slices.Delete(g.waiting, 0, 1)
	first.word <- true
}

// ask reads first and all that wait, within the time of one call from now on.
func (g *gather) ask(ctx context.Context, client goredis.UniversalClient, first *gathered) {
	g.mu.Lock()
	all := append([]*gathered{first}, g.waiting...)
	g.waiting = nil
	g.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTimeout)
	defer cancel()
	if len(all) == 1 {
		first.cmd = client.Get(ctx, first.key)
	} else {
		_, _ = client.Pipelined(ctx, func(p goredis.Pipeliner) error { // each read has its own error
			for _, r := range all {
				r.cmd = p.Get(ctx, r.key)
			}
			return nil
		})
	}
	g.mu.Lock()
	g.next()
	g.mu.Unlock()
	for _, r := range all {
		r.word <- false
	}
}
