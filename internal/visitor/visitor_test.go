package visitor_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"portico/internal/visitor"
)

const loginPage = `<form action="/none"><input name="q"></form>
<form id="f" method="post" action="/enter?x=1"><input type="hidden" name="id" value="7"><input name="username"><input type="checkbox" name="stay" value="1"></form><input name="password" form="f"><button name="go" value="1" form="f">`

// site is a portal that sends whoever has no cookie to a page of its own that asks for a password, by a form that sends itself.
func site(t *testing.T) *visitor.Visitor {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /page", func(w http.ResponseWriter, r *http.Request) {
		if c, err := r.Cookie("in"); err == nil {
			_, _ = fmt.Fprint(w, "hello ", c.Value)
			return
		}
		http.Redirect(w, r, "/ask?from=page", http.StatusSeeOther)
	})
	mux.HandleFunc("GET /ask", func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, loginPage) })
	mux.HandleFunc("POST /enter", func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		_, _ = fmt.Fprintf(w, `<form method="post" action="back"><input type="hidden" name="who" value="%s"></form><script>document.forms[0].submit()</script>`, r.PostForm.Encode())
	})
	mux.HandleFunc("POST /back", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "in", Value: r.PostFormValue("who"), Path: "/"})
		http.Redirect(w, r, "/page", http.StatusSeeOther)
	})
	mux.HandleFunc("GET /stream", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	mux.HandleFunc("GET /circle", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/circle", http.StatusFound) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	v := visitor.New(strings.Replace(server.URL, "127.0.0.1", "portal.localhost", 1), visitor.Options{})
	t.Cleanup(v.Close)
	return v
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	v := site(t)
	p, err := v.SignIn("/page", visitor.User{Name: "alice", Password: "secret"})
	if err != nil || p.Body != "hello id=7&password=secret&username=alice" {
		t.Fatalf("SignIn = %q, %v", p.Body, err)
	}
	if way := strings.ReplaceAll(strings.Join(p.Way, " "), v.Base, ""); way != "/enter /back" {
		t.Errorf("by way of %s", way)
	}
	if p, err := v.SignIn("/page", visitor.User{}); err != nil || len(p.Way) != 0 {
		t.Errorf("somebody who is known: by way of %q, %v", p.Way, err)
	}
	v.SetCookie("in", "")
	if p, err := v.Get("/page"); err != nil || p.StatusCode != http.StatusSeeOther {
		t.Errorf("without the cookie: %d, %v", p.StatusCode, err)
	}
	if p, err := v.Open("/stream"); err != nil || p.StatusCode != http.StatusOK {
		t.Errorf("a stream: %v", err)
	}
	if _, err := v.Open("/circle"); err == nil {
		t.Error("a circle of redirects ends")
	}
}

func TestForms(t *testing.T) {
	t.Parallel()
	p, err := site(t).Get("/ask")
	if err != nil {
		t.Fatal(err)
	}
	f := p.Form("password")
	if f.Value("id") != "7" || f.First("login", "username") != "username" || f.First("q") != "" || f.Value("stay") != "" {
		t.Errorf("the form is %+v", f)
	}
	if p.Form("nothing") != nil || p.Form("nothing").Value("id") != "" {
		t.Error("a form that is not there has values")
	}
}
