package hub

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// refusal is an answer other than a result.
type refusal struct {
	status  int
	message string
	field   string // the parameter or member that is wrong; empty if none is
}

func (e *refusal) Error() string { return e.message }

func notFound(message string) error { return &refusal{status: http.StatusNotFound, message: message} }

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

// stream is a result that writes itself.
type stream interface{ writeTo(w io.Writer) error }

// answer writes a result as JSON, compressed when it is long and the client takes it.
func (h *Hub) answer(w http.ResponseWriter, r *http.Request, result any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Vary", "Accept-Encoding")
	if s, ok := result.(stream); ok {
		if r.Method != http.MethodHead {
			h.send(w, r, s.writeTo)
		}
		return
	}
	if p, ok := result.(page); ok {
		if strings.EqualFold(r.Header.Get("X-Total-Count"), "true") {
			w.Header().Set("X-Total-Count", strconv.Itoa(p.total))
		}
		result = p.items
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

// send lets write fill the body. An error means that the client has gone.
func (h *Hub) send(w http.ResponseWriter, r *http.Request, write func(io.Writer) error) {
	if !acceptsGzip(r.Header.Get("Accept-Encoding")) {
		_ = write(w)
		return
	}
	w.Header().Set("Content-Encoding", "gzip")
	z, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		h.refuse(w, err)
		return
	}
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
