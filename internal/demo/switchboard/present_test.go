package switchboard

import (
	"slices"
	"strings"
	"testing"
	"time"

	"portico/internal/demo/fault"
	"portico/internal/locale"
)

func speak(l locale.Lang) presenter {
	now := time.Date(2026, 11, 26, 13, 0, 0, 0, time.UTC)
	return presenter{l: locale.For(l), now: now, at: func(t time.Time) time.Time { return t }}
}

func TestRules(t *testing.T) {
	t.Parallel()
	p := speak(locale.English)
	for text, tt := range map[string]struct {
		state   fault.State
		what    string
		details []string
	}{
		"30s@every:10m":          {fault.State{On: true, Until: p.now.Add(28 * time.Second)}, "refuses connections", []string{"until 14:00:28 CET, another 28 s"}},
		"30s@after:1m":           {fault.State{From: p.now.Add(time.Minute)}, "refuses connections", []string{"begins at 14:01:00 CET"}},
		"429:2%":                 {fault.State{On: true, Struck: 3}, "answers 429, come again in 2 s", []string{"2 % of the requests", "everywhere", "until you end it", "3 requests struck"}},
		"502-after:1@path:/data": {fault.State{On: true}, "does it, but answers 502", []string{"the next request", "addresses with /data", "0 requests struck"}},
		"delay@delay:80ms±40ms":  {fault.State{On: true, Struck: 1}, "answers 80 ms ± 40 ms late", []string{"all requests", "everywhere", "until you end it", "1 request struck"}},
		"truncate:3@bytes:1":     {fault.State{On: true}, "cuts answers off after 1 byte", []string{"the next 3 requests", "everywhere", "0 requests struck"}},
	} {
		tt.state.Rule = rule(text)
		m := p.rules(hubName, []fault.State{tt.state})[0]
		if plain(m.What) != tt.what || plain(strings.Join(m.Details, "|")) != strings.Join(tt.details, "|") || m.Flag != "hub="+tt.state.Rule.String() || m.On != tt.state.On {
			t.Errorf("%s: %q %q %s %t, want %q %q", text, m.What, m.Details, m.Flag, m.On, tt.what, tt.details)
		}
	}
}

func plain(text string) string { return strings.ReplaceAll(text, "\u00a0", " ") }

// TestChoices puts together all that a form offers, in each language: it is a fault, and no two choices of a list read the same.
func TestChoices(t *testing.T) {
	t.Parallel()
	for _, name := range []string{identityName, hubName} {
		for _, what := range kinds {
			for _, amount := range much {
				for _, d := range long {
					for _, at := range where[name] {
						if r := rule(what + amount + d + at); r.Down || what != "delay" && r.Delay > 0 {
							t.Errorf("%s%s%s%s is %+v", what, amount, d, at, r)
						}
					}
				}
			}
		}
		for _, l := range locale.Langs() {
			m := speak(l).server(name, 0)
			for _, list := range [][]choiceModel{m.Downs, m.Kinds, m.Much, m.Long, m.Where, m.Ahead} {
				var texts []string
				for _, c := range list {
					texts = append(texts, c.Text)
				}
				slices.Sort(texts)
				if len(slices.Compact(texts)) != len(list) || slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(text, "faults.") || text == "" }) {
					t.Errorf("%s in %s: %q", name, l, texts)
				}
			}
		}
	}
}

func TestSwitchOver(t *testing.T) {
	t.Parallel()
	var s fault.Switch
	send := func(what string, fields map[string]string) error {
		return switchOver(&s, what, func(name string) string { return fields[name] })
	}
	if err := send("fault", map[string]string{"what": "429", "much": ":3", "long": "@for:2m", "where": "@path:/data"}); err != nil {
		t.Fatal(err)
	}
	if err := send("down", map[string]string{"what": "10s"}); err != nil {
		t.Fatal(err)
	}
	list := s.Rules()
	if len(list) != 2 || list[0].Rule.String() != "429:3@retry:2s@for:2m@path:/data" || !list[1].Down {
		t.Fatalf("rules %+v", list)
	}
	if err := send("end", map[string]string{"id": "1"}); err != nil || len(s.Rules()) != 1 {
		t.Errorf("ending the first: %v, %+v", err, s.Rules())
	}
	if err := send("clock", map[string]string{"ahead": "-5m"}); err != nil || s.Offset() != -5*time.Minute {
		t.Errorf("the clock: %v, %v", err, s.Offset())
	}
}
