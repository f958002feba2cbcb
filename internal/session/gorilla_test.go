package session_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"portico/internal/secret"
	"portico/internal/session"
)

// Values of two requests that overlap are both kept: each writes what it changed, and takes away what it took away.
func TestGorillaStoreKeepsWhatOthersChanged(t *testing.T) {
	b := newBench(t)
	_, cookie := b.start()
	one, two := request(cookie), request(cookie)
	mine, err := b.cookies.Get(one, "portico")
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := b.cookies.Get(two, "portico")
	if err != nil {
		t.Fatal(err)
	}
	theirs.Values["k"], theirs.Values["theirs"] = "changed", "1"
	theirs.AddFlash("saved")
	if err := theirs.Save(two, httptest.NewRecorder()); err != nil {
		t.Fatal(err)
	}
	mine.Values["mine"] = "1"
	if err := mine.Save(one, httptest.NewRecorder()); err != nil {
		t.Fatal(err)
	}
	r := request(cookie)
	gs, err := b.cookies.Get(r, "portico")
	if err != nil || gs.Values["k"] != "changed" || gs.Values["theirs"] != "1" || gs.Values["mine"] != "1" {
		t.Fatalf("values %v, %v", gs.Values, err)
	}
	if flashes := gs.Flashes(); !slices.Equal(flashes, []any{"saved"}) {
		t.Errorf("flashes %v", flashes)
	}
	delete(gs.Values, "theirs")
	for range 2 { // the second time nothing changed
		if err := gs.Save(r, httptest.NewRecorder()); err != nil {
			t.Fatal(err)
		}
	}
	again, _ := b.cookies.Get(request(cookie), "portico")
	if _, there := again.Values["theirs"]; there || len(again.Flashes()) > 0 || again.Values["mine"] != "1" {
		t.Errorf("after one was taken away: %v", again.Values)
	}
}

func TestGorillaStoreRefusesAndEnds(t *testing.T) {
	b := newBench(t)
	_, cookie := b.start()
	for name, change := range map[string]func(values map[any]any){
		"key": func(v map[any]any) { v[7] = "x" }, "key of a list": func(v map[any]any) { v["[]x"] = "x" }, "list of numbers": func(v map[any]any) { v["x"] = []any{"a", 7} },
	} {
		r := request(cookie)
		gs, err := b.cookies.Get(r, "portico")
		if err != nil {
			t.Fatal(err)
		}
		change(gs.Values)
		if err := gs.Save(r, httptest.NewRecorder()); err == nil {
			t.Errorf("%s: kept", name)
		}
	}
	r, w := request(cookie), httptest.NewRecorder()
	gs, err := b.cookies.Get(r, "portico")
	if err != nil {
		t.Fatal(err)
	}
	gs.Options.MaxAge = -1
	if err := gs.Save(r, w); err != nil || len(w.Result().Cookies()) != 1 || w.Result().Cookies()[0].MaxAge >= 0 {
		t.Errorf("Save = %v with cookies %v, want the cookie cleared", err, w.Result().Cookies())
	}
	if _, err := b.cookies.Load(request(cookie)); reason(err) != session.ReasonLogout {
		t.Errorf("Load = %v, want it ended", err)
	}
}

func TestGorillaStore(t *testing.T) {
	b := newBench(t)
	_, cookie := b.start()
	r := request(cookie)
	gs, err := b.cookies.Get(r, "portico")
	if err != nil || gs.IsNew || gs.Values["k"] != "v" {
		t.Fatalf("Get = %+v, %v", gs, err)
	}
	gs.Values["theme"] = "dark"
	if err := gs.Save(r, httptest.NewRecorder()); err != nil {
		t.Fatal(err)
	}
	if s, _ := b.cookies.Load(request(cookie)); s.Values["theme"] != "dark" {
		t.Errorf("values %v", s.Values)
	}
	for name, value := range map[string]any{"a token": secret.New("at"), "a number": 7, "bytes": []byte("x")} {
		gs.Values["bad"] = value
		if err := gs.Save(r, httptest.NewRecorder()); err == nil {
			t.Errorf("%s is kept in the session", name)
		}
	}
}

// An id that a client made up is never adopted: that is how sessions are fixed on victims.
func TestGorillaStoreAdoptsNoID(t *testing.T) {
	b := newBench(t)
	made := &http.Cookie{Name: b.cookies.Name(), Value: session.NewHandle().Cookie().Reveal()}
	r := request(made)
	gs, err := b.cookies.Get(r, "portico")
	if err != nil || !gs.IsNew || gs.ID != "" {
		t.Fatalf("Get = %+v, %v, want a new, empty session", gs, err)
	}
	w := httptest.NewRecorder()
	if err := gs.Save(r, w); !errors.Is(err, session.ErrNotStarted) || len(w.Result().Cookies()) != 0 {
		t.Errorf("Save = %v with %d cookies, want ErrNotStarted and none", err, len(w.Result().Cookies()))
	}
	if _, err := b.cookies.Load(request(made)); !errors.Is(err, session.ErrNone) {
		t.Errorf("the made-up id became a session: %v", err)
	}
}
