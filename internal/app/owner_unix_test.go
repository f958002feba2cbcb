//go:build unix

package app

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// somebodys is a file that belongs to another user.
type somebodys struct{ fs.FileInfo }

func (somebodys) Sys() any { return &syscall.Stat_t{Uid: uint32(os.Geteuid() + 1)} }

// A file is as narrow as it can be when only this user can change it, or it is somebody else's and for a group of ours.
func TestOpenToOthers(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for mode, want := range map[os.FileMode]bool{0o600: false, 0o400: false, 0o440: true, 0o640: true, 0o644: true, 0o604: true} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := openToOthers(info); got != want {
			t.Errorf("openToOthers of %o = %t", mode, got)
		}
		if got := openToOthers(somebodys{info}); got != (mode&0o007 != 0) {
			t.Errorf("openToOthers of somebody else's %o = %t", mode, got)
		}
	}
}
