package datahub

import (
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"portico/internal/secret"
)

func TestStatuses(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]error{200: nil, 203: nil, 204: nil, 206: ErrMalformed, 404: ErrNotFound, 410: ErrNotFound} {
		if _, err := newClient(t, statuses(status)).Sites(t.Context(), SiteQuery{}); !errors.Is(err, want) {
			t.Errorf("status %d: %v, want %v", status, err, want)
		}
	}
	bare := &script{answers: []func() (*http.Response, error){func() (*http.Response, error) { return answer(204, "", "Content-Type", ""), nil }}}
	if sites, err := newClient(t, bare).Sites(t.Context(), SiteQuery{}); len(sites) > 0 || err != nil {
		t.Errorf("204 without a type: %v, %v", sites, err)
	}
	for _, status := range []int{300, 400, 403, 409, 413, 414, 418, 500, 501, 505} {
		_, err := newClient(t, statuses(status)).Sites(t.Context(), SiteQuery{})
		if e, ok := errors.AsType[*StatusError](err); !ok || e.Status != status || e.Path != "/sites" || e.Method != "GET" || errors.Is(err, ErrNotFound) {
			t.Errorf("status %d: %v, want a StatusError", status, err)
		}
	}
}

func TestForbiddenIDIsNotFound(t *testing.T) {
	t.Parallel()
	for _, status := range []int{403, 404, 200, 204} {
		_, err := newClient(t, statuses(status)).Source(t.Context(), 4)
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("Source with %d and nothing: %v, want ErrNotFound", status, err)
		}
		_, isStatus := errors.AsType[*StatusError](err)
		if isStatus != (status == 403) {
			t.Errorf("Source with %d: StatusError %v", status, isStatus)
		}
	}
	if _, err := newClient(t, statuses(403)).Account(t.Context()); errors.Is(err, ErrNotFound) {
		t.Errorf("Account with 403: %v, want no ErrNotFound: it is the scope that is missing", err)
	}
}

func TestContentType(t *testing.T) {
	t.Parallel()
	for contentType, good := range map[string]bool{
		"application/json": true, "application/json; charset=utf-8": true, "Application/JSON;charset=UTF-8": true, "application/json; charset=utf8": true, "application/json;charset=us-ascii": true, "text/json": true, "application/hal+json": true,
		"": false, "text/html": false, "text/plain": false, "application/json; charset=utf-16": false, "application/json; charset=iso-8859-1": false, "application/jsonp": false, "application/json; charset": false,
	} {
		hub := &script{answers: []func() (*http.Response, error){func() (*http.Response, error) { return answer(200, "[]", "Content-Type", contentType), nil }}}
		if _, err := newClient(t, hub).Sites(t.Context(), SiteQuery{}); (err == nil) != good || !good && !errors.Is(err, ErrMalformed) {
			t.Errorf("content type %q: %v", contentType, err)
		}
	}
}

func TestMessage(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"message":"no right"}`:                   "no right",
		`{"Message":"No Right","modelState":{}}`:   "No Right",
		`{"error":{"a":1},"title":"a title"}`:      "a title",
		`{"detail":"d"}`:                           "d",
		`{"message":"","detail":"d"}`:              "d",
		`{"code":"E7","innererror":{"title":"x"}}`: "",
		"Transportvereinbarungen fehlen":           "Transportvereinbarungen fehlen",
		strings.Repeat("abcd", 8):                  secret.Redacted,
		"<html>\r\n<b>bad gateway\x00\x1b[31m</b>": "<html>  <b>bad gateway[31m</b>",
		``:                               "",
		`{"message":"you sent tok-123"}`: "you sent [redacted]",
		"plain tok-123":                  "plain [redacted]",
		strings.Repeat("é", 500):         strings.Repeat("é", 200),
		"\xff\xfebroken":                 "broken",
		`{"message":"line one\nforged level=error"}`: "line one forged level=error",
	} {
		if got := message(io.NopCloser(strings.NewReader(body)), secret.New("tok-123")); got != want {
			t.Errorf("message(%q) = %q, want %q", body, got, want)
		}
	}
}

func TestErrorsShowNeitherQueryNorToken(t *testing.T) {
	t.Parallel()
	hubs := map[string]http.RoundTripper{
		"status":  statuses(500),
		"network": upstream(func(r *http.Request) (*http.Response, error) { return nil, errors.New("broken pipe") }),
		"body":    says("[{"),
	}
	for name, network := range map[string]error{
		"EOF": io.EOF, "unexpected EOF": io.ErrUnexpectedEOF, "connection refused": &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, "no such host": &net.DNSError{Err: "no such host", Name: "hub.example"},
		"unknown authority": &tls.CertificateVerificationError{Err: errors.New("unknown authority")}, "not TLS": tls.RecordHeaderError{Msg: "not TLS"}, "connection or the answer is broken": errors.New("quoted"),
	} {
		_, err := newClient(t, upstream(func(*http.Request) (*http.Response, error) { return nil, network })).Sources(t.Context(), SourceQuery{Site: 4711})
		if err == nil || strings.Contains(err.Error(), "4711") || strings.Contains(err.Error(), "quoted") || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want to read %q", err, name)
		}
	}
	for name, hub := range hubs {
		_, err := newClient(t, hub).Sources(t.Context(), SourceQuery{Site: 4711})
		if err == nil || strings.Contains(err.Error(), "4711") || strings.Contains(err.Error(), "t0") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A Data Hub that repeats the request's token in an answer that nobody can read, or in the words of an error, does not get it into a log.
func TestS90EchoedTokensStayOut(t *testing.T) {
	t.Parallel()
	token := "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSIsImNhbmFyeSI6MX0.c2lnbmF0dXJlLWNhbmFyeQ"
	for name, response := range map[string]string{
		"a header line": "HTTP/1.1 200 OK\r\n" + token + "\r\n\r\n", "the status line": "HTTP/1.1 " + token + " OK\r\n\r\n", "no HTTP at all": token + "\r\n\r\n",
		"a chunk":     "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + token + "\r\n",
		"a trailer":   "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n" + token + "\r\n\r\n",
		"the type":    "HTTP/1.1 200 OK\r\nContent-Type: text/" + token + "\r\n\r\n[]",
		"its message": "HTTP/1.1 500 X\r\nContent-Type: application/json\r\n\r\n" + `{"message":"bad token ` + base64.StdEncoding.EncodeToString([]byte(token)) + ` and ` + token[:40] + ` and ` + url.QueryEscape("Bearer "+token) + `, trace 0f8fad5b-d9cb-469f-a165-70867728950e"}`,
		"its text":    "HTTP/1.1 400 X\r\n\r\nBearer " + token,
	} {
		_, err := raw(t, response).Sites(t.Context(), SiteQuery{})
		if err == nil {
			continue // readable after all
		}
		for _, piece := range []string{token[:20], token[30:50], "c2lnbmF0", base64.StdEncoding.EncodeToString([]byte(token))[:20]} {
			if strings.Contains(err.Error(), piece) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if name == "its message" && !strings.Contains(err.Error(), "0f8fad5b-d9cb-469f-a165-70867728950e") {
			t.Errorf("%s: the trace is lost: %v", name, err)
		}
	}
}

// raw serves bytes as they are on one loopback connection after the other.
func raw(t *testing.T, response string) *Client {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 4096))
			_, _ = io.WriteString(conn, response)
			_ = conn.Close()
		}
	}()
	h, err := New(Config{BaseURL: "http://" + l.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	return h.Client(&purse{})
}

func TestBrokenTransfers(t *testing.T) {
	t.Parallel()
	const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
	for name, c := range map[string]struct {
		response string
		want     error
	}{
		"whole":                      {head + "Content-Length: 10\r\n\r\n[{\"id\":1}]", nil},
		"fewer bytes than announced": {head + "Content-Length: 30\r\n\r\n[{\"id\":1}]", ErrMalformed},
		"half":                       {head + "Content-Length: 10\r\n\r\n[{\"id\"", ErrMalformed},
		"no last chunk":              {head + "Transfer-Encoding: chunked\r\n\r\na\r\n[{\"id\":1}]\r\n", ErrMalformed},
		"broken chunk":               {head + "Transfer-Encoding: chunked\r\n\r\na\r\n[{\"id\":1}]\r\nzz\r\n", ErrMalformed},
		"no gzip":                    {head + "Content-Encoding: gzip\r\nContent-Length: 10\r\n\r\n[{\"id\":1}]", ErrMalformed},
		"no HTTP":                    {"SSH-2.0-x\r\n", ErrUnavailable},
		"nothing":                    {"", ErrUnavailable},
		"long header":                {head + "X-Long: " + strings.Repeat("a", 200<<10) + "\r\nContent-Length: 2\r\n\r\n[]", ErrUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sites, err := raw(t, c.response).Sites(t.Context(), SiteQuery{})
			if !errors.Is(err, c.want) || c.want == nil && len(sites) != 1 || c.want != nil && sites != nil {
				t.Errorf("Sites = %v, %v, want %v", sites, err, c.want)
			}
		})
	}
}

// TestR18CutAtEveryByte cuts an answer everywhere, by a connection that breaks and by a server that believes that it is whole.
func TestR18CutAtEveryByte(t *testing.T) {
	t.Parallel()
	for path, body := range map[string]string{
		pathSites: `[{"id":1,"name":"A é \u0041","clientData":{"F":{"G":{"x":[1,2.5e3,true,null]}}}},{"id":2}]`,
		pathData:  `[{"date":"2026-03-01T00:15:00","variableId":7,"rawValue":12.5,"unitId":0},{"date":"2026-03-01T00:30:00","variableId":7,"rawValue":13}]`,
	} {
		for n := range len(body) + 1 {
			for _, end := range []error{io.EOF, io.ErrUnexpectedEOF} {
				hub := upstream(func(*http.Request) (*http.Response, error) {
					r := answer(200, "")
					r.Body = io.NopCloser(io.MultiReader(strings.NewReader(body[:n]), failing{end}))
					return r, nil
				})
				h := newHub(t, hub)
				r := &request{method: http.MethodPost, path: path, limit: 1 << 20}
				items := 0
				r.read = func(_ http.Header, b io.Reader) (err error) {
					if path == pathSites {
						var sites []wireSite
						sites, _, err = readItems[wireSite](h.Client(&purse{}), path, b)
						items = len(sites)
						return err
					}
					points := newRows(utcDay)
					err = points.decode(b)
					items = len(points.points)
					return err
				}
				err := h.Client(&purse{}).do(t.Context(), r)
				whole := n == len(body) && end == io.EOF
				if whole && (err != nil || items != 2) || !whole && !errors.Is(err, ErrMalformed) {
					t.Fatalf("%s cut after %d bytes by %v: %v", path, n, end, err)
				}
			}
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestLimits(t *testing.T) {
	t.Parallel()
	body := `[{"id":1}]`
	for limit, want := range map[int64]error{int64(len(body)): nil, int64(len(body)) - 1: ErrTooLarge, 1: ErrTooLarge} {
		_, err := newClient(t, says(body), func(c *Config) { c.MaxList = limit }).Sites(t.Context(), SiteQuery{})
		if !errors.Is(err, want) {
			t.Errorf("limit %d for %d bytes: %v, want %v", limit, len(body), err, want)
		}
	}
	for size, want := range map[int]error{200 << 10: nil, maxItem: ErrTooLarge} {
		_, err := newClient(t, says(`[{"id":1,"name":"`+strings.Repeat("a", size)+`"}]`)).Sites(t.Context(), SiteQuery{})
		if !errors.Is(err, want) {
			t.Errorf("an item of %d bytes: %v, want %v", size, err, want)
		}
	}
	long := `[{"date":"2026-03-01T00:15:00","rawValue":1,"x":"` + strings.Repeat("a", maxRow) + `"}]`
	if _, err := newClient(t, says(long)).DataPoints(t.Context(), utcDay); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a row of %d bytes: %v, want ErrTooLarge", len(long), err)
	}
}

// TestR19DecompressionBomb gives ten callers at once what is small on the wire and large in memory.
func TestR19DecompressionBomb(t *testing.T) {
	bombs := map[string]string{"zeros": "\x00", "blanks": " ", "one long text": "a", "brackets": "[", "empty objects": "{},"}
	for name, unit := range bombs {
		var packed bytes.Buffer
		z, _ := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
		_, _ = io.WriteString(z, map[string]string{"one long text": `["`, "empty objects": "["}[name])
		block := []byte(strings.Repeat(unit, (1<<20)/len(unit)))
		for range 20 {
			_, _ = z.Write(block)
		}
		_ = z.Close()
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(packed.Bytes())
		}))
		h, err := New(Config{BaseURL: server.URL})
		if err != nil {
			t.Fatal(err)
		}
		var before, now runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		stop, peak := make(chan struct{}), make(chan uint64)
		go func() {
			var most uint64
			for {
				select {
				case <-stop:
					peak <- most
					return
				case <-time.After(2 * time.Millisecond):
					runtime.ReadMemStats(&now)
					most = max(most, now.HeapInuse)
				}
			}
		}()
		var group sync.WaitGroup
		for range 10 {
			group.Go(func() {
				if _, err := h.Client(&purse{}).Sites(t.Context(), SiteQuery{}); !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrTooLarge) {
					t.Errorf("%s: %v", name, err)
				}
			})
		}
		group.Wait()
		close(stop)
		if grown := int64(<-peak) - int64(before.HeapInuse); grown > 64<<20 {
			t.Errorf("%s: the heap grew by %d MiB, want less than 64", name, grown>>20)
		}
		server.Close()
	}
}

func TestOwnTransport(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"id":5,"name":%q}`, r.Host)
	}))
	t.Cleanup(server.Close)
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	h, err := New(Config{BaseURL: "http://hub.localhost:" + port})
	if err != nil {
		t.Fatal(err)
	}
	got, err := h.Client(&purse{}).Account(t.Context())
	if want := (Account{ID: 5, Name: "hub.localhost:" + port}); err != nil || got != want {
		t.Errorf("Account = %v, %v, want %v", got, err, want)
	}
}

func TestOldTLSAndForeignCertificatesAreRefused(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request came") }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	h, err := New(Config{BaseURL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if _, err := h.Client(&purse{}).Sites(t.Context(), SiteQuery{}); !errors.Is(err, ErrUnavailable) || time.Since(start) > 5*time.Second {
		t.Errorf("Sites = %v, want ErrUnavailable", err)
	}
	if tr := transport(time.Second); tr.TLSClientConfig.MinVersion != 0x0303 || tr.TLSClientConfig.InsecureSkipVerify {
		t.Error("TLS below 1.2, or not verified")
	}
}

func TestNoProxyOnThisMachine(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://proxy.example:1")
	for _, host := range []string{"hub.localhost", "localhost", "127.0.0.1"} {
		r, _ := http.NewRequest(http.MethodGet, "http://"+host+"/", nil)
		if u, err := proxy(r); u != nil || err != nil {
			t.Errorf("proxy for %s: %v, %v", host, u, err)
		}
	}
}
