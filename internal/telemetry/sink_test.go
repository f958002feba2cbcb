package telemetry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"portico/internal/testserver"
)

// reader is somebody who takes lines, or does not, or cannot.
type reader struct {
	testserver.Log
	block chan struct{} // writes wait until it is closed
	err   error
}

func (r *reader) Write(b []byte) (int, error) {
	if r.block != nil {
		<-r.block
	}
	if r.err != nil {
		return 0, r.err
	}
	return r.Log.Write(b)
}

func TestNobodyReadsTheLog(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &reader{block: make(chan struct{})}
		log := NewLog(r, "info", "json")
		began := time.Now()
		for i := range 20_000 {
			log.Info("line", "i", i)
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("writing took %v", took)
		}
		dropped, _ := log.Lost()
		const shortest = 50 // bytes of a line
		if dropped < 20_000-sinkLines-sinkBatch/shortest || dropped == 20_000 {
			t.Errorf("%d of 20000 lines dropped", dropped)
		}
		long := strings.Repeat("x", 8<<10)
		for range 1000 {
			log.Info("long", "text", long)
		}
		if n := log.sink.bytes.Load(); n > sinkBytes {
			t.Errorf("%d bytes wait", n)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		log.Close(ctx)
		cancel()
		if time.Since(began) != time.Second {
			t.Error("Close does not wait, or does not give up")
		}
		close(r.block)
		log.Close(t.Context())
		dropped, _ = log.Lost()
		lines := strings.Count(r.String(), `"msg":"line"`) + strings.Count(r.String(), `"msg":"long"`)
		if int64(lines) != 21_000-dropped {
			t.Errorf("%d lines written, %d dropped", lines, dropped)
		}
		if want := fmt.Sprintf(`"msg":"log lines dropped","lines":%d}`, dropped); !strings.Contains(r.String(), want) {
			t.Errorf("nothing says %s", want)
		}
	})
}

func TestLogThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &reader{err: errors.New("disk full")}
		log := NewLog(r, "info", "text")
		for range 100 {
			log.Info("line")
		}
		synctest.Wait()
		if dropped, _ := log.Lost(); dropped != 100 {
			t.Errorf("%d lines dropped, want 100", dropped)
		}
		r.err = nil
		log.Info("again")
		log.Close(t.Context())
		if text := r.String(); !strings.Contains(text, "msg=again") || !strings.Contains(text, "lines=100") {
			t.Errorf("log %q", text)
		}
	})
}

func TestFailuresThatRepeat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var b testserver.Log
		log := NewLog(&b, "info", "json")
		for i := range 1000 {
			log.With("i", i).Warn("same")
			log.Info("story")
			log.Warn("request")
			log.WithGroup("g").Error("audit")
		}
		log.Warn("other")
		time.Sleep(30 * time.Second)
		log.Error("same")
		time.Sleep(31 * time.Second)
		log.Error("same")
		log.Error("same")
		time.Sleep(5 * time.Minute)
		log.Error("same")
		time.Sleep(time.Hour)
		log.Error("same")
		log.Error("same")
		log.Close(t.Context())
		counts, omitted := map[string]int{}, []float64{}
		for line := range strings.Lines(b.String()) {
			var one map[string]any
			if err := json.Unmarshal([]byte(line), &one); err != nil {
				t.Fatal(err)
			}
			counts[one["msg"].(string)]++
			if n, ok := one["omitted"].(float64); ok {
				omitted = append(omitted, n)
			}
		}
		if got := fmt.Sprint(counts, omitted); got != "map[audit:1000 other:1 request:1000 same:24 story:1000] [981 1]" {
			t.Errorf("lines %s", got)
		}
		if _, n := log.Lost(); n != 982 {
			t.Errorf("%d left out", n)
		}
	})
}

func TestLinesHoldOneEventEach(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"json", "text"} {
		var b bytes.Buffer
		newLogger(&b, "info", format).Warn("x", "list", []string{"a\u202eb\n", "c"}, "map", map[string]string{"k": "v\u2066\u2028"}, "error", fmt.Errorf("e\u200f\r\n"), slog.Group("g", "text", "\x1b[31m\u061c"))
		if text := b.String(); strings.Count(text, "\n") != 1 || strings.ContainsAny(text, "\u202e\u2066\u2028\u200f\x1b\u061c\r") {
			t.Errorf("%s: %q", format, text)
		}
	}
}
