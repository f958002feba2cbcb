// Package static holds what the browser gets beside pages: the style sheet, scripts, fonts, icons. Files are embedded and served under names
// that carry a hash of their content, so that browsers may keep them for ever.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

//go:embed *.css *.js *.svg *.woff2
var files embed.FS

// asset is one file, ready to send.
type asset struct {
	url     string
	kind    string // Content-Type
	body    []byte
	gzipped []byte // nil when the file does not get smaller
	packed  bool   // there is no body but gzipped
}

// Set is some files, served below one path.
type Set struct {
	names, urls map[string]*asset
}

// portal is what every portal has, read once: a missing file is a mistake of the build.
var portal = Load(files, "/static/").keepPrevious("/static/")

// URL returns the address of a file of the portal's by its plain name, for example "app.css". It panics when there is no such file.
func URL(name string) string { return portal.URL(name) }

// Handler serves the portal's files. See [Set.Handler].
func Handler() http.Handler { return portal.Handler() }

// URL returns the address of a file by its plain name. It panics when there is no such file.
func (s *Set) URL(name string) string {
	a, ok := s.names[name]
	if !ok {
		panic("static: no file " + name)
	}
	return a.url
}

// Handler serves the files under hashed names only. It answers 404 for anything else and must be mounted for GET and HEAD of the set's path.
func (s *Set) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := s.urls[r.URL.Path]
		if !ok {
			w.Header().Set("Cache-Control", "no-store")
			http.Error(w, "no such file", http.StatusNotFound)
			return
		}
		h := w.Header()
		h.Set("Content-Type", a.kind)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("Vary", "Accept-Encoding")
		var body []byte
		if a.gzipped != nil && acceptsGzip(r.Header.Get("Accept-Encoding")) {
			h.Set("Content-Encoding", "gzip")
			body = a.gzipped
		} else {
			body = a.plain()
		}
		h.Set("Content-Length", strconv.Itoa(len(body)))
		if r.Method != http.MethodHead {
			_, _ = w.Write(body) // the browser went away: nobody is left to tell
		}
	})
}

// acceptsGzip reads Accept-Encoding as far as it concerns us: RFC 9110, section 12.5.3.
func acceptsGzip(header string) bool {
	for item := range strings.SplitSeq(header, ",") {
		name, weight, _ := strings.Cut(strings.ReplaceAll(item, " ", ""), ";")
		if strings.EqualFold(name, "gzip") {
			q, err := strconv.ParseFloat(strings.TrimPrefix(strings.ToLower(weight), "q="), 64)
			return weight == "" || err == nil && q > 0
		}
	}
	return false
}

// Load reads the files in the root of fsys, to be served below a path such as "/static/". It panics when one cannot be read.
func Load(fsys fs.FS, below string) *Set {
	s := &Set{names: map[string]*asset{}, urls: map[string]*asset{}}
	list, err := fs.Glob(fsys, "*")
	if err != nil {
		panic("static: " + err.Error())
	}
	for _, name := range list {
		s.load(fsys, below, name)
	}
	return s
}

// load reads a file after those that it names: a sheet's url(name), a module's "./name". Where they stand their hashed addresses are put, so that a file's own
// address changes with them. Files that name each other in a circle are a mistake of the build.
func (s *Set) load(fsys fs.FS, below, name string) *asset {
	if a, known := s.names[name]; known {
		if a == nil {
			panic("static: " + name + " names itself in the end")
		}
		return a
	}
	s.names[name] = nil
	body, err := fs.ReadFile(fsys, name)
	if err != nil {
		panic("static: " + err.Error())
	}
	if pattern, ok := mentions[path.Ext(name)]; ok && !strings.HasSuffix(name, ".min.js") {
		body = pattern.ReplaceAllFunc(body, func(found []byte) []byte {
			m := pattern.FindSubmatch(found)
			return slices.Concat(m[1], []byte(s.load(fsys, below, string(m[2])).url), m[3])
		})
		body = comments.ReplaceAll(body, nil)
	}
	if path.Ext(name) == ".css" {
		body = tight(body)
	}
	a := &asset{url: below + hashedName(name, body), kind: kinds[path.Ext(name)], body: body, gzipped: squeeze(body)}
	s.names[name], s.urls[a.url] = a, a
	return a
}

// mentions are the ways in which files name others beside them.
var mentions = map[string]*regexp.Regexp{
	".css": regexp.MustCompile(`(url\()([a-z0-9_-]+\.[a-z0-9]+)(\))`),
	".js":  regexp.MustCompile(`(from "|import\("|import ")\./([a-z0-9_.-]+\.js)(")`),
}

// comments are those that have lines of their own; browsers have no use for them.
var comments = regexp.MustCompile(`(?m)^[ \t]*(?://[^\n]*|/\*[^*]*(?:\*+[^*/][^*]*)*\*+/)[ \t]*\n`)

// What a style sheet has for people: comments beside rules, space around signs and after the names of properties. In a script such space may be part of a text.
var (
	asides = regexp.MustCompile(`/\*[^*]*(?:\*+[^*/][^*]*)*\*+/`)
	spaces = regexp.MustCompile(`\s*([{};,])\s*`)
	colons = regexp.MustCompile(`([{;][a-z-]+):\s+`)
)

// tight is a style sheet without what only people read. No text of a sheet may hold one of the signs { } ; ,
func tight(sheet []byte) []byte {
	sheet = spaces.ReplaceAll(asides.ReplaceAll(sheet, nil), []byte("$1"))
	return bytes.ReplaceAll(colons.ReplaceAll(sheet, []byte("$1:")), []byte(";}"), []byte("}"))
}

var kinds = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml; charset=utf-8", ".woff2": "font/woff2"}

// hashedName puts 64 bits of the content's SHA-256 into the name.
func hashedName(name string, body []byte) string {
	sum := sha256.Sum256(body)
	ext := path.Ext(name)
	return fmt.Sprintf("%s.%s%s", strings.TrimSuffix(name, ext), base64.RawURLEncoding.EncodeToString(sum[:8]), ext)
}

// squeeze compresses what gets at least a tenth smaller.
func squeeze(body []byte) []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is valid
	_, _ = z.Write(body)                                  // a bytes.Buffer takes everything
	_ = z.Close()
	if b.Len() > len(body)*9/10 {
		return nil
	}
	return b.Bytes()
}
