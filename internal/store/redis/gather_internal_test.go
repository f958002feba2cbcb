package redis

import "testing"

// A caller that goes away when it is its turn to ask lets the next one ask; one that waits is forgotten.
func TestTurnsArePassedOn(t *testing.T) {
	t.Parallel()
	var g gather
	enter := func() (*gathered, bool) {
		r := &gathered{word: make(chan bool, 1)}
		return r, g.enter(r)
	}
	for range readers {
		if _, asks := enter(); !asks {
			t.Fatal("a read waits although fewer than allowed are under way")
		}
	}
	first, asks := enter()
	second, _ := enter()
	third, _ := enter()
	if asks {
		t.Fatal("a read does not wait")
	}
	g.leave(second)
	g.next() // one of those under way is done: it is the turn of first
	g.leave(first)
	if len(second.word) != 0 || len(third.word) != 1 || !<-third.word {
		t.Error("the turn of somebody who went away is lost")
	}
	g.next()
	if g.asking != readers-1 || len(g.waiting) != 0 {
		t.Errorf("%d ask and %d wait", g.asking, len(g.waiting))
	}
}
