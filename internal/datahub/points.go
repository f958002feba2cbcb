package datahub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

const rowsPerPage = 20_000 // rows asked for when points come in pages

// errNoValue tells Config.Skipped that rows came without any member that could be their value.
var errNoValue = errors.New("rows without a known value member")

// DataPoints returns the points of q.Variable in [q.From, q.To), oldest first, in the variable's unit. A gap is an absent
// point, never a zero; of two points at one time the last one counts. Buckets carry their start; the first one starts before
// q.From when q.From lies inside it. It returns ErrMalformed when any point cannot be read, a *StatusError when the Data Hub
// answers other than 2xx, and ErrUnauthorized when it refuses a renewed access token.
func (c *Client) DataPoints(ctx context.Context, q DataQuery) ([]DataPoint, error) {
	if err := q.Validate(); err != nil {
		return nil, err
	}
	answer, err := c.rows(ctx, q, q.values())
	if err != nil {
		return nil, err
	}
	points := answer.points
	if answer.total > answer.received {
		if points, err = c.pagedPoints(ctx, q, answer.total); err != nil {
			return nil, err
		}
	}
	return tidy(points, q), nil
}

// DataURL returns the address that DataPoints asks for q, without the token that it needs: for people who want to ask themselves.
func (c *Client) DataURL(q DataQuery) string {
	u := *c.hub.base.JoinPath(pathData)
	u.RawQuery = q.values().Encode()
	return u.String()
}

// pagedPoints reads the points page by page, for a Data Hub that said that it did not send all of them. A part is no result.
func (c *Client) pagedPoints(ctx context.Context, q DataQuery, total int) ([]DataPoint, error) {
	var points []DataPoint
	received := 0
	for page := 0; page < maxPages && received < total; page++ {
		query := q.values()
		query.Set("paging.pageNumber", strconv.Itoa(page))
		query.Set("paging.itemsPerPage", strconv.Itoa(rowsPerPage))
		answer, err := c.rows(ctx, q, query)
		if err != nil {
			return nil, err
		}
		if answer.received == 0 {
			break
		}
		received += answer.received
		points = append(points, answer.points...)
	}
	if received < total {
		return nil, fmt.Errorf("%s: %d of %d points: %w", pathData, received, total, ErrMalformed)
	}
	return points, nil
}

// rows makes one call for points.
func (c *Client) rows(ctx context.Context, q DataQuery, query url.Values) (r *rows, err error) {
	err = c.get(ctx, pathData, query, c.hub.maxData, func(h http.Header, body io.Reader) error {
		r = newRows(q)
		r.total = total(h)
		return r.decode(body)
	})
	if err != nil {
		return nil, err
	}
	if r == nil { // no content
		r = newRows(q)
	}
	if r.nameless > 0 {
		c.hub.skipped(pathData, errNoValue)
	}
	return r, nil
}

// tidy sorts, drops what lies outside the range and keeps the last of several points at one time.
func tidy(points []DataPoint, q DataQuery) []DataPoint {
	byTime := func(a, b DataPoint) int { return a.Time.Compare(b.Time) }
	if !slices.IsSortedFunc(points, byTime) {
		turnDays(points)
		slices.SortStableFunc(points, byTime)
	}
	kept := points[:0]
	for i, p := range points {
		if last := i+1 == len(points) || !points[i+1].Time.Equal(p.Time); last && q.holds(p.Time) {
			kept = append(kept, p)
		}
	}
	return kept
}

// turnDays reverses each run of falling times: the Data Hub's own order is days rising and points falling inside each day.
func turnDays(points []DataPoint) {
	for from := 0; from < len(points); {
		to := from + 1
		for to < len(points) && points[to].Time.Before(points[to-1].Time) {
			to++
		}
		slices.Reverse(points[from:to])
		from = to
	}
}
