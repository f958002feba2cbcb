package securitytest

import (
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

var (
	logged   = regexp.MustCompile(`(?:[lL]og|Logger|newLogger\([^)]*\))\.(?:Debug|Info|Warn|Error|LogAttrs)(?:Context)?\((?:[\w.()]+, )*"([a-zA-Z][^"]*)"`)
	measured = regexp.MustCompile(`"((?:portico|http)_[a-z_]+)", "`)
	metric   = regexp.MustCompile(`\b(?:portico|http)_[a-z_]+`)
	onRoute  = regexp.MustCompile(`route(?:=|!=|=~|!~)"([^"]*)"`)
	plural   = regexp.MustCompile(`_(bucket|sum|count)$`)
)

// product returns the sources that serve has a part in: no tests, no demo, no tools.
func product(t *testing.T) map[string]string {
	t.Helper()
	sources := map[string]string{}
	err := filepath.WalkDir("../..", func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && slices.Contains([]string{"demo", "bench", "conformance", "fleet", "storetest", "visitor", "tools", ".git", "node_modules"}, e.Name()) {
			return filepath.SkipDir
		}
		if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") && !strings.HasPrefix(e.Name(), "demo") {
			sources[path] = read(t, path)
		}
		return nil
	})
	if err != nil || len(sources) < 100 {
		t.Fatalf("%d sources, %v", len(sources), err)
	}
	return sources
}

// docs/log.md has every line that the program can write, and none that it cannot.
func TestLogIsDescribed(t *testing.T) {
	t.Parallel()
	page := read(t, "../../docs/log.md")
	known := map[string]bool{}
	for path, source := range product(t) {
		for _, m := range logged.FindAllStringSubmatch(source, -1) {
			known[m[1]] = true
			if !strings.Contains(page, "`"+m[1]+"`") {
				t.Errorf("%s writes %q, which docs/log.md does not have", path, m[1])
			}
		}
	}
	if len(known) < 40 {
		t.Fatalf("%d lines were found", len(known))
	}
	for _, row := range regexp.MustCompile("(?m)^\\| (`[^|]+) \\|").FindAllStringSubmatch(page, -1) {
		for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row[1], -1) {
			if !known[m[1]] && m[1] != "msg" {
				t.Errorf("docs/log.md has %q, which nothing writes", m[1])
			}
		}
	}
}

// Every metric is described for operators, and what pages and alerts name is there.
func TestMetricsAreDescribed(t *testing.T) {
	t.Parallel()
	page := read(t, "../../docs/operations.md")
	known := map[string]bool{}
	for path, source := range product(t) {
		for _, m := range measured.FindAllStringSubmatch(source, -1) {
			known[m[1]] = true
			if !strings.Contains(page, "`"+m[1]+"`") && !strings.Contains(page, "`"+m[1]+"{") {
				t.Errorf("%s measures %s, which docs/operations.md does not have", path, m[1])
			}
		}
	}
	if len(known) < 20 {
		t.Fatalf("%d metrics were found", len(known))
	}
	for _, text := range []string{page, read(t, "../../docs/performance.md"), read(t, "../../docs/providers.md"), read(t, "../../deploy/prometheus/portico.rules.yaml")} {
		for _, name := range metric.FindAllString(text, -1) {
			if !known[name] && !known[plural.ReplaceAllString(name, "")] && name != "portico_migrations" {
				t.Errorf("%s is named and not there", name)
			}
		}
	}
}

// Each alert says what happens, how bad it is and what to see. Routes are paths, without a method.
func TestAlertsAreWhole(t *testing.T) {
	t.Parallel()
	var file struct {
		Groups []struct {
			Name  string
			Rules []struct {
				Alert, Expr, For    string
				Labels, Annotations map[string]string
			}
		}
	}
	if err := yaml.Unmarshal([]byte(read(t, "../../deploy/prometheus/portico.rules.yaml")), &file); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, g := range file.Groups {
		for _, r := range g.Rules {
			n++
			if r.Alert == "" || r.Expr == "" || r.Annotations["summary"] == "" || !slices.Contains([]string{"warning", "critical"}, r.Labels["severity"]) {
				t.Errorf("%+v is not whole", r)
			}
			for _, m := range onRoute.FindAllStringSubmatch(r.Expr, -1) {
				if !strings.HasPrefix(m[1], "/") {
					t.Errorf("%s: no route is %q", r.Alert, m[1])
				}
			}
		}
	}
	if n < 8 {
		t.Errorf("%d alerts", n)
	}
}
