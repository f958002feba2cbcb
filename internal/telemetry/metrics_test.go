package telemetry

import (
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
)

// What the alerts look for under a name of ours is there from the start; a count that appears at 1 never increased.
func TestAlertsHaveTheirCounts(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	NewMetrics("v1").Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", http.NoBody))
	rules, err := os.ReadFile("../../deploy/prometheus/portico.rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	counts := regexp.MustCompile(`portico_\w+_total\{\w+="\w+"\}`).FindAllString(string(rules), -1)
	if len(counts) < 3 {
		t.Fatalf("the alerts have %q", counts)
	}
	for _, count := range counts {
		if !strings.Contains(w.Body.String(), "\n"+count+" 0\n") {
			t.Errorf("%s is not there before its first event", count)
		}
	}
}
