package templates

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden components")

// plainLayout has keys for words, so that golden files are the same in all languages and after each change of the catalogue.
func plainLayout() LayoutModel {
	return LayoutModel{Lang: "en", Theme: "light", Assets: AssetsModel{Icons: "/icons.svg"}, T: func(key string, args ...any) string {
		return strings.TrimSpace("[" + key + "] " + strings.Trim(fmt.Sprintln(args...), "\n"))
	}}
}

// Each component in each state is as it was looked at last. A change is looked at in the gallery, and written with -update.
func TestComponents(t *testing.T) {
	t.Parallel()
	byName := map[string]*strings.Builder{}
	for _, s := range Specimens(plainLayout()) {
		b := byName[s.Name]
		if b == nil {
			b = &strings.Builder{}
			byName[s.Name] = b
		}
		fmt.Fprintf(b, "<!-- %s -->\n", s.State)
		if err := s.Shown.Render(t.Context(), b); err != nil {
			t.Fatalf("%s, %s: %v", s.Name, s.State, err)
		}
		b.WriteString("\n\n")
	}
	for name, b := range byName {
		got := regexp.MustCompile(`>\s*<`).ReplaceAllString(b.String(), ">\n<")
		if strings.Contains(got, "<b>&amp;</b>") {
			t.Errorf("%s lets markup through", name)
		}
		file := filepath.Join("testdata", "components", strings.ReplaceAll(name, " ", "_")+".html")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s differs from %s; look at /demo/gallery, then run with -update", name, file)
		}
	}
	files, err := filepath.Glob("testdata/components/*.html")
	if err != nil || len(files) != len(byName) {
		t.Errorf("%d golden files for %d components", len(files), len(byName))
	}
}
