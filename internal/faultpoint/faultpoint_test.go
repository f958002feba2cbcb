package faultpoint_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	_ "portico/internal/app" // so that go test forgets its results when the program has changed
	"portico/internal/faultpoint"
)

// An ordinary build has none of it: no names, no variables, nothing to switch on.
func TestOrdinaryBuildHasNoFaultpoints(t *testing.T) {
	t.Parallel()
	traces := []string{"PORTICO_FAULTPOINT"}
	for _, points := range [][]faultpoint.Point{faultpoint.Refresh(), faultpoint.Logout(), faultpoint.Callback()} {
		for _, p := range points {
			traces = append(traces, string(p))
		}
	}
	for tags, want := range map[string]bool{"": false, "faultpoints": true} {
		program := filepath.Join(t.TempDir(), "web")
		if out, err := exec.Command("go", "build", "-tags="+tags, "-o", program, "portico/cmd/web").CombinedOutput(); err != nil {
			t.Fatalf("building with tags %q: %v\n%s", tags, err, out)
		}
		b, err := os.ReadFile(program)
		if err != nil {
			t.Fatal(err)
		}
		for _, trace := range traces {
			if got := bytes.Contains(b, []byte(trace)); got != want {
				t.Errorf("with tags %q the program has %q: %t, want %t", tags, trace, got, want)
			}
		}
	}
}
