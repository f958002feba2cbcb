package pages

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"portico/internal/demo/fault"
	"portico/internal/locale"
)

// Variables of the demo whose data are not as they should be.
const (
	leaking  = "90201"  // Namur: water, silent each third Monday
	stuck    = "80201"  // Brugge: gas, 72 hours at one value
	spiking  = "30104"  // Antwerpen: a refrigeration case
	drifting = "40304"  // Zaventem: an inverter whose clock is ahead
	pumps    = "70102"  // Charleroi: late in the night of each 1st
	resent   = "110102" // Mons: an hour comes twice
)

// Each fault of the demo's data is told in words on the page that shows the data.
func TestFaultsAreToldWhereTheDataAreShown(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 26, 9, 3, 50, 0, time.UTC)
	b := benchAt(t, func() time.Time { return now })
	b.now = now
	for name, tt := range map[string]struct {
		target string
		texts  []string
	}{
		"gap":           {"/explore?s=" + leaking + "&from=2026-11-16&to=2026-11-17", []string{"No data Mon\u00a016\u00a0Nov 12:00 – 17:00 (5\u00a0h)", "79.2\u00a0% of the expected values"}},
		"a silent day":  {"/explore?s=10101&from=2026-02-10&to=2026-02-13", []string{"No data Wed\u00a011\u00a0Feb 00:00 – Thu\u00a012\u00a0Feb 00:00 (1\u00a0d)", "66.7\u00a0%"}},
		"stuck meter":   {"/explore?s=" + stuck + "&from=2025-11-01&to=2025-11-15", []string{"Same value 72 h: 41.3\u00a0m³"}},
		"negative step": {"/variables/" + flats + "?from=2026-05-17&to=2026-05-20&g=raw", []string{"The readings fell on Mon\u00a018"}},
		"roll-over":     {"/explore?s=" + gas + "&view=chart&from=" + rollOver(t) + "&explain=1", []string{"began again at zero"}},
		"clock drift":   {"/explore?s=" + drifting + "&from=now/d&to=now/d", []string{"from the future, by 6\u00a0min"}},
		"last points":   {"/variables/" + drifting, []string{"from the future, by", ">from the future<"}},
		"wrong unit":    {"/quality?from=2026-09-01", []string{"Battery charge", "about ×1000 those of other days: sent in Wh instead of kWh?"}},
		"on its site":   {"/sites/204490/quality?from=2026-09-01", []string{"Battery charge", "×1000"}},
		"stuck, listed": {"/quality?from=2025-10-20", []string{"same value 72 h"}},
		"leak":          {"/overview", []string{"What changed overnight", "0.420\u00a0m³/h", "water ran all night: a leak?"}},
		"doubled hour":  {"/explore?s=" + school + "&view=table&from=2026-10-25&to=2026-10-26", []string{"02:45 CEST", "02:45 CET", "100 of 100"}},
		"resent":        {"/explore?s=" + resent + "&from=2026-11-10&to=2026-11-11", []string{"96 of 96"}},
	} {
		b.get(tt.target).want(t, name, http.StatusOK, tt.texts...)
	}
}

// Of what could not be read nothing is said, least of all that it is as it should be.
func TestNothingIsSaidOfWhatWasNotRead(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.faults.Set(fault.Rule{Path: "/data", Fault: fault.Fault{Status: 500}})
	for target, tt := range map[string]struct{ says, doesNotSay []string }{
		"/overview":     {[]string{"None of the 12 sites could be read in full.", "Which site stands out is not known just now.", "The Data Hub answered with an error (500)."}, []string{"as usual", "No site stands out", "None of these sites has"}},
		"/quality":      {[]string{"The Data Hub answered with an error (500)."}, []string{"are on time", "No meter"}},
		"/sites/204486": {[]string{"The Data Hub answered with an error (500)."}, []string{"There are no data"}},
	} {
		a := b.get(target)
		a.want(t, target, http.StatusOK, tt.says...)
		for _, claim := range tt.doesNotSay {
			if strings.Contains(a.body, claim) {
				t.Errorf("%s claims %q", target, claim)
			}
		}
	}
}

// rollOver is the range in which Hasselt's gas index begins again.
func rollOver(t *testing.T) string {
	t.Helper()
	v, _ := world.Variable(20202)
	now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	last := 0.0
	for p := range world.Points(v, now.AddDate(-3, 0, 0), now, now) {
		if p.Value < last {
			return p.Time.AddDate(0, 0, -1).Format("2006-01-02T15:04") + "&to=" + p.Time.AddDate(0, 0, 1).Format("2006-01-02T15:04")
		}
		last = p.Value
	}
	t.Fatal("the index never rolls over")
	return ""
}

// spikeAt is when the refrigeration case of Antwerpen says something that cannot be.
func spikeAt(t *testing.T) time.Time {
	t.Helper()
	v, _ := world.Variable(30104)
	now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	for p := range world.Points(v, now.AddDate(-1, 0, 0), now, now) {
		if p.Value > 100 {
			return p.Time
		}
	}
	t.Fatal("no spike in a year")
	return time.Time{}
}

// A spike does not make the rest of a chart flat: the axis ends before it, a marker stands there, it is named, and a link leaves it out of everything, the file included.
func TestSpikesAreMarkedAndCanBeLeftOut(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	at := spikeAt(t)
	span := "&from=" + at.AddDate(0, 0, -3).Format("2006-01-02") + "&to=" + at.AddDate(0, 0, 4).Format("2006-01-02")
	target := "/explore?s=" + spiking + span + "&explain=1"
	a := b.get(target)
	a.want(t, "a spike", http.StatusOK, `class="spike"`, "stands so far out that the axis ends before it", "Leave it out")
	if n := strings.Count(a.body, "stands so far out"); n != 2 {
		t.Errorf("the spike is named %d times, want beside the chart and where figures are explained", n)
	}
	d := b.data(target)
	if len(d.Spikes) != 1 || d.Axes[0].Max > 50 {
		t.Errorf("the browser's axis ends at %v, spikes %v", d.Axes[0].Max, d.Spikes)
	}
	link := regexp.MustCompile(`href="([^"]*x=30104\.\d+[^"]*)">Leave it out`).FindStringSubmatch(a.body)
	if link == nil {
		t.Fatal("no link leaves it out")
	}
	without := html.UnescapeString(link[1])
	again := b.get(without)
	again.want(t, "without it", http.StatusOK, "Left out: the value of", "Show it again", "671 of 671")
	if strings.Contains(again.body, "stands so far out") {
		t.Error("it is still there")
	}
	for _, query := range []string{span, span + fmt.Sprintf("&x=30104.%d", at.Unix())} {
		highest := 0.0
		for _, row := range b.get("/export?s="+spiking+query+"&g=raw").file(t, locale.For(locale.English).Written())[1:] {
			if v, err := strconv.ParseFloat(row[3], 64); err == nil {
				highest = max(highest, v)
			}
		}
		if (highest > 100) != (query == span) {
			t.Errorf("the file of %s has %v", query, highest)
		}
	}
	for _, bad := range []string{"x=1", "x=30104.-5", "x=a.b", strings.Repeat("x=30104.1&", 30)} {
		if a := b.get("/explore?s=" + spiking + "&" + bad); a.status != http.StatusBadRequest {
			t.Errorf("%.20s: %d", bad, a.status)
		}
	}
}

// Values that a session saw missing, although they were due, and sees now came late: they are marked, and the page says that totals have changed. Another session does not know.
func TestLateValuesAreMarked(t *testing.T) {
	t.Parallel()
	var clock time.Time
	b := benchAt(t, func() time.Time { return clock })
	at := func(hour, minute int) { clock = time.Date(2026, 11, 1, hour, minute, 0, 0, time.UTC); b.now = clock }
	target := "/explore?s=" + pumps + "&from=2026-11-01&to=2026-11-02&cmp=none"
	at(3, 0) // 4:00, the gateway is offline since 1:00
	b.get(target).want(t, "while they are missing", http.StatusOK, "No data Sun\u00a01\u00a0Nov 01:00 – ")
	at(4, 0)
	a := b.get(target)
	a.want(t, "when they are there", http.StatusOK, "values came late, Sun\u00a01\u00a0Nov 01:00 – ", "Totals shown before lack", `class="ring`)
	d := b.data(target)
	if last := d.Series[len(d.Series)-1]; last.Role != "late" {
		t.Errorf("the browser gets %d series, the last one %q", len(d.Series), last.Role)
	}
	b.get(target+"&view=table").want(t, "as a table", http.StatusOK, "(came late)")
	b.wantLateValuesInFiles(t, strings.Replace(target, "/explore?", "", 1))
	at(4, 30)
	b.get(target).want(t, "much later", http.StatusOK, "values came late, Sun\u00a01\u00a0Nov 01:00 – 03:15: they were not there at Sun\u00a01\u00a0Nov 04:00.")
	b.who.Session = "another"
	if a := b.get(target); strings.Contains(a.body, "came late") {
		t.Error("a session that did not look before says that values came late")
	}
}

// wantLateValuesInFiles fetches what the explorer shows as files, small and made in the background, next to a variable of which nothing came late.
func (b *bench) wantLateValuesInFiles(t *testing.T, query string) {
	t.Helper()
	form := locale.For(locale.English).Written()
	late := func(rows [][]string, mark string) (n int) {
		for _, row := range rows[1:] {
			if row[len(row)-1] == mark {
				n++
			}
		}
		return n
	}
	rows := b.get("/export?"+query+"&values=all").file(t, form)
	marked := late(rows, "came late")
	if marked < 4 || marked > 12 {
		t.Errorf("%d rows came late, want those of about two hours", marked)
	}
	if n := late(b.get("/export?"+query+"&s=80101&values=all").file(t, form), "came late: "+strings.TrimSuffix(rows[0][3], " ["+unitIn(rows[0][3])+"]")); n != marked {
		t.Errorf("beside another variable %d rows say which one came late, want %d", n, marked)
	}
	about, err := excelize.OpenReader(strings.NewReader(b.get("/export?" + query + "&values=all&format=xlsx").body))
	if err != nil {
		t.Fatal(err)
	}
	facts, err := about.GetRows("About")
	if text := strings.Join(flat(facts), "|"); err != nil || !strings.Contains(text, fmt.Sprintf("Late values|%d values are marked “came late”", marked)) || !strings.Contains(text, "does not say when a value came") {
		t.Errorf("the workbook says %s, %v", text, err)
	}
	values, err := url.ParseQuery(query + "&values=all")
	if err != nil {
		t.Fatal(err)
	}
	made := b.post("/exports", values)
	b.work()
	if n := late(b.get(made.header.Get("Location")+"/file").file(t, form), "came late"); n != marked {
		t.Errorf("%d rows of a file that is made in the background came late, want %d", n, marked)
	}
}

func unitIn(head string) string {
	_, unit, _ := strings.Cut(strings.TrimSuffix(head, "]"), "[")
	return unit
}
