package storetest

import (
	"testing"
	"time"

	"portico/internal/session"
	"portico/internal/token"
)

// Hints checks that a store tells one process what another did: watcher and other are the views of two.
func Hints(t *testing.T, watcher, other token.Store) {
	t.Helper()
	id, unrelated := newID(), newID()
	for _, id := range []session.ID{id, unrelated} {
		must(t, other.Create(t.Context(), token.Record{ID: id, AccessExpiry: time.Now().Add(time.Minute), Until: time.Now().Add(time.Hour), Sealed: []byte("one")}))
	}
	hints, stop := watcher.(token.Hinter).Watch(id)
	defer stop()
	nothing, stopNothing := watcher.(token.Hinter).Watch(unrelated)
	defer stopNothing()
	version := int64(1)
	for what, act := range map[string]func(){
		"Commit": func() {
			must(t, other.Commit(t.Context(), id, "", token.NewTokens{Seen: version, Until: time.Now().Add(time.Hour), Sealed: []byte("x")}))
			version++
		},
		"Release": func() {
			v, _, err := other.Claim(t.Context(), token.ClaimRequest{ID: id, Seen: version, Attempt: "a", Lease: time.Minute, MaxPresented: 1})
			if err != nil || v != token.ClaimOK {
				t.Fatalf("Claim = %v, %v", v, err)
			}
			must(t, other.Release(t.Context(), id, "a", token.Outcome{State: token.Fresh}))
		},
	} {
		if !hinted(hints, act) {
			t.Errorf("no hint after any %s", what)
		}
	}
	select {
	case <-nothing:
		t.Error("a hint for tokens that nobody touched")
	default:
	}
}

// hinted repeats an act until a hint comes: those from before anybody listened are lost.
func hinted(hints <-chan struct{}, act func()) bool {
	for range 300 {
		act()
		select {
		case <-hints:
			return true
		case <-time.After(100 * time.Millisecond):
		}
	}
	return false
}
