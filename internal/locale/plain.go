package locale

import "strings"

// Name makes a name from elsewhere harmless as [Plain] does. An empty name becomes a dash, so that a link can still be hit.
func Name(s string) string {
	if s = Plain(s); s == "" {
		return dash
	}
	return s
}

// Plain makes a text from elsewhere harmless where markup cannot set it apart: no control characters, none that change the direction of text, no lone line breaks, and not longer than
// a line.
func Plain(s string) string {
	return strings.Join(strings.Fields(harmless(s, 120, "")), " ")
}

// Typed is Plain for a field in which somebody goes on writing: up to so many characters, with its blanks and line breaks.
func Typed(s string, most int) string { return harmless(s, most, "\n\r\t") }

// harmless returns the first characters of s, without those that change the direction of text, and with blanks for control characters other than the allowed ones.
func harmless(s string, most int, allowed string) string {
	n := 0
	return strings.Map(func(r rune) rune {
		switch {
		case n >= most:
			return -1
		case strings.ContainsRune(allowed, r):
		case r < ' ' || r >= 0x7f && r < 0xa0 || r == 0xfffd || r == 0xfeff:
			r = ' '
		case r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200e || r == 0x200f || r == 0x61c || r == 0x2028 || r == 0x2029:
			return -1
		}
		n++
		return r
	}, strings.ToValidUTF8(s, " "))
}

// Bracket puts a unit or an id behind a name into brackets; nothing stays nothing.
func Bracket(s string) string {
	if s == "" {
		return ""
	}
	return "(" + s + ")"
}
