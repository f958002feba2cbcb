package hub

import (
	"net/http"
	"strconv"
	"time"
)

// minute counts an account's requests in one minute.
type minute struct {
	began time.Time
	n     int
}

// slow refuses a request of an account that has had too many in this minute, and says when to come again.
func (h *Hub) slow(w http.ResponseWriter, account int64) error {
	if h.c.RateLimit <= 0 {
		return nil
	}
	now := time.Now() // of the caller, not of the demo's data
	h.mu.Lock()
	defer h.mu.Unlock()
	m := h.pace[account]
	if m == nil || now.Sub(m.began) >= time.Minute {
		m = &minute{began: now}
		h.pace[account] = m
	}
	if m.n++; m.n <= h.c.RateLimit {
		return nil
	}
	left := time.Minute - now.Sub(m.began)
	w.Header().Set("Retry-After", strconv.Itoa(int((left+time.Second-1)/time.Second)))
	return &refusal{status: http.StatusTooManyRequests, message: "Too many requests."}
}
