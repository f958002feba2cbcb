// Package securitytest compares docs/security-tests.md with the code, so that the table cannot rot, and looks at what is no Go: CI and the image.
package securitytest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const page = "../../docs/security-tests.md"

var (
	row   = regexp.MustCompile(`(?m)^\| (S-\d\d+) \| ([^|]+) \| ([^|]+) \| ([^|]*) ?\|$`)
	named = regexp.MustCompile("`([a-z/]+)\\.((?:Test|Fuzz)[A-Za-z0-9_]+)`")
)

// testsOf returns all tests and fuzz targets of the module: package path and name.
func testsOf(t *testing.T) map[string]bool {
	t.Helper()
	tests := map[string]bool{}
	err := filepath.WalkDir("../..", func(path string, e fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") || e.IsDir() {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && (strings.HasPrefix(f.Name.Name, "Test") || strings.HasPrefix(f.Name.Name, "Fuzz")) {
				tests[filepath.ToSlash(strings.TrimPrefix(filepath.Dir(path), "../../"))+"."+f.Name.Name] = true
			}
		}
		return nil
	})
	if err != nil || len(tests) < 100 {
		t.Fatalf("%d tests, %v", len(tests), err)
	}
	return tests
}

// wantTests wants every test that a page names as package.Test to be there.
func wantTests(t *testing.T, text string, tests map[string]bool) {
	t.Helper()
	for _, m := range named.FindAllStringSubmatch(text, -1) {
		if !tests[m[1]+"."+m[2]] {
			t.Errorf("the page names %s.%s, which does not exist", m[1], m[2])
		}
	}
}

// docs/screens-tests.md has the twenty-five complaints about walls, each with tests that exist or a word about what is not covered.
func TestScreensTableStandsForTheCode(t *testing.T) {
	t.Parallel()
	text, tests := read(t, "../../docs/screens-tests.md"), testsOf(t)
	for n := 1; n <= 25; n++ {
		m := regexp.MustCompile(fmt.Sprintf(`(?m)^\| %d \| [^|]+ \| ([^|]+) \|$`, n)).FindStringSubmatch(text)
		if m == nil || !named.MatchString(m[1]) && !strings.Contains(m[1], "not covered") {
			t.Errorf("row %d is missing, or says nothing: %q", n, m)
		}
	}
	wantTests(t, text, tests)
}

// docs/reliability-tests.md names no test that is gone, and has a row with tests for each requirement.
func TestReliabilityTableStandsForTheCode(t *testing.T) {
	t.Parallel()
	text := read(t, "../../docs/reliability-tests.md")
	names := map[string]bool{}
	for name := range testsOf(t) {
		names[name[strings.LastIndexByte(name, '.')+1:]] = true
	}
	for _, m := range regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z0-9_]+)`").FindAllStringSubmatch(text, -1) {
		if !names[m[1]] {
			t.Errorf("the table names %s, which does not exist", m[1])
		}
	}
	for n := 1; n <= 61; n++ {
		if !regexp.MustCompile(fmt.Sprintf("(?m)^\\| [^|]*R-%02d[^|]*\\|[^|]*`Test", n)).MatchString(text) {
			t.Errorf("R-%02d has no test", n)
		}
	}
}

func TestTableStandsForTheCode(t *testing.T) {
	t.Parallel()
	text, tests := read(t, page), testsOf(t)
	wantTests(t, text, tests)
	rows := map[string][]string{} // id → tests and notes
	for _, m := range row.FindAllStringSubmatch(text, -1) {
		if rows[m[1]] != nil {
			t.Errorf("%s stands there twice", m[1])
		}
		rows[m[1]] = m[3:]
		if !named.MatchString(m[3]) && strings.TrimSpace(m[4]) == "" {
			t.Errorf("%s has neither a test nor a word about why", m[1])
		}
	}
	for n := 1; n <= 110; n++ {
		id := fmt.Sprintf("S-%02d", n)
		if rows[id] == nil {
			t.Errorf("%s is missing", id)
		}
		if n <= 61 && n != 58 && rows[id] != nil && !named.MatchString(rows[id][0]) {
			t.Errorf("%s has no test", id)
		}
	}
	for name := range tests {
		m := regexp.MustCompile(`\.(?:Test|Fuzz)S(\d\d+)[A-Z]`).FindStringSubmatch(name)
		if m != nil && !strings.Contains(strings.Join(rows["S-"+m[1]], " "), "`"+name+"`") {
			t.Errorf("%s carries an id and does not stand in the row of S-%s", name, m[1])
		}
	}
}

// The gates that a change passes before it lands.
func TestS100GatesOfCI(t *testing.T) {
	t.Parallel()
	ci, makefile, mod := read(t, "../../.ci/run"), read(t, "../../Makefile"), read(t, "../../go.mod")
	for _, gate := range []string{"set -euo pipefail", "go mod verify", "go mod tidy -diff", "templ fmt -fail", "generate", "git diff --exit-code", "gofmt -l", " lint", " vuln", "PORTICO_TEST_TOOLS=required", " test\n", " fuzz "} {
		if !strings.Contains(ci, gate) {
			t.Errorf(".ci/run has no %q", gate)
		}
	}
	for _, step := range []string{"go vet", "staticcheck", "govulncheck", "$(GOTEST) -race", "$$(go list ./... |"} {
		if !strings.Contains(makefile, step) {
			t.Errorf("the Makefile has no %q", step)
		}
	}
	if !regexp.MustCompile(`(?m)^go 1\.\d+\.\d+$`).MatchString(mod) {
		t.Error("go.mod does not name a patch of the toolchain")
	}
	for _, pkg := range []string{"session", "store", "rp", "token", "server"} {
		if !regexp.MustCompile(`-race [^\n]*|RACE := [^\n]*`).MatchString(makefile) || !strings.Contains(makefile, "./internal/"+pkg) {
			t.Errorf("internal/%s is not tested under the race detector", pkg)
		}
	}
}

func TestS104ImageHoldsTheProgramOnly(t *testing.T) {
	t.Parallel()
	_, last, found := strings.Cut(read(t, "../../Dockerfile"), "\nFROM scratch\n")
	if !found || strings.Contains(last, "FROM ") {
		t.Fatal("the image is not made from nothing")
	}
	var copied []string
	for _, m := range regexp.MustCompile(`(?m)^COPY (?:--\S+ )*\S+ (\S+)$`).FindAllStringSubmatch(last, -1) {
		copied = append(copied, m[1])
	}
	if want := []string{"/etc/ssl/certs/", "/web", "/var/lib/portico"}; !slices.Equal(copied, want) {
		t.Errorf("the image holds %v, want %v", copied, want)
	}
	if !regexp.MustCompile(`(?m)^USER [1-9]\d*:[1-9]\d*$`).MatchString(last) {
		t.Error("the program runs as root, or as a name")
	}
	for _, word := range []string{"SECRET", "PASSWORD", "TOKEN", "RUN ", "ADD ", "SHELL"} {
		if strings.Contains(last, word) {
			t.Errorf("the image's recipe says %s", word)
		}
	}
	if ignored := read(t, "../../.dockerignore"); !strings.Contains(ignored, ".git\n") {
		t.Error("the history goes into the build")
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
