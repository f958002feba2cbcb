package live

import (
	"strings"
	"testing"
	"time"
)

func FuzzFrame(f *testing.F) {
	f.Add("plain")
	f.Add("a\nid: forged\r\n\r\nevent: x\rdata")
	f.Fuzz(func(t *testing.T, data string) {
		frame := string(AppendFrame(nil, Event{ID: "e-1", Name: "alarms", Data: []byte(data), Retry: time.Second}))
		rest, ok := strings.CutPrefix(frame, "retry: 1000\nid: e-1\nevent: alarms\ndata: ")
		if !ok || strings.Count(frame, "\n\n") != 1 || !strings.HasSuffix(frame, "\n\n") || strings.Contains(frame, "\r") {
			t.Fatalf("frame %q", frame)
		}
		for line := range strings.Lines(strings.TrimSuffix(rest, "\n\n")) {
			if !strings.HasPrefix(line, "data: ") && line != strings.SplitAfter(rest, "\n")[0] && line != strings.TrimSuffix(strings.SplitAfter(rest, "\n")[0], "\n") {
				t.Fatalf("line %q of frame %q", line, frame)
			}
		}
	})
}
