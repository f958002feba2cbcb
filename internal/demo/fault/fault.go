// Package fault lets a server misbehave on request: late, refusing, silent, cut off, before or after a request has had its effect. It is what the demo's identity server and its
// Data Hub share, and what tests play with.
package fault

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"portico/internal/pause"
)

// Fault is what goes wrong with one request. The zero Fault is none.
type Fault struct {
	Delay      time.Duration // before anything else
	Jitter     time.Duration // the delay differs by up to so much, either way
	Status     int           // answered instead of the result; 0: the result
	RetryAfter time.Duration // with Status: the header, in whole seconds; 0: none
	Truncate   int           // bytes of the answer's body after which the connection is cut; 0: never
	Cut        bool          // the connection is cut without an answer
	Hang       bool          // no answer comes until the client leaves
	After      bool          // Status, Cut and Hang strike when the request has had its effect; otherwise it never has
}

func (f Fault) lost() bool { return f.Status != 0 || f.Cut || f.Hang }

// Handler puts what pick says in front of next. refuse answers with a status in the server's own words, on which Retry-After is set already.
func Handler(next http.Handler, pick func(*http.Request) Fault, refuse func(w http.ResponseWriter, r *http.Request, status int)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f := pick(r)
		if !f.wait(r) {
			return
		}
		if f.Truncate > 0 {
			w = &cut{ResponseWriter: w, left: f.Truncate}
		}
		switch {
		case !f.lost():
			next.ServeHTTP(w, r)
			return
		case f.After:
			next.ServeHTTP(&unheard{header: http.Header{}}, r)
		}
		f.strike(w, r, refuse)
	})
}

// wait waits for the delay and reports whether the client did too.
func (f Fault) wait(r *http.Request) bool {
	d := f.Delay
	if f.Jitter > 0 {
		d += time.Duration(rand.Int64N(2*int64(f.Jitter)+1)) - f.Jitter
	}
	return d <= 0 || pause.For(r.Context(), d)
}

func (f Fault) strike(w http.ResponseWriter, r *http.Request, refuse func(http.ResponseWriter, *http.Request, int)) {
	switch {
	case f.Hang:
		_ = r.ParseForm() // a server notices that its client has left when it has read the body
		<-r.Context().Done()
	case f.Cut:
		panic(http.ErrAbortHandler)
	default:
		if f.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int((f.RetryAfter+time.Second-1)/time.Second)))
		}
		refuse(w, r, f.Status)
	}
}

// unheard is where the answer of a request goes that has its effect and no answer.
type unheard struct{ header http.Header }

func (u *unheard) Header() http.Header         { return u.header }
func (u *unheard) WriteHeader(int)             {}
func (u *unheard) Write(b []byte) (int, error) { return len(b), nil }

// cut is a ResponseWriter whose connection breaks after some bytes of the body.
type cut struct {
	http.ResponseWriter
	left int
}

// Write implements http.ResponseWriter.
func (c *cut) Write(b []byte) (int, error) {
	if len(b) < c.left {
		c.left -= len(b)
		return c.ResponseWriter.Write(b)
	}
	_, _ = c.ResponseWriter.Write(b[:c.left])
	_ = http.NewResponseController(c.ResponseWriter).Flush()
	panic(http.ErrAbortHandler)
}

// Unwrap lets http.ResponseController find the connection.
func (c *cut) Unwrap() http.ResponseWriter { return c.ResponseWriter }
