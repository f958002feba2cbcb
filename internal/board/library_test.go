package board_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"portico/internal/board"
	"portico/internal/session"
	"portico/internal/shelf"
	"portico/internal/store/memory"
)

var (
	alice  = board.Person{Issuer: "https://op", Subject: "alice", Account: "1", Name: "Alice"}
	bob    = board.Person{Issuer: "https://op", Subject: "bob", Account: "1", Name: "Bob"}
	carol  = board.Person{Issuer: "https://op", Subject: "carol", Account: "2", Name: "Carol"}
	nobody = board.Person{Issuer: "https://op", Subject: "dora"}
)

func library(t *testing.T) *board.Library {
	t.Helper()
	keys, err := session.NewKeyring(session.NewKey(time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	return board.NewLibrary(shelf.New(memory.New(nil).Shelf(), keys, nil), nil)
}

func create(t *testing.T, l *board.Library, p board.Person, title string) board.Stored {
	t.Helper()
	s, err := l.Create(t.Context(), p, board.Board{Title: title})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func titles(t *testing.T, l *board.Library, p board.Person) string {
	t.Helper()
	all, err := l.List(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range all {
		names = append(names, s.Board.Title)
	}
	return strings.Join(names, " ")
}

func TestCreateAsTakesNobodysPlace(t *testing.T) {
	t.Parallel()
	l, ctx := library(t), t.Context()
	company := board.Person{Issuer: bob.Issuer, Account: bob.Account}
	if s, err := l.CreateAs(ctx, company, "known", board.Board{Title: "first"}); err != nil || s.ID != "known" || s.Revision != 1 {
		t.Fatalf("%+v, %v", s, err)
	}
	var conflict *board.ConflictError
	if _, err := l.CreateAs(ctx, company, "known", board.Board{Title: "second"}); !errors.As(err, &conflict) {
		t.Errorf("an id that is taken: %v", err)
	}
	if s, err := l.Load(ctx, bob, "known"); err != nil || s.Board.Title != "first" || !s.Shared {
		t.Errorf("bob sees %+v, %v", s, err)
	}
}

func TestWhoSeesABoard(t *testing.T) {
	t.Parallel()
	l, ctx := library(t), t.Context()
	mine := create(t, l, alice, "mine")
	shared := create(t, l, alice, "shared")
	create(t, l, nobody, "alone")
	if err := l.Share(ctx, alice, shared.ID, true); err != nil {
		t.Fatal(err)
	}
	for want, p := range map[string]board.Person{"mine shared": alice, "shared": bob, "": carol, "alone": nobody} {
		if got := titles(t, l, p); got != want {
			t.Errorf("%s sees %q, want %q", p.Subject, got, want)
		}
	}
	if _, err := l.Load(ctx, bob, mine.ID); !errors.Is(err, board.ErrNotFound) {
		t.Errorf("bob loads alice's own board: %v", err)
	}
	if err := l.Share(ctx, nobody, mine.ID, true); !errors.Is(err, board.ErrNoAccount) {
		t.Errorf("sharing without an account: %v", err)
	}
	if err := l.Share(ctx, bob, shared.ID, false); err != nil || titles(t, l, alice) != "mine" || titles(t, l, bob) != "shared" {
		t.Errorf("bob takes the shared board: %v, alice sees %q, bob %q", err, titles(t, l, alice), titles(t, l, bob))
	}
}

func TestTwoEditors(t *testing.T) {
	t.Parallel()
	l, ctx := library(t), t.Context()
	s := create(t, l, alice, "one")
	if err := l.Share(ctx, alice, s.ID, true); err != nil {
		t.Fatal(err)
	}
	retitle := func(p board.Person, title string) {
		t.Helper()
		if _, err := l.Edit(ctx, p, s.ID, func(b *board.Board) error { b.Title = title; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	retitle(alice, "Alice's")
	retitle(bob, "Bob's")
	if _, err := l.Publish(ctx, bob, s.ID, false); err != nil {
		t.Fatal(err)
	}
	_, err := l.Publish(ctx, alice, s.ID, false)
	if e, ok := errors.AsType[*board.ConflictError](err); !ok || e.Theirs.Board.Title != "Bob's" || e.Theirs.By != "Bob" || !e.Theirs.Shared {
		t.Fatalf("Publish over Bob's = %v", err)
	}
	if d, err := l.Draft(ctx, alice, s.ID); err != nil || d.Board.Title != "Alice's" {
		t.Errorf("Alice's draft is lost: %v", err)
	}
	if _, err := l.Publish(ctx, alice, s.ID, true); err != nil {
		t.Fatal(err)
	}
	versions, err := l.Versions(ctx, bob, s.ID)
	if err != nil || len(versions) != 2 || versions[0].Board.Title != "Bob's" || versions[1].Board.Title != "one" {
		t.Errorf("versions: %v, %v", versions, err)
	}
	if now, err := l.Load(ctx, bob, s.ID); err != nil || now.Board.Title != "Alice's" || now.By != "Alice" {
		t.Errorf("afterwards: %+v, %v", now, err)
	}
	if err := l.Delete(ctx, bob, s.ID); err != nil || titles(t, l, alice) != "" {
		t.Errorf("Delete = %v", err)
	}
}

func TestDraft(t *testing.T) {
	t.Parallel()
	l, ctx := library(t), t.Context()
	s := create(t, l, alice, "one")
	add := func(k board.Kind) {
		t.Helper()
		if _, err := l.Edit(ctx, alice, s.ID, func(b *board.Board) error { b.Add(k); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	add(board.Clock)
	add(board.Weather)
	refused := errors.New("refused")
	if _, err := l.Edit(ctx, alice, s.ID, func(b *board.Board) error { b.Title = "x"; return refused }); !errors.Is(err, refused) {
		t.Errorf("Edit = %v", err)
	}
	if _, err := l.Edit(ctx, alice, s.ID, func(b *board.Board) error { b.Title = ""; return nil }); err == nil {
		t.Error("a draft without a title is kept")
	}
	if d, err := l.Undo(ctx, alice, s.ID); err != nil || len(d.Board.Widgets) != 1 || d.Board.Title != "one" {
		t.Errorf("Undo = %+v, %v", d.Board, err)
	}
	if kept, err := l.Load(ctx, alice, s.ID); err != nil || len(kept.Board.Widgets) != 0 {
		t.Errorf("the board changed before it was saved: %+v, %v", kept, err)
	}
	if d, err := l.Undo(ctx, alice, s.ID); err != nil || len(d.Board.Widgets) != 0 {
		t.Errorf("Undo = %+v, %v", d.Board, err)
	}
	if _, err := l.Undo(ctx, alice, s.ID); !errors.Is(err, board.ErrNothing) {
		t.Errorf("Undo of nothing = %v", err)
	}
	for range 300 { // far more steps than there is room for
		if _, err := l.Edit(ctx, alice, s.ID, long); err != nil {
			t.Fatal(err)
		}
	}
	if d, err := l.Undo(ctx, alice, s.ID); err != nil || len(d.Before) == 0 {
		t.Errorf("after many steps: %d can be taken back, %v", len(d.Before), err)
	}
}

// A step back brings back what a widget showed, also where a change wrote over it in its place; and the last version is not touched.
func TestUndoWithinAWidget(t *testing.T) {
	t.Parallel()
	l, ctx := library(t), t.Context()
	limit := 5.0
	s, err := l.Create(ctx, alice, board.Board{Title: "one", Widgets: []board.Widget{{ID: "flow", Kind: board.Flow, W: 6, H: 4, Series: []string{"1", "2"}, Roles: []board.Role{"grid", "heat"}}, {ID: "number", Kind: board.BigNumber, X: 6, W: 3, H: 2, Series: []string{"3"}, Title: "before", Limit: &limit}}})
	if err != nil {
		t.Fatal(err)
	}
	before, _ := json.Marshal(s.Board)
	if _, err := l.Edit(ctx, alice, s.ID, func(b *board.Board) error {
		flow, number := &b.Widgets[b.Find("flow")], &b.Widgets[b.Find("number")]
		flow.Series[0], flow.Roles[0], number.Title, *number.Limit = "9", "charge", "after", 7
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	d, err := l.Undo(ctx, alice, s.ID)
	if back, _ := json.Marshal(d.Board); err != nil || string(back) != string(before) {
		t.Errorf("Undo = %s, %v, want %s", back, err, before)
	}
	if kept, err := l.Publish(ctx, alice, s.ID, true); err != nil || kept.Revision != s.Revision+1 { // there is nobody to write over
		t.Errorf("Publish = %+v, %v", kept, err)
	}
}

func TestDraftIsBounded(t *testing.T) {
	t.Parallel()
	l, ctx := library(t), t.Context()
	s := create(t, l, alice, "one")
	var err error
	for range board.MaxWidgets {
		if _, err = l.Edit(ctx, alice, s.ID, func(b *board.Board) error {
			id := b.Add(board.Text)
			b.Widgets[b.Find(id)].Text = strings.Repeat("x", board.MaxText)
			return nil
		}); err != nil {
			break
		}
	}
	if e, ok := errors.AsType[*board.Error](err); !ok || e.Code != board.TooLong {
		t.Errorf("a step too long = %v", err)
	}
	if d, err := l.Draft(ctx, alice, s.ID); err != nil || len(d.Board.Widgets) < 20 {
		t.Errorf("the draft before it has %d widgets, %v", len(d.Board.Widgets), err)
	}
	if _, err := l.Publish(ctx, alice, s.ID, false); err != nil {
		t.Errorf("Publish = %v", err)
	}
}

// long adds a text, as long as texts may be, up to ten of them.
func long(b *board.Board) error {
	if len(b.Widgets) >= 10 {
		b.Remove(b.Widgets[0].ID)
	}
	id := b.Add(board.Text)
	b.Widgets[b.Find(id)].Text = strings.Repeat("x", 2000)
	return nil
}

func TestVersionsAreBounded(t *testing.T) {
	t.Parallel()
	l, ctx := library(t), context.Background()
	s := create(t, l, alice, "one")
	for range 40 {
		var err error
		if s, err = l.Save(ctx, alice, s.ID, s.Revision, s.Board); err != nil {
			t.Fatal(err)
		}
	}
	versions, err := l.Versions(ctx, alice, s.ID)
	if err != nil || len(versions) != 30 || versions[0].Revision != 40 {
		t.Errorf("%d versions, %v", len(versions), err)
	}
}
