// Command keep puts the static files of the version before beside the present ones, so that pages that are open during an upgrade find what they name. It is given a folder with the web/static of
// that version, and writes web/static/previous: what is no longer the same, compressed, and a list of all. Run it before each release: make keep FROM=v1.2.0.
package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"portico/web/static"
)

const target = "web/static/previous"

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: keep FOLDER")
		os.Exit(2)
	}
	if err := keep(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "keep:", err)
		os.Exit(1)
	}
}

func keep(folder string) error {
	if err := os.RemoveAll(target); err != nil {
		return err
	}
	if err := os.Mkdir(target, 0o755); err != nil {
		return err
	}
	present := map[string]bool{}
	for name := range static.Load(served{folder: "web/static"}, "/static/").Files() {
		present[name] = true
	}
	var names []string
	for name, body := range static.Load(served{folder}, "/static/").Files() {
		names = append(names, name)
		if present[name] {
			continue
		}
		if err := os.WriteFile(filepath.Join(target, name+".gz"), packed(body), 0o644); err != nil {
			return err
		}
	}
	slices.Sort(names)
	return os.WriteFile(filepath.Join(target, "list.txt"), []byte(strings.Join(names, "\n")+"\n"), 0o644)
}

func packed(body []byte) []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is valid
	_, _ = z.Write(body)                                  // a bytes.Buffer takes everything
	_ = z.Close()
	return b.Bytes()
}
