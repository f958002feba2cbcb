package static

import (
	"maps"
	"path"
	"regexp"
	"strings"
	"testing"
)

// What a browser fetches before it has seen the portal, squeezed.
const (
	scriptBudget = 60 << 10 // of the scripts of one page
	sheetBudget  = 18 << 10
)

// loads are the scripts that pages name, by the kind of page; they bring what they import.
var loads = map[string][]string{
	"a page with charts": {"app.js", "session_watch.js", "uplot.min.js"},
	"the editor":         {"app.js", "session_watch.js", "board_edit.js"},
	"a wall":             {"wall.js"},
	"a screen's code":    {"screen.js"},
}

func TestBudgets(t *testing.T) {
	loaded := map[string]bool{}
	for page, names := range loads {
		with := map[string]bool{}
		sum := 0
		for _, name := range names {
			sum += weigh(t, name, with)
		}
		maps.Copy(loaded, with)
		t.Logf("scripts of %s: %d of %d bytes", page, sum, scriptBudget)
		if sum > scriptBudget {
			t.Errorf("the scripts of %s are %d bytes, squeezed; the budget is %d", page, sum, scriptBudget)
		}
	}
	for name := range portal.names {
		if path.Ext(name) == ".js" && !loaded[name] {
			t.Errorf("no page loads %s, as far as this test knows", name)
		}
	}
	if size := len(portal.names["app.css"].gzipped); size == 0 || size > sheetBudget {
		t.Errorf("the style sheet is %d bytes, squeezed; the budget is %d", size, sheetBudget)
	}
}

// weigh returns how many bytes a script is with what it imports and is not in with yet.
func weigh(t *testing.T, name string, with map[string]bool) (sum int) {
	t.Helper()
	if with[name] {
		return 0
	}
	with[name] = true
	source, err := files.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	sum = len(portal.names[name].body)
	if squeezed := portal.names[name].gzipped; squeezed != nil {
		sum = len(squeezed)
	}
	for _, m := range mentions[".js"].FindAllSubmatch(source, -1) {
		sum += weigh(t, string(m[2]), with)
	}
	return sum
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

// A sheet is sent without its indentation, a script with it.
func TestIndentation(t *testing.T) {
	t.Parallel()
	for name, indented := range map[string]bool{"app.css": false, "live.js": true} {
		if body := string(portal.names[name].body); strings.Contains(body, "\n\t") != indented {
			t.Errorf("%s: sent with indentation, want %v", name, indented)
		}
	}
}

// A sheet that is made tight says what it said.
func TestTightSheets(t *testing.T) {
	source := ".a,\n.b > :is(i, b) {\n\tcolor: red; /* beside */\n\tgrid: \"x y\" auto;\n\t&:hover a:focus {\n\t\t--x: 1px;\n\t}\n}\n\n@media (min-width: 720px) {\n\ti { margin: 0 auto; }\n}\n"
	want := `.a,.b > :is(i,b){color:red;grid:"x y" auto;&:hover a:focus{--x:1px}}@media (min-width: 720px){i{margin:0 auto}}`
	if got := string(tight([]byte(source))); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for _, text := range regexp.MustCompile(`(?m)^[^\["]*content: "[^"]*[{};,][^"]*"`).FindAllString(string(sheet(t)), -1) {
		t.Errorf("a text would be changed: %s", text)
	}
}

func sheet(t *testing.T) []byte {
	t.Helper()
	b, err := files.ReadFile("app.css")
	if err != nil {
		t.Fatal(err)
	}
	return b
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
