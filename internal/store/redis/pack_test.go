package redis

import (
	"reflect"
	"strings"
	"testing"
)

func TestUnpack(t *testing.T) {
	long := strings.Repeat("x", 70_000)
	for packed, want := range map[string]reply{
		"\x90":             {},
		"\x93\x00\x7f\xff": {int64(0), int64(127), int64(-1)},
		"\x94\xcc\xff\xcd\x01\x00\xce\x01\x00\x00\x00\xcf\x00\x00\x01\xa2\x14\xc1\x9b\xa1": {int64(255), int64(256), int64(1 << 24), int64(1795644562337)},
		"\x94\xd0\x80\xd1\x80\x00\xd2\x80\x00\x00\x00\xd3\xff\xff\xff\xff\x00\x00\x00\x00": {int64(-128), int64(-32768), int64(-1 << 31), int64(-1 << 32)},
		"\x93\xa0\xa2\x00\xff\xd9\x02ab":  {"", "\x00\xff", "ab"},
		"\x91\xdb\x00\x01\x11\x70" + long: {long},
		"\xdc\x00\x02\x01\xda\x00\x03abc": {int64(1), "abc"},
	} {
		if got, err := unpack(packed); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("unpack(%.40q) = %v, %v, want %v", packed, got, err, want)
		}
	}
	for _, bad := range []string{"", "\x91", "\x91\xa2a", "\x90x", "\x91\xcd\x01", "\x91\xc0", "\x81\x01\x01", "\xdc\xff\xff\x01", "\x91\xcb\x00\x00\x00\x00\x00\x00\x00\x00", "\x91\xdb\xff\xff\xff\xffa"} {
		if got, err := unpack(bad); err == nil {
			t.Errorf("unpack(%q) = %v", bad, got)
		}
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add("\x93\x00\x7f\xd9\x02ab")
	f.Fuzz(func(t *testing.T, b string) {
		r, err := unpack(b)
		if err == nil && len(r) > len(b) {
			t.Errorf("%d values in %d bytes", len(r), len(b))
		}
	})
}
