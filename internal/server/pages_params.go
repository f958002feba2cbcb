package server

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"unicode/utf8"
)

var (
	errRepeated = errors.New("is given more than once")
	errNumber   = errors.New("is not a whole number above zero")
	errTooLong  = errors.New("is too long")
)

// one returns the only value of a query parameter, "" when it is not there. More than one is an error that names it: whoever reads
// the address could otherwise take another one than we do.
func one(q url.Values, name string, longest int) (string, error) {
	values := q[name]
	switch {
	case len(values) == 0:
		return "", nil
	case len(values) > 1:
		return "", errRepeated
	case len(values[0]) > longest:
		return "", errTooLong
	case !utf8.ValidString(values[0]):
		return "", errUnknownChoice
	}
	return values[0], nil
}

// pathID reads an id out of the path. What is no id leads nowhere: 404.
func pathID(r *http.Request, name string) (int64, error) {
	id, err := parseID(r.PathValue(name))
	if err != nil {
		return 0, notFound(name)
	}
	return id, nil
}

// parseID reads an id: digits only, above zero, below 2⁵³.
func parseID(text string) (int64, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id <= 0 || id >= 1<<53 || text[0] == '+' || text[0] == '0' {
		return 0, errNumber
	}
	return id, nil
}

// pageNumber reads page: 1 when it is not there.
func pageNumber(q url.Values) (int, error) {
	text, err := one(q, "page", 6)
	if err != nil || text == "" {
		return 1, err
	}
	n, err := parseID(text)
	if err != nil || n > 100_000 {
		return 0, errNumber
	}
	return int(n), nil
}

// withQuery is a local address with the parameters that have a value, in a stable order.
func withQuery(path string, pairs ...string) string {
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
