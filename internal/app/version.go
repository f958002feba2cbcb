package app

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"runtime/debug"
	"sync"
)

// release is what the linker was told: -ldflags "-X portico/internal/app.release=1.2.3".
var release string

// Version is the build's, and another build's is another one, as open pages know by it that there is a newer portal: what the linker was told, the module version, the revision it was built
// from, or, where none of them is known, as in an image that is built without the repository, the start of the program's SHA-256.
var Version = sync.OnceValue(func() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	return versionOf(release, info, os.Executable)
})

func versionOf(release string, info *debug.BuildInfo, executable func() (string, error)) string {
	if release != "" {
		return release
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return s.Value[:12]
		}
	}
	if sum, err := fingerprint(executable); err == nil {
		return "development-" + sum[:12]
	}
	return "development"
}

// fingerprint returns the SHA-256 of a file, in hexadecimal.
func fingerprint(executable func() (string, error)) (string, error) {
	path, err := executable()
	if err != nil {
		return "", err
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
