package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"portico/internal/datahub"
	"portico/internal/secret"
)

const yearOfTenMinutes = 52_560

type fixedToken struct{}

func (fixedToken) Token(context.Context) (secret.Text, error) { return secret.New("bench"), nil }
func (fixedToken) Renew(context.Context, secret.Text) (secret.Text, error) {
	return secret.New("bench"), nil
}

// BenchmarkReadYear reads a year of ten-minute values over a socket, and the same bytes with encoding/json into maps, as clients usually do.
func BenchmarkReadYear(b *testing.B) {
	start := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	var body bytes.Buffer
	for i := range yearOfTenMinutes {
		fmt.Fprintf(&body, `%c{"date":"%s","variableId":7,"rawValue":%.3f,"unitId":8}`, "[,"[min(i, 1)], start.Add(time.Duration(i)*10*time.Minute).Format("2006-01-02T15:04:05"), float64(i%977)*1.37)
	}
	body.WriteByte(']')
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body.Bytes())
	}))
	b.Cleanup(s.Close)
	hub, err := datahub.New(datahub.Config{BaseURL: s.URL})
	must(b, err)
	client := hub.Client(fixedToken{})
	q := datahub.DataQuery{Variable: 7, From: start, To: start.AddDate(1, 0, 0), Granularity: datahub.GranularityRaw, Zone: time.UTC}
	ours := func() {
		points, err := client.DataPoints(b.Context(), q)
		if err != nil || len(points) != yearOfTenMinutes {
			b.Fatal(len(points), err)
		}
	}
	maps := func() {
		resp, err := s.Client().Get(s.URL + "/data")
		must(b, err)
		var rows []map[string]any
		err = json.NewDecoder(resp.Body).Decode(&rows)
		_ = resp.Body.Close()
		if err != nil || len(rows) != yearOfTenMinutes {
			b.Fatal(len(rows), err)
		}
	}
	b.Run("stream", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			ours()
		}
	})
	b.Run("over_maps", func(b *testing.B) { against(b, maps, ours) })
}
