package datahub

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
)

// maxRead is a year of quarter hours of three variables.
const maxRead = 8 << 20

// ReadQuery is a GET whose answer is passed on as it is.
type ReadQuery struct {
	Path   string // below the base URL, made of names and ids that are known to be harmless
	Route  string // the path with {id} for an id
	Values url.Values
}

// ReadAnswer is what the Data Hub wrote.
type ReadAnswer struct {
	Body  []byte // one value of JSON (RFC 8259), no deeper than what the Data Hub sends; nothing when it says that there is none
	Total int    // how many items there are of which this is a page; 0 when it does not say
}

// Read returns the whole answer of a GET, with the person's rights: a 401 is answered by one renewed token, a passing failure is tried again. An answer that is larger than 8 MiB is ErrTooLarge, one that is no JSON
// ErrMalformed.
func (c *Client) Read(ctx context.Context, q ReadQuery) (ReadAnswer, error) {
	var a ReadAnswer
	read := func(h http.Header, body io.Reader) error {
		b, err := io.ReadAll(body)
		if err != nil {
			return err
		}
		b = bytes.TrimPrefix(b, []byte("\ufeff"))
		if end := skipValue(b, skipSpace(b, 0), 0); end < 0 || skipSpace(b, end) != len(b) {
			return malformed("no value of JSON")
		}
		a = ReadAnswer{Body: b, Total: total(h)}
		return nil
	}
	err := c.do(ctx, &request{method: http.MethodGet, path: q.Path, route: q.Route, query: q.Values, limit: maxRead, read: read})
	return a, err
}
