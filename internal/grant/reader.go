package grant

import (
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"portico/internal/session"
)

// Bounds of what people choose for something that reads by itself.
const (
	MaxName = 60 // characters
	MaxLife = 366 * 24 * time.Hour
)

// Reader is what reads with nobody in front of it: a screen, a link.
type Reader struct {
	ID     string `json:"id"` // 80 random bits, which open nothing
	Rights Rights `json:"rights"`
	As     string `json:"as"` // name of the one whose rights these are
	// Handle is the cookie of the session that the grant is, on the server only; "" for a link with the application user's rights. It is kept so that the tokens can be given back when somebody revokes the reader; shelves
	// are sealed.
	Handle  string    `json:"handle"`
	Created time.Time `json:"created"`
	Until   time.Time `json:"until"`
}

// NewID returns an id of 80 random bits.
func NewID() string { return strings.ToLower(rand.Text()[:16]) }

// IsID reports whether text could be an id.
func IsID(text string) bool {
	return len(text) == 16 && strings.Trim(text, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

// IsName reports whether a reader can be called so: 1 to MaxName characters without blanks around them.
func IsName(name string) bool {
	n := len([]rune(name))
	return n > 0 && n <= MaxName && strings.TrimSpace(name) == name
}

// Key returns the handle of the grant's session.
func (r *Reader) Key() (session.Handle, error) { return session.ParseHandle(r.Handle) }

// SetKey keeps the handle of the grant's session.
func (r *Reader) SetKey(h session.Handle) { r.Handle = h.Cookie().Reveal() }

// Format implements [fmt.Formatter] for every verb, also for what a Reader is part of: no printer shows the handle.
func (r Reader) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, r.ID) }

// LogValue implements [slog.LogValuer].
func (r Reader) LogValue() slog.Value { return slog.StringValue(r.ID) }
