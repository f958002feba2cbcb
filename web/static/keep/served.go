package main

import (
	"io/fs"
	"os"
	"path"
	"slices"
)

// served is a folder of static files without those that browsers do not get.
type served struct{ folder string }

// Open implements fs.FS.
func (s served) Open(name string) (fs.File, error) { return os.DirFS(s.folder).Open(name) }

// Glob implements fs.GlobFS.
func (s served) Glob(pattern string) ([]string, error) {
	list, err := fs.Glob(os.DirFS(s.folder), pattern)
	return slices.DeleteFunc(list, func(name string) bool {
		return !slices.Contains([]string{".css", ".js", ".svg", ".woff2"}, path.Ext(name))
	}), err
}
