package hub

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
)

// Variables of the demo that tests read.
const (
	quarters = 80101 // Brugge's main meter: kWh each quarter of an hour
	other    = 80102
	outdoor  = 40501 // Zaventem's weather station, whose source lives in UTC
	daily    = 120301
)

func labels(rows []entity) []string {
	found := []string{}
	for _, r := range rows {
		found = append(found, r["date"].(string))
	}
	return found
}

func total(rows []entity, member string) (s float64) {
	for _, r := range rows {
		s += r[member].(float64)
	}
	return s
}

// read asks for data of a variable.
func read(t *testing.T, h http.Handler, variable int, query string) []entity {
	t.Helper()
	return get[[]entity](t, h, fmt.Sprintf("/data?variableId=%d&%s", variable, query))
}

func TestRawRow(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	rows := read(t, h, quarters, "displayLevel=ValueVariableDate&from=2026-06-10T10:00:00&to=2026-06-10T10:15:00")
	v, _ := world.Variable(quarters)
	value, _ := world.Value(v, time.Date(2026, 6, 10, 8, 0, 0, 0, time.UTC), now)
	want := []entity{{"date": "2026-06-10T10:00:00", "variableId": float64(quarters), "rawValue": value, "unitId": 8.0}}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

// TestOrder is about the platform's own order: UTC days ascending, points descending inside each.
func TestOrder(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	const from = "from=2026-06-09T23:00:00&to=2026-06-10T01:00:00&timeZoneId=UTC"
	late, early := []string{"2026-06-09T23:45:00", "2026-06-09T23:30:00", "2026-06-09T23:15:00", "2026-06-09T23:00:00"},
		[]string{"2026-06-10T00:45:00", "2026-06-10T00:30:00", "2026-06-10T00:15:00", "2026-06-10T00:00:00"}
	rising := slices.Concat(late, early)
	slices.Sort(rising)
	falling := slices.Clone(rising)
	slices.Reverse(falling)
	for query, want := range map[string][]string{"": slices.Concat(late, early), "&pagingOrder=ASC": rising, "&PagingOrder=desc": falling} {
		if got := labels(read(t, h, quarters, from+query)); !slices.Equal(got, want) {
			t.Errorf("with %q the order is %v, want %v", query, got, want)
		}
	}
	hours := labels(read(t, h, quarters, "granularity=hour&from=2026-06-09T22:00:00&to=2026-06-10T02:00:00&timeZoneId=UTC"))
	if want := []string{"2026-06-09T23:00:00", "2026-06-09T22:00:00", "2026-06-10T01:00:00", "2026-06-10T00:00:00"}; !slices.Equal(hours, want) {
		t.Errorf("buckets come as %v, want %v", hours, want)
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	newest := read(t, h, quarters, "paging.pageNumber=0&paging.itemsPerPage=5&granularity=raw&pagingOrder=DESC&timeZoneId=UTC")
	if want := []string{"2026-11-22T11:45:00", "2026-11-22T11:30:00", "2026-11-22T11:15:00", "2026-11-22T11:00:00", "2026-11-22T10:45:00"}; !slices.Equal(labels(newest), want) {
		t.Errorf("the newest five are %v, want %v", labels(newest), want)
	}
	day := "from=2026-06-10&to=2026-06-11&pagingOrder=ASC&"
	all := labels(read(t, h, quarters, day))
	var paged []string
	for page := range 5 {
		paged = append(paged, labels(read(t, h, quarters, fmt.Sprintf("%sitemsPerPage=40&pageNumber=%d", day, page)))...)
	}
	if !slices.Equal(paged, all) || len(all) != 96 {
		t.Errorf("pages have %d rows, the whole has %d", len(paged), len(all))
	}
}

// TestZones reads the same points in the zones that the rules name.
func TestZones(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	for _, tt := range []struct {
		variable     int
		query, first string
	}{
		{quarters, "from=2026-06-10T10:00:00Z", "2026-06-10T12:00:00"},
		{quarters, "from=2026-06-10T10:00:00", "2026-06-10T10:00:00"},
		{quarters, "from=2026-06-10T10:00:00Z&timeZoneId=UTC", "2026-06-10T10:00:00"},
		{quarters, "from=2026-06-10T10:00:00Z&TimeZoneID=central+standard+time", "2026-06-10T05:00:00"},
		{quarters, "from=2026-06-10T10:00:00Z&timeZoneId=Asia/Kolkata", "2026-06-10T15:30:00"},
		{quarters, "from=2026-06-10T10:00:00Z&timeZoneId=Romance+Standard+Time", "2026-06-10T12:00:00"},
		{quarters, "from=2026-06-10T10:00:00Z&timeZoneId=UTC&useReportingTimezone=True", "2026-06-10T12:00:00"},
		{outdoor, "from=2026-06-10T10:00:00Z", "2026-06-10T10:00:00"},
		{outdoor, "from=2026-06-10T10:00:00Z&useReportingTimezone=true", "2026-06-10T12:00:00"},
		{outdoor, "from=2026-06-10T10:00:00&useReportingTimezone=true", "2026-06-10T10:00:00"},
		{daily, "from=2026-06-10", "2026-06-10T00:00:00"},
	} {
		if got := labels(read(t, h, tt.variable, tt.query+"&pagingOrder=ASC&itemsPerPage=1")); !slices.Equal(got, []string{tt.first}) {
			t.Errorf("%s begins with %v, want %s", tt.query, got, tt.first)
		}
	}
}

// TestBounds reads dates as clients write them.
func TestBounds(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	for _, tt := range []struct {
		name, from string
		want       string // first label in UTC
	}{
		{"date", "2026-06-10", "2026-06-09T22:00:00"},
		{"minutes", "2026-06-10T10:00", "2026-06-10T08:00:00"},
		{"blank", "2026-06-10 10:00:00", "2026-06-10T08:00:00"},
		{"fraction", "2026-06-10T09:59:59.9999999", "2026-06-10T08:00:00"},
		{"fraction behind a point", "2026-06-10T10:00:00.001", "2026-06-10T08:15:00"},
		{"Z", "2026-06-10T10:00:00Z", "2026-06-10T10:00:00"},
		{"offset", "2026-06-10T10:00:00+05:00", "2026-06-10T05:00:00"},
		{"offset without a colon", "2026-06-10T10:00:00.0-0500", "2026-06-10T15:00:00"},
		{"blank and offset", "2026-06-10 10:00:00+02:00", "2026-06-10T08:00:00"},
		{"hour that comes twice: the later", "2026-10-25T02:30:00", "2026-10-25T01:30:00"},
		{"before that hour", "2026-10-25T01:45:00", "2026-10-24T23:45:00"},
		{"hour that does not come: moved on", "2026-03-29T02:30:00", "2026-03-29T01:30:00"},
	} {
		b, err := parseBound("from", tt.from)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		brussels, _ := parseZone(siteZone)
		from := b.in(brussels)
		rows := read(t, h, quarters, "timeZoneId=UTC&pagingOrder=ASC&itemsPerPage=1&from="+from.Format("2006-01-02T15:04:05.9999999Z"))
		if got := labels(rows); !slices.Equal(got, []string{tt.want}) {
			t.Errorf("%s: %s begins with %v, want %s", tt.name, tt.from, got, tt.want)
		}
	}
	for query, want := range map[string]int{
		"from=2026-06-10T10:00:00&to=2026-06-10T11:00:00":                        4,
		"from=2026-06-10T10:00:00&to=2026-06-10T11:00:00&includeToBoundary=True": 5,
		"from=2026-06-10T10:00:00&to=2026-06-10T10:00:00":                        0,
		"from=2026-06-10T10:00:00&to=2026-06-10T10:00:00&includeToBoundary=true": 1,
		"filter.from=2026-11-22T12:00:00&filter.to=2026-11-25":                   4, // the clock says 13:00
		"from=2026-10-25&to=2026-10-26":                                          100,
		"from=2026-03-29&to=2026-03-30":                                          92,
		"from=0001-01-01&to=2000-01-01":                                          0,
		"from=2026-11-22&to=9999-12-31T23:59:59.9999999":                         52,
		"from=2026-06-10T10%3A00%3A00%2B02:00&to=2026-06-10T11:00:00+02:00":      4, // a plus sign that was not escaped
	} {
		if got := read(t, h, quarters, query); len(got) != want {
			t.Errorf("%s has %d rows, want %d", query, len(got), want)
		}
	}
}

// TestAutumnLabels sees the doubled hour as the platform shows it: two rows with one label.
func TestAutumnLabels(t *testing.T) {
	t.Parallel()
	rows := labels(read(t, newHub(Config{}), quarters, "from=2026-10-25&to=2026-10-26&pagingOrder=ASC"))
	n := 0
	for _, l := range rows {
		if l == "2026-10-25T02:00:00" {
			n++
		}
	}
	if n != 2 {
		t.Errorf("2:00 is there %d times, want twice", n)
	}
}

// TestSums compares quarter hours, hours, days and longer buckets, over clock changes too.
func TestSums(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	for _, tt := range []struct {
		name, span string
		hours      int
	}{
		{"summer day", "from=2026-06-10&to=2026-06-11", 24},
		{"spring change", "from=2026-03-29&to=2026-03-30", 23},
		{"autumn change", "from=2026-10-25&to=2026-10-26", 25},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want := total(read(t, h, quarters, tt.span), "rawValue")
			for granularity, rows := range map[string]int{"1": tt.hours * 4, "Hour": tt.hours, "day": 1, "7": 1, "month": 1, "5": 1, "ALL": 1} {
				got := read(t, h, quarters, tt.span+"&granularity="+granularity)
				if len(got) != rows || math.Abs(total(got, "sumValue")-want) > 0.01 {
					t.Errorf("granularity %s: %d rows with a sum of %v, want %d with %v", granularity, len(got), total(got, "sumValue"), rows, want)
				}
			}
		})
	}
}

// TestSumsOfAll compares quarter hours, hours and days of every variable of the account on both days of clock changes.
func TestSumsOfAll(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	for _, span := range []string{"from=2026-03-29&to=2026-03-30", "from=2026-10-25&to=2026-10-26"} {
		sums := func(query, member string) map[float64]float64 {
			found := map[float64]float64{}
			for _, r := range get[[]entity](t, h, "/data?useReportingTimezone=true&"+span+query) {
				found[r["variableId"].(float64)] += r[member].(float64)
			}
			return found
		}
		want := sums("", "rawValue")
		for _, granularity := range []string{"hour", "day"} {
			got := sums("&aggregation=sum&granularity="+granularity, "sumValue")
			for id, sum := range want {
				if math.Abs(got[id]-sum) > 1e-6*math.Abs(sum)+1e-4 {
					t.Errorf("%s by %s: variable %.0f sums up to %v, its points to %v", span, granularity, id, got[id], sum)
				}
			}
			if len(got) != len(want) || len(want) < 340 {
				t.Errorf("%s by %s: %d variables, want %d", span, granularity, len(got), len(want))
			}
		}
	}
}

func TestBuckets(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	const year = "from=2025-10-01&to=2026-10-01&pagingOrder=ASC&granularity="
	for _, tt := range []struct {
		query       string
		n           int
		first, last string
	}{
		{year + "month", 12, "2025-10-01T00:00:00", "2026-09-01T00:00:00"},
		{year + "year", 2, "2025-01-01T00:00:00", "2026-01-01T00:00:00"},
		{year + "week", 53, "2025-09-29T00:00:00", "2026-09-28T00:00:00"},
		{year + "day", 365, "2025-10-01T00:00:00", "2026-09-30T00:00:00"},
		{year + "all", 1, "2025-10-01T00:00:00", "2025-10-01T00:00:00"},
		{"from=2026-06-10&to=2026-06-12&granularity=day&pagingOrder=DESC", 2, "2026-06-11T00:00:00", "2026-06-10T00:00:00"},
		{"from=2026-06-10T22:00:00&to=2026-06-11T22:00:00&granularity=day&timeZoneId=UTC&pagingOrder=ASC", 2, "2026-06-10T00:00:00", "2026-06-11T00:00:00"},
		{"from=2026-06-10&to=2026-06-11&granularity=hour&timeZoneId=India+Standard+Time&pagingOrder=ASC", 24, "2026-06-10T00:00:00", "2026-06-10T23:00:00"},
		{"from=2026-09-05&to=2026-09-08&granularity=day&timeZoneId=America/Santiago&pagingOrder=ASC", 3, "2026-09-05T00:00:00", "2026-09-07T00:00:00"},
		{"from=2026-10-31&to=2026-11-03&granularity=day&timeZoneId=America/Havana&pagingOrder=ASC", 3, "2026-10-31T00:00:00", "2026-11-02T00:00:00"},
	} {
		got := labels(read(t, h, quarters, tt.query))
		if len(got) != tt.n || got[0] != tt.first || got[len(got)-1] != tt.last {
			t.Errorf("%s: %d rows %v … %v, want %d, %s … %s", tt.query, len(got), got[0], got[len(got)-1], tt.n, tt.first, tt.last)
		}
	}
	if got := read(t, h, 10101, "from=2026-02-10&to=2026-02-13&granularity=day"); len(got) != 2 {
		t.Errorf("around the day without data there are %d days, want 2: empty buckets are left out", len(got))
	}
}

func TestAggregates(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	const span = "from=2026-06-10&to=2026-06-11&"
	var low, high, sum, squares float64 = math.Inf(1), math.Inf(-1), 0, 0
	raw := read(t, h, quarters, span)
	for _, r := range raw {
		x := r["rawValue"].(float64)
		low, high, sum = min(low, x), max(high, x), sum+x
	}
	mean := sum / 96
	for _, r := range raw {
		squares += (r["rawValue"].(float64) - mean) * (r["rawValue"].(float64) - mean)
	}
	for _, tt := range []struct {
		aggregation, member string
		want                float64
	}{
		{"1", "sumValue", sum}, {"SUM", "sumValue", sum}, {"min", "minValue", low}, {"3", "maxValue", high}, {"AVG", "avgValue", mean}, {"average", "avgValue", mean},
		{"count", "countValue", 96}, {"6", "varianceValue", squares / 96}, {"stdev", "stdevValue", math.Sqrt(squares / 96)},
	} {
		for _, order := range []string{"", "&pagingOrder=DESC"} {
			rows := read(t, h, quarters, span+"granularity=day&aggregation="+tt.aggregation+order)
			if len(rows) != 1 || len(rows[0]) != 3 || math.Abs(rows[0][tt.member].(float64)-tt.want) > 1e-5 {
				t.Errorf("aggregation %s: %v, want only %s %v", tt.aggregation, rows, tt.member, tt.want)
			}
		}
	}
	// Without an aggregation each variable has its own.
	for variable, member := range map[int]string{quarters: "sumValue", outdoor: "avgValue", 80302: "maxValue", 60306: "minValue"} {
		if rows := read(t, h, variable, span+"granularity=day"); rows[0][member] == nil {
			t.Errorf("variable %d by default: %v, want %s", variable, rows[0], member)
		}
	}
}

func TestSeveralVariables(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	for query, want := range map[string]int{
		fmt.Sprintf("variableIds=%d&variableIds=%d", quarters, other): 8,
		fmt.Sprintf("variableId=%d&variableId=130101", quarters):      4, // the second one is another account's
		"variableId=1":     0,
		"sourceId=6044881": 40,
		"siteId=204488":    40 + 4*1 + 4*12,
		"sourceId=6046011": 0,
	} {
		rows := get[[]entity](t, h, "/data?from=2026-06-10T10:00:00&to=2026-06-10T11:00:00&"+query)
		if len(rows) != want {
			t.Errorf("%s has %d rows, want %d", query, len(rows), want)
		}
	}
	all := get[[]entity](t, h, "/data?from=2026-06-10T10:00:00&to=2026-06-10T10:15:00")
	seen := map[any]bool{}
	for _, r := range all {
		seen[r["variableId"]] = true
	}
	if len(seen) != 344-96 {
		t.Errorf("without ids %d variables answer, want all but the daily ones", len(seen))
	}
}

func TestDataByBody(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	want := ask(t, h, "GET", fmt.Sprintf("/data?variableIds=%d&variableIds=%d&from=2026-06-10&to=2026-06-12&granularity=day&timeZoneId=UTC", quarters, other), "").Body.String()
	inUTF16 := func(text string) string {
		var b strings.Builder
		for _, c := range utf16.Encode([]rune(text)) {
			b.WriteByte(byte(c))
			b.WriteByte(byte(c >> 8))
		}
		return b.String()
	}
	body := fmt.Sprintf(`{"VariableIds":[%d,%d],"From":"2026-06-10","To":"2026-06-12","Granularity":3,"TimeZoneId":"UTC","Aggregation":null,"IncludeToBoundary":false}`, quarters, other)
	nested := fmt.Sprintf(`{"filter":{"variableIds":["%d",%d],"from":"2026-06-10","to":"2026-06-12","granularity":"Day","timeZoneId":"UTC"},"paging":{}}`, quarters, other)
	for name, tt := range map[string]struct{ body, contentType string }{
		"words":             {body, "application/json"},
		"nested":            {nested, "application/json"},
		"UTF-16":            {inUTF16(body), "application/json; charset=utf-16"},
		"with a mark":       {inUTF16("\ufeff" + body), "application/json; charset=utf-16"},
		"UTF-8 with a mark": {"\ufeff" + body, "application/json; charset=utf-8"},
	} {
		w := ask(t, h, "POST", "/data", tt.body, "Content-Type", tt.contentType)
		if w.Code != http.StatusOK || w.Body.String() != want {
			t.Errorf("%s: %d %.200s, want %.200s", name, w.Code, w.Body, want)
		}
	}
	for _, body := range []string{"", "[]", `"x"`, "null", "{", `{"VariableIds":["x"]}`, `{} {}`, `{"VariableIds":[1],"From":"soon"}`} {
		if w := ask(t, h, "POST", "/data", body); w.Code != http.StatusBadRequest || decode[entity](t, w)["message"] == "" {
			t.Errorf("body %q = %d %s, want 400 with a message", body, w.Code, w.Body)
		}
	}
	if w := ask(t, h, "POST", "/data", `{"x":"`+strings.Repeat("x", maxBody)+`"}`); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a body of more than 4 MB = %d, want 413", w.Code)
	}
}

func TestBadDataQueries(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	for _, query := range []string{"variableId=x", "sourceId=x", "siteId=x", "granularity=fortnight", "granularity=8", "granularity=-1", "aggregation=median",
		"aggregation=8", "from=yesterday", "to=2026-13-01", "from=2026-06-10T25:00", "from=2026-06-11&to=2026-06-10", "from=2026-06-10T10:00:00Z&to=2026-06-10T09:00:00Z",
		"timeZoneId=Mars", "timeZoneId=Local", "timeZoneId=../zone", "useReportingTimezone=true&timeZoneId=Mars", "pagingOrder=up", "itemsPerPage=-5", "pageNumber=x"} {
		w := ask(t, h, "GET", "/data?variableId=80101&"+query, "")
		if query == "variableId=x" {
			w = ask(t, h, "GET", "/data?"+query, "")
		}
		if w.Code != http.StatusBadRequest || decode[entity](t, w)["message"] == "" {
			t.Errorf("GET /data?%s = %d %.100s, want 400 with a message", query, w.Code, w.Body)
		}
	}
}

// pieces counts what is written to it.
type pieces struct{ n, total, largest int }

func (p *pieces) Write(b []byte) (int, error) {
	p.n, p.total, p.largest = p.n+1, p.total+len(b), max(p.largest, len(b))
	return len(b), nil
}

// TestStreamed makes sure that long answers are not gathered in memory, in any order.
func TestStreamed(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	for _, order := range []order{byHabit, ascending, descending} {
		q := dataQuery{from: bound{t: now.AddDate(-1, 0, 0)}, to: bound{t: now}, order: order, window: window{size: -1}}
		c := &call{hub: h, tenant: h.tenants[101], view: h.tenants[101].view.Load(), params: params{}}
		q.variables = append(q.variables, c.view.variable[quarters])
		out := &pieces{}
		if err := (&rows{call: c, query: q, now: now}).writeTo(out); err != nil {
			t.Fatal(err)
		}
		if out.largest > 40<<10 || out.total < 2<<20 {
			t.Errorf("order %v: %d bytes in pieces of at most %d", order, out.total, out.largest)
		}
	}
}

func TestQueryNames(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	want := ask(t, h, "GET", "/data?variableId=80101&from=2026-06-10T10:00:00&to=2026-06-10T11:00:00&includeToBoundary=true", "").Body.String()
	for _, query := range []string{
		"VariableId=80101&From=2026-06-10+10:00:00&To=2026-06-10+11:00:00&IncludeToBoundary=True",
		"filter.variableId=80101&filter.from=2026-06-10T10:00:00&filter.to=2026-06-10T11:00:00&filter.granularity=raw&filter.displayLevel=ValueVariableDate&filter.includeToBoundary=True",
		"variableIds=80101&from=" + url.QueryEscape("2026-06-10T08:00:00+00:00") + "&to=2026-06-10T09:00:00Z&includeToBoundary=true&nonsense=1",
	} {
		if w := ask(t, h, "GET", "/data?"+query, "{}", "Content-Type", "application/json"); w.Body.String() != want {
			t.Errorf("%s: %.200s, want %.200s", query, w.Body, want)
		}
	}
}

func BenchmarkYearOfQuarterHours(b *testing.B) {
	h := newHub(Config{})
	for name, query := range map[string]string{"habit": "", "ascending": "&pagingOrder=ASC", "days": "&granularity=day"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				r, err := http.NewRequestWithContext(b.Context(), "GET", "/data?variableId=80101&from=2025-11-22&to=2026-11-22"+query, nil)
				if err != nil {
					b.Fatal(err)
				}
				r.Header.Set("Authorization", "Bearer good")
				h.ServeHTTP(&sink{header: http.Header{}}, r)
			}
		})
	}
}

// sink is a ResponseWriter that forgets.
type sink struct {
	header http.Header
	pieces
}

func (s *sink) Header() http.Header { return s.header }
func (s *sink) WriteHeader(int)     {}
