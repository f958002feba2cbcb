package interop

import (
	"bytes"
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// front stands between everybody and an identity server, under the name that its issuer has. It counts the refresh tokens that pass, and lets go wrong what
// a network lets go wrong.
type front struct {
	t       *testing.T
	origin  string // http://id.localhost:port
	address string // 127.0.0.1:port
	proxy   http.Handler

	mu        sync.Mutex
	server    *http.Server
	faults    []fault        // of the next refreshes, in this order
	presented map[string]int // refresh token → times that it was presented
	answered  int            // refreshes that the identity server answered with tokens
}

// fault is what goes wrong with one refresh.
type fault int

const (
	loseAnswer  fault = iota + 1 // the identity server has answered, and nobody hears it
	loseRequest                  // the connection breaks before the identity server has seen anything
)

// newFront opens a port. Nothing answers there until lead names the identity server.
func newFront(t *testing.T) *front {
	t.Helper()
	l := listen(t, "127.0.0.1:0")
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	f := &front{t: t, origin: "http://id.localhost:" + port, address: "127.0.0.1:" + port, presented: map[string]int{}}
	f.serve(l)
	t.Cleanup(f.stop)
	return f
}

// lead tells the front which server it stands before.
func (f *front) lead(to http.Handler) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.proxy = to
}

// forward is a handler that passes requests on as they are, to another port of this machine.
func forward(address string) http.Handler {
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: address})
			r.Out.Host = r.In.Host
		},
		ErrorLog: log.New(io.Discard, "", 0), Transport: &http.Transport{DisableKeepAlives: true},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}
}

func listen(t *testing.T, address string) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func (f *front) serve(l net.Listener) {
	s := &http.Server{Handler: f, ErrorLog: log.New(io.Discard, "", 0)}
	f.mu.Lock()
	f.server = s
	f.mu.Unlock()
	go func() { _ = s.Serve(l) }()
}

// stop closes the port: connections are refused.
func (f *front) stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	_ = f.server.Close()
}

// start opens the same port again.
func (f *front) start() { f.serve(listen(f.t, f.address)) }

// fail lets the next refreshes go wrong.
func (f *front) fail(faults ...fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = faults
}

// refreshes returns how many refreshes were answered with tokens, and how often a refresh token was presented that had been presented before.
func (f *front) refreshes() (answered, again int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, n := range f.presented {
		again += n - 1
	}
	return f.answered, again
}

// ServeHTTP implements http.Handler.
func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	proxy := f.proxy
	f.mu.Unlock()
	if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/token") {
		proxy.ServeHTTP(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	form, _ := url.ParseQuery(string(body))
	if form.Get("grant_type") != "refresh_token" {
		proxy.ServeHTTP(w, r)
		return
	}
	f.refresh(w, r, proxy, f.note(form.Get("refresh_token")))
}

// note counts a presentation and returns what goes wrong with it.
func (f *front) note(token string) (wrong fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.presented[token]++
	if len(f.faults) > 0 {
		wrong, f.faults = f.faults[0], f.faults[1:]
	}
	return wrong
}

func (f *front) refresh(w http.ResponseWriter, r *http.Request, proxy http.Handler, wrong fault) {
	if wrong == loseRequest {
		panic(http.ErrAbortHandler)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), 20*time.Second)
	defer cancel()
	kept := &recorder{header: http.Header{}}
	proxy.ServeHTTP(kept, r.WithContext(ctx))
	if kept.status == http.StatusOK {
		f.mu.Lock()
		f.answered++
		f.mu.Unlock()
	}
	if wrong == loseAnswer {
		panic(http.ErrAbortHandler)
	}
	for name, values := range kept.header {
		w.Header()[name] = values
	}
	w.WriteHeader(kept.status)
	_, _ = w.Write(kept.body.Bytes())
}

// recorder keeps an answer.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header { return r.header }
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}
func (r *recorder) Write(b []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(b)
}
