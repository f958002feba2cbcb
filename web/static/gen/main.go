// Command gen makes the files of web/static that are joined from others: app.css from the sheets in web/static/css and those
// beside the templates, and wall.css from what only walls need. It runs in web/templates, by go generate.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// first are the sheets that come before all components, in their order.
var first = []string{"../static/css/tokens.css", "../static/css/base.css", "../static/css/layout.css"}

const last = "../static/css/print.css"

// ofWalls is the sheet that pages on walls have besides; other pages do without its bytes.
const ofWalls = "wall.css"

func main() {
	if err := makeSheets(); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func makeSheets() error {
	parts, err := filepath.Glob("*.css")
	if err != nil {
		return err
	}
	slices.Sort(parts)
	parts = slices.DeleteFunc(parts, func(name string) bool { return name == ofWalls })
	if err := join("../static/app.css", append(append(slices.Clone(first), parts...), last)); err != nil {
		return err
	}
	return join("../static/"+ofWalls, []string{ofWalls})
}

func join(target string, names []string) error {
	var b bytes.Buffer
	b.WriteString("/* Made by go generate from web/static/css and web/templates. */\n@layer tokens, base, layout, components, print;\n")
	for _, name := range names {
		sheet, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		b.Write(bytes.TrimSpace(sheet))
		b.WriteByte('\n')
	}
	return os.WriteFile(target, b.Bytes(), 0o644)
}
