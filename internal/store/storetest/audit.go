package storetest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"portico/internal/audit"
)

// Audit runs the suite of audit.Store. open returns a new, empty store.
func Audit(t *testing.T, open func(t *testing.T) audit.Store) {
	for name, test := range map[string]func(*testing.T, audit.Store){
		"events come back whole": eventsComeBackWhole, "twice is once": appendedTwice, "filters": filterEvents, "paging": pageEvents, "old ones go": oldEventsGo, "writers at once": appendedAtOnce,
		"unusual texts": unusualTexts,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

var firstEvent = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// event returns the n-th event: one a second.
func event(n int) audit.Event {
	return audit.Event{ID: fmt.Sprintf("%032x", n), Time: firstEvent.Add(time.Duration(n) * time.Second), Kind: audit.SignIn, Details: map[string]string{}}
}

func ids(list []audit.Event) string {
	var all []string
	for _, e := range list {
		all = append(all, strings.TrimLeft(e.ID, "0"))
	}
	return strings.Join(all, " ")
}

func found(t *testing.T, s audit.Store, f audit.Filter) string {
	t.Helper()
	if f.Limit == 0 {
		f.Limit = 100
	}
	list, err := s.List(t.Context(), f)
	must(t, err)
	return ids(list)
}

func eventsComeBackWhole(t *testing.T, s audit.Store) {
	if got := found(t, s, audit.Filter{}); got != "" {
		t.Errorf("an empty store lists %s", got)
	}
	must(t, s.Append(t.Context(), nil))
	e := event(1)
	e.Time = e.Time.Add(123 * time.Millisecond)
	e.Kind, e.Reason, e.Request, e.Client, e.Issuer, e.Person, e.Session, e.Details = audit.SignInFailed, "nonce", "a1b2", "2001:db8::1", "https://op", "p1", "s1", map[string]string{"prompt": "none", "é": "\"{'"}
	added := e
	added.Details = maps.Clone(e.Details)
	must(t, s.Append(t.Context(), []audit.Event{added}))
	added.Details["prompt"] = "changed"
	list, err := s.List(t.Context(), audit.Filter{Limit: 1})
	must(t, err)
	if diff := cmp.Diff([]audit.Event{e}, list); diff != "" {
		t.Errorf("List: -want +got\n%s", diff)
	}
	list[0].Details["prompt"] = "changed"
	if again, _ := s.List(t.Context(), audit.Filter{Limit: 1}); again[0].Details["prompt"] != "none" {
		t.Error("a listed event shares memory with the store")
	}
}

func appendedTwice(t *testing.T, s audit.Store) {
	must(t, s.Append(t.Context(), []audit.Event{event(1), event(2)}))
	changed := event(2)
	changed.Reason = "changed"
	must(t, s.Append(t.Context(), []audit.Event{changed, event(3)}))
	if got := found(t, s, audit.Filter{}); got != "3 2 1" {
		t.Errorf("List = %s, want 3 2 1", got)
	}
	if list, _ := s.List(t.Context(), audit.Filter{Limit: 3}); list[1].Reason != "" {
		t.Error("an event was changed")
	}
}

func filterEvents(t *testing.T, s audit.Store) {
	var all []audit.Event
	for n := range 10 {
		e := event(n + 1)
		e.Kind = []audit.Kind{audit.SignIn, audit.SignOut, audit.Limit}[n%3]
		e.Person, e.Session = []string{"", "p1", "p2"}[n%3], []string{"s1", "s2"}[n%2]
		all = append(all, e)
	}
	must(t, s.Append(t.Context(), all))
	at := func(n int) time.Time { return firstEvent.Add(time.Duration(n) * time.Second) }
	id := func(n int) string { return event(n).ID }
	for name, tt := range map[string]struct {
		f    audit.Filter
		want string
	}{
		"all":               {audit.Filter{}, "a 9 8 7 6 5 4 3 2 1"},
		"from, included":    {audit.Filter{From: at(8)}, "a 9 8"},
		"to, excluded":      {audit.Filter{To: at(3)}, "2 1"},
		"between":           {audit.Filter{From: at(3), To: at(5)}, "4 3"},
		"nothing between":   {audit.Filter{From: at(5), To: at(5)}, ""},
		"kind":              {audit.Filter{Kinds: []audit.Kind{audit.SignOut}}, "8 5 2"},
		"kinds":             {audit.Filter{Kinds: []audit.Kind{audit.SignOut, audit.Limit}}, "9 8 6 5 3 2"},
		"unknown kind":      {audit.Filter{Kinds: []audit.Kind{"' OR 1=1 --"}}, ""},
		"person":            {audit.Filter{Persons: []string{"p1"}}, "8 5 2"},
		"persons":           {audit.Filter{Persons: []string{"p1", "p2", "p3"}}, "9 8 6 5 3 2"},
		"session":           {audit.Filter{Sessions: []string{"s2"}}, "a 8 6 4 2"},
		"session, person":   {audit.Filter{Sessions: []string{"s2"}, Persons: []string{"p1"}}, "8 2"},
		"before":            {audit.Filter{Before: id(3)}, "2 1"},
		"after":             {audit.Filter{After: id(8)}, "a 9"},
		"after, limited":    {audit.Filter{After: id(3), Limit: 2}, "5 4"},
		"limited":           {audit.Filter{Limit: 2}, "a 9"},
		"everything at one": {audit.Filter{From: at(1), To: at(9), Kinds: []audit.Kind{audit.SignOut}, Persons: []string{"p1"}, Sessions: []string{"s2"}, Before: id(8), After: id(1)}, "2"},
	} {
		if got := found(t, s, tt.f); got != tt.want {
			t.Errorf("%s: List = %q, want %q", name, got, tt.want)
		}
	}
}

func pageEvents(t *testing.T, s audit.Store) {
	var all []audit.Event
	for n := range 95 {
		all = append(all, event(n+1))
	}
	must(t, s.Append(t.Context(), all))
	var pages []string
	before := ""
	for range 20 {
		list, err := s.List(t.Context(), audit.Filter{Before: before, Limit: 10})
		must(t, err)
		if len(list) == 0 {
			break
		}
		pages = append(pages, ids(list))
		before = list[len(list)-1].ID
	}
	if len(pages) != 10 || pages[9] != "5 4 3 2 1" || !strings.HasPrefix(pages[0], "5f 5e") {
		t.Errorf("pages %q", pages)
	}
	list, err := s.List(t.Context(), audit.Filter{After: before, Limit: 10})
	must(t, err)
	if got := ids(list); got != "b a 9 8 7 6 5 4 3 2" {
		t.Errorf("the way back = %s", got)
	}
}

func oldEventsGo(t *testing.T, s audit.Store) {
	var all []audit.Event
	for n := range 10 {
		all = append(all, event(n+1))
	}
	must(t, s.Append(t.Context(), all))
	limit := firstEvent.Add(8 * time.Second)
	for _, want := range []struct {
		n    int
		left string
	}{{5, "a 9 8 7 6"}, {2, "a 9 8"}, {0, "a 9 8"}} {
		n, err := s.DeleteBefore(t.Context(), limit, 5)
		must(t, err)
		if got := found(t, s, audit.Filter{}); n != want.n || got != want.left {
			t.Errorf("DeleteBefore = %d, left %s; want %d, left %s", n, got, want.n, want.left)
		}
	}
}

func appendedAtOnce(t *testing.T, s audit.Store) {
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for n := range 25 {
				if err := s.Append(t.Context(), []audit.Event{event(1 + w*25 + n), event(1)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	list, err := s.List(t.Context(), audit.Filter{Limit: 1000})
	must(t, err)
	if len(list) != 100 || !slices.IsSortedFunc(list, func(a, b audit.Event) int { return strings.Compare(b.ID, a.ID) }) {
		t.Errorf("%d events, want 100 in order", len(list))
	}
}

func unusualTexts(t *testing.T, s audit.Store) {
	e := event(1)
	e.Reason, e.Person, e.Details = "it's \\ \"x\"; -- \uFFFD", "'", map[string]string{"a\\": "b\n"}
	must(t, s.Append(t.Context(), []audit.Event{e}))
	list, err := s.List(t.Context(), audit.Filter{Persons: []string{"'"}, Limit: 1})
	must(t, err)
	if diff := cmp.Diff([]audit.Event{e}, list); diff != "" {
		t.Errorf("List: -want +got\n%s", diff)
	}
}
