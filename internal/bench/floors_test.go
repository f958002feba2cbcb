package bench

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"testing"

	"github.com/redis/go-redis/v9"

	"portico/internal/locale"
	"portico/web/static"
	"portico/web/templates"
)

// The floors run as processes of their own, this test binary once more, so that what they cost is counted as the portal's cost is.
const (
	floorVariable = "PORTICO_BENCH_FLOOR"
	pageVariable  = "PORTICO_BENCH_PAGE"  // file with the bytes that floors answer
	redisVariable = "PORTICO_BENCH_REDIS" // address of the sessions of the floor that has some
)

func TestMain(m *testing.M) {
	if kind := os.Getenv(floorVariable); kind != "" {
		if err := serveFloor(kind); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// serveFloor prints its address and answers until it is ended.
func serveFloor(kind string) error {
	page, err := os.ReadFile(os.Getenv(pageVariable))
	if err != nil {
		return err
	}
	h, err := floor(kind, page)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println("floor http://" + l.Addr().String())
	return http.Serve(l, h)
}

// floor is the least code that does a part of what the portal does: answer bytes, pass a request on, or find a sealed session in Redis and render a page.
func floor(kind string, page []byte) (http.Handler, error) {
	answer := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(page)
	})
	switch kind {
	case "static":
		return answer, nil
	case "proxy":
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		go func() { _ = http.Serve(l, answer) }()
		proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: l.Addr().String()})
		proxy.Transport = &http.Transport{MaxIdleConnsPerHost: 64}
		return proxy, nil
	case "session":
		return leastSession(http.HandlerFunc(ownPage))
	}
	return nil, fmt.Errorf("no floor %q", kind)
}

// ownPage renders the page that the portal is asked for.
func ownPage(w http.ResponseWriter, r *http.Request) {
	l := locale.Match("en", "")
	m := templates.AccountModel{Name: "Noordzee Energie", ID: "101", Layout: templates.LayoutModel{T: func(key string, args ...any) string { return l.T(locale.Key(key), args...) }, Lang: "en", Theme: "system",
		Writing: func() templates.WritingModel { return templates.WritingModel{} }, Person: &templates.PersonModel{Name: "Victor Lambert", Account: "Noordzee Energie"}, ReturnTo: "/auth/account", Clock: templates.ClockModel{Text: "14:21:08 CET", ISO: "2026-11-26T14:21:08+01:00"},
		Assets: templates.AssetsModel{Stylesheet: static.URL("app.css"), Icons: static.URL("icons.svg"), Favicon: static.URL("favicon.svg"), Font: static.URL("inter-latin.woff2")}}}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = templates.Account(m).Render(r.Context(), w)
}

// leastSession opens a sealed record of 1 KiB that the cookie names, and nothing else: no log, no limits, no expiry.
func leastSession(next http.Handler) (http.Handler, error) {
	store := redis.NewClient(&redis.Options{Addr: os.Getenv(redisVariable)})
	block, err := aes.NewCipher(make([]byte, 32))
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, gcm.NonceSize())
	_, _ = rand.Read(nonce)
	if err := store.Set(context.Background(), "least:bench", gcm.Seal(nonce, nonce, make([]byte, 1024), nil), 0).Err(); err != nil {
		return nil, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie("portico"); err != nil {
			http.Error(w, "nobody", http.StatusUnauthorized)
			return
		}
		sealed, err := store.Get(r.Context(), "least:bench").Bytes()
		if err != nil {
			http.Error(w, "store", http.StatusServiceUnavailable)
			return
		}
		if _, err := gcm.Open(nil, sealed[:gcm.NonceSize()], sealed[gcm.NonceSize():], nil); err != nil {
			http.Error(w, "forged", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	}), nil
}
