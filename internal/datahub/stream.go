package datahub

import (
	"errors"
	"fmt"
	"io"
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
