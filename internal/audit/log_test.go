package audit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"
)

// fake is a store that fails, or answers nobody, on demand.
type fake struct {
	mu     sync.Mutex
	events []Event
	calls  int // of Append
	fail   bool
	block  chan struct{} // calls wait until it is closed; nil: they do not
}

func (f *fake) Append(ctx context.Context, added []Event) error {
	f.mu.Lock()
	f.calls++
	block := f.block
	f.mu.Unlock()
	if block != nil {
		select {
		case <-block:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fail {
		return errors.New("down")
	}
	f.events = append(f.events, added...)
	return nil
}

func (f *fake) List(context.Context, Filter) ([]Event, error) { return f.kept(), nil }

func (f *fake) kept() []Event {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.events)
}

// tries returns how often the log has written since it was asked last.
func (f *fake) tries() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.calls
	f.calls = 0
	return n
}

func (f *fake) DeleteBefore(_ context.Context, t time.Time, limit int) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for n < limit && len(f.events) > 0 && f.events[0].Time.Before(t) {
		f.events = f.events[1:]
		n++
	}
	return n, nil
}

func (f *fake) set(fail bool, block chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fail, f.block = fail, block
}

type counts struct{ added, dropped, sampled atomic.Int64 }

func (c *counts) Audited(string) { c.added.Add(1) }
func (c *counts) AuditLost(why string, n int) {
	if why == "dropped" {
		c.dropped.Add(int64(n))
		return
	}
	c.sampled.Add(int64(n))
}

func TestAddAndClose(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var text strings.Builder
		s, c := &fake{}, &counts{}
		l := New(Config{Store: s, Logger: slog.New(slog.NewJSONHandler(&text, nil)), Observer: c})
		ctx := NewContext(t.Context(), &Origin{Request: "r1", Client: "192.0.2.1"})
		for i := range 250 {
			l.Add(ctx, Event{Kind: SignIn, Reason: "x\n" + strings.Repeat("é", 1000) + "\xff", Person: fmt.Sprint(i), Details: map[string]string{"a": "b", "empty": ""}})
		}
		if err := l.Close(t.Context()); err != nil {
			t.Errorf("Close = %v", err)
		}
		l.Add(ctx, Event{Kind: SignIn})
		if err := l.Close(t.Context()); err != nil {
			t.Errorf("Close again = %v", err)
		}
		if len(s.kept()) != 250 || c.added.Load() != 251 || c.dropped.Load() != 1 {
			t.Errorf("%d events, %d added, %d dropped", len(s.kept()), c.added.Load(), c.dropped.Load())
		}
		for i, e := range s.kept() {
			if e.Person != fmt.Sprint(i) || len(e.ID) != 32 || i > 0 && e.ID <= s.kept()[i-1].ID {
				t.Fatalf("event %d is %+v", i, e)
			}
		}
		e := s.kept()[0]
		if e.Request != "r1" || e.Client != "192.0.2.1" || !e.Time.Equal(time.Now().UTC().Truncate(time.Millisecond)) || len(e.Details) != 1 {
			t.Errorf("event %+v", e)
		}
		if !utf8.ValidString(e.Reason) || strings.Contains(e.Reason, "\n") || len(e.Reason) > textMost+8 {
			t.Errorf("reason %q", e.Reason)
		}
		if n := strings.Count(text.String(), "\n"); n != 251 || !strings.Contains(text.String(), `"event":"sign-in"`) || !strings.Contains(text.String(), `"request_id":"r1"`) || !strings.Contains(text.String(), `"details":{"a":"b"}`) {
			t.Errorf("%d lines: %.500s", n, text.String())
		}
	})
}

// What people and browsers send cannot make an event large, hide in it or write another line.
func TestEventsAreCleaned(t *testing.T) {
	t.Parallel()
	details := map[string]string{}
	for n := range 2 * detailsMost {
		details[fmt.Sprintf("%03d", n)] = "a b"
	}
	e := Event{Reason: "a\u202eb\tc d", Details: details}.clean()
	if e.Reason != "a\uFFFDb\uFFFDc d" || len(e.Details) != detailsMost || e.Details["000"] != "a b" {
		t.Errorf("reason %q, %d details", e.Reason, len(e.Details))
	}
}

// Ids tell the order of events, also when the clock is set back.
func TestIDsNeverGoBack(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	l := New(Config{})
	last := ""
	for _, step := range []time.Duration{0, 0, time.Millisecond, -time.Hour, 2 * time.Hour} {
		now = now.Add(step)
		id := l.newID(now)
		if id <= last {
			t.Errorf("after %v: %s follows %s", step, id, last)
		}
		last = id
	}
	if at := fmt.Sprintf("%012x", now.UnixMilli()); !strings.HasPrefix(last, at) {
		t.Errorf("%s does not begin with its time, %s", last, at)
	}
}

// TestStoreThatAnswersNobody: adding goes on at once, memory is bounded, and what was taken is written when the store is back.
func TestStoreThatAnswersNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		block := make(chan struct{})
		s, c := &fake{block: block}, &counts{}
		l := New(Config{Store: s, Observer: c})
		began := time.Now()
		for range 10_000 {
			l.Add(t.Context(), Event{Kind: SignOut})
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("adding took %v", took)
		}
		if n := c.dropped.Load(); n < 10_000-reserved-batchMost || n > 10_000-reserved {
			t.Errorf("%d of 10000 dropped, %d are reserved", n, reserved)
		}
		time.Sleep(time.Minute)
		s.set(false, nil)
		time.Sleep(2*retryMost + appendTimeout)
		if n := int64(len(s.kept())); n != 10_000-c.dropped.Load() {
			t.Errorf("%d events, %d dropped", n, c.dropped.Load())
		}
		if n := s.tries(); n > reserved/batchMost+20 {
			t.Errorf("%d writes of %d events", n, len(s.kept()))
		}
		if err := l.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestStoreThatIsDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var text strings.Builder
		s, c := &fake{fail: true}, &counts{}
		l := New(Config{Store: s, Observer: c, Logger: slog.New(slog.NewTextHandler(&text, nil))})
		l.Add(t.Context(), Event{Kind: SignIn})
		time.Sleep(time.Hour)
		if n, most := s.tries(), int(time.Hour/retryMost)+10; n > most {
			t.Errorf("%d tries in an hour, want %d at most", n, most)
		}
		s.set(false, nil)
		time.Sleep(retryMost)
		synctest.Wait()
		if lines := strings.Count(text.String(), "\n"); lines != 3 || strings.Count(text.String(), "not written") != 1 || strings.Count(text.String(), "takes events again") != 1 {
			t.Errorf("lines of the event, of the trouble and of its end: %s", text.String())
		}
		if len(s.kept()) != 1 || c.dropped.Load() != 0 {
			t.Errorf("%d events, %d dropped after the store came back", len(s.kept()), c.dropped.Load())
		}
		s.set(true, nil)
		s.tries()
		l.Add(t.Context(), Event{Kind: SignIn})
		began := time.Now()
		err := l.Close(t.Context())
		tries := s.tries()
		if err == nil || !strings.Contains(err.Error(), "1 events") || c.dropped.Load() != 1 || tries > 4 || time.Since(began) < 2*closingWait || time.Since(began) > 2*time.Second {
			t.Errorf("Close = %v after %v and %d tries, %d dropped", err, time.Since(began), tries, c.dropped.Load())
		}
	})
	synctest.Test(t, func(t *testing.T) {
		block := make(chan struct{})
		l := New(Config{Store: &fake{block: block}})
		l.Add(t.Context(), Event{Kind: SignIn})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := l.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Close = %v, want the context's end", err)
		}
		close(block)
	})
}

func TestStrangersAreSampled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, c := &fake{}, &counts{}
		l := New(Config{Store: s, Observer: c})
		from := func(client string, k Kind, n int) {
			for range n {
				l.Add(NewContext(t.Context(), &Origin{Client: client}), Event{Kind: k})
			}
		}
		from("a", SignInFailed, 100)
		from("a", CrossSite, 5)
		from("b", SignInFailed, 5)
		from("a", SignOut, 50)
		if n := c.sampled.Load(); n != 90 || c.added.Load() != 70 {
			t.Errorf("%d sampled, %d added; want 90 and 70", n, c.added.Load())
		}
		time.Sleep(time.Minute)
		from("a", SignInFailed, 100)
		if n := c.added.Load(); n != 80 {
			t.Errorf("%d added after a minute, want 80", n)
		}
		for i := range 1000 {
			from(fmt.Sprint("stranger ", i), Limit, 1)
		}
		if n := c.added.Load(); n > 80+allBurst {
			t.Errorf("%d added by a thousand strangers", n-80)
		}
		if err := l.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestWithoutAStore(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	c := &counts{}
	l := New(Config{Logger: slog.New(slog.NewTextHandler(&text, nil)), Retention: time.Hour, Observer: c})
	for range reserved + 1 {
		l.Add(t.Context(), Event{Kind: Start})
	}
	if c.dropped.Load() != 0 {
		t.Errorf("%d events dropped by a store that is not there", c.dropped.Load())
	}
	list, err := l.List(t.Context(), Filter{Limit: 1})
	n, err2 := l.Sweep(t.Context(), 10)
	if len(list) != 0 || n != 0 || errors.Join(err, err2, l.Close(t.Context())) != nil || !strings.Contains(text.String(), "event=start") {
		t.Errorf("List = %v, Sweep = %d, %v %v, log %q", list, n, err, err2, text.String())
	}
}

func TestSweep(t *testing.T) {
	t.Parallel()
	ever := New(Config{Store: &fake{events: []Event{{Kind: Start, Time: time.Now().Add(-100_000 * time.Hour)}}}})
	if n, err := ever.Sweep(t.Context(), 10); n != 0 || err != nil {
		t.Errorf("Sweep = %d, %v where events stay", n, err)
	}
	if err := ever.Close(t.Context()); err != nil {
		t.Error(err)
	}
	synctest.Test(t, func(t *testing.T) {
		s := &fake{}
		l := New(Config{Store: s, Retention: time.Hour})
		l.Add(t.Context(), Event{Kind: Start})
		time.Sleep(time.Hour)
		l.Add(t.Context(), Event{Kind: Stop})
		synctest.Wait()
		if n, err := l.Sweep(t.Context(), 10); n != 0 || err != nil {
			t.Errorf("Sweep = %d, %v before the retention is over", n, err)
		}
		time.Sleep(time.Second)
		if n, err := l.Sweep(t.Context(), 10); n != 1 || err != nil || s.kept()[0].Kind != Stop {
			t.Errorf("Sweep = %d, %v", n, err)
		}
		if err := l.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
