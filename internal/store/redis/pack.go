package redis

import (
	"encoding/binary"
	"errors"
)

var errPacked = errors.New("a record cannot be read")

// unpack reads an array of integers and texts as cmsgpack.pack writes it (MessagePack): reads that change nothing need no script. The texts share its memory.
func unpack(packed string) (reply, error) {
	u := &unpacker{rest: packed}
	n := u.length()
	if n > len(packed) {
		return nil, errPacked
	}
	r := make(reply, n)
	for i := range r {
		r[i] = u.value()
	}
	if u.bad || len(u.rest) > 0 {
		return nil, errPacked
	}
	return r, nil
}

type unpacker struct {
	rest string
	bad  bool
}

// length reads the head of an array.
func (u *unpacker) length() int {
	switch c := u.uint(1); {
	case c&0xf0 == 0x90:
		return int(c & 0x0f)
	case c == 0xdc:
		return int(u.uint(2))
	}
	u.bad = true
	return 0
}

func (u *unpacker) value() any {
	switch c := u.uint(1); {
	case c < 0x80:
		return int64(c)
	case c >= 0xe0:
		return int64(int8(c))
	case c&0xe0 == 0xa0:
		return u.text(c & 0x1f)
	case c >= 0xd9 && c <= 0xdb:
		return u.text(u.uint(1 << (c - 0xd9)))
	case c >= 0xcc && c <= 0xcf:
		return int64(u.uint(1 << (c - 0xcc)))
	case c == 0xd0:
		return int64(int8(u.uint(1)))
	case c == 0xd1:
		return int64(int16(u.uint(2)))
	case c == 0xd2:
		return int64(int32(u.uint(4)))
	case c == 0xd3:
		return int64(u.uint(8))
	}
	u.bad = true
	return nil
}

// uint reads a big-endian number of size bytes.
func (u *unpacker) uint(size int) uint64 {
	if size > len(u.rest) {
		u.rest, u.bad = "", true
		return 0
	}
	var b [8]byte
	copy(b[8-size:], u.rest[:size])
	u.rest = u.rest[size:]
	return binary.BigEndian.Uint64(b[:])
}

func (u *unpacker) text(n uint64) string {
	if n > uint64(len(u.rest)) {
		u.rest, u.bad = "", true
		return ""
	}
	t := u.rest[:n]
	u.rest = u.rest[n:]
	return t
}
