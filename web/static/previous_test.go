package static

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A page of the version before finds all that it names, packed or not. When this fails because a file has changed since, keep that version's files again: make keep FROM=its tag.
func TestVersionBeforeIsServed(t *testing.T) {
	list, err := kept.ReadFile("previous/list.txt")
	if err != nil {
		t.Fatal(err)
	}
	names := strings.Fields(string(list))
	if len(names) < 10 {
		t.Fatalf("the version before had %d files", len(names))
	}
	var gone int
	for _, name := range names {
		for _, encoding := range []string{"gzip", ""} {
			r := httptest.NewRequest(http.MethodGet, "/static/"+name, nil)
			r.Header.Set("Accept-Encoding", encoding)
			w := httptest.NewRecorder()
			Handler().ServeHTTP(w, r)
			if w.Code != http.StatusOK || w.Body.Len() == 0 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Header().Get("Content-Type") == "" {
				t.Errorf("%s with %q: %d, %d bytes, %v", name, encoding, w.Code, w.Body.Len(), w.Header())
			}
		}
		if portal.urls["/static/"+name].packed {
			gone++
			if base, _, _ := strings.Cut(name, "."); base == "app" && URL("app.css") == "/static/"+name {
				t.Error("the present style sheet is taken from the version before")
			}
		}
	}
	if gone == 0 {
		t.Error("nothing has changed since the version before: there is nothing to keep")
	}
}
