package datahub

import (
	"errors"
	"fmt"
	"io"
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

// stream reads a JSON array from r and calls parse with bytes that begin with an element. parse returns how many of them
// the element takes, or short, or bad. With single, an object stands for an array of one, and null for an empty array.
// An element may be maxItem bytes long. The array must be whole and the last thing in r.
func stream(r io.Reader, maxItem int, single bool, parse func(b []byte) int) error {
	w := &window{r: r, buf: make([]byte, 0, min(maxItem, 64<<10)), max: maxItem}
	c, err := w.begin()
	switch {
	case err != nil:
		return err
	case single && c == '{':
		err = w.element(parse)
	case single && c == 'n':
		err = w.element(func(b []byte) int { return skipValue(b, 0, 0) })
	case c == '[':
		w.pos++
		err = w.elements(parse)
	default:
		return malformed("no list")
	}
	if err != nil {
		return err
	}
	if _, err = w.peek(); err == nil {
		return malformed("something follows the end")
	} else if err != io.EOF {
		return err
	}
	return nil
}

func malformed(what string) error { return fmt.Errorf("%s: %w", what, ErrMalformed) }

// window is the part of an answer that has been read and not yet understood.
type window struct {
	r   io.Reader
	buf []byte
	pos int // what lies before it is done with
	max int // bytes that buf may grow to
}

// begin skips a byte order mark and white space and returns the first byte.
func (w *window) begin() (byte, error) {
	for len(w.buf) < 3 {
		if err := w.more(); err == io.EOF {
			break
		} else if err != nil {
			return 0, err
		}
	}
	if len(w.buf) >= 3 && string(w.buf[:3]) == "\ufeff" {
		w.pos = 3
	}
	c, err := w.peek()
	return c, cutShort(err)
}

func (w *window) elements(parse func([]byte) int) error {
	c, err := w.peek()
	if err == nil && c == ']' {
		w.pos++
		return nil
	}
	for err == nil {
		if err = w.element(parse); err != nil {
			break
		}
		if c, err = w.peek(); err != nil {
			break
		}
		w.pos++
		switch c {
		case ']':
			return nil
		case ',':
			_, err = w.peek()
		default:
			return malformed("list")
		}
	}
	return cutShort(err)
}

func (w *window) element(parse func([]byte) int) error {
	for {
		switch n := parse(w.buf[w.pos:]); {
		case n >= 0:
			w.pos += n
			return nil
		case n == bad:
			return malformed("item")
		}
		if err := w.more(); err != nil {
			return cutShort(err)
		}
	}
}

// peek skips white space and returns the next byte without consuming it, or io.EOF.
func (w *window) peek() (byte, error) {
	for {
		if w.pos = skipSpace(w.buf, w.pos); w.pos < len(w.buf) {
			return w.buf[w.pos], nil
		}
		if err := w.more(); err != nil {
			return 0, err
		}
	}
}

// more reads on. It doubles what is at hand, so that an element that comes in small pieces is not scanned too often.
func (w *window) more() error {
	w.buf = w.buf[:copy(w.buf, w.buf[w.pos:])]
	w.pos = 0
	have := len(w.buf)
	if have >= w.max {
		return fmt.Errorf("item: %w", ErrTooLarge)
	}
	if have == cap(w.buf) {
		w.buf = append(make([]byte, 0, min(2*have, w.max)), w.buf...)
	}
	n, err := io.ReadAtLeast(w.r, w.buf[have:cap(w.buf)], min(have+1, cap(w.buf)-have))
	w.buf = w.buf[:have+n]
	if n > 0 && (err == io.EOF || err == io.ErrUnexpectedEOF) {
		return nil // the reader says it again
	}
	return err
}

// cutShort says what it means when the answer ends inside its value.
func cutShort(err error) error {
	if errors.Is(err, io.EOF) {
		return malformed("cut short")
	}
	return err
}

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
		if i++; i >= len(b) {
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
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
}

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
