package fault

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

// Rule says which requests a fault strikes, and when. The zero Rule's fault strikes all of them from the moment at which it is set.
type Rule struct {
	Fault
	Down  bool          // nobody answers: connections are refused while the rule is in force. Path, Share and Count do not apply
	Path  string        // part of the path, such as /token or /data; "": any
	Share float64       // of the requests that match, up to 1; 0: all
	Count int           // the rule is over when it has struck so often; 0: it goes on
	Wait  time.Duration // the rule begins so long after it was set; 0: at once, or after Every
	For   time.Duration // the rule is over so long after it began; 0: it goes on
	Every time.Duration // and begins anew each time that so much has passed since it began; 0: never
}

// Bounds of a rule.
const (
	longestFault = 24 * time.Hour
	longestDown  = time.Hour // a server that is down cannot be told to come back
	longestDelay = time.Minute
	mostCount    = 1_000_000
	mostBytes    = 1 << 20
	longestPath  = 100
)

// Check returns what is wrong with a rule, all of it.
func (r Rule) Check() error {
	var errs []error
	wrong := func(is bool, format string, args ...any) {
		if is {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	n := 0
	for _, set := range []bool{r.Down, r.Status != 0, r.Truncate != 0, r.Cut, r.Hang} {
		if set {
			n++
		}
	}
	wrong(n > 1 || n == 0 && r.Delay == 0, "one of down, status, truncate, cut, hang or a delay is wanted")
	wrong(r.Down && r.Delay != 0, "what is down is not slow")
	wrong(r.Delay < 0 || r.Delay > longestDelay, "a delay is at most %v", longestDelay)
	wrong(r.Jitter < 0 || r.Jitter > r.Delay, "a delay differs by no more than itself")
	wrong(r.Status != 0 && (r.Status < 400 || r.Status > 599), "a status is between 400 and 599")
	wrong(r.RetryAfter < 0 || r.RetryAfter > time.Hour, "Retry-After is at most an hour")
	wrong(r.RetryAfter != 0 && r.Status == 0, "Retry-After comes with a status")
	wrong(r.Truncate < 0 || r.Truncate > mostBytes, "an answer is cut after 1 to %d bytes", mostBytes)
	wrong(r.After && !r.lost(), "an effect without an answer comes with a status, cut or hang")
	wrong(r.Down && (r.Path != "" || r.Share != 0 || r.Count != 0), "what is down is down for all requests")
	wrong(r.Path != "" && (r.Path[0] != '/' || len(r.Path) > longestPath || strings.ContainsFunc(r.Path, unprintable)), "a path begins with / and has at most %d printable characters", longestPath)
	wrong(!(r.Share >= 0 && r.Share <= 1), "a share is between 0 %% and 100 %%")
	wrong(r.Count < 0 || r.Count > mostCount, "a count is between 1 and %d", mostCount)
	return errors.Join(append(errs, r.checkTimes())...)
}

func unprintable(c rune) bool { return c <= ' ' || c > '~' }

func (r Rule) checkTimes() error {
	switch {
	case min(r.Wait, r.For, r.Every) < 0 || max(r.Wait, r.For, r.Every) > longestFault:
		return fmt.Errorf("times are between 0 and %v", longestFault)
	case r.Down && (r.For == 0 || r.For > longestDown):
		return fmt.Errorf("a server is down for at most %v, because it cannot be told to come back", longestDown)
	case r.Every != 0 && (r.For == 0 || r.For >= r.Every):
		return errors.New("what comes again lasts for less than the time between")
	}
	return nil
}

// span is when a rule that was set at set is in force, now or next: [from, to), without an end when to is zero. It returns false when the rule
// is over.
func (r Rule) span(set, now time.Time) (from, to time.Time, ok bool) {
	from = set.Add(r.Wait)
	if r.Wait == 0 {
		from = set.Add(r.Every)
	}
	if r.For == 0 {
		return from, time.Time{}, true
	}
	if to = from.Add(r.For); now.Before(to) {
		return from, to, true
	}
	if r.Every == 0 {
		return from, to, false
	}
	from = from.Add(now.Sub(from) / r.Every * r.Every)
	if !now.Before(from.Add(r.For)) {
		from = from.Add(r.Every)
	}
	return from, from.Add(r.For), true
}

// active is a rule in force.
type active struct {
	Rule
	id     int
	set    time.Time
	struck int
}

// over reports whether the rule will strike no more.
func (a *active) over(now time.Time) bool {
	_, _, ok := a.span(a.set, now)
	return !ok || a.Count > 0 && a.struck >= a.Count
}

// on reports whether the rule is in force.
func (a *active) on(now time.Time) bool {
	from, _, ok := a.span(a.set, now)
	return ok && !now.Before(from) && (a.Count == 0 || a.struck < a.Count)
}

func (a *active) matches(r *http.Request) bool {
	return !a.Down && strings.Contains(r.URL.Path, a.Path) && a.on(time.Now()) && (a.Share == 0 || rand.Float64() < a.Share)
}
