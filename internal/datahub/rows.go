package datahub

import (
	"bytes"
	"io"
	"math"
	"strconv"
)

const (
	maxRow   = 64 << 10 // bytes of one row; the Data Hub's are about a hundred
	maxGuess = 1 << 17  // rows that are made room for before they come
)

// rows reads the rows of GET /data in a stream straight into points. Rows of other variables and rows whose value is null
// are left out.
type rows struct {
	query    DataQuery
	want     string // member that holds the value, in lower case
	id       string // of the variable
	dates    dates
	layout   []known // the first members, in the order in which they came
	points   []DataPoint
	received int                        // rows, with those that were left out
	total    int                        // rows that there are, as the Data Hub says; 0 when it does not
	nameless int                        // rows without a member that could be the value
	many     map[VariableID][]DataPoint // takes the points of several variables instead, if it is not nil; those that are not in it are foreign, and 0 has those of rows that name none
	fault    string                     // what was wrong with the row that ended the reading, "" for its syntax
}

func newRows(q DataQuery) *rows {
	return &rows{query: q, want: q.member(), id: strconv.FormatInt(int64(q.Variable), 10), dates: dates{zone: q.zone()}}
}

// decode reads a whole answer. Anything but an array of rows is ErrMalformed.
func (r *rows) decode(body io.Reader) error {
	err := stream(body, maxRow, false, r.parse)
	if err != nil && r.fault != "" {
		return malformed(r.fault)
	}
	return err
}

// row is what one row says. Of repeated members the last one counts.
type row struct {
	date           []byte
	wanted, raw    float64
	hasWanted      bool // wanted is a number
	hasRaw         bool
	named, foreign bool       // there is a value member, be it null; the row is another variable's
	variable       VariableID // only where there are many
}

// parse reads the row that b begins with and keeps its point. It returns the row's length, or short, or bad.
func (r *rows) parse(b []byte) int {
	if b[0] != '{' {
		return bad
	}
	var p row
	i := skipSpace(b, 1)
	if i < len(b) && b[i] == '}' {
		return r.keep(p, i+1)
	}
	for n := 0; ; n++ {
		what, value := r.name(b, i, n)
		if value < 0 {
			return value
		}
		end := r.member(&p, what, b, value)
		if end < 0 {
			return end
		}
		next, done := scanComma(b, end, '}')
		if done {
			return r.keep(p, next)
		}
		if next < 0 {
			return next
		}
		i = next
	}
}

// member reads the value at b[i:] of a member into p and returns the index after it, or short, or bad.
func (r *rows) member(p *row, m member, b []byte, i int) int {
	switch m {
	case wantedMember:
		p.named = true
		return r.number(&p.wanted, &p.hasWanted, b, i)
	case rawMember:
		p.named = true
		return r.number(&p.raw, &p.hasRaw, b, i)
	}
	end := skipValue(b, i, 1)
	switch {
	case end < 0:
	case m == dateMember && b[i] == '"':
		p.date = b[i+1 : end-1]
	case m == dateMember:
		p.date = nil
	case m == variableMember:
		r.belongs(p, b[i:end])
	}
	return end
}

// belongs notes whose row it is.
func (r *rows) belongs(p *row, value []byte) {
	if r.many == nil {
		p.foreign = r.isForeign(value)
		return
	}
	id, err := strconv.ParseInt(string(bytes.Trim(value, `"`)), 10, 64)
	_, wanted := r.many[VariableID(id)]
	p.variable, p.foreign = VariableID(id), err != nil || !wanted
}

// isForeign reports whether a variable's id, as a number or in quotes, is another one than what was asked for.
func (r *rows) isForeign(value []byte) bool {
	if string(value) == r.id {
		return false
	}
	id, err := strconv.ParseInt(string(bytes.Trim(value, `"`)), 10, 64)
	return err == nil && id != int64(r.query.Variable)
}

// number reads a finite number, also one in quotes; null is no number, and what nothing can measure is no value either.
func (r *rows) number(f *float64, is *bool, b []byte, i int) int {
	var end int
	*is = true
	switch b[i] {
	case 'n':
		*is = false
		return skipValue(b, i, 1)
	case '"':
		if end = skipString(b, i); end < 0 {
			return end
		}
		var err error
		if *f, err = strconv.ParseFloat(string(plain(b[i+1:end-1])), 64); err != nil || math.IsNaN(*f) || math.IsInf(*f, 0) {
			end = bad
		}
	default:
		*f, end = scanNumber(b, i)
	}
	if end == bad {
		r.fault = "value"
	}
	if math.Abs(*f) > largest {
		*is = false
	}
	return end
}

// keep adds the point of a row that is length bytes long.
func (r *rows) keep(p row, length int) int {
	r.received++
	if !p.named {
		r.nameless++
	}
	value := p.wanted
	if !p.hasWanted {
		value = p.raw
	}
	if p.foreign || !p.hasWanted && !p.hasRaw {
		return length
	}
	t, ok := r.dates.parse(plain(p.date))
	if !ok {
		r.fault = "date"
		return bad
	}
	if r.many != nil {
		r.many[p.variable] = append(r.many[p.variable], DataPoint{Time: t, Value: value})
		return length
	}
	r.points = append(r.points, DataPoint{Time: t, Value: value})
	if len(r.points) == 2 {
		r.makeRoom()
	}
	return length
}

// makeRoom guesses from the distance of the first two points how many there will be. slices.Grow would allocate the room a second time in a build with the race detector, where the compiler does
// not extend a slice in place.
func (r *rows) makeRoom() {
	step := r.points[1].Time.Sub(r.points[0].Time).Abs()
	if step > 0 {
		more := int(min(r.query.To.Sub(r.query.From)/step, maxGuess))
		r.points = append(make([]DataPoint, 0, len(r.points)+more), r.points...)
	}
}
