package datahub

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
)

// maxDepth bounds the nesting of an answer: what the Data Hub sends is at most about eight deep.
const maxDepth = 64

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
		return fmt.Errorf("id or count: %w", ErrMalformed)
	}
	*n = number(f)
	return nil
}

// real reads a finite number that is written as a number or as a string.
type real float64

func (r *real) UnmarshalJSON(b []byte) error {
	text := strings.Trim(string(b), `" `)
	if text == "null" || text == "" {
		return nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return fmt.Errorf("number: %w", ErrMalformed)
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
		return fmt.Errorf("text: %w", ErrMalformed)
	}
	*t = text(b)
	return nil
}

// readItems reads a list, or a single object as a list of one. An item that cannot be read is left out and reported; a body that is
// no JSON, is cut short or goes on after its end is ErrMalformed.
func readItems[W any](c *Client, path string, body io.Reader) ([]W, error) {
	b, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	if !json.Valid(b) || tooDeep(b) {
		return nil, ErrMalformed
	}
	b = bytes.TrimSpace(b)
	if b[0] == '{' {
		b = append(append([]byte{'['}, b...), ']')
	}
	var raw []json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		return nil, ErrMalformed
	}
	items := make([]W, 0, len(raw))
	for _, r := range raw {
		var w W
		if err := json.Unmarshal(r, &w); err != nil || bytes.Equal(r, []byte("null")) {
			c.hub.skipped(path, err)
			continue
		}
		items = append(items, w)
	}
	return items, nil
}

// tooDeep reports whether valid JSON nests deeper than maxDepth.
func tooDeep(b []byte) bool {
	depth, inString := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

// total returns the number of items that the Data Hub says there are, and false when it does not say.
func total(h http.Header) (int, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(h.Get("X-Total-Count")))
	return n, err == nil && n >= 0
}
