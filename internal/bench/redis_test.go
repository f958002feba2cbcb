package bench

import (
	"testing"

	"portico/internal/testserver"
)

// startRedis runs a private server without persistence and returns its address.
func startRedis(b *testing.B) string {
	b.Helper()
	return testserver.StartRedis(b).Address()
}
