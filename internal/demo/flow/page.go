package flow

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"portico/internal/datahub"
	"portico/internal/server"
	"portico/internal/token"
)

const callsAtOnce = 10

var errNotOffered = errors.New("this choice is not offered")

// page shows the visitor's journey, with the exchange that the address names or the youngest.
func (f *Flow) page(w http.ResponseWriter, v *server.Visit) error {
	entry, err := entryOf(v.Request.URL.Query())
	if err != nil {
		return server.BadParameter("entry", err)
	}
	sess, _ := v.Session()
	p := presenter{l: v.Locale(), layout: v.Layout(), away: f.c.Back(), leave: f.c.Leave != nil, at: f.c.At}
	a := &p.layout.Assets
	a.Sheets, a.Modules = append(a.Sheets, assets.URL("flow.css")), append(a.Modules, assets.URL("flow.js"))
	return v.Render(w, http.StatusOK, page(p.page(f.journeyOf(sess).view(), entry, v.Request.URL.Query().Get("said"), time.Now())))
}

// entryOf reads which exchange is to be shown; 0 for the youngest.
func entryOf(q url.Values) (int, error) {
	if q.Get("entry") == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(q.Get("entry"), 10, 31)
	if err != nil || n == 0 {
		return 0, errors.New("the number of a request is wanted")
	}
	return int(n), nil
}

// What is said after a button that shows nothing else.
const (
	expired    = "expired" // the access token counts for nothing any more
	revoked    = "revoked" // nor do the others
	heldBack   = "held"    // the portal did not send the call
	startAgain = "lost"    // the visitor must sign in again
)

// act does what a button says. Trouble that follows from it is not the page's: it shows.
func (f *Flow) act(w http.ResponseWriter, v *server.Visit) error {
	r := v.Request
	if err := r.ParseForm(); err != nil {
		return server.BadParameter("do", err)
	}
	sess, _ := v.Session()
	j, sid, subject, said := f.journeyOf(sess), sess.Identity.SID, sess.Identity.Subject, ""
	switch do := r.PostForm.Get("do"); do {
	case "call", "ten":
		if r.PostForm.Get("expire") != "" {
			f.c.Expire(sid, subject)
			if do == "ten" {
				f.c.Dawdle(dawdleFor)
			}
		}
		said = outcome(v, j, map[string]int{"call": 1, "ten": callsAtOnce}[do])
	case "expire":
		f.c.Expire(sid, subject)
		said = expired
	case "revoke":
		f.c.Revoke(sid, subject)
		said = revoked
	case "away":
		if f.c.Leave == nil {
			return server.BadParameter("do", errNotOffered)
		}
		f.c.Leave(awayFor)
	case string(Slow), string(Busy), string(Fails), string(Calm):
		f.c.Trouble(sid, Trouble(do), troubleFor)
		j.suffer(Trouble(do), time.Now().Add(troubleFor))
	default:
		return server.BadParameter("do", errNotOffered)
	}
	to := pagePath
	if said != "" {
		to += "?said=" + said
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// outcome makes n calls at once and returns what is to be said of them; "" when they show.
func outcome(v *server.Visit, j *journey, n int) string {
	before := j.attempt().after
	err := calls(v.Request.Context(), v.Hub(), n)
	switch {
	case errors.Is(err, token.ErrLoginRequired), errors.Is(err, token.ErrGone):
		return startAgain
	case err != nil && j.attempt().after == before:
		return heldBack
	}
	return ""
}

// calls reads the list of sites n times at once, and returns the error that matters most: that the visitor must sign in again, else any.
func calls(ctx context.Context, hub *datahub.Client, n int) error {
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { _, errs[i] = hub.Sites(ctx, datahub.SiteQuery{}) })
	}
	all.Wait()
	return errors.Join(errs...)
}

const (
	heartbeat    = 15 * time.Second
	breath       = 150 * time.Millisecond // between two events
	writeTimeout = 10 * time.Second
)

// events tells a script when there is something new to fetch; what it is stands on the page alone.
func (f *Flow) events(w http.ResponseWriter, v *server.Visit) error {
	sess, _ := v.Session()
	j := f.journeyOf(sess)
	if !j.open() {
		w.WriteHeader(http.StatusTooManyRequests)
		return nil
	}
	defer j.shut()
	w.Header().Set("Content-Type", "text/event-stream")
	out, ctx := http.NewResponseController(w), v.Request.Context()
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		version, changed := j.next()
		_ = out.SetWriteDeadline(time.Now().Add(writeTimeout))
		if _, err := fmt.Fprintf(w, "retry: 2000\ndata: %d\n\n", version); err != nil {
			return context.Canceled // the browser left
		}
		if err := out.Flush(); err != nil {
			return context.Canceled
		}
		select {
		case <-changed:
			time.Sleep(breath) // what belongs together comes together
		case <-beat.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
