package server

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// An answer arrives as it was written, whatever its size, one behind the other on one connection.
func TestWriteTogether(t *testing.T) {
	t.Parallel()
	h := HTTPServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var size, status int
		_, _ = fmt.Sscan(r.URL.Query().Get("size"), &size)
		_, _ = fmt.Sscan(r.URL.Query().Get("status"), &status)
		w.Header()["Content-Length"] = []string{fmt.Sprint(size)}
		writeTogether(w, r, status, bytes.Repeat([]byte("HTTP/1.1 4\r\n\r\n"), size/14+1)[:size])
	}), slog.New(slog.DiscardHandler))
	server := httptest.NewUnstartedServer(nil)
	server.Listener, server.Config = &listener{Listener: server.Listener}, h
	server.Start()
	t.Cleanup(server.Close)
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		for _, status := range []int{200, 404} {
			for _, size := range []int{0, 1, 2000, 3800, 4000, 4096, 4200, 8600, 70_000} {
				r, _ := http.NewRequest(method, fmt.Sprintf("%s/?size=%d&status=%d", server.URL, size, status), nil)
				resp, err := server.Client().Do(r)
				if err != nil {
					t.Fatal(err)
				}
				body, err := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				want := size
				if method == http.MethodHead {
					want = 0
				}
				if err != nil || resp.StatusCode != status || len(body) != want || strings.Trim(string(body), "HTP/1. 4\r\n") != "" {
					t.Errorf("%s %d: %d, %d bytes of %d, %v", method, status, resp.StatusCode, len(body), want, err)
				}
			}
		}
	}
}

// wire is the far end of a connection.
type wire struct {
	net.Conn
	pieces []string
	err    error
}

func (w *wire) Write(b []byte) (int, error) {
	w.pieces = append(w.pieces, string(b))
	return len(b), w.err
}

// The beginning of an answer waits for the rest, and for nothing else.
func TestBeginningWaits(t *testing.T) {
	t.Parallel()
	w := &wire{}
	c := &conn{Conn: w}
	write := func(text string, pieces ...string) {
		t.Helper()
		if n, err := c.Write([]byte(text)); n != len(text) || err != w.err || !slices.Equal(w.pieces, pieces) {
			t.Fatalf("Write(%.20q) = %d, %v; the wire has %.60q", text, n, err, w.pieces)
		}
	}
	write("a", "a")
	c.hold()
	write("b", "a")
	write("c", "a", "b", "c")
	write("d", "a", "b", "c", "d")
	c.release()
	c.hold()
	write("e", "a", "b", "c", "d")
	c.release()
	if c.release(); !slices.Equal(w.pieces, []string{"a", "b", "c", "d", "e"}) {
		t.Errorf("the wire has %q", w.pieces)
	}
	w.pieces = nil
	c.hold()
	long := strings.Repeat("x", pieceSize+1)
	write(long, long)
	c.release()
	write("f", long, "f")
}
