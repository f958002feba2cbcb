package session

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"
	"sync"
	"time"

	"portico/internal/secret"
)

// Purpose keeps what is sealed for one thing from being taken for another: a cookie of a sign-in is never a session.
type Purpose string

// What is sealed.
const (
	PurposeSession Purpose = "session" // a session record
	PurposeScreen  Purpose = "screen"  // a session record of a screen
	PurposePairing Purpose = "pairing" // a screen that waits to be paired, in a cookie
	PurposeTokens  Purpose = "tokens"  // a token record
	PurposeAttempt Purpose = "attempt" // a sign-in under way, in a cookie
	PurposeLogout  Purpose = "logout"  // a sign-out under way, in a cookie
	PurposeRecent  Purpose = "recent"  // recent sign-ins of a browser, in a cookie
	PurposeFailure Purpose = "failure" // why a sign-in failed, in a cookie
	PurposeLost    Purpose = "lost"    // how to sign in after a session that is no more, in a cookie
	PurposeAbout   Purpose = "about"   // what a session's list shows of a browser
	PurposeShelf   Purpose = "shelf"   // what the portal keeps for a person beyond their sessions
	purposeSeen    Purpose = "seen"    // authenticates LastSeen
)

// Key is a server key. Its id stands in front of what it sealed.
type Key struct {
	ID      string      // 1 to 32 of a-z 0-9 -
	Secret  secret.Text // base64url of 32 to 64 random bytes
	Created time.Time   // zero when the file does not say
}

// NewKey returns a random key whose id is the date and eight random characters.
func NewKey(now time.Time) Key {
	b := make([]byte, 32)
	_, _ = rand.Read(b)
	return Key{ID: now.UTC().Format("20060102") + "-" + strings.ToLower(rand.Text()[:8]), Secret: secret.New(base64.RawURLEncoding.EncodeToString(b)), Created: now.UTC().Truncate(time.Second)}
}

// Keyring seals and opens. The first key seals, all of them open: rotation is add, promote, remove. It is safe for concurrent use.
type Keyring struct {
	keys []ringKey
}

type ringKey struct {
	id     string
	secret []byte
	macs   *sync.Pool // of hash.Hash: HMAC-SHA-256 under secret, which is not set up anew each time
}

func newRingKey(id string, secret []byte) ringKey {
	return ringKey{id, secret, &sync.Pool{New: func() any { return hmac.New(sha256.New, secret) }}}
}

// Errors of Open. ErrUnknownKey is also an ErrSealed.
var ErrSealed = errors.New("session: sealed by somebody else, for something else, or damaged")

// UnknownKeyError says that a key was removed too early: what it sealed cannot be opened. errors.Is(err, ErrSealed) holds.
type UnknownKeyError struct{ ID string }

func (e *UnknownKeyError) Error() string {
	return "session: sealed under key " + e.ID + ", which is not in the key file"
}

// Is makes an unknown key one of the reasons for ErrSealed.
func (e *UnknownKeyError) Is(target error) bool { return target == ErrSealed }

// NewKeyring checks the keys, reporting all mistakes at once: none, short, repetitive or doubly used ones are refused.
func NewKeyring(keys ...Key) (*Keyring, error) {
	var errs []error
	k := &Keyring{}
	seen := map[string]bool{}
	for _, key := range keys {
		b, err := base64.RawURLEncoding.Strict().DecodeString(key.Secret.Reveal())
		switch {
		case !validKeyID(key.ID):
			errs = append(errs, fmt.Errorf("key id %.40q is not 1 to 32 of a-z, 0-9 and -", key.ID))
			continue
		case err != nil || len(b) < 32 || len(b) > 64:
			errs = append(errs, fmt.Errorf("key %s is not the base64url of 32 to 64 bytes", key.ID))
			continue
		case weak(b):
			errs = append(errs, fmt.Errorf("key %s is not random; make one with: web keys new", key.ID))
		case seen["id "+key.ID] || seen["secret "+string(b)]:
			errs = append(errs, fmt.Errorf("key %s stands there twice, by id or by secret", key.ID))
		}
		seen["id "+key.ID], seen["secret "+string(b)] = true, true
		k.keys = append(k.keys, newRingKey(key.ID, b))
	}
	if len(keys) == 0 {
		errs = append(errs, errors.New("no key; make one with: web keys new"))
	}
	if len(errs) > 0 {
		return nil, fmt.Errorf("sealing keys: %w", errors.Join(errs...))
	}
	return k, nil
}

// WhyRefused names the reason for which something did not open.
func WhyRefused(err error) string {
	if _, unknown := errors.AsType[*UnknownKeyError](err); unknown {
		return "unknown-key"
	}
	return "damaged"
}

// Format implements [fmt.Formatter] for every verb: printers show which keys there are, not the keys.
func (k *Keyring) Format(f fmt.State, _ rune) {
	for i, key := range k.keys {
		if i > 0 {
			_, _ = io.WriteString(f, " ")
		}
		_, _ = io.WriteString(f, key.id)
	}
}

func validKeyID(id string) bool {
	return id != "" && len(id) <= 32 && strings.Trim(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// weak finds keys that nobody's random generator made: few different bytes, or readable text.
func weak(b []byte) bool {
	different := map[byte]bool{}
	readable := true
	for _, c := range b {
		different[c] = true
		readable = readable && c >= ' ' && c <= '~'
	}
	return len(different) < 16 || readable
}

// A sealed text is: version, length of the key id, key id, salt, nonce, ciphertext. The associated data is the header up to the salt, the
// purpose and the caller's.
const (
	sealVersion = 1
	saltSize    = 16
	nonceSize   = 12
	// MaxSealed is the longest plaintext that is sealed or opened, in bytes.
	MaxSealed = 64 << 10
	// SealedHead is how many bytes of a sealed text KeyID needs at most.
	SealedHead = 2 + 32 + saltSize + nonceSize + 16
)

// Seal encrypts plaintext with AES-256-GCM under a key derived (HKDF-Expand, RFC 5869) from the first server key, h's secret, a random salt
// and the purpose; a zero h leaves the server key alone. What ad says must be said again to Open.
func (k *Keyring) Seal(p Purpose, h Handle, ad, plaintext []byte) []byte {
	key := k.keys[0]
	out := make([]byte, 0, 2+len(key.id)+saltSize+nonceSize+len(plaintext)+16)
	out = append(out, sealVersion, byte(len(key.id)))
	out = append(out, key.id...)
	head := len(out)
	out = out[:head+saltSize+nonceSize]
	_, _ = rand.Read(out[head:])
	salt, nonce := out[head:head+saltSize], out[head+saltSize:]
	return key.aead(h, salt, p).Seal(out, nonce, plaintext, associated(out[:head], p, ad))
}

// Open decrypts what Seal sealed for the same purpose, handle and associated data. Anything else is ErrSealed.
func (k *Keyring) Open(p Purpose, h Handle, ad, sealed []byte) ([]byte, error) {
	id, ok := keyID(sealed)
	if !ok || len(sealed) > MaxSealed+1024 {
		return nil, ErrSealed
	}
	head := 2 + len(id)
	for _, key := range k.keys {
		if key.id != id {
			continue
		}
		salt, nonce, text := sealed[head:head+saltSize], sealed[head+saltSize:head+saltSize+nonceSize], sealed[head+saltSize+nonceSize:]
		plain, err := key.aead(h, salt, p).Open(nil, nonce, text, associated(sealed[:head], p, ad))
		if err != nil {
			return nil, ErrSealed
		}
		return plain, nil
	}
	return nil, &UnknownKeyError{ID: id}
}

// NeedsReseal reports whether something was sealed under another key than the first.
func (k *Keyring) NeedsReseal(sealed []byte) bool {
	id, ok := keyID(sealed)
	return ok && id != k.keys[0].id
}

// KeyID returns the id of the key that something was sealed under, "" when it is not sealed.
func KeyID(sealed []byte) string {
	id, _ := keyID(sealed)
	return id
}

func keyID(sealed []byte) (string, bool) {
	if len(sealed) < 2 || sealed[0] != sealVersion {
		return "", false
	}
	n := int(sealed[1])
	if len(sealed) < 2+n+saltSize+nonceSize+16 || !validKeyID(string(sealed[2:2+n])) {
		return "", false
	}
	return string(sealed[2 : 2+n]), true
}

// aead derives the cipher. Its inputs have fixed lengths, so none of the calls can fail.
func (k ringKey) aead(h Handle, salt []byte, p Purpose) cipher.AEAD {
	block, err := aes.NewCipher(k.expand(p, h, salt, 32))
	if err != nil {
		panic(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return gcm
}

func associated(head []byte, p Purpose, ad []byte) []byte {
	b := make([]byte, 0, len(head)+len(p)+len(ad)+2)
	b = append(append(b, head...), byte(len(p)))
	return append(append(b, p...), ad...)
}

// tag authenticates data under the session's own key: server key and cookie secret. Any key of the ring may have made it.
func (k *Keyring) tag(n int, h Handle, data []byte) []byte {
	return k.keys[n].expand(purposeSeen, h, data, 16)
}

// expand is HKDF-Expand (RFC 5869 section 2.3), a pseudorandom function of what stands behind the key. Server keys are random and of full length, so nothing has to be extracted from them
// (section 3.3). The purpose ends in a NUL and the secret has a fixed length: no two inputs read the same. length is at most 32: the first block, which is one HMAC, is enough.
func (k ringKey) expand(p Purpose, h Handle, data []byte, length int) []byte {
	mac := k.macs.Get().(hash.Hash)
	defer k.macs.Put(mac)
	defer mac.Reset() // nothing of a cookie's secret stays in it
	info := append(make([]byte, 0, 128), "portico "...)
	info = append(append(append(append(append(info, p...), 0), h.secret[:]...), data...), 1)
	_, _ = mac.Write(info) // never fails
	return mac.Sum(nil)[:length]
}

func (k *Keyring) validTag(h Handle, data, tag []byte) bool {
	for n := range k.keys {
		if hmac.Equal(k.tag(n, h, data), tag) {
			return true
		}
	}
	return false
}
