package pages

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"portico/internal/board"
	"portico/internal/crew"
	"portico/internal/secret"
)

// falling is somebody whose token cannot be had after so many calls, by a mistake of the program.
type falling struct {
	always
	after atomic.Int64
}

func (f *falling) Token(ctx context.Context) (secret.Text, error) {
	if f.after.Add(-1) < 0 {
		panic("x")
	}
	return f.always.Token(ctx)
}

// fall serves a request until something panics, and returns with what.
func (b *bench) fall(after int, serve func(http.ResponseWriter, *Request) error, r *http.Request) (p *crew.Panic) {
	defer func() {
		if v := recover(); v != nil {
			p = crew.Caught(v)
		}
	}()
	tokens := &falling{always: always{"alice"}}
	tokens.after.Store(int64(after))
	w := httptest.NewRecorder()
	request := b.request(w, r)
	request.Hub = b.hub.Client(tokens)
	_ = serve(w, request)
	return nil
}

// What panics on any of the ways to the Data Hub, side by side as they are, ends the answer that needed it: it arrives where the request is served, and says where it began.
func TestPanicsEndOneAnswer(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	wall := func(w http.ResponseWriter, r *Request) error {
		_, err := b.pages.Pictures(r, wallOf(), 0, "/tv/x")
		return err
	}
	site := fmt.Sprint("/sites/", world.Sites[5].ID)
	for _, target := range []string{"/overview", "/sites", site, site + "/sources", "/sources/80100", "/variables/80101", "/explore?s=80101&s=80201", "/alarms", "/quality", "/search?q=x", "wall", "widgets"} {
		for _, after := range []int{0, 5, 9} {
			b.pages = New()
			serve := func(w http.ResponseWriter, r *Request) (err error) {
				mux := http.NewServeMux()
				for _, route := range b.pages.Routes() {
					mux.HandleFunc(route.Pattern, func(w http.ResponseWriter, inner *http.Request) {
						own := *r
						own.Request = inner
						err = route.Handler(w, &own)
					})
				}
				mux.ServeHTTP(w, r.Request)
				return err
			}
			path := target
			switch target {
			case "wall":
				serve, path = wall, "/"
			case "widgets":
				path = "/"
				serve = func(_ http.ResponseWriter, r *Request) error {
					_, err := b.pages.Widgets(r, board.Board{Title: "x", Widgets: wallOf().Widgets}, 0)
					return err
				}
			}
			p := b.fall(after, serve, httptest.NewRequest(http.MethodGet, path, nil))
			if p == nil && after == 0 {
				t.Errorf("%s: nothing panicked", target)
			}
			if p != nil && (p.Value != "x" || !strings.Contains(string(p.Stack), "(*falling).Token")) {
				t.Errorf("%s after %d calls: %v from %.300s", target, after, p.Value, p.Stack)
			}
		}
	}
}
