package pages

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/internal/demo/fault"
)

// late is longer than everything else takes, and less than a panel is waited for.
const late = 6 * time.Second

// with returns a page when these panels are there: what is quick takes less than a second on a machine that has nothing else to do, and longer on others.
func (b *bench) with(target string, panels ...string) (a answer) {
	b.Helper()
	for b.until = time.Second; b.until < late; b.until *= 2 {
		if a = b.get(target); !slices.ContainsFunc(panels, func(name string) bool { return !strings.Contains(a.body, panelIs(name, "")) }) {
			break
		}
	}
	return a
}

// panelIs is how the place of a panel in a state begins.
func panelIs(name, state string) string {
	return `data-part="` + name + `" data-src="/x?part=` + name + `" data-state="` + state + `"`
}

// What waits for the points of meters holds up neither the page nor the alarms; what waits for the alarms holds up no points.
func TestPanelsOfTheOverview(t *testing.T) {
	t.Parallel()
	for slow, waiting := range map[string][]string{"/data": {"lead", "kpis", "trend", "sites", "overnight", "list"}, "/alarms": {"kpis", "sites", "alarms", "list"}} {
		b := newBench(t)
		b.get("/sites") // the reference lists are known
		b.faults.Set(fault.Rule{Path: slow, Fault: fault.Fault{Delay: late}})
		all := []string{"lead", "kpis", "trend", "sites", "overnight", "alarms", "list"}
		a := b.with("/overview", slices.DeleteFunc(slices.Clone(all), func(name string) bool { return slices.Contains(waiting, name) })...)
		a.want(t, "slow "+slow, http.StatusOK, "Overview", `0;url=/x?whole=1`)
		for _, name := range all {
			state := map[bool]string{true: "waiting"}[slices.Contains(waiting, name)]
			if !strings.Contains(a.body, panelIs(name, state)) {
				t.Errorf("with slow %s, %s is not %q", slow, name, state)
			}
		}
	}
}

// Without the alarms nobody is told that there are none; the rest is there.
func TestOverviewWithoutAlarms(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.faults.Set(fault.Rule{Path: "/alarms", Fault: fault.Fault{Status: 500}})
	a := b.get("/overview")
	a.want(t, "without alarms", http.StatusOK, `data-part="alarms" data-src="/x?part=alarms" data-state="failed"`, "answered with an error (500)", `data-part-retry="alarms"`, "Hospital Sint-Jan wing")
	if strings.Contains(a.body, "No alarm is present") || strings.Count(a.body, `data-state="failed"`) != 1 {
		t.Errorf("%d panels failed, want that of the alarms alone", strings.Count(a.body, `data-state="failed"`))
	}
}

func TestPanelsOfASite(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.get("/sites") // the reference lists are known
	b.faults.Set(fault.Rule{Path: "/alarms", Fault: fault.Fault{Delay: late}})
	b.with("/sites/204486", "trend", "meters").want(t, "slow alarms", http.StatusOK, "<h1", "DEMO06002", panelIs("head", "waiting"), panelIs("trend", ""), panelIs("meters", ""))
	b.faults.Set(fault.Rule{Path: "/alarms", Fault: fault.Fault{Delay: time.Second}})
	b.until = 0
	b.get("/sites/204486").want(t, "all of it", http.StatusOK, panelIs("head", ""))
}

// A list of sites is there with their names; what is known of each comes after it.
func TestSitesAreThereBeforeTheirFigures(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.get("/sites") // the reference lists are known
	b.faults.Set(fault.Rule{Path: "/data", Fault: fault.Fault{Delay: late}})
	b.until = time.Minute
	start := time.Now()
	a := b.get("/sites")
	a.want(t, "slow data", http.StatusOK, "Cold store Meuse", `data-part="rows" data-src="/x?part=rows" data-state="waiting"`, "Loading")
	if took := time.Since(start); took > late || strings.Contains(a.body, "kWh") || strings.Contains(a.body, "no electricity meter") {
		t.Errorf("after %v it says of the sites what it cannot know", took)
	}
	b.faults.Set(fault.Rule{Path: "/sources", Fault: fault.Fault{Status: 500}})
	b.pages, b.until = New(), 0
	b.get("/sites").want(t, "without meters", http.StatusOK, "Cold store Meuse", `data-state="failed"`, "answered with an error (500)", `data-part-retry="rows"`)
}
