package session

import (
	"slices"
	"testing"
	"time"
)

func TestReferences(t *testing.T) {
	t.Parallel()
	old, next := NewKey(time.Now()), NewKey(time.Now())
	before, err := NewKeyring(old)
	if err != nil {
		t.Fatal(err)
	}
	after, err := NewKeyring(next, old)
	if err != nil {
		t.Fatal(err)
	}
	alice := before.PersonReferences("https://op", "alice")
	if len(alice) != 1 || len(alice[0]) != 16 || !slices.Equal(alice, before.PersonReferences("https://op", "alice")) {
		t.Errorf("references %v", alice)
	}
	if got := after.PersonReferences("https://op", "alice"); len(got) != 2 || got[0] == alice[0] || got[1] != alice[0] {
		t.Errorf("after a rotation %v, want a new one first and then %v", got, alice)
	}
	seen := map[string]bool{}
	for _, ref := range []string{alice[0], before.PersonReferences("https://op", "bob")[0], before.PersonReferences("https://opa", "lice")[0], before.PersonReferences("https://other", "alice")[0], before.SessionReferences("alice")[0], after.PersonReferences("https://op", "alice")[0]} {
		if seen[ref] {
			t.Errorf("%s stands for two", ref)
		}
		seen[ref] = true
	}
	own := before.OwnHandle("app")
	if own != before.OwnHandle("app") {
		t.Error("two handles of one name")
	}
	for name, other := range map[string]Handle{"name": before.OwnHandle("app2"), "key": after.OwnHandle("app")} {
		if own.id == other.id || own.secret == other.secret {
			t.Errorf("with another %s: the same id or secret", name)
		}
	}
}
