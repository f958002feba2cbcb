// Package importtest holds the table of allowed imports: arrows go one way, from the program down to the packages that know nothing of it.
package importtest

import (
	"cmp"
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// allowed lists for each package which others of ours it may import. What is not here may import nothing of ours.
var allowed = map[string][]string{
	"cmd/web":      {"internal/app", "internal/config"},
	"internal/app": {"internal/audit", "internal/board", "internal/config", "internal/datahub", "internal/demo", "internal/demo/fault", "internal/demo/flow", "internal/demo/identity", "internal/demo/switchboard", "internal/demo/tour", "internal/faultpoint", "internal/health", "internal/limit", "internal/pause", "internal/rp", "internal/server", "internal/session", "internal/shelf", "internal/store/audited", "internal/store/memory", "internal/store/metered", "internal/store/postgres", "internal/store/redis", "internal/store/sqlite", "internal/telemetry", "internal/token"},

	"web/static/keep":         {"web/static"},
	"internal/server":         {"internal/audit", "internal/board", "internal/crew", "internal/dashboards", "internal/datahub", "internal/faultpoint", "internal/grant", "internal/health", "internal/limit", "internal/live", "internal/locale", "internal/pages", "internal/proxy", "internal/query", "internal/rp", "internal/screen", "internal/secret", "internal/session", "internal/share", "internal/shelf", "internal/token", "web/static", "web/templates"},
	"internal/dashboards":     {"internal/board", "internal/datahub", "internal/locale", "internal/pages", "internal/query", "web/static", "web/templates"},
	"internal/pages":          {"internal/board", "internal/chart", "internal/crew", "internal/datahub", "internal/export", "internal/filter", "internal/fold", "internal/locale", "internal/pause", "internal/query", "internal/series", "internal/shelf", "internal/token", "web/templates"},
	"internal/chart":          {"internal/series"},
	"internal/export":         {"internal/locale", "internal/series"},
	"internal/series":         {"internal/datahub"},
	"internal/proxy":          {"internal/datahub"},
	"internal/datahub":        {"internal/crew", "internal/pause", "internal/secret"},
	"internal/token":          {"internal/epoch", "internal/faultpoint", "internal/pause", "internal/rp", "internal/secret", "internal/session"},
	"internal/rp":             {"internal/secret"},
	"internal/session":        {"internal/epoch", "internal/secret"},
	"internal/board":          {"internal/fold", "internal/series", "internal/shelf"},
	"internal/share":          {"internal/board", "internal/grant", "internal/secret", "internal/shelf"},
	"internal/shelf":          {"internal/session"},
	"internal/screen":         {"internal/board", "internal/fold", "internal/grant", "internal/session", "internal/shelf"},
	"internal/grant":          {"internal/session", "internal/shelf"},
	"internal/filter":         {"internal/fold"},
	"internal/config":         {"internal/secret"},
	"internal/telemetry":      {"internal/secret"},
	"internal/audit":          {"internal/limit"},
	"internal/store/audited":  {"internal/audit", "internal/session"},
	"internal/store/memory":   {"internal/audit", "internal/limit", "internal/session", "internal/shelf", "internal/token"},
	"internal/store/metered":  {"internal/limit", "internal/session", "internal/token"},
	"internal/store/postgres": {"internal/audit", "internal/epoch", "internal/limit", "internal/session", "internal/shelf", "internal/token"},
	"internal/store/redis":    {"internal/epoch", "internal/limit", "internal/pause", "internal/secret", "internal/session", "internal/token"},
	"internal/store/sqlite":   {"internal/audit", "internal/epoch", "internal/limit", "internal/session", "internal/shelf", "internal/token"},

	// The suites that every store passes; tests import them.
	"internal/store/storetest": {"internal/audit", "internal/limit", "internal/session", "internal/shelf", "internal/token"},

	// The real program as several processes, for tests and for the load command.
	"internal/fleet":         {"internal/balancer", "internal/demo/energy", "internal/demo/fault", "internal/demo/hub", "internal/demo/identity", "internal/faultproxy", "internal/testserver", "internal/visitor"},
	"internal/balancer":      {"internal/pause"},
	"internal/bench/rolling": {"internal/fleet", "internal/testserver"},

	// The demo's servers share no types with the clients that talk to them.
	"internal/demo":          {"internal/config", "internal/demo/clock", "internal/demo/energy", "internal/demo/fault", "internal/demo/hub", "internal/demo/identity", "internal/secret"},
	"internal/demo/fault":    {"internal/pause"},
	"internal/demo/hub":      {"internal/demo/energy", "internal/demo/fault", "internal/demo/formula"},
	"internal/demo/identity": {"internal/demo/fault", "internal/limit"},

	// The demo's own pages.
	"internal/demo/switchboard": {"internal/datahub", "internal/demo/fault", "internal/locale", "internal/server", "web/static", "web/templates"},
	"internal/demo/tour":        {"internal/datahub", "internal/demo/clock", "internal/locale", "internal/pages", "internal/server", "web/static", "web/templates"},
	"internal/demo/flow":        {"internal/datahub", "internal/locale", "internal/server", "internal/session", "internal/token", "web/static", "web/templates"},
}

// Why an arrow is missing, for those who wonder.
var reasons = map[string]string{
	"internal/server -> internal/demo":      "the portal never knows whether it serves a demo",
	"internal/pages -> internal/server":     "pages are told who asks and how to render; what surrounds them is not theirs",
	"internal/pages -> internal/session":    "pages read with the rights of whoever asks; sessions are the server's",
	"internal/rp -> internal/session":       "sign-in knows nothing of where its result is kept",
	"internal/session -> internal/token":    "tokens are in a record of their own that session saves never touch",
	"internal/datahub -> internal/token":    "the client declares the token source that it needs",
	"internal/demo/hub -> internal/datahub": "a server and its client that share types agree on mistakes",
	"web/templates -> internal/locale":      "components are pure functions of finished view models",
}

func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "portico/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := map[string]bool{}
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		from := strings.TrimPrefix(p.ImportPath, "portico/")
		seen[from] = true
		for _, path := range p.Imports {
			to, ours := strings.CutPrefix(path, "portico/")
			if !ours || slices.Contains(allowed[from], to) {
				continue
			}
			arrow := from + " -> " + to
			t.Errorf("%s is not allowed: %s", arrow, cmp.Or(reasons[arrow], "arrows go one way; see the table, and docs/architecture.md"))
		}
	}
	for from, tos := range allowed {
		if !seen[from] {
			t.Errorf("the table speaks of %s, which does not exist", from)
		}
		for _, to := range tos {
			if !seen[to] {
				t.Errorf("the table allows %s -> %s, which does not exist", from, to)
			}
		}
	}
}
