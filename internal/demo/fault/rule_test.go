package fault

import (
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

// TestWindows walks through ten minutes in steps of ten seconds and notes when a rule strikes.
func TestWindows(t *testing.T) {
	for text, want := range map[string]string{
		"503@for:20s":                     "##..............................",
		"503@after:30s@for:20s":           "...##...........................",
		"503@for:20s@every:1m":            "......##....##....##....##....##",
		"503@for:20s@every:1m@after:10s":  ".##....##....##....##....##....#",
		"503:3":                           "###.............................",
		"503:3@for:20s@every:1m@after:1s": ".##....#........................",
	} {
		synctest.Test(t, func(t *testing.T) {
			r, err := Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			var s Switch
			s.Set(r)
			got := ""
			for range len(want) {
				mark := "."
				if s.Pick(httptest.NewRequest("GET", "/", nil)).Status != 0 {
					mark = "#"
				}
				got += mark
				time.Sleep(10 * time.Second)
			}
			if got != want {
				t.Errorf("%s strikes\n%s, want\n%s", text, got, want)
			}
		})
	}
}

func TestDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s Switch
		began := time.Now()
		if down, until, _ := s.Down(); down || !until.IsZero() {
			t.Errorf("without rules: %t, until %v", down, until)
		}
		_, _, changed := s.Down()
		s.Set(Rule{Down: true, For: 30 * time.Second, Every: 10 * time.Minute}, Rule{Fault: Fault{Status: 503}})
		select {
		case <-changed:
		default:
			t.Error("those who wait are not told")
		}
		for _, step := range []struct {
			at, until time.Duration
			down      bool
		}{{0, 10 * time.Minute, false}, {10 * time.Minute, 10*time.Minute + 30*time.Second, true}, {10*time.Minute + 30*time.Second, 20 * time.Minute, false}, {20 * time.Minute, 20*time.Minute + 30*time.Second, true}} {
			time.Sleep(time.Until(began.Add(step.at)))
			if down, until, _ := s.Down(); down != step.down || until.Sub(began) != step.until {
				t.Errorf("after %v: down %t until %v, want %t until %v", step.at, down, until.Sub(began), step.down, step.until)
			}
		}
		if f := s.Pick(httptest.NewRequest("GET", "/", nil)); f.Status != 503 {
			t.Errorf("a request that came in all the same: %+v, want what else there is", f)
		}
		s.Clear()
		if down, until, _ := s.Down(); down || !until.IsZero() {
			t.Errorf("after Clear: %t, until %v", down, until)
		}
	})
}

func TestRulesAreListedAndEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s Switch
		s.Add(Rule{Fault: Fault{Status: 429}, Count: 1})
		s.Add(Rule{Fault: Fault{Delay: time.Millisecond}, For: time.Minute}, Rule{Fault: Fault{Cut: true}, Wait: time.Hour})
		now := time.Now()
		list := s.Rules()
		if len(list) != 3 || !list[0].On || !list[0].Until.IsZero() || !list[1].Until.Equal(now.Add(time.Minute)) || list[2].On || !list[2].From.Equal(now.Add(time.Hour)) {
			t.Fatalf("Rules() = %+v", list)
		}
		s.Pick(httptest.NewRequest("GET", "/", nil))
		if list = s.Rules(); len(list) != 2 || list[0].Struck != 1 {
			t.Errorf("when the first is over: %+v", list)
		}
		s.End(list[1].ID)
		time.Sleep(time.Minute)
		if list = s.Rules(); len(list) != 0 {
			t.Errorf("when all are over: %+v", list)
		}
		if s.Struck() != 2 {
			t.Errorf("Struck() = %d, want 2: what is over counts", s.Struck())
		}
	})
}
