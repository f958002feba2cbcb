package memory_test

import (
	"testing"

	"portico/internal/session"
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
func TestCountKeys(t *testing.T) { storetest.Keys(t, memory.New(nil)) }
