package importtest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	featureRow = regexp.MustCompile("(?m)^\\| ([^|`]+) \\| `(/[^`]*)` \\| (`.+`) \\|$")
	proofName  = regexp.MustCompile("`((?:cmd|internal|web)/[a-z0-9/]+)\\.(Test\\w+)`")
	wildcard   = regexp.MustCompile(`\{[a-z]+\}`)
	pathInCode = regexp.MustCompile(`"(?:GET |POST )?(/[a-z0-9/{}._-]*)"`)
)

// Each row of docs/features.md names a page that is served and tests that are there.
func TestFeaturesArePagesWithTests(t *testing.T) {
	page, err := os.ReadFile("../../docs/features.md")
	if err != nil {
		t.Fatal(err)
	}
	served, rows := pathsOf(t, "server", "pages", "dashboards"), featureRow.FindAllStringSubmatch(string(page), -1)
	for _, row := range rows {
		path, _, _ := strings.Cut(row[2], "?")
		if !served[wildcard.ReplaceAllString(path, "{}")] {
			t.Errorf("%s: nothing serves %s", row[1], path)
		}
		proofs := proofName.FindAllStringSubmatch(row[3], -1)
		if len(proofs) != strings.Count(row[3], "`")/2 {
			t.Errorf("%s: %s are not all tests", row[1], row[3])
		}
		for _, p := range proofs {
			if !hasTest(t, "../../"+p[1], p[2]) {
				t.Errorf("%s: there is no test %s.%s", row[1], p[1], p[2])
			}
		}
	}
	if lines := strings.Count(string(page), "\n| ") - 2*strings.Count(string(page), "\n| ---"); len(rows) != lines || lines < 50 {
		t.Errorf("%d of %d rows have a page and tests", len(rows), lines)
	}
}

// pathsOf are the paths that packages name, wildcards without their names.
func pathsOf(t *testing.T, packages ...string) map[string]bool {
	t.Helper()
	paths := map[string]bool{}
	for _, name := range packages {
		for file, code := range goFiles(t, "../"+name) {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			for _, m := range pathInCode.FindAllStringSubmatch(code, -1) {
				paths[wildcard.ReplaceAllString(m[1], "{}")] = true
			}
		}
	}
	return paths
}

func hasTest(t *testing.T, dir, name string) bool {
	t.Helper()
	for file, code := range goFiles(t, dir) {
		if strings.HasSuffix(file, "_test.go") && strings.Contains(code, "\nfunc "+name+"(") {
			return true
		}
	}
	return false
}

// goFiles are the Go files of a directory, by name.
func goFiles(t *testing.T, dir string) map[string]string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(b)
	}
	return files
}
