package session

import (
	"bytes"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"strings"
	"sync"
	"testing"
)

// What is derived is HKDF-Expand's, also when several ask at once: records of other versions open.
func TestExpandIsHKDF(t *testing.T) {
	t.Parallel()
	secret := make([]byte, 64)
	_, _ = rand.Read(secret)
	key := newRingKey("k", secret)
	var wg sync.WaitGroup
	for n := range 64 {
		wg.Go(func() {
			h, data := NewHandle(), []byte(strings.Repeat("x", 7*n))
			want, err := hkdf.Expand(sha256.New, secret, "portico "+string(PurposeSession)+"\x00"+string(h.secret[:])+string(data), n%33)
			if got := key.expand(PurposeSession, h, data, n%33); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d bytes behind: expand = %x, want %x, %v", len(data), got, want, err)
			}
		})
	}
	wg.Wait()
}
