package datahub

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"time"
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
		{"plain", `[{"date":"2026-03-01T00:15:00","variableId":7,"rawValue":12.5,"unitId":0}]`, []DataPoint{{at(0, 15), 12.5}}},
		{"empty", ` [ ] `, nil},
		{"any case, any order, spaces", `[ { "RAWVALUE" : -3e-2 , "Date":"2026-03-01 00:15:00" } ]`, []DataPoint{{at(0, 15), -0.03}}},
		{"offset", `[{"date":"2026-03-01T01:15:00+01:00","rawValue":1},{"date":"2026-03-01T00:30:00.0000000Z","rawValue":2},{"date":"2026-03-01T02:45:00+0200","rawValue":3}]`,
			[]DataPoint{{at(0, 15), 1}, {at(0, 30), 2}, {at(0, 45), 3}}},
		{"null value is a gap", `[{"date":"2026-03-01T00:15:00","rawValue":null},{"date":"2026-03-01T00:30:00"}]`, nil},
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

func TestTruncatedAtEveryByte(t *testing.T) {
	t.Parallel()
	body := `[{"date":"2026-03-01T00:15:00","variableId":7,"rawValue":12.5,"unitId":0},{"date":"2026-03-01T00:30:00","variableId":7,"rawValue":13}]`
	for n := range len(body) {
		if points, err := decodePoints(strings.NewReader(body[:n]), utcDay); err == nil {
			t.Errorf("cut after %d bytes: %v, want an error", n, points)
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

func FuzzDecodePoints(f *testing.F) {
	f.Add([]byte(`[{"date":"2026-03-01T00:15:00","variableId":7,"rawValue":12.5}]`))
	f.Add([]byte(`[{"date":"2026-03-01T00:15:00Z","rawValue":"1"},{"x":[{"a":"\u0022"}]}]`))
	f.Add([]byte(`[{"rawValue":null}]`))
	f.Fuzz(func(t *testing.T, b []byte) {
		points, err := decodePoints(bytes.NewReader(b), utcDay)
		if err != nil {
			return
		}
		var rows []map[string]any
		d := json.NewDecoder(bytes.NewReader(b))
		d.UseNumber()
		if d.Decode(&rows) != nil {
			if !json.Valid(bytes.ToValidUTF8(b, nil)) {
				t.Fatalf("decodePoints accepts what is no JSON array of objects: %q", b)
			}
			return
		}
		if len(points) > len(rows) {
			t.Fatalf("%d points out of %d rows: %q", len(points), len(rows), b)
		}
		for _, p := range points {
			if math.IsNaN(p.Value) || math.IsInf(p.Value, 0) || p.Time.IsZero() {
				t.Fatalf("point %v from %q", p, b)
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
