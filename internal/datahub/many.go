package datahub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"portico/internal/crew"
)

const (
	manyPerCall = 100              // ids in one call, as the platform's own connectors send them
	manyAtOnce  = 8                // calls at a time
	manyAgain   = 10 * time.Minute // after which a Data Hub that does not know the call is asked again
	manyWell    = time.Minute      // the same for one that failed in it
)

// ManyQuery asks for the points of several variables in [From, To), as [DataQuery] does for one.
type ManyQuery struct {
	Variables   []VariableID
	From, To    time.Time
	Granularity Granularity
	Aggregate   Aggregate
	Zone        *time.Location
}

// one is the same question about one variable.
func (q ManyQuery) one(id VariableID) DataQuery {
	return DataQuery{Variable: id, From: q.From, To: q.To, Granularity: q.Granularity, Aggregate: q.Aggregate, Zone: q.Zone}
}

// DataPointsOfMany returns the points of each variable, as [Client.DataPoints] does for one, and what the others failed with; a variable without points has an entry in neither. They are read a
// hundred at a time by POST /data, which is a read with its parameters in the body. A Data Hub that does not know this call, or fails in it, as has been seen, is asked for each variable by itself.
func (c *Client) DataPointsOfMany(ctx context.Context, q ManyQuery) (points map[VariableID][]DataPoint, failed map[VariableID]error) {
	all := &answers{points: map[VariableID][]DataPoint{}, failed: map[VariableID]error{}}
	atOnce(slices.Chunk(q.Variables, manyPerCall), func(ids []VariableID) {
		part := q
		part.Variables = ids
		c.pointsOfSome(ctx, part, all)
	})
	atOnce(slices.Values(all.apart), func(id VariableID) {
		points, err := c.DataPoints(ctx, q.one(id))
		one := map[VariableID][]DataPoint{id: points}
		if len(points) == 0 {
			one = nil
		}
		all.add([]VariableID{id}, one, err)
	})
	return all.points, all.failed
}

// atOnce calls do for each of list, a few at a time.
func atOnce[T any](list iter.Seq[T], do func(T)) {
	g := crew.New()
	g.SetLimit(manyAtOnce)
	for one := range list {
		g.Go(func() error {
			do(one)
			return nil
		})
	}
	_ = g.Wait() // each variable has its own error
}

// answers collects what is known of several variables.
type answers struct {
	mu     sync.Mutex
	points map[VariableID][]DataPoint
	failed map[VariableID]error
	apart  []VariableID // to be asked for one by one
}

func (a *answers) add(ids []VariableID, points map[VariableID][]DataPoint, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	maps.Copy(a.points, points)
	if err != nil {
		for _, id := range ids {
			a.failed[id] = err
		}
	}
}

func (a *answers) leave(ids []VariableID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.apart = append(a.apart, ids...)
}

// pointsOfSome asks for all variables in one call, or leaves them to be asked for one by one.
func (c *Client) pointsOfSome(ctx context.Context, q ManyQuery, all *answers) {
	if len(q.Variables) > 1 && c.hub.together.allowed(c.hub.now()) {
		points, err := c.pointsTogether(ctx, q)
		if !c.hub.together.unknown(err, c.hub.now()) {
			all.add(q.Variables, points, err)
			return
		}
	}
	all.leave(q.Variables)
}

// pointsTogether makes one call for all variables.
func (c *Client) pointsTogether(ctx context.Context, q ManyQuery) (map[VariableID][]DataPoint, error) {
	first := q.one(q.Variables[0])
	if err := first.Validate(); err != nil {
		return nil, err
	}
	body, err := json.Marshal(q.body(first))
	if err != nil {
		return nil, err
	}
	var r *rows
	err = c.do(ctx, &request{method: http.MethodPost, path: pathData, route: "POST " + pathData, body: body, limit: c.hub.maxData, read: func(h http.Header, answer io.Reader) error {
		r = newRows(first)
		r.many, r.total = make(map[VariableID][]DataPoint, len(q.Variables)), total(h)
		for _, id := range q.Variables {
			r.many[id] = nil
		}
		return r.decode(answer)
	}})
	if err != nil || r == nil { // no content
		return nil, err
	}
	return r.ofMany()
}

// ofMany returns the points of each variable that has any, or errMixed when rows are missing or say of no variable that they are its.
func (r *rows) ofMany() (map[VariableID][]DataPoint, error) {
	if r.total > r.received {
		return nil, fmt.Errorf("%s: %d of %d points: %w", pathData, r.received, r.total, errMixed)
	}
	if len(r.many[0]) > 0 {
		return nil, fmt.Errorf("%s: rows name no variable: %w", pathData, errMixed)
	}
	for id, points := range r.many {
		if len(points) == 0 {
			delete(r.many, id)
			continue
		}
		r.many[id] = tidy(points, r.query)
	}
	return r.many, nil
}

// body holds the parameters of GET /data under the names of the only published example.
func (q ManyQuery) body(one DataQuery) map[string]any {
	v := one.values()
	b := map[string]any{"VariableIds": q.Variables, "DisplayLevel": v.Get("displayLevel"), "Granularity": v.Get("granularity"), "From": v.Get("from"), "To": v.Get("to"), "TimeZoneId": v.Get("timeZoneId"), "PagingOrder": v.Get("pagingOrder")}
	if a := v.Get("aggregation"); a != "" {
		b["Aggregation"] = a
	}
	return b
}

// errMixed says that an answer cannot be told apart: it came in pages, whose order nobody knows, or does not say whose its points are.
var errMixed = errors.New("data hub: points of several variables cannot be told apart")

// together knows whether the Data Hub takes several variables in one call.
type together struct {
	mu    sync.Mutex
	until time.Time // it does not, until then
}

func (t *together) allowed(now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return !now.Before(t.until)
}

// unknown reports whether err says that the call is not known or fails where others may not, and remembers it.
func (t *together) unknown(err error, now time.Time) bool {
	e, refused := errors.AsType[*StatusError](err)
	passing := refused && (e.Status == http.StatusTooManyRequests || e.Status == http.StatusForbidden || e.Status == http.StatusServiceUnavailable)
	if err == nil || passing || !refused && !errors.Is(err, ErrNotFound) && !errors.Is(err, errMixed) {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.until = now.Add(manyAgain)
	if refused && e.Status >= http.StatusInternalServerError && e.Status != http.StatusNotImplemented {
		t.until = now.Add(manyWell)
	}
	return true
}
