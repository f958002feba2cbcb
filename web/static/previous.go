package static

import (
	"bytes"
	"compress/gzip"
	"embed"
	"io"
	"iter"
	"path"
	"strings"
)

// kept are the files of the version before under their addresses of then, compressed, where they are no longer the same: pages that were open during an upgrade go on. previous/list.txt names all of that version.
// The command web/static/keep makes them.
//
//go:embed previous
var kept embed.FS

const previous = "previous"

// keepPrevious adds the files of the version before to what is served.
func (s *Set) keepPrevious(below string) *Set {
	list, err := kept.ReadDir(previous)
	if err != nil {
		panic("static: " + err.Error())
	}
	for _, f := range list {
		name, ok := strings.CutSuffix(f.Name(), ".gz")
		if !ok || s.urls[below+name] != nil {
			continue
		}
		body, err := kept.ReadFile(previous + "/" + f.Name())
		if err != nil {
			panic("static: " + err.Error())
		}
		s.urls[below+name] = &asset{url: below + name, kind: kinds[path.Ext(name)], gzipped: body, packed: true}
	}
	return s
}

// plain returns the file as it is. Those of the version before are unpacked for the few that ask so.
func (a *asset) plain() []byte {
	if !a.packed {
		return a.body
	}
	z, err := gzip.NewReader(bytes.NewReader(a.gzipped))
	if err != nil {
		return nil
	}
	body, _ := io.ReadAll(z)
	return body
}

// Files returns the name under which each file is served, without what is before it, and its content.
func (s *Set) Files() iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for url, a := range s.urls {
			if !yield(path.Base(url), a.plain()) {
				return
			}
		}
	}
}
