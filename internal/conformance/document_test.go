package conformance

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// elsewhere are modules whose tests are in other packages.
var elsewhere = []string{"oidcc-client-test-rp-frontchannel-rpinitlogout", "oidcc-client-test-rp-frontchannel-opinitlogout"}

// docs/conformance.md lists the modules that are run, and names tests that exist.
func TestDocumentIsCurrent(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "conformance.md"))
	if err != nil {
		t.Fatal(err)
	}
	listed, out, _ := strings.Cut(string(text), "## Out of scope")
	run := append([]string{"oidcc-client-test-signing-key-rotation", "oidcc-client-test-3rd-party-init-login"}, elsewhere...)
	for _, m := range slices.Concat(basicRP, configRP, more, refreshRP) {
		run = append(run, m.name)
	}
	for _, m := range slices.Concat(rpInitiated, backChannel) {
		run = append(run, m.name)
	}
	row := regexp.MustCompile("(?m)^\\| `(oidcc-[a-z0-9-]+)`")
	var said []string
	for _, m := range row.FindAllStringSubmatch(listed, -1) {
		if said = append(said, m[1]); !slices.Contains(run, m[1]) {
			t.Errorf("%s is listed and not run", m[1])
		}
	}
	for _, name := range run {
		if !slices.Contains(said, name) {
			t.Errorf("%s is run and not listed", name)
		}
	}
	for _, m := range row.FindAllStringSubmatch(out, -1) {
		if slices.Contains(run, m[1]) {
			t.Errorf("%s is run and listed as out of scope", m[1])
		}
	}
	tests := testNames(t)
	for _, m := range regexp.MustCompile("`((?:Test|Fuzz)[A-Z][A-Za-z0-9]+)`").FindAllStringSubmatch(string(text), -1) {
		if !tests[m[1]] {
			t.Errorf("there is no %s", m[1])
		}
	}
}

// testNames are the tests of all packages.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Z][A-Za-z0-9]+)\(`)
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range declared.FindAllStringSubmatch(string(text), -1) {
			names[m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
