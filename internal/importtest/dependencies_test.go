package importtest

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// docs/dependencies.md has a line for each module that go.mod asks for itself, and for each file that others made, with its hash.
func TestS101EveryDependencyHasAReason(t *testing.T) {
	page, err := os.ReadFile("../../docs/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	var direct []string
	for _, m := range regexp.MustCompile(`(?m)^\s+(\S+) v\S+$`).FindAllStringSubmatch(string(mod), -1) { // indirect ones have a comment
		direct = append(direct, m[1])
	}
	var explained []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+\\.[a-z]+/[^`]+|[a-z.]+/[^`]+)` \\| [^`|]").FindAllStringSubmatch(string(page), -1) {
		explained = append(explained, m[1])
	}
	for _, module := range direct {
		if !slices.Contains(explained, module) {
			t.Errorf("docs/dependencies.md does not say what %s is for", module)
		}
	}
	for _, module := range explained {
		if !slices.Contains(direct, module) {
			t.Errorf("docs/dependencies.md speaks of %s, which go.mod does not ask for", module)
		}
	}
	if len(direct) < 10 {
		t.Errorf("only %d direct dependencies were found", len(direct))
	}
	files, err := filepath.Glob("../../web/static/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !slices.Contains([]string{".woff2", ".js", ".json"}, filepath.Ext(file)) {
			continue
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(b)
		name := "web/static/" + filepath.Base(file)
		if foreign := filepath.Ext(file) == ".woff2" || strings.HasSuffix(file, ".min.js"); foreign && !strings.Contains(string(page), "| `"+name+"` | `"+hex.EncodeToString(sum[:])+"` |") {
			t.Errorf("docs/dependencies.md does not have %s with the hash %x", name, sum)
		}
	}
}
