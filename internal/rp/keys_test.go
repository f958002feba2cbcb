package rp

import (
	"fmt"
	"testing"
)

func TestKeyRotation(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	c, _ := p.client()
	for i := range 3 { // just before signing, each time
		p.mu.Lock()
		p.key, p.kid = newKeyPair(t), fmt.Sprint("k", i)
		p.mu.Unlock()
		if _, _, err := p.login(c); err != nil {
			t.Errorf("sign-in %d: %v", i, err)
		}
	}
}

func FuzzKeySet(f *testing.F) {
	f.Add([]byte(`{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"},{"kty":"EC"},null,7]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, k := range parseKeys(b) {
			if !k.IsPublic() || !k.Valid() {
				t.Fatalf("parseKeys keeps a key that is not fit: %q", b)
			}
		}
	})
}
