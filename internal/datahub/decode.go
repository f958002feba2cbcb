package datahub

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// number reads an integer that is written as a number or as a string of digits; null and absent leave 0.
type number int64

func (n *number) UnmarshalJSON(b []byte) error {
	text := strings.Trim(string(b), `" `)
	if text == "null" || text == "" {
		return nil
	}
	if i, err := strconv.ParseInt(text, 10, 64); err == nil {
		*n = number(i)
		return nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return malformed("id or count")
	}
	*n = number(f)
	return nil
}

// largest is more than anything that is measured, and little enough for sums, products and squares of it to stay numbers.
const largest = 1e100

// real reads a finite number, up to largest, that is written as a number or as a string.
type real float64

func (r *real) UnmarshalJSON(b []byte) error {
	text := strings.Trim(string(b), `" `)
	if text == "null" || text == "" {
		return nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(f) || math.Abs(f) > largest {
		return malformed("number")
	}
	*r = real(f)
	return nil
}

// text reads a string, or a number as its digits.
type text string

func (t *text) UnmarshalJSON(b []byte) error {
	if b[0] == '"' {
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*t = text(s)
		return nil
	}
	if bytes.Equal(b, []byte("null")) {
		return nil
	}
	if b[0] == '{' || b[0] == '[' {
		return malformed("text")
	}
	*t = text(b)
	return nil
}

// moment reads a date and time; one without an offset is UTC. Null, absent and the platform's own "no date", the year 1, leave the zero time.
type moment time.Time

func (m *moment) UnmarshalJSON(b []byte) error {
	var s text
	if err := s.UnmarshalJSON(b); err != nil || s == "" {
		return err
	}
	d := dates{zone: time.UTC}
	t, ok := d.parse([]byte(s))
	if !ok && len(s) == len("2006-01-02") {
		t, ok = d.parse([]byte(s + "T00:00:00"))
	}
	if !ok {
		return malformed("date")
	}
	if t.Year() > 1 {
		*m = moment(t)
	}
	return nil
}

// flag reads true and false, also as words or numbers; null and absent leave false.
type flag bool

func (f *flag) UnmarshalJSON(b []byte) error {
	switch strings.ToLower(strings.Trim(string(b), `" `)) {
	case "true", "1":
		*f = true
	case "false", "0", "null", "":
		*f = false
	default:
		return malformed("flag")
	}
	return nil
}

const (
	maxItem  = 1 << 20 // bytes of one item of a list
	maxItems = 100_000 // items of one answer
)

var (
	errNull = errors.New("null in a list")
	errNoID = errors.New("item without an id")

	errTooMany = fmt.Errorf("items: %w", ErrTooLarge)
)

// readItems reads a list, or a single object as a list of one. An item that cannot be read is left out and reported; received counts it
// too. A list of which nothing can be read is ErrMalformed, as is a body that is no JSON, is cut short or goes on after its end.
func readItems[W wire](c *Client, path string, body io.Reader) (items []W, received int, err error) {
	var fault error
	err = stream(body, maxItem, true, func(b []byte) int {
		n := skipValue(b, 0, 0)
		if n < 0 {
			return n
		}
		if received++; received > maxItems {
			fault = errTooMany
			return bad
		}
		if w, err := readItem[W](b[:n]); err == nil {
			items = append(items, w)
		} else {
			fault = err
			c.hub.skipped(path, err)
		}
		return n
	})
	if fault == errTooMany {
		return nil, received, errTooMany
	}
	if err == nil && fault != nil && len(items) == 0 {
		err = malformed("no item of the list")
	}
	return items, received, err
}

func readItem[W wire](b []byte) (w W, err error) {
	if b[0] == 'n' {
		return w, errNull
	}
	if err := json.Unmarshal(b, &w); err != nil {
		return w, err
	}
	if _, ok := w.key(); !ok {
		return w, errNoID
	}
	return w, nil
}

// total returns the number of items that the Data Hub says there are, and 0 when it does not say.
func total(h http.Header) int {
	n, err := strconv.Atoi(strings.TrimSpace(h.Get("X-Total-Count")))
	if err != nil || n < 0 {
		return 0
	}
	return n
}
