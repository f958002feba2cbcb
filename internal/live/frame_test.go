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
		rest, begins := strings.CutPrefix(frame, "retry: 1000\nid: e-1\nevent: alarms\n")
		rest, ends := strings.CutSuffix(rest, "\n\n")
		if !begins || !ends || strings.Contains(rest, "\n\n") || strings.Contains(rest, "\r") {
			t.Fatalf("frame %q", frame)
		}
		for line := range strings.SplitSeq(rest, "\n") {
			if !strings.HasPrefix(line, "data: ") {
				t.Fatalf("line %q of frame %q", line, frame)
			}
		}
	})
}
