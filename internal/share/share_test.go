package share_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"portico/internal/board"
	"portico/internal/grant"
	"portico/internal/session"
	"portico/internal/share"
	"portico/internal/shelf"
	"portico/internal/store/memory"
)

var alice = board.Person{Issuer: "https://op", Subject: "alice", Account: "1"}

func newLinks(t *testing.T, store shelf.Store, now *time.Time) *share.Links {
	t.Helper()
	keys, err := session.NewKeyring(session.NewKey(time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	clock := func() time.Time { return *now }
	return share.New(shelf.New(store, keys, clock), clock)
}

// A link is opened by what was given out, until its time is over or its maker revokes it; the store has nothing that opens it.
func TestLinks(t *testing.T) {
	t.Parallel()
	store, now := memory.New(nil).Shelf(), time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	l := newLinks(t, store, &now)
	token := share.NewToken()
	link := share.Link{Reader: grant.Reader{ID: "a", Handle: "secret", Created: now, Until: now.Add(time.Hour)}, Name: "x", Board: "b", Owner: alice}
	if err := l.Put(t.Context(), token, link); err != nil {
		t.Fatal(err)
	}
	if got, err := l.Open(t.Context(), token.Reveal()); err != nil || got.ID != "a" {
		t.Errorf("open: %v, %v", got, err)
	}
	items, err := store.After(t.Context(), shelf.Item{}, 10)
	if err != nil || len(items) != 1 || bytes.Contains(items[0].Sealed, []byte(token.Reveal())) || items[0].Name == token.Reveal() {
		t.Errorf("the store has what opens the link: %v, %v", items, err)
	}
	for _, other := range []string{"", token.Reveal()[:42], token.Reveal() + "A", share.NewToken().Reveal(), items[0].Name} {
		if _, err := l.Open(t.Context(), other); !errors.Is(err, share.ErrNotFound) {
			t.Errorf("%q opens a link: %v", other, err)
		}
	}
	for _, p := range []board.Person{{Issuer: "https://op", Subject: "bob", Account: "1"}, {Issuer: "https://op", Subject: "alice", Account: "2"}, {Issuer: "https://other", Subject: "alice", Account: "1"}, {Issuer: "https://op", Account: "1"}} {
		if list, err := l.Of(t.Context(), p); err != nil || len(list) > 0 {
			t.Errorf("%v has %v, %v", p, list, err)
		}
		if _, err := l.Revoke(t.Context(), p, "a"); !errors.Is(err, share.ErrNotFound) {
			t.Errorf("%v revokes it: %v", p, err)
		}
	}
	later := link
	later.ID, later.Created = "b", now.Add(time.Minute)
	if err := l.Put(t.Context(), share.NewToken(), later); err != nil {
		t.Fatal(err)
	}
	if list, err := l.Of(t.Context(), alice); err != nil || len(list) != 2 || list[0].ID != "b" || list[1].ID != "a" {
		t.Errorf("alice has %v, %v, want the newest first", list, err)
	}
	if got, err := l.Revoke(t.Context(), alice, "b"); err != nil || got.ID != "b" || got.Handle != "secret" {
		t.Errorf("revoke: %v, %v", got, err)
	}
	if _, err := l.Revoke(t.Context(), alice, "b"); !errors.Is(err, share.ErrNotFound) {
		t.Errorf("revoked twice: %v", err)
	}
	if _, err := l.Open(t.Context(), token.Reveal()); err != nil {
		t.Errorf("the other one went with it: %v", err)
	}
	if text := fmt.Sprintf("%v %+v %s", link, link, link); text != "a a a" {
		t.Errorf("printed: %s", text)
	}
	now = now.Add(time.Hour)
	if _, err := l.Open(t.Context(), token.Reveal()); !errors.Is(err, share.ErrNotFound) {
		t.Errorf("when its time is over: %v", err)
	}
	if list, err := l.Of(t.Context(), alice); err != nil || len(list) > 0 {
		t.Errorf("when its time is over alice has %v, %v", list, err)
	}
	now = now.Add(-time.Minute)
	if _, err := l.Revoke(t.Context(), alice, "a"); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Open(t.Context(), token.Reveal()); !errors.Is(err, share.ErrNotFound) {
		t.Errorf("revoked: %v", err)
	}
}

// A link shows nothing from before what it reaches back to.
func TestReach(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	for reach, want := range map[share.Reach]time.Time{share.Month: time.Date(2026, 10, 26, 12, 0, 0, 0, time.UTC), share.Year: time.Date(2025, 10, 26, 12, 0, 0, 0, time.UTC), share.All: {}} {
		if got := reach.Since(now); !got.Equal(want) {
			t.Errorf("%s reaches back to %v, want %v", reach, got, want)
		}
	}
}
