package datahub

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Reach shows without a person whether a Data Hub answers at the base URL: asked without a token it must refuse. ahead is how far its clock is ahead of ours, to a second. The error is ErrUnavailable,
// or says that what answers is no Data Hub.
func (h *Hub) Reach(ctx context.Context) (ahead time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, h.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.base.JoinPath(pathAccount).String(), nil)
	if err != nil {
		return 0, errors.New("datahub: bad base URL")
	}
	req.Header.Set("Accept", "application/json")
	resp, err := h.http.Do(req)
	if err != nil {
		return 0, unavailable(ctx, pathAccount, err)
	}
	defer drain(resp.Body)
	if at, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		ahead = at.Sub(h.now().Truncate(time.Second))
	}
	if resp.StatusCode != http.StatusUnauthorized && resp.StatusCode != http.StatusForbidden {
		return ahead, fmt.Errorf("datahub: status %d for a request without a token, which a Data Hub answers with 401", resp.StatusCode)
	}
	return ahead, nil
}
