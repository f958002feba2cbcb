package datahub

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"
)

var utcDay = DataQuery{Variable: 7, From: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)}

func at(h, m int) time.Time { return time.Date(2026, 3, 1, h, m, 0, 0, time.UTC) }

func decodePoints(body io.Reader, q DataQuery) ([]DataPoint, error) {
	r := newRows(q)
	if err := r.decode(body); err != nil {
		return nil, err
	}
	return r.points, nil
}

func TestDecodePoints(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, body string
		want       []DataPoint
	}{
		{"escapes", `[{"d\u0061te":"2026-03-01T00:15:00\u005a","raw\u0056alue":1,"d\\u0061te":"x"}]`, []DataPoint{{at(0, 15), 1}}},
		{"byte order mark", "\ufeff" + `[{"date":"2026-03-01T00:15:00","rawValue":1}]`, []DataPoint{{at(0, 15), 1}}},
		{"rows of several shapes", `[{"date":"2026-03-01T00:15:00","rawValue":1},{"rawValue":2,"date":"2026-03-01T00:30:00"},{"date" : "2026-03-01T00:45:00","x":0,"rawValue":3},{}]`,
			[]DataPoint{{at(0, 15), 1}, {at(0, 30), 2}, {at(0, 45), 3}}},
		{"the last of two members counts", `[{"date":"2026-03-01T00:15:00","rawValue":1,"RawValue":2}]`, []DataPoint{{at(0, 15), 2}}},
		{"plain", `[{"date":"2026-03-01T00:15:00","variableId":7,"rawValue":12.5,"unitId":0}]`, []DataPoint{{at(0, 15), 12.5}}},
		{"empty", ` [ ] `, nil},
		{"any case, any order, spaces", `[ { "RAWVALUE" : -3e-2 , "Date":"2026-03-01 00:15:00" } ]`, []DataPoint{{at(0, 15), -0.03}}},
		{"offset", `[{"date":"2026-03-01T01:15:00+01:00","rawValue":1},{"date":"2026-03-01T00:30:00.0000000Z","rawValue":2},{"date":"2026-03-01T02:45:00+0200","rawValue":3}]`,
			[]DataPoint{{at(0, 15), 1}, {at(0, 30), 2}, {at(0, 45), 3}}},
		{"null value is a gap", `[{"date":"2026-03-01T00:15:00","rawValue":null},{"date":"2026-03-01T00:30:00"}]`, nil},
		{"what nothing measures is a gap", `[{"date":"2026-03-01T00:15:00","rawValue":1e308},{"date":"2026-03-01T00:30:00","rawValue":"-1e200"},{"date":"2026-03-01T00:45:00","rawValue":1}]`, []DataPoint{{at(0, 45), 1}}},
		{"zero is no gap", `[{"date":"2026-03-01T00:15:00","rawValue":0}]`, []DataPoint{{at(0, 15), 0}}},
		{"numeric string", `[{"date":"2026-03-01T00:15:00","rawValue":"4.5","variableId":"7"}]`, []DataPoint{{at(0, 15), 4.5}}},
		{"unordered, the last of two counts", `[{"date":"2026-03-01T02:00:00","rawValue":3},{"date":"2026-03-01T01:00:00","rawValue":1},{"date":"2026-03-01T01:00:00","rawValue":2}]`,
			[]DataPoint{{at(1, 0), 2}, {at(2, 0), 3}}},
		{"outside the range", `[{"date":"2026-02-28T23:59:59","rawValue":1},{"date":"2026-03-01T00:00:00","rawValue":2},{"date":"2026-03-02T00:00:00","rawValue":3}]`, []DataPoint{{at(0, 0), 2}}},
		{"another variable", `[{"date":"2026-03-01T00:15:00","variableId":8,"rawValue":9}]`, nil},
		{"nested extras", `[{"x":{"date":"no","a":[1,"]}"]},"date":"2026-03-01T00:15:00","rawValue":1,"y":"\"}"}]`, []DataPoint{{at(0, 15), 1}}},
		{"another aggregate is no raw value", `[{"date":"2026-03-01T00:15:00","sumValue":5,"avgValue":2}]`, nil},
	} {
		points, err := decodePoints(strings.NewReader(c.body), utcDay)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := tidy(points, utcDay); fmt.Sprint(got) != fmt.Sprint(c.want) && len(got)+len(c.want) > 0 {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestDecodePointsRefuses(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		``, `{}`, `null`, `"x"`, `[1]`, `[{"date":"2026-03-01T00:15:00","rawValue":1e400}]`, `[{"date":"2026-03-01T00:15:00","rawValue":NaN}]`,
		`[{"date":"2026-03-01T00:15:00","rawValue":"NaN"}]`, `[{"date":"2026-03-01T00:15:00","rawValue":"Infinity"}]`, `[{"date":"2026-13-01T00:15:00","rawValue":1}]`,
		`[{"date":"2026-02-30T00:15:00","rawValue":1}]`, `[{"rawValue":1}]`, `[{"date":7,"rawValue":1}]`, `[{"date":"2026-03-01T00:15:00","rawValue":{}}]`,
		`[{"date":"2026-03-01T00:15:00","rawValue":true}]`, `[{"date":"2026-03-01T00:15:00+25:00","rawValue":1}]`, `[]x`, `[{}`, `[{},]`, `[]` + `[]`, strings.Repeat("[", 20000),
	} {
		if points, err := decodePoints(strings.NewReader(body), utcDay); !errors.Is(err, ErrMalformed) {
			t.Errorf("decodePoints(%.60s) = %v, %v, want ErrMalformed", body, points, err)
		}
	}
}

func TestLabelsFollowTheZoneOfCalendarBuckets(t *testing.T) {
	t.Parallel()
	brussels, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		t.Fatal(err)
	}
	q := DataQuery{Variable: 7, Granularity: GranularityDay, Aggregate: Sum, Zone: brussels,
		From: time.Date(2026, 10, 24, 0, 0, 0, 0, brussels), To: time.Date(2026, 10, 27, 0, 0, 0, 0, brussels)}
	if got := q.values(); got.Get("timeZoneId") != "Europe/Brussels" || got.Get("from") != "2026-10-24T00:00:00" || got.Get("aggregation") != "1" {
		t.Errorf("query = %v", got)
	}
	points, err := decodePoints(strings.NewReader(`[{"date":"2026-10-24T00:00:00","sumValue":1},{"date":"2026-10-25T00:00:00","sumValue":2},{"date":"2026-10-26T00:00:00","sumValue":3}]`), q)
	if err != nil {
		t.Fatal(err)
	}
	if day := points[1].Time.Sub(points[0].Time); day != 24*time.Hour {
		t.Errorf("24 October lasts %v, want 24h", day)
	}
	if day := points[2].Time.Sub(points[1].Time); day != 25*time.Hour {
		t.Errorf("25 October lasts %v, want 25h", day)
	}
	q.Granularity = GranularityHour
	if got := q.values(); got.Get("timeZoneId") != "UTC" || got.Get("from") != "2026-10-23T22:00:00" {
		t.Errorf("hours are asked for in UTC, got %v", got)
	}
}

func TestValueMembers(t *testing.T) {
	t.Parallel()
	const row = `[{"date":"2026-03-01T00:15:00","minValue":2,"maxValue":3,"avgValue":4,"countValue":5,"varianceValue":6,"StdevValue":7,"sumValue":1}]`
	for aggregate, want := range map[Aggregate]float64{Sum: 1, Min: 2, Max: 3, Avg: 4, Count: 5, Variance: 6, StdDev: 7} {
		q := utcDay
		q.Granularity, q.Aggregate = GranularityHour, aggregate
		points, err := decodePoints(strings.NewReader(row), q)
		if err != nil || len(points) != 1 || points[0].Value != want {
			t.Errorf("%v of the row = %v, %v, want %v", aggregate, points, err, want)
		}
	}
	q := utcDay
	q.Granularity, q.Aggregate = GranularityHour, Sum
	for body, want := range map[string]int{
		`[{"date":"2026-03-01T00:15:00","rawValue":1}]`: 1, // the platform's own reader takes it, too
		`[{"date":"2026-03-01T00:15:00","avgValue":1}]`: 0, // an average shown as a sum is a wrong number
	} {
		if points, err := decodePoints(strings.NewReader(body), q); err != nil || len(points) != want {
			t.Errorf("sum of %s = %v, %v, want %d points", body, points, err, want)
		}
	}
}

func TestRowsWithoutValuesAreTold(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]int{`[{"date":"2026-03-01T00:15:00","amount":1}]`: 1, `[{"date":"2026-03-01T00:15:00","rawValue":null}]`: 0, `[]`: 0} {
		told := 0
		c := newClient(t, says(body), func(c *Config) { c.Skipped = func(string, error) { told++ } })
		if points, err := c.DataPoints(t.Context(), utcDay); err != nil || len(points) != 0 || told != want {
			t.Errorf("DataPoints of %s = %v, %v, told %d times, want %d", body, points, err, told, want)
		}
	}
}

// TestObservedOrder reads days that rise with points that fall inside each day.
func TestObservedOrder(t *testing.T) {
	t.Parallel()
	q := utcDay
	q.To = q.From.AddDate(0, 0, 3)
	var rows []string
	for day := range 3 {
		for hour := 23; hour >= 0; hour-- {
			rows = append(rows, fmt.Sprintf(`{"date":"2026-03-%02dT%02d:00:00","rawValue":%d}`, day+1, hour, day*24+hour))
		}
	}
	points, err := newClient(t, says("["+strings.Join(rows, ",")+"]")).DataPoints(t.Context(), q)
	if err != nil || len(points) != 72 {
		t.Fatalf("DataPoints: %d points, %v", len(points), err)
	}
	for i, p := range points {
		if p.Value != float64(i) || !p.Time.Equal(q.From.Add(time.Duration(i)*time.Hour)) {
			t.Fatalf("point %d = %v", i, p)
		}
	}
}

func TestRangeIsFilteredAgain(t *testing.T) {
	t.Parallel()
	brussels := zone(t, "Europe/Brussels")
	for _, c := range []struct {
		name        string
		granularity Granularity
		from        time.Time // in the middle of a bucket
		bucket, old string    // its label, and that of the one before
	}{
		{"hour", GranularityHour, time.Date(2026, 3, 10, 12, 30, 0, 0, brussels), "2026-03-10T11:00:00", "2026-03-10T10:00:00"},
		{"day", GranularityDay, time.Date(2026, 3, 10, 12, 0, 0, 0, brussels), "2026-03-10T00:00:00", "2026-03-09T00:00:00"},
		{"week", GranularityWeek, time.Date(2026, 3, 10, 12, 0, 0, 0, brussels), "2026-03-09T00:00:00", "2026-03-02T00:00:00"},
		{"month", GranularityMonth, time.Date(2026, 3, 10, 12, 0, 0, 0, brussels), "2026-03-01T00:00:00", "2026-02-01T00:00:00"},
		{"year", GranularityYear, time.Date(2026, 3, 10, 12, 0, 0, 0, brussels), "2026-01-01T00:00:00", "2025-01-01T00:00:00"},
	} {
		q := DataQuery{Variable: 7, From: c.from, To: c.from.AddDate(0, 2, 0), Granularity: c.granularity, Aggregate: Sum, Zone: brussels}
		body := fmt.Sprintf(`[{"date":%q,"sumValue":1},{"date":%q,"sumValue":2},{"date":"2026-06-01T00:00:00","sumValue":3}]`, c.old, c.bucket)
		points, err := newClient(t, says(body)).DataPoints(t.Context(), q)
		if err != nil || len(points) != 1 || points[0].Value != 2 {
			t.Errorf("%s: %v, %v, want the bucket in which the range begins", c.name, points, err)
		}
	}
	all := DataQuery{Variable: 7, From: at(0, 0), To: at(12, 0), Granularity: GranularityAll, Aggregate: Sum}
	if points, err := newClient(t, says(`[{"date":"2020-01-01T00:00:00","sumValue":3}]`)).DataPoints(t.Context(), all); err != nil || len(points) != 1 {
		t.Errorf("all: %v, %v, want its one bucket", points, err)
	}
}

// dayOf answers with ten-minute points in pages, at most size rows on one.
func dayOf(points, size, announced int) upstream {
	return func(r *http.Request) (*http.Response, error) {
		page, _ := strconv.Atoi(r.URL.Query().Get("paging.pageNumber"))
		var rows []string
		for i := page * size; i < min((page+1)*size, points); i++ {
			rows = append(rows, fmt.Sprintf(`{"date":%q,"rawValue":%d}`, at(0, 0).Add(time.Duration(i)*10*time.Minute).Format(localTime), i))
		}
		return answer(200, "["+strings.Join(rows, ",")+"]", "X-Total-Count", strconv.Itoa(announced)), nil
	}
}

func TestPointsInPages(t *testing.T) {
	t.Parallel()
	points, err := newClient(t, dayOf(144, 50, 144)).DataPoints(t.Context(), utcDay)
	if err != nil || len(points) != 144 || points[143].Value != 143 {
		t.Errorf("%d points, %v, want 144", len(points), err)
	}
	if points, err := newClient(t, dayOf(100, 50, 144)).DataPoints(t.Context(), utcDay); !errors.Is(err, ErrMalformed) || points != nil {
		t.Errorf("%d of 144 points, %v, want ErrMalformed", len(points), err)
	}
}

// TestOtherPointsAreMalformedAsAWhole: of a series with a point that cannot be read nothing is shown.
func TestOtherPointsAreMalformedAsAWhole(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"NaN", "1e400", `"-Infinity"`, "{}", "true", `"x"`} {
		body := fmt.Sprintf(`[{"date":"2026-03-01T00:15:00","rawValue":1},{"date":"2026-03-01T00:30:00","rawValue":%s}]`, value)
		if points, err := newClient(t, says(body)).DataPoints(t.Context(), utcDay); !errors.Is(err, ErrMalformed) || points != nil {
			t.Errorf("a value of %s: %v, %v, want ErrMalformed and no points", value, points, err)
		}
	}
}

// reference decodes points with encoding/json, slowly; false when there are none to be had.
func reference(b []byte) (values []float64, ok bool) {
	var rows []struct {
		Date       json.RawMessage `json:"date"`
		RawValue   json.RawMessage `json:"rawValue"`
		VariableID json.RawMessage `json:"variableId"`
	}
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	if !utf8.Valid(b) || json.Unmarshal(b, &rows) != nil || rows == nil {
		return nil, false
	}
	for _, r := range rows {
		if id, err := strconv.ParseInt(strings.Trim(string(r.VariableID), `"`), 10, 64); err == nil && id != 7 || len(r.RawValue) == 0 || string(r.RawValue) == "null" {
			continue
		}
		var number real
		var text string
		if r.RawValue[0] == '"' && json.Unmarshal(r.RawValue, &text) == nil {
			r.RawValue = []byte(text)
		}
		if number.UnmarshalJSON(r.RawValue) != nil || json.Unmarshal(r.Date, &text) != nil {
			return nil, false
		}
		values = append(values, float64(number))
	}
	return values, true
}

func FuzzDecodePoints(f *testing.F) {
	f.Add([]byte(`[{"date":"2026-03-01T00:15:00","variableId":7,"rawValue":12.5}]`))
	f.Add([]byte(`[{"date":"2026-03-01T00:15:00Z","rawValue":"1"},{"x":[{"a":"\u0022"}]}]`))
	f.Add([]byte(`[{"d\u0061te":"2026-03-01T00:15:00\u005a","RAWVALUE":1e3},{"date":"2026-03-01T00:15:00Z" ,"rawValue":-0}]`))
	f.Add([]byte(`[{"date":"2026-03-01T00:15:00","rawValue":1},{"rawValue":2,"date":"2026-03-01T00:30:00","variableId":8}]`))
	f.Add([]byte(`[{"rawValue":null,"rawValue":1,"date":"2026-03-01T00:15:00"}]`))
	f.Fuzz(func(t *testing.T, b []byte) {
		points, err := decodePoints(bytes.NewReader(b), utcDay)
		slow, slowErr := decodePoints(iotest.OneByteReader(bytes.NewReader(b)), utcDay)
		if (err == nil) != (slowErr == nil) || len(points) != len(slow) {
			t.Fatalf("at once %v, %v; byte by byte %v, %v", points, err, slow, slowErr)
		}
		if err != nil {
			return
		}
		want, ok := reference(b)
		if !ok || len(want) != len(points) {
			t.Fatalf("%d points, want %d, %v, from %q", len(points), len(want), ok, b)
		}
		for i, p := range points {
			if p.Value != want[i] || math.IsInf(p.Value, 0) {
				t.Fatalf("point %d = %v, want %v, from %q", i, p, want[i], b)
			}
		}
	})
}

// sample is the answer to a query for n points, as the Data Hub writes it.
func sample(n int) []byte {
	var b bytes.Buffer
	b.WriteByte('[')
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"date":"%s","variableId":7,"rawValue":%.3f,"unitId":8}`, utcDay.From.Add(time.Duration(i)*10*time.Minute).Format(localTime), float64(i%977)*1.37)
	}
	b.WriteByte(']')
	return b.Bytes()
}

// BenchmarkDecodePoints decodes a year of ten-minute points; the others are the floor and the standard library on the same bytes.
func BenchmarkDecodePoints(b *testing.B) {
	const n = 52_560
	body := sample(n)
	q := utcDay
	q.To = q.From.AddDate(1, 0, 0)
	b.Run("stream", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			points, err := decodePoints(bytes.NewReader(body), q)
			if err != nil || len(points) != n {
				b.Fatal(len(points), err)
			}
		}
	})
	b.Run("encoding_json", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			var rows []struct {
				Date     string   `json:"date"`
				RawValue *float64 `json:"rawValue"`
			}
			if err := json.NewDecoder(bytes.NewReader(body)).Decode(&rows); err != nil || len(rows) != n {
				b.Fatal(err)
			}
		}
	})
	b.Run("copy_floor", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			_, _ = io.Copy(io.Discard, struct{ io.Reader }{bytes.NewReader(body)})
		}
	})
}

// TestAYearOfPointsIsDecodedInPlace bounds what 52,560 points cost: their slice and a window.
func TestAYearOfPointsIsDecodedInPlace(t *testing.T) {
	body := sample(52_560)
	q := utcDay
	q.To = q.From.AddDate(1, 0, 0)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	points, err := decodePoints(bytes.NewReader(body), q)
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; err != nil || len(points) != 52_560 || got > 2_000_000 {
		t.Errorf("%d points, %v, %d bytes allocated, want at most 2 MB", len(points), err, got)
	}
}

func TestDataURLIsWhatIsAsked(t *testing.T) {
	t.Parallel()
	s := says("[]")
	c := newClient(t, s)
	if _, err := c.DataPoints(t.Context(), utcDay); err != nil {
		t.Fatal(err)
	}
	if got := c.DataURL(utcDay); got != s.requests[0].URL.String() {
		t.Errorf("DataURL = %s, asked was %s", got, s.requests[0].URL)
	}
}
