package fleet

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The list of tests names only tests that there are, and all that are named for a row here.
func TestListOfTestsIsCurrent(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	doc, err := os.ReadFile(filepath.Join(root, "docs", "reliability-tests.md"))
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]string{} // name of a test → its file
	err = filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		b, err := os.ReadFile(path)
		for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllSubmatch(b, -1) {
			there[string(m[1])] = filepath.ToSlash(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, name := range regexp.MustCompile("`(Test\\w+)`").FindAllStringSubmatch(string(doc), -1) {
		named[name[1]] = true
		if there[name[1]] == "" {
			t.Errorf("docs/reliability-tests.md names %s, which does not exist", name[1])
		}
	}
	for name, file := range there {
		if strings.Contains(file, "internal/fleet/") && strings.HasPrefix(name, "TestR") && !named[name] {
			t.Errorf("docs/reliability-tests.md lacks %s", name)
		}
	}
}
