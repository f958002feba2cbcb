// Package secret holds text that grants access: tokens, client secrets, keys, code verifiers.
//
// A [Text] prints as "[redacted]" wherever Go prints, logs or encodes values, so that a forgotten
// log line or a dumped struct gives nothing away. Reveal is called where a header, a form or a cipher is
// built, and nowhere else.
package secret

import (
	"crypto/subtle"
	"fmt"
	"io"
	"log/slog"
)

// Redacted is what every printer, logger and encoder shows instead of the text.
const Redacted = "[redacted]"

// Text is a string that is never shown by accident. The zero Text is empty. It is a value: copying it copies the
// reference, and comparing two with == compares references, not contents; use [Text.Equal].
type Text struct {
	p *string // nil for an empty text; a pointer, so that reflection-driven printers meet an address and not the characters
}

// New returns a Text that holds s.
func New(s string) Text {
	if s == "" {
		return Text{}
	}
	return Text{p: &s}
}

// Reveal returns the text itself, "" for the zero Text.
func (t Text) Reveal() string {
	if t.p == nil {
		return ""
	}
	return *t.p
}

// Empty reports whether there is no text.
func (t Text) Empty() bool { return t.p == nil }

// Equal reports whether both hold the same characters, in time that depends on their lengths only.
func (t Text) Equal(o Text) bool {
	return subtle.ConstantTimeCompare([]byte(t.Reveal()), []byte(o.Reveal())) == 1
}

// String returns [Redacted], or "" for an empty text so that "not set" can be seen.
func (t Text) String() string {
	if t.Empty() {
		return ""
	}
	return Redacted
}

// Format implements [fmt.Formatter] for every verb.
func (t Text) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, t.String()) }

// LogValue implements [slog.LogValuer].
func (t Text) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalText implements [encoding.TextMarshaler] for JSON, XML and YAML encoders alike.
func (t Text) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler]: configuration is read into a Text.
func (t *Text) UnmarshalText(b []byte) error {
	*t = New(string(b))
	return nil
}
