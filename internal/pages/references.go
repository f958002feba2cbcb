package pages

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"portico/internal/datahub"
)

// referencesLife is how long reference lists are kept: they belong to the platform, not to a person, and hardly ever change.
const referencesLife = 10 * time.Minute

// lists are the Data Hub's reference lists by id. A list that could not be read is empty: pages then show figures without a unit.
type lists struct {
	units       map[int]datahub.Unit
	energyTypes map[int]string
	siteTypes   map[int]string
	sourceTypes map[int]string
}

// references keeps the lists of one Data Hub for all its readers.
type references struct {
	mu    sync.Mutex
	lists lists
	until time.Time
}

// get returns the lists, reading them anew when they are old. Readers that come meanwhile each ask for themselves: nobody waits for a
// request that may be cancelled. Age is by the real time: the data's may be moved.
func (c *references) get(ctx context.Context, hub *datahub.Client) (lists, error) {
	now := time.Now()
	c.mu.Lock()
	kept, fresh := c.lists, now.Before(c.until)
	c.mu.Unlock()
	if fresh {
		return kept, nil
	}
	read, whole, err := readLists(ctx, hub)
	if err != nil {
		return lists{}, err
	}
	if whole {
		c.mu.Lock()
		c.lists, c.until = read, now.Add(referencesLife)
		c.mu.Unlock()
	}
	return read, nil
}

// readLists reads all lists at once; whole is false when one is missing. Only what ends a session is an error.
func readLists(ctx context.Context, hub *datahub.Client) (l lists, whole bool, err error) {
	var g errgroup.Group
	failed := make([]error, 4)
	g.Go(func() error {
		units, err := hub.Units(ctx)
		failed[0] = err
		l.units = make(map[int]datahub.Unit, len(units))
		for _, u := range units {
			l.units[u.ID] = u
		}
		return endsSession(err)
	})
	named := func(i int, to *map[int]string, read func(context.Context) ([]datahub.Named, error)) {
		g.Go(func() error {
			items, err := read(ctx)
			failed[i] = err
			*to = make(map[int]string, len(items))
			for _, n := range items {
				(*to)[n.ID] = n.Name
			}
			return endsSession(err)
		})
	}
	named(1, &l.energyTypes, hub.EnergyTypes)
	named(2, &l.siteTypes, hub.SiteTypes)
	named(3, &l.sourceTypes, hub.SourceTypes)
	err = g.Wait()
	whole = true
	for _, f := range failed {
		whole = whole && f == nil
	}
	return l, whole, err
}
