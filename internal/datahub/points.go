package datahub

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
	"unsafe"

	"github.com/go-json-experiment/json/jsontext"
)

// DataQuery asks for the points of one variable in [From, To).
type DataQuery struct {
	Variable    VariableID
	From, To    time.Time
	Granularity Granularity
	Aggregate   Aggregate      // how the points of a bucket become one; not sent for raw points
	Zone        *time.Location // calendar of buckets of a day and longer; nil means UTC
}

// Validate reports what no Data Hub could answer: no variable, or an empty or reversed range.
func (q DataQuery) Validate() error {
	switch {
	case q.Variable <= 0:
		return errors.New("data query: no variable")
	case !q.From.Before(q.To):
		return errors.New("data query: the range is empty")
	case q.Granularity != GranularityRaw && q.Aggregate == 0:
		return errors.New("data query: buckets need an aggregate")
	}
	return nil
}

// zone is the zone in which bounds and labels are written: UTC as long as buckets do not follow a calendar, so that no label
// repeats in autumn.
func (q DataQuery) zone() *time.Location {
	switch q.Granularity {
	case GranularityRaw, GranularityMinute, GranularityHour:
		return time.UTC
	}
	if q.Zone == nil || q.Zone.String() == "Local" {
		return time.UTC
	}
	return q.Zone
}

const localTime = "2006-01-02T15:04:05"

func (q DataQuery) values() url.Values {
	zone := q.zone()
	v := url.Values{
		"displayLevel": {"ValueVariableDate"},
		"variableId":   {strconv.FormatInt(int64(q.Variable), 10)},
		"granularity":  {q.Granularity.String()},
		"from":         {q.From.In(zone).Format(localTime)},
		"to":           {ceilSecond(q.To).In(zone).Format(localTime)},
		"timeZoneId":   {zone.String()},
		"pagingOrder":  {"ASC"},
	}
	if q.Granularity != GranularityRaw {
		v.Set("aggregation", strconv.Itoa(int(q.Aggregate)))
	}
	return v
}

func ceilSecond(t time.Time) time.Time {
	if r := t.Truncate(time.Second); r.Before(t) {
		return r.Add(time.Second)
	}
	return t
}

// DataPoints returns the points of q.Variable in [q.From, q.To), oldest first, in the variable's unit. A gap is an absent
// point, never a zero; of two points at one time the last one counts. Buckets carry their start; the first one may start before q.From when
// q.From lies inside it. It returns ErrMalformed when any point cannot be read, a *StatusError when the Data Hub answers
// other than 2xx, and ErrUnauthorized when it refuses a renewed access token.
func (c *Client) DataPoints(ctx context.Context, q DataQuery) ([]DataPoint, error) {
	if err := q.Validate(); err != nil {
		return nil, err
	}
	var points []DataPoint
	err := c.get(ctx, pathData, q.values(), c.hub.maxData, func(_ http.Header, body io.Reader) error {
		var err error
		points, err = decodePoints(body, q)
		return err
	})
	if err != nil {
		return nil, err
	}
	return tidy(points, q), nil
}

// tidy sorts, drops what lies outside the range and keeps the last of several points at one time.
func tidy(points []DataPoint, q DataQuery) []DataPoint {
	byTime := func(a, b DataPoint) int { return a.Time.Compare(b.Time) }
	if !slices.IsSortedFunc(points, byTime) {
		slices.SortStableFunc(points, byTime)
	}
	kept := points[:0]
	for i, p := range points {
		outside := !p.Time.Before(q.To) || q.Granularity == GranularityRaw && p.Time.Before(q.From)
		if outside || i+1 < len(points) && points[i+1].Time.Equal(p.Time) {
			continue
		}
		kept = append(kept, p)
	}
	return kept
}

// members in which a row may carry its value, in the order in which the platform's own reader looks at them.
var valueMembers = []string{"rawvalue", "minvalue", "maxvalue", "countvalue", "avgvalue", "stdevvalue", "variancevalue", "sumvalue"}

// memberOf is the member that holds what was asked for.
func memberOf(q DataQuery) string {
	if q.Granularity == GranularityRaw {
		return "rawvalue"
	}
	switch q.Aggregate {
	case Sum:
		return "sumvalue"
	case Min:
		return "minvalue"
	case Max:
		return "maxvalue"
	case Avg:
		return "avgvalue"
	case Count:
		return "countvalue"
	case Variance:
		return "variancevalue"
	default:
		return "stdevvalue"
	}
}

// decodePoints reads the rows of GET /data in a stream: no row is held twice and no map is made. Rows of other variables
// are left out. Anything but a whole JSON array of rows is ErrMalformed.
func decodePoints(body io.Reader, q DataQuery) ([]DataPoint, error) {
	d := jsontext.NewDecoder(body, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if tok, err := d.ReadToken(); err != nil || tok.Kind() != '[' {
		return nil, readError(err)
	}
	row := rowReader{want: memberOf(q), zone: q.zone(), variable: int64(q.Variable)}
	points := make([]DataPoint, 0, expectedRows(q))
	for d.PeekKind() == '{' {
		raw, err := d.ReadValue()
		if err != nil {
			return nil, readError(err)
		}
		p, ok, err := row.read(raw)
		if err != nil {
			return nil, err
		}
		if ok {
			points = append(points, p)
		}
	}
	if tok, err := d.ReadToken(); err != nil || tok.Kind() != ']' {
		return nil, readError(err)
	}
	if _, err := d.ReadToken(); err != io.EOF {
		return nil, ErrMalformed
	}
	return points, nil
}

// readError hides what the decoder quotes of the answer; how the body ended is remembered elsewhere.
func readError(error) error { return ErrMalformed }

// expectedRows guesses how many rows come, to size the slice once; at most 100,000 (3 MB).
func expectedRows(q DataQuery) int {
	step := 15 * time.Minute
	switch q.Granularity {
	case GranularityMinute:
		step = time.Minute
	case GranularityHour:
		step = time.Hour
	case GranularityDay, GranularityWeek, GranularityMonth, GranularityYear, GranularityAll:
		step = 24 * time.Hour
	}
	return int(min(max(q.To.Sub(q.From)/step, 1)+4, 100_000))
}

// rowReader picks time and value out of one row's raw JSON, which the decoder has already found to be well-formed.
type rowReader struct {
	want     string
	zone     *time.Location
	variable int64
}

// read returns the row's point; false when the row has no value or belongs to another variable.
func (r *rowReader) read(raw []byte) (DataPoint, bool, error) {
	var date, value []byte
	best := len(valueMembers)
	foreign := false
	err := members(raw, func(name, v []byte) {
		switch {
		case equalFold(name, "date"):
			date = v
		case equalFold(name, "variableid"):
			id, err := strconv.ParseInt(asString(unquote(v)), 10, 64)
			foreign = err == nil && id != r.variable
		case len(name) > 5 && v[0] != 'n': // null is absent
			if equalFold(name, r.want) {
				value, best = v, -1
			} else if i := slices.IndexFunc(valueMembers, func(m string) bool { return equalFold(name, m) }); i >= 0 && i < best {
				value, best = v, i
			}
		}
	})
	if err != nil {
		return DataPoint{}, false, err
	}
	if foreign || value == nil {
		return DataPoint{}, false, nil
	}
	t, err := parseDate(unquote(date), r.zone)
	if err != nil {
		return DataPoint{}, false, err
	}
	f, err := strconv.ParseFloat(asString(unquote(value)), 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return DataPoint{}, false, fmt.Errorf("value: %w", ErrMalformed)
	}
	return DataPoint{Time: t, Value: f}, true, nil
}

// members calls f with each member of a well-formed JSON object; names come without quotes and unescaped only in ASCII.
func members(obj []byte, f func(name, value []byte)) error {
	i := skipSpace(obj, 1)
	for i < len(obj) && obj[i] == '"' {
		end := skipString(obj, i)
		name := obj[i+1 : end-1]
		i = skipSpace(obj, skipSpace(obj, end)+1) // the colon
		end = skipValue(obj, i)
		if end <= i {
			return ErrMalformed
		}
		f(name, obj[i:end])
		if i = skipSpace(obj, end); i < len(obj) && obj[i] == ',' {
			i = skipSpace(obj, i+1)
		}
	}
	return nil
}

func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\n' || b[i] == '\r') {
		i++
	}
	return i
}

// skipString returns the index after the string that begins at i.
func skipString(b []byte, i int) int {
	for i++; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(b)
}

// skipValue returns the index after the value that begins at i.
func skipValue(b []byte, i int) int {
	if i >= len(b) {
		return i
	}
	switch b[i] {
	case '"':
		return skipString(b, i)
	case '{', '[':
		depth := 0
		for i < len(b) {
			switch b[i] {
			case '"':
				i = skipString(b, i)
				continue
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					return i + 1
				}
			}
			i++
		}
		return i
	}
	for i < len(b) && !bytes.ContainsRune([]byte(",}] \t\r\n"), rune(b[i])) {
		i++
	}
	return i
}

// equalFold compares with a lower-case ASCII word in any case.
func equalFold(b []byte, word string) bool {
	if len(b) != len(word) {
		return false
	}
	for i := range b {
		c := b[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != word[i] {
			return false
		}
	}
	return true
}

func unquote(b []byte) []byte {
	if len(b) >= 2 && b[0] == '"' {
		return b[1 : len(b)-1]
	}
	return b
}

// asString lends b to a function that does not keep it, without copying.
func asString(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// parseDate reads yyyy-MM-ddTHH:mm:ss, a blank for the T, up to nine digits of a fraction, and Z, ±hh:mm, ±hhmm or no offset,
// which means a wall clock in zone. A wall clock that an autumn night shows twice is the later instant, as the Data Hub has it.
func parseDate(b []byte, zone *time.Location) (time.Time, error) {
	if len(b) < 19 || b[4] != '-' || b[7] != '-' || b[10] != 'T' && b[10] != ' ' || b[13] != ':' || b[16] != ':' {
		return time.Time{}, fmt.Errorf("date: %w", ErrMalformed)
	}
	year, month, day := digits(b[0:4]), digits(b[5:7]), digits(b[8:10])
	hour, minute, second := digits(b[11:13]), digits(b[14:16]), digits(b[17:19])
	rest := b[19:]
	nanos := 0
	if len(rest) > 1 && rest[0] == '.' {
		n := 1
		for scale := 100_000_000; n < len(rest) && n <= 9 && rest[n] >= '0' && rest[n] <= '9'; n++ {
			nanos += int(rest[n]-'0') * scale
			scale /= 10
		}
		rest = rest[n:]
	}
	offset, fixed, ok := parseOffset(rest)
	if !ok || year < 1 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60 {
		return time.Time{}, fmt.Errorf("date: %w", ErrMalformed)
	}
	if fixed || zone == time.UTC {
		return time.Date(year, time.Month(month), day, hour, minute, second, nanos, time.UTC).Add(-offset), nil
	}
	return laterOf(time.Date(year, time.Month(month), day, hour, minute, second, nanos, zone)).UTC(), nil
}

// laterOf returns the later of two instants that show the same wall clock.
func laterOf(t time.Time) time.Time {
	if later := t.Add(time.Hour); later.Hour() == t.Hour() && later.Minute() == t.Minute() {
		return later
	}
	return t
}

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

func digits(b []byte) int {
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// parseOffset reads what stands after the seconds; fixed is false when nothing does.
func parseOffset(b []byte) (offset time.Duration, fixed, ok bool) {
	if len(b) == 0 {
		return 0, false, true
	}
	if len(b) == 1 && (b[0] == 'Z' || b[0] == 'z') {
		return 0, true, true
	}
	if len(b) == 6 && b[3] == ':' {
		b = append(append(make([]byte, 0, 5), b[:3]...), b[4:]...)
	}
	if len(b) != 5 || b[0] != '+' && b[0] != '-' {
		return 0, false, false
	}
	h, m := digits(b[1:3]), digits(b[3:5])
	if h < 0 || h > 23 || m < 0 || m > 59 {
		return 0, false, false
	}
	offset = time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
	if b[0] == '-' {
		offset = -offset
	}
	return offset, true, true
}
