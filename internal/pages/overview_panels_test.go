package pages

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"portico/internal/demo/fault"
)

// What waits for the points of meters holds up neither the page nor the alarms; what waits for the alarms holds up no points.
func TestPanelsOfTheOverview(t *testing.T) {
	t.Parallel()
	for slow, waiting := range map[string][]string{"/data": {"lead", "kpis", "trend", "sites", "overnight", "list"}, "/alarms": {"kpis", "sites", "alarms", "list"}} {
		b := newBench(t)
		b.get("/sites") // the reference lists are known
		b.faults.Set(fault.Rule{Path: slow, Fault: fault.Fault{Delay: 2 * time.Second}})
		b.until = time.Second
		a := b.get("/overview")
		a.want(t, "slow "+slow, http.StatusOK, "Overview", `0;url=/x?whole=1`)
		for _, name := range []string{"lead", "kpis", "trend", "sites", "overnight", "alarms", "list"} {
			state := ""
			for _, x := range waiting {
				if x == name {
					state = "waiting"
				}
			}
			if !strings.Contains(a.body, `data-part="`+name+`" data-src="/x?part=`+name+`" data-state="`+state+`"`) {
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
	b.faults.Set(fault.Rule{Path: "/alarms", Fault: fault.Fault{Delay: 2 * time.Second}})
	b.until = time.Second
	b.get("/sites/204486").want(t, "slow alarms", http.StatusOK, "<h1", "DEMO06002", `data-part="head" data-src="/x?part=head" data-state="waiting"`, `data-part="trend" data-src="/x?part=trend" data-state=""`, `data-part="meters" data-src="/x?part=meters" data-state=""`)
	b.until = 0
	b.get("/sites/204486").want(t, "all of it", http.StatusOK, `data-part="head" data-src="/x?part=head" data-state=""`)
}

// A list of sites is there with their names; what is known of each comes after it.
func TestSitesAreThereBeforeTheirFigures(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.get("/sites") // the reference lists are known
	b.faults.Set(fault.Rule{Path: "/data", Fault: fault.Fault{Delay: 2 * time.Second}})
	b.until = time.Minute
	start := time.Now()
	a := b.get("/sites")
	a.want(t, "slow data", http.StatusOK, "Cold store Meuse", `data-part="rows" data-src="/x?part=rows" data-state="waiting"`, "Loading")
	if took := time.Since(start); took > time.Second || strings.Contains(a.body, "kWh") || strings.Contains(a.body, "no electricity meter") {
		t.Errorf("after %v it says of the sites what it cannot know", took)
	}
	b.faults.Set(fault.Rule{Path: "/sources", Fault: fault.Fault{Status: 500}})
	b.pages, b.until = New(), 0
	b.get("/sites").want(t, "without meters", http.StatusOK, "Cold store Meuse", `data-state="failed"`, "answered with an error (500)", `data-part-retry="rows"`)
}
