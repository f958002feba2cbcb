package fault

import (
	"strings"
	"testing"
	"time"
)

func TestParseFor(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		server string
		Rule
	}{
		"identity=30s@every:10m":                  {"identity", Rule{Down: true, For: 30 * time.Second, Every: 10 * time.Minute}},
		"identity=5s@after:1m":                    {"identity", Rule{Down: true, For: 5 * time.Second, Wait: time.Minute}},
		"hub=429:2%":                              {"hub", Rule{Fault: Fault{Status: 429, RetryAfter: 2 * time.Second}, Share: 0.02}},
		"hub=503:3@retry:10s":                     {"hub", Rule{Fault: Fault{Status: 503, RetryAfter: 10 * time.Second}, Count: 3}},
		"hub=truncate:0.5%@bytes:12":              {"hub", Rule{Fault: Fault{Truncate: 12}, Share: 0.005}},
		"hub=truncate":                            {"hub", Rule{Fault: Fault{Truncate: 100}}},
		"hub=delay@for:1m@delay:1s±200ms":         {"hub", Rule{Fault: Fault{Delay: time.Second, Jitter: 200 * time.Millisecond}, For: time.Minute}},
		"identity=hang-after:1@path:/token":       {"identity", Rule{Fault: Fault{Hang: true, After: true}, Count: 1, Path: "/token"}},
		"identity=cut@path:/token@for:1m":         {"identity", Rule{Fault: Fault{Cut: true}, Path: "/token", For: time.Minute}},
		"hub=502-after:1":                         {"hub", Rule{Fault: Fault{Status: 502, After: true}, Count: 1}},
		"identity=503@for:20s@every:1m@after:10s": {"identity", Rule{Fault: Fault{Status: 503}, For: 20 * time.Second, Every: time.Minute, Wait: 10 * time.Second}},
	} {
		server, rule, err := ParseFor(text)
		if server != want.server || rule != want.Rule || err != nil {
			t.Errorf("ParseFor(%q) = %s, %+v, %v, want %s, %+v", text, server, rule, err, want.server, want.Rule)
		}
	}
}

func TestParseForRefuses(t *testing.T) {
	t.Parallel()
	for text, says := range map[string]string{
		"":                           "names no server",
		"portal=429":                 "names no server",
		"hub":                        "is no fault",
		"hub=":                       "is no fault",
		"hub=slow":                   "is no fault",
		"hub=200":                    "between 400 and 599",
		"hub=429:0":                  "is no fault",
		"hub=429:-1":                 "is no fault",
		"hub=429:101%":               "share",
		"hub=429:NaN%":               "is no fault",
		"hub=429:2%:3":               "is no fault",
		"hub=429@retry:2h":           "at most an hour",
		"hub=429@retry:1s@retry:2s":  "not possible",
		"hub=429@sometimes":          "not possible",
		"hub=cut@retry:1s":           "comes with a status",
		"hub=cut@every:1m":           "less than the time between",
		"hub=delay-after":            "comes with a status",
		"hub=429@path:token":         "begins with /",
		"hub=hang@for:25h":           "between 0 and 24h",
		"identity=30s":               "@after:DURATION or @every:DURATION",
		"identity=2h@every:10h":      "at most 1h",
		"identity=30s@every:20s":     "less than the time between",
		"identity=30s:2%@every:1m":   "for all requests",
		"identity=30s@every:1m@for:": "not possible",
		"identity=-30s@every:1m":     "is no fault",
	} {
		if server, rule, err := ParseFor(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("ParseFor(%q) = %s, %+v, %v, want an error with %q", text, server, rule, err, says)
		}
	}
}

func TestParseLatency(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]time.Duration{
		"": {}, "0s": {}, "80ms": {80 * time.Millisecond}, "80ms±40ms": {80 * time.Millisecond, 40 * time.Millisecond}, "1s+-1s": {time.Second, time.Second},
	} {
		if delay, jitter, err := ParseLatency(text); err != nil || [2]time.Duration{delay, jitter} != want {
			t.Errorf("ParseLatency(%q) = %v, %v, %v, want %v", text, delay, jitter, err, want)
		}
	}
	for _, text := range []string{"80", "fast", "-1s", "80ms±", "±40ms", "40ms±80ms", "2m", "80ms±4ms±4ms"} {
		if _, _, err := ParseLatency(text); err == nil || !strings.Contains(err.Error(), "80ms±40ms") {
			t.Errorf("ParseLatency(%q): %v, want an error that shows the form", text, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"30s@every:10m", "429:2%", "hang-after:1@path:/token", "truncate@bytes:5", "delay@delay:80ms±40ms@for:1m@after:1s", "503:3@retry:10s", ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := Parse(text)
		if err != nil {
			return
		}
		if wrong := r.Check(); wrong != nil {
			t.Errorf("Parse(%q) = %+v, which is wrong: %v", text, r, wrong)
		}
		again, err := Parse(r.String())
		if err != nil || again.String() != r.String() {
			t.Errorf("Parse(%q) = %+v; %q reads as %+v, %v", text, r, r.String(), again, err)
		}
	})
}
