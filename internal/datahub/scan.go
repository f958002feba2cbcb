package datahub

import (
	"strconv"
	"unicode/utf8"
)

// The scanner below reads JSON (RFC 8259) once, in a stream, and keeps nothing: answers with data points are the largest
// that a page waits for. It is stricter than the Data Hub needs to be: invalid UTF-8 and deep nesting are malformed.

const (
	maxDepth = 64 // nesting of an item; what the Data Hub sends is about eight deep

	short = -1 // the bytes at hand end inside the value
	bad   = -2 // the bytes are not JSON, or not what was expected
)

func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\n' || b[i] == '\r') {
		i++
	}
	return i
}

// skipValue returns the index after the value that begins at i, or short, or bad.
func skipValue(b []byte, i, depth int) int {
	if i >= len(b) {
		return short
	}
	switch b[i] {
	case '"':
		return skipString(b, i)
	case '{':
		return skipObject(b, i, depth+1)
	case '[':
		return skipArray(b, i, depth+1)
	case 't':
		return skipWord(b, i, "true")
	case 'f':
		return skipWord(b, i, "false")
	case 'n':
		return skipWord(b, i, "null")
	}
	_, end := scanNumber(b, i)
	return end
}

func skipObject(b []byte, i, depth int) int {
	if depth > maxDepth {
		return bad
	}
	i = skipSpace(b, i+1)
	if i < len(b) && b[i] == '}' {
		return i + 1
	}
	for {
		_, value := scanName(b, i)
		if value < 0 {
			return value
		}
		end := skipValue(b, value, depth)
		if end < 0 {
			return end
		}
		next, done := scanComma(b, end, '}')
		if done || next < 0 {
			return next
		}
		i = next
	}
}

func skipArray(b []byte, i, depth int) int {
	if depth > maxDepth {
		return bad
	}
	i = skipSpace(b, i+1)
	if i < len(b) && b[i] == ']' {
		return i + 1
	}
	for {
		end := skipValue(b, i, depth)
		if end < 0 {
			return end
		}
		next, done := scanComma(b, end, ']')
		if done || next < 0 {
			return next
		}
		i = next
	}
}

// scanName reads a member's name and colon. It returns the name as it is written, without quotes, and the index of the value.
func scanName(b []byte, i int) (name []byte, value int) {
	if i >= len(b) {
		return nil, short
	}
	if b[i] != '"' {
		return nil, bad
	}
	end := skipString(b, i)
	if end < 0 {
		return nil, end
	}
	colon := skipSpace(b, end)
	if colon >= len(b) {
		return nil, short
	}
	if b[colon] != ':' {
		return nil, bad
	}
	if value = skipSpace(b, colon+1); value >= len(b) {
		return nil, short
	}
	return b[i+1 : end-1], value
}

// scanComma reads what follows a value: a comma, and next is the index of what comes then, or the closing byte.
func scanComma(b []byte, i int, closing byte) (next int, done bool) {
	i = skipSpace(b, i)
	switch {
	case i >= len(b):
		return short, false
	case b[i] == closing:
		return i + 1, true
	case b[i] != ',':
		return bad, false
	}
	if i = skipSpace(b, i+1); i >= len(b) {
		return short, false
	}
	return i, false
}

// skipString returns the index after the string that begins at i.
func skipString(b []byte, i int) int {
	ascii := true
	for start := i; ; {
		for i++; i < len(b) && ordinary[b[i]]; i++ {
		}
		if i >= len(b) {
			return short
		}
		switch c := b[i]; {
		case c == '"':
			if !ascii && !utf8.Valid(b[start:i]) {
				return bad
			}
			return i + 1
		case c == '\\':
			if i = skipEscape(b, i); i < 0 {
				return i
			}
		case c < 0x20:
			return bad
		default:
			ascii = false
		}
	}
}

// ordinary are the bytes that mean themselves in a string, without those beyond ASCII.
var ordinary = func() (o [256]bool) {
	for c := 0x20; c < utf8.RuneSelf; c++ {
		o[c] = c != '"' && c != '\\'
	}
	return o
}()

// skipEscape returns the index of the last byte of the escape sequence that begins at i.
func skipEscape(b []byte, i int) int {
	if i++; i >= len(b) {
		return short
	}
	switch b[i] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i
	case 'u':
		if i+4 >= len(b) {
			return short
		}
		if _, err := strconv.ParseUint(string(b[i+1:i+5]), 16, 16); err != nil {
			return bad
		}
		return i + 4
	}
	return bad
}

func skipWord(b []byte, i int, word string) int {
	if len(b)-i < len(word) {
		return short
	}
	if string(b[i:i+len(word)]) != word {
		return bad
	}
	return i + len(word)
}

// scanNumber reads the number at i. Short answers are converted on the way, exactly: up to 2^53 in digits over a power
// of ten up to 22 are two numbers without rounding, so that their quotient is rounded once. The rest is strconv's.
// A number that no float64 can hold is bad.
func scanNumber(b []byte, i int) (f float64, end int) {
	start, negative := i, i < len(b) && b[i] == '-'
	if negative {
		i++
	}
	whole := i
	m, i := scanDigits(b, i, 0)
	digits, decimals := i-whole, 0
	if digits == 0 || digits > 1 && b[whole] == '0' {
		return 0, shortAt(b, i)
	}
	if i < len(b) && b[i] == '.' {
		i++
		point := i
		m, i = scanDigits(b, i, m)
		if decimals = i - point; decimals == 0 {
			return 0, shortAt(b, i)
		}
	}
	exponent := i < len(b) && b[i]|0x20 == 'e'
	if exponent {
		if i++; i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		first := i
		if _, i = scanDigits(b, i, 0); i == first {
			return 0, shortAt(b, i)
		}
	}
	if i >= len(b) {
		return 0, short // more digits may follow
	}
	if exponent || digits+decimals > 18 || m > 1<<53 || decimals > 22 {
		f, err := strconv.ParseFloat(string(b[start:i]), 64)
		if err != nil {
			return 0, bad
		}
		return f, i
	}
	if f = float64(m) / powersOfTen[decimals]; negative {
		f = -f
	}
	return f, i
}

func scanDigits(b []byte, i int, m uint64) (uint64, int) {
	for i < len(b) && b[i]-'0' <= 9 {
		m = m*10 + uint64(b[i]-'0')
		i++
	}
	return m, i
}

// shortAt is what a number is that cannot go on at i: short at the end of the bytes, bad elsewhere.
func shortAt(b []byte, i int) int {
	if i >= len(b) {
		return short
	}
	return bad
}

var powersOfTen = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}
