package locale

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var place = regexp.MustCompile(`\{[0-9]\}`)

func TestEveryMessageIsCompleteInEveryLanguage(t *testing.T) {
	for key, m := range catalogue {
		english := m.in(English)
		for _, l := range Langs() {
			text := m.in(l)
			forms := strings.Split(text, "|")
			switch {
			case strings.TrimSpace(text) == "" || text != strings.TrimSpace(text):
				t.Errorf("%s %s: %q is empty or has blanks around it", l, key, text)
			case len(forms) < strings.Count(english, "|")+1:
				t.Errorf("%s %s: %q has %d plural forms", l, key, text, len(forms))
			case len(forms) > 2:
				t.Errorf("%s %s: %q has more than two forms", l, key, text)
			}
			want := places(english)
			for _, form := range forms {
				got := places(form)
				if len(forms) == 2 && !slices.Contains(got, "{0}") { // "one meter" needs no figure
					got = append([]string{"{0}"}, got...)
				}
				if !slices.Equal(got, want) {
					t.Errorf("%s %s: %q has the places %v, English has %v", l, key, form, got, want)
				}
			}
			if strings.ContainsAny(text, "<>") {
				t.Errorf("%s %s: %q holds markup", l, key, text)
			}
		}
	}
}

// Names and short words may be the same in several languages by right. A longer text that is word for word English in two others was never translated.
func TestSentencesAreTranslated(t *testing.T) {
	for key, m := range catalogue {
		same := 0
		for _, text := range []string{m.fr, m.nl, m.de} {
			if text == m.en {
				same++
			}
		}
		if same > 1 && len(m.en) > 24 {
			t.Errorf("%s: %q is the same in %d other languages", key, m.en, same)
		}
	}
}

func places(text string) []string {
	list := place.FindAllString(text, -1)
	slices.Sort(list)
	return slices.Compact(list)
}

// A key in the source is a whole one, or the part before what is added at run time.
var quoted = regexp.MustCompile("\"([a-z][a-z0-9]*(?:[.-][a-z0-9]+)*[.-]?)\"")

// TestEveryKeyIsUsedAndKnown reads the packages that speak to people: what they ask for exists, and what exists is asked for.
func TestEveryKeyIsUsedAndKnown(t *testing.T) {
	spoken := map[string]bool{}
	asked := regexp.MustCompile(`\bT\((?:locale\.Key\()?"([a-z0-9.-]+)"(\))?([,)+ ])`)
	for _, pattern := range []string{"../server/*.go", "../pages/*.go", "../dashboards/*.go", "../export/*.go", "../demo/*/*.go", "../demo/*/*.templ", "../../web/templates/*.templ", "../../web/templates/*.go", "*.go"} {
		if strings.HasPrefix(pattern, "../demo/") && len(demoMessages) == 0 {
			continue // the build has neither its words nor its pages
		}
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no files, %v", pattern, err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") || strings.Contains(name, "messages_") || strings.HasSuffix(name, "_templ.go") {
				continue
			}
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range quoted.FindAllStringSubmatch(string(b), -1) {
				spoken[m[1]] = true
			}
			for _, m := range asked.FindAllStringSubmatch(string(b), -1) {
				if _, known := catalogue[Key(m[1])]; !known && !strings.HasSuffix(m[1], ".") && !strings.HasSuffix(m[1], "-") {
					t.Errorf("%s asks for %q, which the catalogue lacks", name, m[1])
				}
			}
		}
	}
	for key := range catalogue {
		if !isSpoken(string(key), spoken) {
			t.Errorf("%q is asked for nowhere", key)
		}
	}
}

func isSpoken(key string, spoken map[string]bool) bool {
	if spoken[key] {
		return true
	}
	for i, c := range key {
		if (c == '.' || c == '-') && spoken[key[:i+1]] {
			return true
		}
	}
	return false
}

// A line of French does not begin with a colon, a semicolon, a question mark or the end of a quotation.
func TestFrenchMarksStayWithTheirWords(t *testing.T) {
	loose := regexp.MustCompile(" [:;?»]|« ")
	for key, m := range catalogue {
		if loose.MatchString(m.fr) {
			t.Errorf("%s: %q breaks before a mark", key, m.fr)
		}
	}
	if got, want := For(French).T("search.count", 2, "x"), "« x »"; !strings.Contains(got, strings.ReplaceAll(want, " ", nbsp)) {
		t.Errorf("T(search.count) = %q, want %q in it", got, want)
	}
}
