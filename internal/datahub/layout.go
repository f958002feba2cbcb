package datahub

import (
	"bytes"
	"encoding/json"
	"slices"
)

// name reads the name of a row's nth member and returns the index of its value. Rows of one answer look alike, so it compares with
// the first row's names before it reads.
func (r *rows) name(b []byte, i, n int) (m member, value int) {
	if n < len(r.layout) && bytes.HasPrefix(b[i:], r.layout[n].text) {
		value = skipSpace(b, i+len(r.layout[n].text))
		if value >= len(b) {
			return otherMember, short
		}
		return r.layout[n].member, value
	}
	name, value := scanName(b, i)
	if value < 0 {
		return otherMember, value
	}
	m = r.memberOf(name)
	if m == otherMember && bytes.IndexByte(name, '\\') >= 0 {
		m = r.memberOf(plain(name))
	}
	if n == len(r.layout) && n < maxLayout && value-i < 64 {
		r.layout = append(r.layout, known{bytes.Clone(b[i:value]), m})
	}
	return m, value
}

// member is what a member of a row means to us.
type member int

const (
	otherMember member = iota
	dateMember
	variableMember
	wantedMember // the value that was asked for
	rawMember    // what the platform's own reader takes first
)

const maxLayout = 16 // members of a row whose names are kept

// known is a name as it is written, from the quote to its value.
type known struct {
	text   []byte
	member member
}

func (r *rows) memberOf(name []byte) member {
	switch {
	case equalFold(name, "date"):
		return dateMember
	case equalFold(name, "variableid"):
		return variableMember
	case equalFold(name, r.want):
		return wantedMember
	case equalFold(name, "rawvalue"):
		return rawMember
	}
	return otherMember
}

// plain returns the text of a string whose quotes are off.
func plain(b []byte) []byte {
	if bytes.IndexByte(b, '\\') < 0 {
		return b
	}
	return unescape(b)
}

func unescape(b []byte) []byte {
	var s string
	if json.Unmarshal(slices.Concat([]byte{'"'}, b, []byte{'"'}), &s) != nil {
		return nil
	}
	return []byte(s)
}

// equalFold compares with a lower-case ASCII word in any case.
func equalFold(b []byte, word string) bool {
	if len(b) != len(word) {
		return false
	}
	for i := range len(word) {
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
