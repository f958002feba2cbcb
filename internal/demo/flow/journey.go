package flow

import (
	"slices"
	"sync"
	"time"
)

const ringSize = 200 // exchanges that a journey keeps

// journey is what was seen of one browser, from the sign-in on: a ring of exchanges. It is safe for concurrent use.
type journey struct {
	mu      sync.Mutex
	list    []*Exchange // the youngest, in the order in which they began
	last    int         // N of the youngest that there was
	version int64       // one more at each change
	changed chan struct{}
	refused map[string][]refusal // a call by method and address → its 401s that were not repeated yet
	access  Access
	subject string // whom the ID token is about
	claims  []Field
	streams int // open ones
	trouble Trouble
	until   time.Time // end of trouble
}

// refusal is a 401 of the Data Hub.
type refusal struct {
	n     int
	token string // cut short
}

func newJourney() *journey {
	return &journey{changed: make(chan struct{}), refused: map[string][]refusal{}}
}

// begin adds an exchange and returns its number.
func (j *journey) begin(e Exchange) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.last++
	e.N = j.last
	if e.To == Hub {
		e.Step = StepCall
		if e.Again = j.repeated(&e); e.Again > 0 {
			e.Step = StepAgain
		}
	}
	j.list = append(j.list, &e)
	if len(j.list) > ringSize {
		j.list = slices.Clone(j.list[len(j.list)-ringSize:])
	}
	j.tell()
	return e.N
}

// repeated returns the number of the call that was refused with another token and that this one repeats; 0 for none. The lock is held.
func (j *journey) repeated(e *Exchange) int {
	waiting := j.refused[call(e)]
	i := slices.IndexFunc(waiting, func(r refusal) bool { return r.token != e.Token })
	if i < 0 {
		return 0
	}
	n := waiting[i].n
	if waiting = slices.Delete(waiting, i, i+1); len(waiting) == 0 {
		delete(j.refused, call(e))
	} else {
		j.refused[call(e)] = waiting
	}
	return n
}

// call is by what two calls are known to be the same.
func call(e *Exchange) string { return e.Method + " " + e.Address }

// change amends an exchange, if it is still there.
func (j *journey) change(n int, amend func(e *Exchange)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if e := j.find(n); e != nil {
		amend(e)
		j.tell()
	}
}

// answered notes the status of a call of the Data Hub: a 401 is step 6, and the same call is expected again.
func (j *journey) answered(n, status int, fields []Field) {
	j.change(n, func(e *Exchange) {
		e.Status, e.Response = status, fields
		if status == 401 && e.To == Hub {
			e.Step = StepExpired
			if list := j.refused[call(e)]; len(j.refused) < ringSize && len(list) < ringSize {
				j.refused[call(e)] = append(list, refusal{n, e.Token})
			}
		}
	})
}

// granted notes what a token request brought. The lock is not held.
func (j *journey) granted(n int, g grant) {
	j.mu.Lock()
	defer j.mu.Unlock()
	e := j.find(n)
	if e == nil {
		return
	}
	e.Error = g.err
	if g.refresh {
		e.Waited = j.waiting(e) // they go on from here
		j.access.Lost = g.err == "invalid_grant"
	}
	if g.err == "" && g.access != "" {
		j.access.Token, j.access.Since, j.access.Life, j.access.Lost = hide(g.access), e.Began, g.life, false
		if g.newRefresh != "" {
			j.access.Refresh = hide(g.newRefresh)
		}
		e.Rotation = &Rotation{OldRefresh: hide(g.oldRefresh), NewRefresh: hide(g.newRefresh), NewAccess: hide(g.access)}
		if len(g.claims) > 0 {
			e.Claims, j.claims = g.claims, g.claims
			j.subject = g.subject
		}
	}
	j.tell()
}

// waiting counts the calls that were answered 401 since the last refresh. The lock is held.
func (j *journey) waiting(refresh *Exchange) int {
	n := 0
	for _, e := range slices.Backward(j.list) {
		if e.Step == StepRefresh && e.N < refresh.N {
			break
		}
		if e.Step == StepExpired {
			n++
		}
	}
	return n
}

// find returns an exchange by its number, nil when it is gone. The lock is held.
func (j *journey) find(n int) *Exchange {
	if len(j.list) == 0 {
		return nil
	}
	if i := n - j.list[0].N; i >= 0 && i < len(j.list) {
		return j.list[i]
	}
	return nil
}

// tell wakes those who watch. The lock is held.
func (j *journey) tell() {
	j.version++
	close(j.changed)
	j.changed = make(chan struct{})
}

// since returns a journey of its own with what happened after number n: somebody else signed in with the same browser.
func (j *journey) since(n int) *journey {
	j.mu.Lock()
	defer j.mu.Unlock()
	next := newJourney()
	next.last, next.access, next.subject, next.claims = j.last, j.access, j.subject, j.claims
	for _, e := range j.list {
		if e.N > n {
			own := *e
			next.list = append(next.list, &own)
		}
	}
	return next
}

// view is a journey as it was at a moment.
type view struct {
	List    []Exchange
	Dropped int // exchanges that were too many
	Access  Access
	Claims  []Field
	Trouble Trouble
	Until   time.Time
}

// view copies the journey.
func (j *journey) view() view {
	j.mu.Lock()
	defer j.mu.Unlock()
	v := view{Dropped: j.last - len(j.list), Access: j.access, Claims: j.claims, Trouble: j.trouble, Until: j.until}
	for _, e := range j.list {
		own := *e
		if e.Step == StepRefresh && !e.Done() {
			own.Waited = j.waiting(e)
		}
		v.List = append(v.List, own)
	}
	return v
}

// next returns the version, and a channel that is closed when there is another one.
func (j *journey) next() (int64, <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.version, j.changed
}

// attempt is a sign-in that begins now.
func (j *journey) attempt() attempt {
	j.mu.Lock()
	defer j.mu.Unlock()
	return attempt{journey: j, after: j.last, subject: j.subject}
}

// about returns whom the journey is about, "" before anybody signed in.
func (j *journey) about() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.subject
}

const streamsEach = 8 // open streams of a journey

// open takes one of the journey's streams; false when there are too many.
func (j *journey) open() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.streams >= streamsEach {
		return false
	}
	j.streams++
	return true
}

func (j *journey) shut() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.streams--
}

// suffer notes what the Data Hub does to the visitor, for the page.
func (j *journey) suffer(what Trouble, until time.Time) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.trouble, j.until = what, until
	j.tell()
}
