package session

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"portico/internal/secret"
)

// Handle is what the cookie carries: an id, of which stores know a hash, and a secret, which takes part in sealing the records. Whoever holds it
// holds the session.
type Handle struct {
	id     [32]byte
	secret [32]byte
}

// ErrHandle says that a text is no handle.
var ErrHandle = errors.New("session: not a session cookie")

const handlePrefix = "1." // version of the cookie's form

// NewHandle returns a handle of 512 random bits.
func NewHandle() Handle {
	var h Handle
	_, _ = rand.Read(h.id[:]) // never fails; it ends the program instead
	_, _ = rand.Read(h.secret[:])
	return h
}

// ParseHandle reads a cookie's value. Only the exact text that Cookie returned is accepted.
func ParseHandle(cookie string) (Handle, error) {
	var h Handle
	if len(cookie) != len(handlePrefix)+base64.RawURLEncoding.EncodedLen(64) || cookie[:len(handlePrefix)] != handlePrefix {
		return h, ErrHandle
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(cookie[len(handlePrefix):])
	if err != nil || len(b) != 64 {
		return h, ErrHandle
	}
	copy(h.id[:], b)
	copy(h.secret[:], b[32:])
	return h, nil
}

// ID returns the id under which stores know the session.
func (h Handle) ID() ID { return sha256.Sum256(h.id[:]) }

// Cookie returns the cookie's value.
func (h Handle) Cookie() secret.Text {
	return secret.New(handlePrefix + base64.RawURLEncoding.EncodeToString(append(h.id[:], h.secret[:]...)))
}

// String returns what may be logged of a handle: the start of its ID.
func (h Handle) String() string { return h.ID().String() }

// Format implements [fmt.Formatter] for every verb: no printer shows a handle.
func (h Handle) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, h.String()) }

// LogValue implements [slog.LogValuer].
func (h Handle) LogValue() slog.Value { return slog.StringValue(h.String()) }
