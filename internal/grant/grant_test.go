package grant_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"portico/internal/grant"
	"portico/internal/session"
	"portico/internal/shelf"
	"portico/internal/store/memory"
)

func TestAWishIsTakenOnce(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	keys, err := session.NewKeyring(session.NewKey(now))
	if err != nil {
		t.Fatal(err)
	}
	ws := grant.NewWishes[string](shelf.New(memory.New(nil).Shelf(), keys, func() time.Time { return now }))
	keep := func() string {
		t.Helper()
		ticket, err := ws.Keep(t.Context(), "a screen")
		if err != nil {
			t.Fatal(err)
		}
		return ticket
	}
	ticket, late := keep(), keep()
	if got, err := ws.Take(t.Context(), ticket); err != nil || got != "a screen" {
		t.Errorf("Take = %q, %v", got, err)
	}
	now = now.Add(grant.WishLife)
	for _, no := range []string{ticket, late, "", "x", strings.Repeat("A", 26)} {
		if _, err := ws.Take(t.Context(), no); !errors.Is(err, grant.ErrGone) {
			t.Errorf("Take(%q) = %v, want ErrGone", no, err)
		}
	}
}
