package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestOnePollForAllWhoAskTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Config{Polls: 2})
		var mine, other source
		mine.set("1", nil)
		other.set("7", nil)
		var ears []*ear
		for range 20 {
			ears = append(ears, listen(t, h, "", mine.topic("me")))
		}
		stranger := listen(t, h, "", other.topic("you"))
		time.Sleep(45 * time.Second)
		for _, e := range ears {
			e.says(t, "alarms 1")
		}
		stranger.says(t, "alarms 7")
		if n := mine.asked.Load(); n < 4 || n > 6 {
			t.Errorf("20 streams asked %d times in 45 s, want once each 10 s", n)
		}
		mine.set("2", nil)
		time.Sleep(12 * time.Second)
		for _, e := range ears {
			e.says(t, "alarms 2")
			e.cancel()
		}
		stranger.says(t)
		stranger.cancel()
		synctest.Wait()
		asked := mine.asked.Load()
		time.Sleep(time.Hour)
		if n := mine.asked.Load(); n != asked {
			t.Errorf("%d polls for nobody", n-asked)
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		if len(h.feeds) != 0 {
			t.Errorf("%d feeds are kept for nobody", len(h.feeds))
		}
	})
}

// However readers come and go, a key is asked once at a time.
func TestOnePollAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Config{})
		var under, most atomic.Int64
		slow := Topic{Name: "alarms", Key: "me", Every: 10 * time.Second, Poll: func(context.Context) ([]byte, error) {
			most.Store(max(most.Load(), under.Add(1)))
			defer under.Add(-1)
			time.Sleep(12 * time.Second)
			return []byte("1"), nil
		}}
		for range 5 {
			e := listen(t, h, "", slow)
			time.Sleep(2 * time.Second)
			e.cancel()
			synctest.Wait()
		}
		last := listen(t, h, "", slow)
		time.Sleep(time.Minute)
		last.says(t, "alarms 1")
		last.cancel()
		time.Sleep(time.Minute) // the poll under way ends
		if most.Load() != 1 {
			t.Errorf("%d polls of one key at a time", most.Load())
		}
	})
}

func TestSlowReaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Config{Queue: 4})
		var s source
		s.set("0", nil)
		stuck := make(chan struct{})
		slow, quick := listenSlowly(t, h, "", stuck, s.topic("me")), listen(t, h, "", s.topic("me"))
		defer slow.cancel()
		defer quick.cancel()
		var want []string
		for i := range 10 {
			s.set(fmt.Sprint(i), nil)
			time.Sleep(12 * time.Second)
			want = append(want, fmt.Sprintf("alarms %d", i))
		}
		quick.says(t, want...)
		close(stuck)
		slow.says(t, `resync {"reason":"slow"}`, "alarms 9")
		s.set("10", nil)
		time.Sleep(12 * time.Second)
		slow.says(t, "alarms 10")
	})
}

func TestHeartbeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		h := New(Config{Build: "v7", Contract: 3, Now: func() time.Time { return began.Add(60 * time.Since(began)) }}) // an hour a minute
		var s source
		s.set("1", nil)
		e := listen(t, h, "", s.topic("me"))
		time.Sleep(61 * time.Second)
		e.cancel()
		synctest.Wait()
		if len(e.beats) != 4 {
			t.Fatalf("%d heartbeats in a minute, want one at once and one each 20 s", len(e.beats))
		}
		var beat struct {
			Time, Build string
			Contract    int
			Confirmed   map[string]string
		}
		if err := json.Unmarshal(e.beats[3].Data, &beat); err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, beat.Time)
		if err != nil || at.Sub(began) < 59*time.Minute || beat.Build != "v7" || beat.Contract != 3 {
			t.Errorf("heartbeat %+v, %v", beat, err)
		}
		if confirmed, err := time.Parse(time.RFC3339, beat.Confirmed["alarms"]); err != nil || at.Sub(confirmed) > 15*time.Second {
			t.Errorf("confirmed %v, %v", beat.Confirmed, err)
		}
		if e.beats[0].Retry < time.Second || e.beats[0].Retry > 5*time.Second || e.beats[1].Retry != 0 {
			t.Errorf("retry %v, then %v", e.beats[0].Retry, e.beats[1].Retry)
		}
	})
}

// A heartbeat tells of several feeds of one name the one of which least is known, and nothing of one that never answered.
func TestConfirmedIsTheOldest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Config{})
		var good, fails, never source
		good.set("1", nil)
		fails.set("1", nil)
		never.set("", errors.New("down"))
		silent := never.topic("never")
		silent.Name = "boards"
		streams := []*ear{listen(t, h, "", good.topic("a"), fails.topic("b"), silent), listen(t, h, "", fails.topic("b"), good.topic("a"), silent)}
		time.Sleep(time.Second)
		began := time.Now()
		fails.set("", errors.New("down"))
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		for i, e := range streams {
			e.cancel()
			synctest.Wait()
			var beat struct{ Confirmed map[string]time.Time }
			if err := json.Unmarshal(e.beats[len(e.beats)-1].Data, &beat); err != nil {
				t.Fatal(err)
			}
			if at, known := beat.Confirmed["alarms"]; len(beat.Confirmed) != 1 || !known || at.After(began) {
				t.Errorf("stream %d: confirmed %v, want alarms before %v", i, beat.Confirmed, began)
			}
		}
	})
}

func TestEndings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Config{})
		var s source
		s.set("1", nil)
		out, stays := listen(t, h, "", s.topic("me")), listen(t, h, "", s.topic("me"))
		time.Sleep(time.Second)
		out.ended <- "revoked"
		out.says(t, "alarms 1", `signed-out {"reason":"revoked"}`)
		close(stays.ended)
		s.set("2", nil)
		time.Sleep(12 * time.Second)
		stays.says(t, "alarms 1", "alarms 2")
		h.Close()
		h.Close()
		synctest.Wait()
		if last := stays.heard[0]; last.Name != Reconnect || last.Retry < time.Second || last.Retry > 10*time.Second || !errors.Is(stays.err, ErrClosed) {
			t.Errorf("at the end %+v, %v", last, stays.err)
		}
		if _, err := h.Open([]Topic{s.topic("me")}, ""); !errors.Is(err, ErrClosed) {
			t.Errorf("Open after Close: %v", err)
		}
		asked := s.asked.Load()
		time.Sleep(time.Minute)
		if s.asked.Load() != asked {
			t.Error("polls go on after Close")
		}
	})
}

// A failing poll ends nothing: it is asked less often, by another reader's rights, and what is known stays.
func TestFailingPolls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Config{})
		var refused, good source
		refused.set("", errors.New("signed out"))
		good.set("1", nil)
		first := listen(t, h, "", refused.topic("me"))
		defer first.cancel()
		second := listen(t, h, "", good.topic("me"))
		defer second.cancel()
		time.Sleep(25 * time.Second)
		first.says(t, "alarms 1")
		good.set("", errors.New("down"))
		before := good.asked.Load()
		time.Sleep(10 * time.Minute)
		if n := good.asked.Load() - before + refused.asked.Load(); n > 12 {
			t.Errorf("%d polls of something that is down in ten minutes", n)
		}
		good.set("2", nil)
		refused.set("2", nil)
		time.Sleep(2 * time.Minute)
		second.says(t, "alarms 1", "alarms 2")
		before = good.asked.Load() + refused.asked.Load()
		time.Sleep(2 * time.Minute)
		if n := good.asked.Load() + refused.asked.Load() - before; n < 10 {
			t.Errorf("%d polls in two minutes of what answers again, want one each ten seconds", n)
		}
	})
}

func TestPanickingPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Config{})
		n := 0
		e := listen(t, h, "", Topic{Name: "alarms", Key: "me", Every: time.Second, Poll: func(context.Context) ([]byte, error) {
			if n++; n == 1 {
				panic("index out of range")
			}
			return []byte("1"), nil
		}})
		defer e.cancel()
		time.Sleep(time.Minute)
		e.says(t, "alarms 1")
	})
}
