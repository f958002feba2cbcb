package fleet

import (
	"context"
	"fmt"
	"regexp"
	"time"
)

// Rolling says how a fleet is restarted, one process after the other, under load.
type Rolling struct {
	Load
	For   time.Duration // at least; a rotation of keys fits in whatever it is
	Pause time.Duration // between two restarts
}

// Result is what became of it.
type Result struct {
	*Tally
	Took      time.Duration
	Restarts  int
	Refreshes int // at the identity server
	Expiries  int // access tokens that were replaced by another one that was used
	Replays   int // refresh tokens that were presented twice
}

// Roll signs the people in, puts the load on, and restarts all processes round after round. The first rounds take a key through its rotation: a new one that opens, then
// seals, then the old one is retired. It ends early, with what there is until then, when ctx does.
func (f *Fleet) Roll(ctx context.Context, c Rolling) (Result, error) {
	for _, p := range c.People {
		if a, err := p.SignIn(); err != nil || !p.Owns(a) {
			return Result{}, fmt.Errorf("signing in %s: status %v, %w", p.Name, a.Response, err)
		}
	}
	began := time.Now()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	tally := make(chan *Tally, 1)
	go func() { tally <- c.Run(ctx) }()
	restarts, err := f.rounds(ctx, c, began.Add(c.For))
	stop()
	r := Result{Tally: <-tally, Took: time.Since(began), Restarts: restarts}
	f.settle(c.People, &r)
	return r, err
}

// rounds restarts everything until the end.
func (f *Fleet) rounds(ctx context.Context, c Rolling, end time.Time) (restarts int, err error) {
	ids, err := f.keys()
	if err != nil {
		return 0, err
	}
	old := ids[0]
	steps := [][]string{{"version"}, {"keys", "rotate"}, {"keys", "rotate"}, {"keys", "retire", old}}
	for n := 0; ctx.Err() == nil && (n < len(steps) || time.Now().Before(end)); n++ {
		if n < len(steps) {
			if err := f.insist(steps[n]...); err != nil {
				return restarts, err
			}
		}
		for _, p := range f.Processes() {
			if err := p.Stop(); err != nil {
				return restarts, fmt.Errorf("a process ended with %w", err)
			}
			f.Start()
			restarts++
			time.Sleep(c.Pause)
		}
	}
	return restarts, nil
}

// insist runs a command until it succeeds: a key cannot be retired before everybody has been here.
func (f *Fleet) insist(args ...string) error {
	var out string
	var err error
	if !within(time.Minute, func() bool { out, err = f.Command(args...); return err == nil }) {
		return fmt.Errorf("%v: %w\n%s", args, err, out)
	}
	return nil
}

var keyID = regexp.MustCompile(`(?m)^\d{8}-\S+`)

// keys returns the ids of the sealing keys, the one that seals first.
func (f *Fleet) keys() ([]string, error) {
	out, err := f.Command("keys", "list")
	ids := keyID.FindAllString(out, -1)
	if err == nil && len(ids) == 0 {
		err = fmt.Errorf("no keys in %q", out)
	}
	return ids, err
}

// settle counts when every token that was got is used as well.
func (f *Fleet) settle(people []*Person, r *Result) {
	for range 5 {
		for _, p := range people {
			_, _ = p.Get(p.Page)
		}
		r.Refreshes, r.Expiries, r.Replays = f.Identity.Refreshes(), f.AccessTokensUsed()-len(people)-r.Lost, f.Identity.Replays()
		if r.Refreshes == r.Expiries {
			return
		}
		time.Sleep(500 * time.Millisecond) // refreshes in the background
	}
}
