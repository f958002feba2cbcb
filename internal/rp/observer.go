package rp

import (
	"net/http"
	"time"
)

// Observer hears what a [Client] does, for metrics. Its methods return quickly and may be called concurrently.
type Observer interface {
	// Fetched is told each fetch of the provider's metadata ("metadata") or key set ("keys").
	Fetched(document string, ok bool)
	// ClockSkew is told how far the provider's clock is ahead of ours, from the Date of its answers: to a second, network time included.
	ClockSkew(ahead time.Duration)
}

// nobody is the Observer of a Client that has none.
type nobody struct{}

func (nobody) Fetched(string, bool)    {}
func (nobody) ClockSkew(time.Duration) {}

// readClock compares the Date of an answer with our clock.
func (c *Client) readClock(resp *http.Response) {
	if at, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		ahead := at.Sub(c.c.Now().Truncate(time.Second))
		c.ahead.Store(int64(ahead))
		c.c.Observer.ClockSkew(ahead)
	}
}
