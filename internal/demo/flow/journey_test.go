package flow

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/internal/session"
)

func TestRingIsBounded(t *testing.T) {
	t.Parallel()
	j := newJourney()
	for i := range ringSize + 50 {
		j.begin(Exchange{From: Portal, To: Hub, Address: "/" + strconv.Itoa(i)})
	}
	v := j.view()
	if len(v.List) != ringSize || v.Dropped != 50 || v.List[0].N != 51 || v.List[ringSize-1].N != ringSize+50 {
		t.Errorf("%d exchanges from %d on, %d dropped", len(v.List), v.List[0].N, v.Dropped)
	}
	j.change(1, func(*Exchange) { t.Error("an exchange that is gone was amended") })
	j.change(51, func(e *Exchange) { e.Status = 200 })
	if got := j.view().List[0].Status; got != 200 {
		t.Errorf("the oldest has status %d", got)
	}
}

func TestKeptIsBounded(t *testing.T) {
	t.Parallel()
	k := newKept()
	ids := make([]session.ID, sessionsKept+10)
	for i := range ids {
		ids[i] = session.NewHandle().ID()
		k.start(ids[i], newJourney())
		k.session(ids[0]) // is in use
	}
	if n := len(k.sessions.items); n != sessionsKept {
		t.Errorf("%d sessions are kept", n)
	}
	if k.session(ids[0]) == nil || k.session(ids[1]) != nil || k.session(ids[len(ids)-1]) == nil {
		t.Error("not the one that was not used for longest has left")
	}
	for i := range attemptsKept + 10 {
		k.begin(strconv.Itoa(i), attempt{journey: newJourney()})
	}
	if n := len(k.attempts.items); n != attemptsKept {
		t.Errorf("%d sign-ins are kept", n)
	}
	if _, ok := k.take("100"); !ok {
		t.Error("a sign-in is lost")
	}
	if _, ok := k.take("100"); ok {
		t.Error("a sign-in counts twice")
	}
}

// Calls that begin while others are refused already are not taken for their repetition: the token tells.
func TestAgainIsTheSameCallWithAnotherToken(t *testing.T) {
	t.Parallel()
	j := newJourney()
	ask := func(token string) int {
		return j.begin(Exchange{From: Portal, To: Hub, Method: "GET", Address: "/sites", Token: token})
	}
	first := ask("old")
	j.answered(first, 401, nil)
	second := ask("old")
	j.answered(second, 401, nil)
	refresh := j.begin(Exchange{From: Portal, To: Identity, Step: StepRefresh})
	j.granted(refresh, grant{refresh: true, oldRefresh: "r1", access: "new", newRefresh: "r2", life: time.Minute})
	ask("new")
	ask("new")
	ask("new")
	v := j.view()
	var steps []Step
	for _, e := range v.List {
		steps = append(steps, e.Step)
	}
	want := []Step{StepExpired, StepExpired, StepRefresh, StepAgain, StepAgain, StepCall}
	for i, step := range want {
		if steps[i] != step {
			t.Fatalf("steps %v, want %v", steps, want)
		}
	}
	if v.List[3].Again != first || v.List[4].Again != second || v.List[2].Waited != 2 {
		t.Errorf("repetitions of %d and %d, %d waited", v.List[3].Again, v.List[4].Again, v.List[2].Waited)
	}
	if v.Access.Life != time.Minute || v.Access.Token != hide("new") || v.Access.Refresh != hide("r2") {
		t.Errorf("access %+v", v.Access)
	}
	next := j.begin(Exchange{From: Portal, To: Identity, Step: StepRefresh})
	j.granted(next, grant{refresh: true, err: "invalid_grant"})
	if v := j.view(); !v.Access.Lost || v.List[len(v.List)-1].Waited != 0 {
		t.Errorf("after a refusal %+v", v.Access)
	}
}

// visit sends a request through Around to a portal that answers with header.
func visit(f *Flow, target, cookie string, header http.Header) {
	h := f.Around(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, values := range header {
			w.Header()[name] = values
		}
		w.WriteHeader(http.StatusSeeOther)
	}))
	r := httptest.NewRequest(http.MethodGet, target, nil)
	r.Header.Set("Accept", "text/html")
	if cookie != "" {
		r.Header.Set("Cookie", "portico="+cookie)
	}
	h.ServeHTTP(httptest.NewRecorder(), r)
}

func toAuthorize(state string) http.Header {
	return http.Header{"Location": {"http://id.localhost/authorize?response_type=code&client_id=portico&state=" + state}}
}

func withCookie(h session.Handle) http.Header {
	return http.Header{"Set-Cookie": {"portico=" + h.Cookie().Reveal() + "; Path=/"}}
}

// A journey begins with the sign-in and belongs to the session that comes of it; the next one on the same browser sees it only when it is the same person's.
func TestJourneysBelongToOnePerson(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		before, person string
		want           int
	}{{"alice", "alice", 5}, {"alice", "bob", 2}, {"", "bob", 2}} {
		person, want := tt.person, tt.want
		f := New(Config{})
		first, second := session.NewHandle(), session.NewHandle()
		visit(f, "/sites", "", nil) // leads nowhere
		visit(f, "/auth/login", "", toAuthorize("s1"))
		visit(f, "/auth/callback?code=c&state=s1", "", withCookie(first))
		j := f.kept.session(first.ID())
		if j == nil || len(j.view().List) != 2 {
			t.Fatalf("after a sign-in: %v", j)
		}
		j.subject = tt.before
		visit(f, "/overview", first.Cookie().Reveal(), nil)
		visit(f, "/auth/login", first.Cookie().Reveal(), toAuthorize("s2"))
		j.subject = person // as the ID token of the second sign-in says
		visit(f, "/auth/callback?code=c&state=s2", first.Cookie().Reveal(), withCookie(second))
		if f.kept.session(first.ID()) != nil {
			t.Error("the first session is still there")
		}
		if n := len(f.kept.session(second.ID()).view().List); n != want {
			t.Errorf("%s sees %d exchanges, want %d", person, n, want)
		}
		visit(f, "/auth/callback?code=c&state=s2", "", withCookie(session.NewHandle()))
		if n := len(f.kept.session(second.ID()).view().List); n != want {
			t.Errorf("a state counts twice: %d exchanges", n)
		}
		visit(f, "/auth/logout", second.Cookie().Reveal(), http.Header{"Set-Cookie": {"portico=; Max-Age=0"}})
		if f.kept.session(second.ID()) != nil {
			t.Error("the journey outlives the session")
		}
	}
}

// What the portal sends passes through unharmed, and calls that belong to no browser are not recorded.
func TestPeerPassesThrough(t *testing.T) {
	t.Parallel()
	f := New(Config{})
	long := strings.Repeat("x", 2*readForm)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		_, _ = w.Write(b)
	}))
	defer server.Close()
	j := newJourney()
	client := &http.Client{Transport: f.Peer("identity server", http.DefaultTransport)}
	var all sync.WaitGroup
	for _, ctx := range []context.Context{t.Context(), context.WithValue(t.Context(), contextKey{}, cause{journey: j})} {
		for range 8 {
			all.Go(func() {
				body := "grant_type=refresh_token&refresh_token=" + long
				req, _ := http.NewRequestWithContext(ctx, http.MethodPost, server.URL, strings.NewReader(body))
				req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				resp, err := client.Do(req)
				if err != nil {
					t.Error(err)
					return
				}
				defer func() { _ = resp.Body.Close() }()
				if b, err := io.ReadAll(resp.Body); err != nil || string(b) != body {
					t.Errorf("%d bytes came back of %d, %v", len(b), len(body), err)
				}
			})
		}
	}
	all.Wait()
	toHub := &http.Client{Transport: f.Peer("data hub", http.DefaultTransport)}
	req, _ := http.NewRequestWithContext(context.WithValue(t.Context(), contextKey{}, cause{j, true}), http.MethodGet, server.URL, nil)
	resp, err := toHub.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close() // asked for a stream: it would fill the page
	v := j.view()
	if len(v.List) != 8 {
		t.Fatalf("%d exchanges", len(v.List))
	}
	for _, e := range v.List {
		if e.Step != StepRefresh || e.Status != 200 || !e.Done() || e.Size < int64(len(long)) {
			t.Errorf("%+v", e)
		}
	}
}
