package hub

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// refusal is an answer other than a result.
type refusal struct {
	status  int
	message string
	field   string // the parameter or member that is wrong; empty if none is
}

func (e *refusal) Error() string { return e.message }

func notFound(message string) error { return &refusal{status: http.StatusNotFound, message: message} }

func forbidden(message string) error {
	return &refusal{status: http.StatusForbidden, message: message}
}

// invalid is a 400 about one parameter.
func invalid(field, format string, args ...any) error {
	return &refusal{status: http.StatusBadRequest, message: fmt.Sprintf(format, args...), field: field}
}

// refuse writes an error as the platform does: a message, and for a parameter that is wrong which one it is.
func (h *Hub) refuse(w http.ResponseWriter, err error) {
	e, ok := errors.AsType[*refusal](err)
	if !ok {
		h.c.Log.Error("request failed", "error", err)
		e = &refusal{status: http.StatusInternalServerError, message: "An error has occurred."}
	}
	if e.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	body := object{"message": e.message}
	if e.field != "" {
		body["modelState"] = object{e.field: []string{e.message}}
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(e.status)
	_ = encode(w, body)
}

func encode(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// page is a part of a list, with the count of all that there are.
type page struct {
	items []object
	total int
}

// wrapped is a page inside an object.
type wrapped struct {
	page
	object object
}

// count tells how many items there are to those who ask.
func (p page) count(w http.ResponseWriter, r *http.Request) {
	if strings.EqualFold(r.Header.Get("X-Total-Count"), "true") {
		w.Header().Set("X-Total-Count", strconv.Itoa(p.total))
	}
}

// stream is a result that writes itself.
type stream interface{ writeTo(w io.Writer) error }

// empty is a result without content, by its status.
type empty int

// download is a file as a result.
type download struct {
	name, media string
	content     []byte
}

// answer writes a result as JSON, compressed when it is long and the client takes it. No result is 204.
func (h *Hub) answer(w http.ResponseWriter, r *http.Request, result any) {
	switch result := result.(type) {
	case nil:
		w.WriteHeader(http.StatusNoContent)
		return
	case empty:
		w.WriteHeader(int(result))
		return
	case download:
		result.send(w)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Vary", "Accept-Encoding")
	if s, ok := result.(stream); ok {
		if r.Method != http.MethodHead {
			h.send(w, r, s.writeTo)
		}
		return
	}
	switch p := result.(type) {
	case page:
		p.count(w, r)
		result = p.items
	case wrapped:
		p.count(w, r)
		result = p.object
	}
	var body bytes.Buffer
	if err := encode(&body, result); err != nil {
		h.refuse(w, fmt.Errorf("encoding %s: %w", r.URL.Path, err))
		return
	}
	if body.Len() < 1400 { // fits a packet
		w.Header().Set("Content-Length", strconv.Itoa(body.Len()))
		_, _ = w.Write(body.Bytes())
		return
	}
	h.send(w, r, func(out io.Writer) error { _, err := out.Write(body.Bytes()); return err })
}

// send gives a file away in a form that no browser runs.
func (d download) send(w http.ResponseWriter) {
	w.Header().Set("Content-Type", d.media)
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": d.name}))
	w.Header().Set("Content-Security-Policy", "sandbox")
	w.Header().Set("Content-Length", strconv.Itoa(len(d.content)))
	_, _ = w.Write(d.content)
}

// zippers pack one body after the other: each has hundreds of kilobytes of its own, more than nearly all bodies.
var zippers = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is valid
	return z
}}

// send lets write fill the body. An error means that the client has gone.
func (h *Hub) send(w http.ResponseWriter, r *http.Request, write func(io.Writer) error) {
	if !acceptsGzip(r.Header.Get("Accept-Encoding")) {
		_ = write(w)
		return
	}
	w.Header().Set("Content-Encoding", "gzip")
	z := zippers.Get().(*gzip.Writer)
	defer zippers.Put(z)
	z.Reset(w)
	if write(z) == nil {
		_ = z.Close()
	}
}

// acceptsGzip reads Accept-Encoding (RFC 9110 section 12.5.3): gzip is named, and not with a weight of zero.
func acceptsGzip(header string) bool {
	for coding := range strings.SplitSeq(header, ",") {
		name, weight, _ := strings.Cut(coding, ";")
		if !strings.EqualFold(strings.TrimSpace(name), "gzip") {
			continue
		}
		q, found := strings.CutPrefix(strings.TrimSpace(weight), "q=")
		value, err := strconv.ParseFloat(q, 64)
		return !found || err == nil && value > 0
	}
	return false
}
