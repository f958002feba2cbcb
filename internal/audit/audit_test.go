package audit_test

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"portico/internal/audit"
)

// A kind that is not among Kinds cannot be looked for.
func TestKindsAreAll(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("audit.go")
	if err != nil {
		t.Fatal(err)
	}
	declared := regexp.MustCompile(`(?m)^\t\w+ +(?:Kind +)?= "([a-z-]+)"`).FindAllSubmatch(text, -1)
	if len(declared) != len(audit.Kinds()) {
		t.Errorf("%d kinds are declared, %d offered", len(declared), len(audit.Kinds()))
	}
	for _, m := range declared {
		if !slices.Contains(audit.Kinds(), audit.Kind(m[1])) {
			t.Errorf("%s is not among Kinds", m[1])
		}
	}
}
