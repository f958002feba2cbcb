package live

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestComingBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Config{Keep: 3})
		var s source
		s.set("1", nil)
		always := listen(t, h, "", s.topic("me")) // keeps the poll going
		defer always.cancel()
		e := listen(t, h, "", s.topic("me"))
		time.Sleep(time.Second)
		id := e.says(t, "alarms 1")
		e.cancel()
		for _, state := range []string{"2", "3"} {
			s.set(state, nil)
			time.Sleep(12 * time.Second)
		}
		back := listen(t, h, id, s.topic("me"))
		back.says(t, "alarms 2", "alarms 3")
		back.cancel()
		for _, state := range []string{"4", "5"} {
			s.set(state, nil)
			time.Sleep(12 * time.Second)
		}
		late := listen(t, h, id, s.topic("me"))
		late.says(t, `resync {"reason":"old"}`, "alarms 5")
		late.cancel()
		for _, strange := range []string{"abcdefgh-5", h.epoch + "-999", "x", h.epoch + "-", strings.Repeat("9", 5000)} {
			e := listen(t, h, strange, s.topic("me"))
			e.says(t, `resync {"reason":"old"}`, "alarms 5")
			e.cancel()
		}
		var other source
		other.set("7", nil)
		stranger := listen(t, h, "", other.topic("you"))
		stranger.says(t, "alarms 7")
		s.set("6", nil)
		time.Sleep(12 * time.Second)
		both := listen(t, h, "x", s.topic("me"), other.topic("you"))
		if id := both.says(t, `resync {"reason":"old"}`, "alarms 6", "alarms 7"); id != h.id(7) {
			t.Errorf("whoever read everything again stands at %s, want at the latest event of all", id)
		}
		both.cancel()
		stranger.cancel()
		current := listen(t, h, always.says(t, "alarms 1", "alarms 2", "alarms 3", "alarms 4", "alarms 5", "alarms 6"), s.topic("me"))
		current.says(t)
		current.cancel()
	})
}

// Who comes back while a feed is remembered is told what is new and asks no earlier than the others would; later they are told to read everything again.
func TestComingBackToWhatNobodyRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Config{})
		var s, other source
		s.set("1", nil)
		first := listen(t, h, "", s.topic("me"))
		time.Sleep(time.Second)
		id := first.says(t, "alarms 1")
		first.cancel()
		synctest.Wait()
		soon := listen(t, h, id, s.topic("me"))
		time.Sleep(5 * time.Second)
		soon.says(t)
		if n := s.asked.Load(); n != 1 {
			t.Errorf("asked %d times in six seconds", n)
		}
		soon.cancel()
		s.set("2", nil)
		other.set("7", nil)
		stranger := listen(t, h, "", other.topic("you"))
		time.Sleep(10 * time.Minute)
		stranger.says(t, "alarms 7")
		stranger.cancel()
		late := listen(t, h, id, s.topic("me"))
		late.says(t, `resync {"reason":"old"}`, "alarms 2")
		late.cancel()
	})
}
