package memory_test

import (
	"fmt"
	"testing"

	"portico/internal/audit"
	"portico/internal/limit"
	"portico/internal/session"
	"portico/internal/shelf"
	"portico/internal/store/memory"
	"portico/internal/store/storetest"
	"portico/internal/token"
)

func TestContracts(t *testing.T) {
	storetest.Sessions(t, func(_ *testing.T, c *storetest.Clock) session.Store { return memory.New(c.Now).Sessions() })
	storetest.Tokens(t, func(_ *testing.T, c *storetest.Clock) (session.Store, token.Store) {
		s := memory.New(c.Now)
		return s.Sessions(), s.Tokens()
	})
}

func TestAudit(t *testing.T) {
	storetest.Audit(t, func(*testing.T) audit.Store { return memory.New(nil).Audit() })
}

func TestShelf(t *testing.T) {
	storetest.Shelf(t, func(*testing.T) shelf.Store { return memory.New(nil).Shelf() })
}

func TestAuditIsBounded(t *testing.T) {
	s := memory.New(nil).Audit()
	for n := range 120 {
		var batch []audit.Event
		for i := range 100 {
			batch = append(batch, audit.Event{ID: fmt.Sprintf("%032x", n*100+i)})
		}
		if err := s.Append(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
	}
	list, err := s.List(t.Context(), audit.Filter{Limit: 20_000})
	if err != nil || len(list) != 10_000 || list[0].ID != fmt.Sprintf("%032x", 11_999) {
		t.Errorf("%d events kept, %v", len(list), err)
	}
}

func TestTries(t *testing.T) {
	storetest.Tries(t, func(_ *testing.T, c *storetest.Clock) (limit.Store, limit.Store) {
		s := memory.New(c.Now)
		return s.Tries(), s.Tries()
	})
}

func TestCountKeys(t *testing.T) { storetest.Keys(t, memory.New(nil)) }
