package hub

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf16"
)

// params are a request's parameters by their names in lower case, without the name of an object in front.
type params map[string][]string

func parseParams(query string) (params, error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, &refusal{status: http.StatusBadRequest, message: "The query is not well formed."}
	}
	p := params{}
	for name, v := range values {
		p.add(name, v...)
	}
	return p, nil
}

// add takes filter.variableId, VariableID and variableId for the same.
func (p params) add(name string, values ...string) {
	name = strings.ToLower(name[strings.LastIndexByte(name, '.')+1:])
	p[name] = append(p[name], values...)
}

// get returns the first value of a parameter, empty when there is none.
func (p params) get(name string) string {
	if v := p[name]; len(v) > 0 {
		return strings.TrimSpace(v[0])
	}
	return ""
}

func (p params) flag(name string) bool { return strings.EqualFold(p.get(name), "true") }

// ids is a set of ids; a nil one holds all of them.
type ids map[int]bool

func (s ids) has(id int) bool { return s == nil || s[id] }

// ids reads the ids under any of the names; nil when none is there.
func (p params) ids(names ...string) (ids, error) {
	var set ids
	for _, name := range names {
		for _, text := range p[name] {
			id, err := strconv.Atoi(strings.TrimSpace(text))
			if err != nil {
				return nil, invalid(name, "The value '%.40s' is not valid for %s.", text, name)
			}
			if set == nil {
				set = ids{}
			}
			set[id] = true
		}
	}
	return set, nil
}

// number reads an integer that is at least low; otherwise when it is not there.
func (p params) number(name string, low, otherwise int) (int, error) {
	text := p.get(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < low {
		return 0, invalid(name, "The value '%.40s' is not valid for %s.", text, name)
	}
	return n, nil
}

// window is the part of a list that is asked for.
type window struct{ skip, size int } // size < 0: all

func (p params) window() (window, error) {
	number, err := p.number("pagenumber", 0, 0)
	if err != nil {
		return window{}, err
	}
	size, err := p.number("itemsperpage", 1, -1)
	if err != nil {
		return window{}, err
	}
	if size < 0 {
		return window{size: -1}, nil
	}
	const most = 1 << 30
	return window{skip: min(number, most) * min(size, most), size: size}, nil
}

// paged cuts a list to the window that is asked for.
func paged[T any](c *call, items []T, present func(T) object) (any, error) {
	w, err := c.params.window()
	if err != nil {
		return nil, err
	}
	p := page{items: []object{}, total: len(items)}
	if w.size >= 0 {
		items = items[min(w.skip, len(items)):]
		items = items[:min(w.size, len(items))]
	}
	for _, item := range items {
		p.items = append(p.items, present(item))
	}
	return p, nil
}

// body adds the members of a JSON object in the body to the parameters; members of objects in it too.
func (c *call) body() error {
	members, err := c.object()
	if err != nil {
		return err
	}
	c.params.flatten(members)
	return nil
}

func (p params) flatten(members map[string]any) {
	for name, v := range members {
		switch v := v.(type) {
		case nil:
		case map[string]any:
			p.flatten(v)
		case []any:
			for _, item := range v {
				p.add(name, textOf(item))
			}
		default:
			p.add(name, textOf(v))
		}
	}
}

// bodyText reads a body by its charset: the .NET clients send UTF-16.
func bodyText(r *http.Request) ([]byte, error) {
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, unreadable(err)
	}
	_, media, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch strings.ToLower(media["charset"]) {
	case "utf-16", "utf-16le", "unicode":
		return fromUTF16(raw), nil
	}
	return bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf")), nil
}

// unreadable is the refusal of a body that ends too early, or too late.
func unreadable(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return &refusal{status: http.StatusRequestEntityTooLarge, message: "The body is too large."}
	}
	return invalid("body", "The body could not be read.")
}

// fromUTF16 decodes little-endian text, or what its byte-order mark says.
func fromUTF16(raw []byte) []byte {
	low, high := 0, 1
	if len(raw) >= 2 && raw[0] == 0xfe && raw[1] == 0xff {
		low, high = 1, 0
	}
	codes := make([]uint16, 0, len(raw)/2)
	for i := 0; i+1 < len(raw); i += 2 {
		codes = append(codes, uint16(raw[i+low])|uint16(raw[i+high])<<8)
	}
	return []byte(strings.TrimPrefix(string(utf16.Decode(codes)), "\ufeff"))
}
