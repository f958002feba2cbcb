package datahub

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"
)

func TestScanNumber(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"0", "-0", "7", "12.5", "-3e-2", "1E+3", "0.1", "0.30000000000000004", "9007199254740993", "9007199254740992", "18446744073709551616", "1.7976931348623157e308", "5e-324", "1e-400",
		"123456789012345678", "1234567890123456789", "0.000000000000000001", "0.0000000000000000000000001", "179769313486231570000", "2.2250738585072014e-308", "8.41", "4503599627370497.5",
	} {
		want, _ := strconv.ParseFloat(text, 64)
		got, end := scanNumber([]byte(text+","), 0)
		if end != len(text) || math.Float64bits(got) != math.Float64bits(want) {
			t.Errorf("scanNumber(%s) = %v, %d, want %v", text, got, end, want)
		}
	}
	for _, text := range []string{"1e400,", "-1e999,", "01,", "-,", ".5,", "1.,", "1e,", "+1,", "NaN,", "Infinity,", "-Infinity,", "--1,", "1e+,", "00,"} {
		if f, end := scanNumber([]byte(text), 0); end != bad {
			t.Errorf("scanNumber(%s) = %v, %d, want bad", text, f, end)
		}
	}
}

// FuzzStream compares what is an array of JSON with encoding/json, whatever the pieces are in which it comes.
func FuzzStream(f *testing.F) {
	for _, body := range []string{`[]`, `[1,"a\u00e9\n",{"x":[true,false,null]},-2.5e3]`, `[{}`, `[1,]`, "[\"\xff\"]", `[[[[]]]]`, `null`, `{"a":1}`, "\ufeff[]"} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		n := 0
		scan := func(r io.Reader) error {
			n = 0
			return stream(r, maxRow, false, func(b []byte) int { n++; return skipValue(b, 0, 0) })
		}
		err := scan(bytes.NewReader(b))
		if slow := scan(iotest.OneByteReader(bytes.NewReader(b))); (err == nil) != (slow == nil) {
			t.Fatalf("at once: %v, byte by byte: %v", err, slow)
		}
		if err != nil && !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrTooLarge) {
			t.Fatalf("stream: %v", err)
		}
		trimmed := bytes.TrimPrefix(b, []byte("\ufeff"))
		var items []json.RawMessage
		valid := json.Unmarshal(trimmed, &items) == nil && items != nil && utf8.Valid(trimmed)
		if err == nil && (!valid || n < len(items)) {
			t.Fatalf("stream accepts %q with %d items, encoding/json says %v, %d", b, n, valid, len(items))
		}
		if err != nil && valid && !tooMuch(items) {
			t.Fatalf("stream refuses %q: %v", b, err)
		}
	})
}

// tooMuch reports what we refuse and encoding/json does not: deep nesting, numbers beyond float64, long items.
func tooMuch(items []json.RawMessage) bool {
	var values any
	b, _ := json.Marshal(items)
	return json.Unmarshal(b, &values) != nil || bytes.Count(b, []byte("["))+bytes.Count(b, []byte("{")) > maxDepth || len(b) > maxRow/2
}

func FuzzReadItems(f *testing.F) {
	for _, body := range []string{"[" + siteJSON + "]", siteJSON, `[{"id":"1","location":{"lat":1,"lon":"x"}}]`, `null`, `{"id":1,"clientData":{"a":{"b":{"c":1}}}}`} {
		f.Add([]byte(body))
	}
	h, err := New(Config{BaseURL: "https://hub.example"})
	if err != nil {
		f.Fatal(err)
	}
	c := h.Client(&purse{})
	f.Fuzz(func(t *testing.T, b []byte) {
		sites, _, err := readItems[wireSite](c, pathSites, bytes.NewReader(b))
		if err == nil && !json.Valid(bytes.TrimPrefix(b, []byte("\ufeff"))) {
			t.Fatalf("read from what is no JSON: %q", b)
		}
		for _, w := range sites {
			if s := w.site(); s.ID <= 0 {
				t.Fatalf("a site without an id from %q", b)
			}
		}
		variables, _, _ := readItems[wireVariable](c, pathVariables, bytes.NewReader(b))
		for _, w := range variables {
			if v := w.variable(); v.Step.Duration() < 0 {
				t.Fatalf("a step of %v from %q", v.Step, b)
			}
		}
		_, _, _ = readItems[wireSource](c, pathSources, bytes.NewReader(b))
		_, _, _ = readItems[wireUnit](c, pathUnits, bytes.NewReader(b))
	})
}

// TestSmallPieces reads an answer that comes byte by byte and is longer than the window.
func TestSmallPieces(t *testing.T) {
	t.Parallel()
	body := "[" + strings.Repeat(`{"id":1,"name":"`+strings.Repeat("x", 1000)+`"},`, 200) + `{"id":2}]`
	n := 0
	err := stream(iotest.OneByteReader(strings.NewReader(body)), maxItem, true, func(b []byte) int {
		end := skipValue(b, 0, 0)
		if end > 0 {
			n++
		}
		return end
	})
	if err != nil || n != 201 {
		t.Errorf("%d items, %v, want 201", n, err)
	}
}
