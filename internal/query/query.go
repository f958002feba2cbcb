// Package query reads what strangers put into an address, strictly, and writes addresses: each parameter at most once, ids as the platform numbers things. A mistake names its parameter.
package query

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// What can be wrong with a parameter.
var (
	ErrRepeated = errors.New("is given more than once")
	ErrNumber   = errors.New("is not a whole number above zero")
	ErrTooLong  = errors.New("is too long")
	ErrChoice   = errors.New("this choice is not offered")
)

// Error says that a parameter cannot be used, and which.
type Error struct {
	Param string
	Err   error // in plain words, for the reader
}

// Error implements error.
func (e *Error) Error() string { return "parameter " + e.Param + ": " + e.Err.Error() }

// Unwrap returns what is wrong.
func (e *Error) Unwrap() error { return e.Err }

// One returns the only value of a parameter, "" when it is not there. More than one is an error: whoever reads the address could otherwise take another one than we do. So is one
// of more than longest bytes, or that is no text. An error is an [*Error].
func One(q url.Values, name string, longest int) (string, error) {
	values := q[name]
	switch {
	case len(values) == 0:
		return "", nil
	case len(values) > 1:
		return "", &Error{name, ErrRepeated}
	case len(values[0]) > longest:
		return "", &Error{name, ErrTooLong}
	case !utf8.ValidString(values[0]):
		return "", &Error{name, ErrChoice}
	}
	return values[0], nil
}

// Choice returns a parameter that is one of offered, or not there: then it is "". An error is an [*Error].
func Choice(q url.Values, name string, offered ...string) (string, error) {
	text, err := One(q, name, 64)
	if err != nil || text == "" {
		return "", err
	}
	if !slices.Contains(offered, text) {
		return "", &Error{name, ErrChoice}
	}
	return text, nil
}

// ParseID reads an id: digits only, above zero, below 2⁵³, without a zero in front. Else it returns [ErrNumber].
func ParseID(text string) (int64, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id <= 0 || id >= 1<<53 || text[0] == '+' || text[0] == '0' {
		return 0, ErrNumber
	}
	return id, nil
}

// ID reads a parameter that is an id, 0 when it is not there. An error is an [*Error].
func ID(q url.Values, name string) (int64, error) {
	text, err := One(q, name, 20)
	if err != nil || text == "" {
		return 0, err
	}
	id, err := ParseID(text)
	if err != nil {
		return 0, &Error{name, err}
	}
	return id, nil
}

// Page reads the number of a page: 1 when it is not there. An error is an [*Error].
func Page(q url.Values) (int, error) {
	n, err := ID(q, "page")
	switch {
	case err != nil:
		return 0, err
	case n > 100_000:
		return 0, &Error{"page", ErrNumber}
	case n == 0:
		return 1, nil
	}
	return int(n), nil
}

// With is a local address with the parameters that have a value, in a stable order: pairs are names and values.
func With(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return fmt.Sprint(path, "?", q.Encode())
}

// Number writes the number of a page for With: the first one needs none.
func Number(page int) string {
	if page <= 1 {
		return ""
	}
	return strconv.Itoa(page)
}

// Several reads a parameter that may be there several times, each time with another of what is offered; nil when it is not there. An error is an [*Error].
func Several(q url.Values, name string, offered ...string) ([]string, error) {
	values := q[name]
	for i, v := range values {
		switch {
		case !slices.Contains(offered, v):
			return nil, &Error{name, ErrChoice}
		case slices.Contains(values[:i], v):
			return nil, &Error{name, ErrRepeated}
		}
	}
	return values, nil
}

// WithSeveral adds the values of a parameter that may be there several times to an address that With made.
func WithSeveral(address, name string, values []string) string {
	if len(values) == 0 {
		return address
	}
	path, rest, _ := strings.Cut(address, "?")
	more := url.Values{name: values}.Encode()
	if rest != "" {
		more = rest + "&" + more
	}
	return path + "?" + more
}
