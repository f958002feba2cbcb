package static

import (
	"path"
	"regexp"
	"strings"
	"testing"
)

// What a browser fetches before it has seen the portal, squeezed: the budget of every page together, not of one.
const (
	scriptBudget = 60 << 10
	sheetBudget  = 18 << 10
)

func TestBudgets(t *testing.T) {
	sizes := map[string]int{}
	for name, a := range portal.names {
		size := len(a.body)
		if a.gzipped != nil {
			size = len(a.gzipped)
		}
		sizes[path.Ext(name)] += size
		if path.Ext(name) == ".js" {
			t.Logf("%-22s %6d bytes", name, size)
		}
	}
	t.Logf("scripts %d of %d bytes, style sheet %d of %d", sizes[".js"], scriptBudget, sizes[".css"], sheetBudget)
	if sizes[".js"] == 0 || sizes[".js"] > scriptBudget {
		t.Errorf("scripts are %d bytes, squeezed; the budget is %d", sizes[".js"], scriptBudget)
	}
	if sizes[".css"] == 0 || sizes[".css"] > sheetBudget {
		t.Errorf("the style sheet is %d bytes, squeezed; the budget is %d", sizes[".css"], sheetBudget)
	}
}

// Our own modules write text and attributes, never markup, and make no code: the policy of pages would refuse it in any case, but not in every browser.
func TestScriptsMakeNoMarkup(t *testing.T) {
	forbidden := regexp.MustCompile(`\.innerHTML|\.outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|setAttribute\("style"|attachShadow`)
	for name, a := range portal.names {
		if path.Ext(name) != ".js" || strings.HasSuffix(name, ".min.js") {
			continue
		}
		if found := forbidden.Find(a.body); found != nil {
			t.Errorf("%s has %s", name, found)
		}
	}
}

// What is said to whoever reads a script stays here; what stands beside code, or looks like a comment and is none, stays as it is.
func TestCommentsStayHere(t *testing.T) {
	source := "// @ts-check\n/*\n * Why * so. /* */\nconst a = \"http://x/*\";\n\t/** @param {x} y */\n\tf(/** @type {z} */ (y)); // beside\n/** a */ g();\n"
	want := "const a = \"http://x/*\";\n\tf(/** @type {z} */ (y)); // beside\n/** a */ g();\n"
	if got := string(comments.ReplaceAll([]byte(source), nil)); got != want {
		t.Errorf("%q is sent as %q, want %q", source, got, want)
	}
}

// Whatever a file names beside it is asked for under the hashed address.
func TestFilesNameHashedAddresses(t *testing.T) {
	plain := regexp.MustCompile(`from "\./|import\("\./|url\([a-z]`)
	for name, a := range portal.names {
		if strings.HasSuffix(name, ".min.js") {
			continue
		}
		if found := plain.Find(a.body); found != nil {
			t.Errorf("%s names another file by %q", name, found)
		}
	}
}
