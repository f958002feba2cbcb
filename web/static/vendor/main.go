// Command vendor copies what others made for the browser from tools/npm/node_modules into web/static: libraries and fonts as they are, and the icons that pages use as one
// sprite. It runs in the module's root, by make vendor, after npm has installed what the lock file names; the copies are committed, so that neither building nor running
// needs npm. It prints the lines of docs/dependencies.md.
package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

const from, to = "tools/npm/node_modules", "web/static"

// copies are files that are taken as they are.
var copies = []struct{ source, target string }{
	{"@fontsource-variable/inter/files/inter-latin-wght-normal.woff2", "inter-latin.woff2"},
	{"@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2", "inter-latin-ext.woff2"},
	{"@fontsource-variable/inter/LICENSE", "licences/inter.txt"},
	{"htmx.org/dist/htmx.esm.min.js", "htmx.min.js"},
	{"htmx.org/LICENSE", "licences/htmx.txt"},
	{"uplot/dist/uPlot.iife.min.js", "uplot.min.js"},
	{"uplot/LICENSE", "licences/uplot.txt"},
	{"lucide-static/LICENSE", "licences/lucide.txt"},
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "vendor:", err)
		os.Exit(1)
	}
}

func run() error {
	for _, c := range copies {
		body, err := os.ReadFile(filepath.Join(from, c.source))
		if err != nil {
			return err
		}
		if err := write(c.target, body); err != nil {
			return err
		}
	}
	body, err := sprite(filepath.Join(from, "lucide-static", "icons"))
	if err != nil {
		return err
	}
	return write("icons.svg", body)
}

func write(target string, body []byte) error {
	name := filepath.ToSlash(filepath.Join(to, target))
	if ext := filepath.Ext(name); ext == ".js" || ext == ".woff2" {
		fmt.Printf("| `%s` | `%x` |\n", name, sha256.Sum256(body))
	}
	return os.WriteFile(name, body, 0o644)
}

var (
	inner  = regexp.MustCompile(`(?s)<svg[^>]*>(.*)</svg>`)
	blanks = regexp.MustCompile(`\s+`)
)

// sprite joins the icons, each as a symbol under the portal's name for it.
func sprite(dir string) ([]byte, error) {
	var b strings.Builder
	b.WriteString("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- Icons of Lucide 1.62 (lucide.dev), ISC licence, some of them from Feather, MIT licence: see licences/lucide.txt. -->\n")
	b.WriteString("<svg xmlns=\"http://www.w3.org/2000/svg\">\n")
	for _, icon := range icons {
		name, file := icon.name, icon.lucide
		if file == "" {
			file = name
		}
		body, err := os.ReadFile(filepath.Join(dir, file+".svg"))
		if err != nil {
			return nil, err
		}
		shapes := inner.FindSubmatch(body)
		if shapes == nil {
			return nil, fmt.Errorf("%s.svg is no drawing", file)
		}
		drawn := strings.ReplaceAll(blanks.ReplaceAllString(string(shapes[1]), " "), " />", "/>")
		drawn = strings.ReplaceAll(strings.TrimSpace(drawn), "> <", "><")
		fmt.Fprintf(&b, "<symbol id=%q viewBox=\"0 0 24 24\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.75\" stroke-linecap=\"round\" stroke-linejoin=\"round\">%s</symbol>\n", name, drawn)
	}
	b.WriteString("</svg>\n")
	return []byte(b.String()), nil
}
