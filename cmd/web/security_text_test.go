package main

import (
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What renders raw text has no place in the templates, and neither has what runs text as script in the portal's own scripts.
func TestS65NothingRendersRawText(t *testing.T) {
	t.Parallel()
	forbidden := map[string]*regexp.Regexp{
		".templ": regexp.MustCompile(`templ\.(Raw|JSUnsafeFuncCall|SafeCSS|SafeScript)|template\.(HTML|JS|URL)\(|\son[a-z]+=|<script(\s[^>]*)?>[^<]|javascript:`),
		".go":    regexp.MustCompile(`templ\.(Raw|JSUnsafeFuncCall)\(|template\.HTML\(`),
		".js":    regexp.MustCompile(`\.innerHTML|\.outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function\(|set(Timeout|Interval)\(\s*["'` + "`]"),
	}
	looked := 0
	for _, folder := range []string{"../../web", "../../internal"} {
		err := filepath.WalkDir(folder, func(path string, e os.DirEntry, err error) error {
			if err == nil && e.Name() == "node_modules" { // an identity server for tests, which no browser gets
				return filepath.SkipDir
			}
			pattern := forbidden[filepath.Ext(path)]
			if err != nil || pattern == nil || strings.HasSuffix(path, "_templ.go") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, ".min.js") {
				return err
			}
			looked++
			text, err := os.ReadFile(path)
			if found := pattern.FindString(string(text)); found != "" {
				t.Errorf("%s holds %q", path, found)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range regexp.MustCompile(`templ\.SafeURL\(([^)]*)\)`).FindAllStringSubmatch(readAll(t, "../../web/templates/*.templ"), -1) {
		if m[1] != "p.href" { // the fixed places of the menu
			t.Errorf("templ.SafeURL(%s) lets any scheme through", m[1])
		}
	}
	if looked < 50 {
		t.Errorf("only %d files were looked at", looked)
	}
}

func readAll(t *testing.T, pattern string) string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: no files, %v", pattern, err)
	}
	var b strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(text)
	}
	return b.String()
}

// Names that somebody wrote in the Data Hub, and what the identity server calls a person: shown as text, harmless and of a length.
func TestS66HostileTextIsInert(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	named := regexp.MustCompile(`("(?:name|title|comment|street|city|description|localisation|serialNumber|eanNumber|mappingConfig|symbol)":)"[^"]*"`)
	for what, name := range map[string]string{
		"markup": `<script>alert("canary")</script>`, "an attribute": `" onmouseover="alert('canary')" x="`, "an image": `'><img src=x onerror=alert(1)>canary`, "an end of the document": "</title></svg></td></table></body></html>canary", "a scheme": "javascript:alert('canary')",
		"an override": "canary \u202egnp.exe\u2066 \u200f", "a NUL": "can\x00ary \x07\x1b[31m", "line ends": "canary\r\nSet-Cookie: a=b\u2028\u2029", "very long": "canary" + strings.Repeat("ä", 4000), "emoji": "canary 👩‍👩‍👧‍👦 🏭", "combining marks": "canary" + strings.Repeat("\u0301", 3000), "templates": "canary {{.}} ${7*7} {0} %s %!d", "nothing": "", "invalid": "canary\xff\xfe",
	} {
		s.op.set(func() { s.op.person["name"] = name })
		quoted, _ := json.Marshal(name)
		s.setHubRaw(func(w http.ResponseWriter, r *http.Request) bool {
			rec := httptest.NewRecorder()
			r.Header.Del("Accept-Encoding")
			s.hub.ServeHTTP(rec, r)
			body := named.ReplaceAllStringFunc(rec.Body.String(), func(member string) string {
				key, _, _ := strings.Cut(member, ":")
				return key + ":" + string(quoted)
			})
			for n, values := range rec.Header() {
				if n != "Content-Length" {
					w.Header()[n] = values
				}
			}
			w.WriteHeader(rec.Code)
			_, _ = io.WriteString(w, body)
			return true
		})
		p := s.visitor(t, 0)
		p.get(p.toCallback("/sites")).want(t, http.StatusSeeOther)
		event := cmp.Or(regexp.MustCompile(`/events/[0-9]+`).FindString(p.get("/events").Body), "/events")
		for _, path := range []string{"/sites", "/sites/204481", "/sites/204481/sources", "/overview", "/sources/6044811", "/variables/80101", "/explore?site=204481", "/explore?s=80101", "/alarms", "/events", "/auth/session", "/settings/sessions", "/nothing", event} {
			a := p.get(path)
			if large := what == "very long" && path == "/events" && a.StatusCode == http.StatusBadGateway; a.StatusCode != http.StatusOK && a.StatusCode != http.StatusNotFound && !large { // so many such texts are more than an answer may be
				t.Errorf("%s: %s gives %d", what, path, a.StatusCode)
			}
			for _, live := range []string{"<script>alert", `onmouseover="alert`, "<img src=x", "\u202e", "\u2066", "\x00", "\x1b", `href="javascript:`, strings.Repeat("ä", 200), strings.Repeat("\u0301", 200)} {
				if strings.Contains(a.Body, live) {
					t.Errorf("%s: %s holds %.40q", what, path, live)
				}
			}
			if strings.Count(a.Body, "</html>") != 1 || strings.Count(a.Body, "</title>") < 1 || strings.Index(a.Body, "</html>") < len(a.Body)-16 || len(a.Body) > 2<<20 {
				t.Errorf("%s: %s is no whole page of %d bytes", what, path, len(a.Body))
			}
		}
		if what == "markup" && !strings.Contains(p.get("/sites").Body, "&lt;script&gt;alert(&#34;canary&#34;)&lt;/script&gt;") {
			t.Errorf("the name is not shown as it is:\n%.3000s", p.get("/sites").Body)
		}
	}
}
