package app

import (
	"errors"
	"os"
	"path/filepath"
	"runtime/debug"
	"testing"
)

// Two builds are never taken for the same one, whatever is known of them: open walls would not hear of the newer.
func TestVersionTellsBuildsApart(t *testing.T) {
	t.Parallel()
	program := func(body string) func() (string, error) {
		path := filepath.Join(t.TempDir(), "web")
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		return func() (string, error) { return path, nil }
	}
	info := func(version, revision string) *debug.BuildInfo {
		return &debug.BuildInfo{Main: debug.Module{Version: version}, Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: revision}}}
	}
	const revision = "0123456789abcdef0123456789abcdef01234567"
	for _, c := range []struct {
		release string
		info    *debug.BuildInfo
		body    string
		want    string
	}{
		{"1.2.3", info("v9", revision), "one", "1.2.3"},
		{"", info("v9", revision), "one", "v9"},
		{"", info("(devel)", revision), "one", revision[:12]},
		{"", info("(devel)", ""), "one", "development-7692c3ad3540"},
		{"", &debug.BuildInfo{}, "two", "development-3fc4ccfe7458"},
	} {
		if got := versionOf(c.release, c.info, program(c.body)); got != c.want {
			t.Errorf("release %q, module %q, program %q: version %q, want %q", c.release, c.info.Main.Version, c.body, got, c.want)
		}
	}
	nowhere := func() (string, error) { return "", errors.New("no such thing here") }
	if got := versionOf("", &debug.BuildInfo{}, nowhere); got != "development" {
		t.Errorf("a program that does not know where it is has the version %q", got)
	}
}
