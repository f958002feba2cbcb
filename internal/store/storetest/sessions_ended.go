package storetest

import (
	"errors"
	"testing"
	"time"

	"portico/internal/session"
)

// endReason returns why a session ended, "" when err says nothing of the kind.
func endReason(err error) string {
	if e, ok := errors.AsType[*session.EndedError](err); ok {
		return e.Reason
	}
	return ""
}

func saveNeverShortens(t *testing.T, s session.Store, c *Clock) {
	r := record(c, "alice", "")
	must(t, s.Create(t.Context(), r))
	later := c.Now().Add(30 * time.Minute)
	must(t, s.Touch(t.Context(), r.ID, later, []byte("new"), later.Add(time.Hour)))
	r.Version = 2 // read before the Touch: LastSeen and Until are old
	must(t, s.Save(t.Context(), r))
	got, err := s.Load(t.Context(), r.ID)
	must(t, err)
	if !got.Until.Equal(later.Add(time.Hour)) || !got.LastSeen.Equal(later) || string(got.SeenTag) != "new" {
		t.Errorf("Save took back what Touch wrote: %+v", got)
	}
	r.Version, r.Until = 3, later.Add(2*time.Hour)
	must(t, s.Save(t.Context(), r))
	if got, _ = s.Load(t.Context(), r.ID); !got.Until.Equal(r.Until) {
		t.Errorf("Until after Save = %v, want %v", got.Until, r.Until)
	}
}

// A session belongs to the sid that it has now: a logout with one that it had does not end it.
func sidsChange(t *testing.T, s session.Store, c *Clock) {
	r := record(c, "alice", "s1")
	must(t, s.Create(t.Context(), r))
	r.Version, r.SID = 2, "s2"
	must(t, s.Save(t.Context(), r))
	if ids, err := s.DeleteMatching(t.Context(), session.Match{Issuer: "https://op", SID: "s1"}, "x"); err != nil || len(ids) != 0 {
		t.Errorf("ended by an old sid: %d sessions, %v", len(ids), err)
	}
	_, err := s.Load(t.Context(), r.ID)
	must(t, err)
	if ids, err := s.DeleteMatching(t.Context(), session.Match{Issuer: "https://op", SID: "s2"}, "y"); err != nil || len(ids) != 1 {
		t.Errorf("ended by its sid: %d sessions, %v", len(ids), err)
	}
	if _, err := s.Load(t.Context(), r.ID); endReason(err) != "y" {
		t.Errorf("Load = %v, want that it was ended", err)
	}
}

// Long, binary, foreign and far in the future: what goes in comes out.
func comeBackWhole(t *testing.T, s session.Store, c *Clock) {
	big := make([]byte, session.MaxSealed+100)
	for i := range big {
		big[i] = byte(i * 7)
	}
	for name, change := range map[string]func(*session.Record){
		"64 KiB":        func(r *session.Record) { r.Sealed = big },
		"quotes":        func(r *session.Record) { r.Subject, r.SID = `'; DROP TABLE sessions; --`, `"%_\` },
		"zero byte":     func(r *session.Record) { r.Subject, r.SID = "a\x00b", "\x00" },
		"not ASCII":     func(r *session.Record) { r.Subject = "Zoë 🔑" },
		"year 2100":     func(r *session.Record) { r.Until = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC) },
		"nothing about": func(r *session.Record) { r.About = nil },
		"much about":    func(r *session.Record) { r.About = big[:1024] },
		"no sid":        func(r *session.Record) { r.SID = "" },
		"another zone":  func(r *session.Record) { r.Until = r.Until.In(time.FixedZone("", 3600)) },
	} {
		r := record(c, "alice", "s1")
		change(&r)
		must(t, s.Create(t.Context(), r))
		got, err := s.Load(t.Context(), r.ID)
		must(t, err)
		if got.Subject != r.Subject || got.SID != r.SID || string(got.Sealed) != string(r.Sealed) || string(got.About) != string(r.About) || !got.Until.Equal(r.Until) || got.Until.Location() != time.UTC && name != "another zone" {
			t.Errorf("%s: Load = %q %q, %d bytes, until %v", name, got.Subject, got.SID, len(got.Sealed), got.Until)
		}
		ids, err := s.DeleteMatching(t.Context(), session.Match{Issuer: r.Issuer, Subject: r.Subject}, session.ReasonOperator)
		if err != nil || len(ids) != 1 || ids[0] != r.ID {
			t.Errorf("%s: DeleteMatching = %v, %v", name, ids, err)
		}
		c.Advance(2 * time.Second)
	}
}

func endedEveryone(t *testing.T, s session.Store, c *Clock) {
	began := c.Now()
	c.Advance(time.Second)
	_, err := s.DeleteMatching(t.Context(), session.Match{Everyone: true}, session.ReasonOperator)
	must(t, err)
	r := record(c, "alice", "")
	r.LoginStarted = began
	if err := s.Create(t.Context(), r); endReason(err) != session.ReasonOperator {
		t.Errorf("Create of a sign-in that began before everyone was ended = %v, want *EndedError: operator", err)
	}
	if _, err := s.Load(t.Context(), r.ID); !errors.Is(err, session.ErrNotFound) || endReason(err) != "" {
		t.Errorf("Load of what was never created = %v", err)
	}
	c.Advance(time.Second)
	must(t, s.Create(t.Context(), record(c, "alice", "")))
}

func endedByExpiry(t *testing.T, s session.Store, c *Clock) {
	r := record(c, "alice", "")
	must(t, s.Create(t.Context(), r))
	c.Advance(2 * time.Hour)
	if _, err := s.Load(t.Context(), r.ID); err != nil {
		t.Errorf("Load past the limits, before the sweep = %v: who opens the record judges them", err)
	}
	_, err := s.DeleteExpired(t.Context(), c.Now(), 10)
	must(t, err)
	if _, err := s.Load(t.Context(), r.ID); endReason(err) != session.ReasonExpired {
		t.Errorf("Load after the sweep = %v, want *EndedError: expired", err)
	}
	for name, err := range map[string]error{
		"Touch": s.Touch(t.Context(), r.ID, c.Now(), []byte("t"), c.Now().Add(time.Hour)), "Save": s.Save(t.Context(), session.Record{ID: r.ID, Version: 2, Sealed: []byte("s")}),
	} {
		if !errors.Is(err, session.ErrNotFound) {
			t.Errorf("%s of an ended session = %v, want ErrNotFound", name, err)
		}
	}
	c.Advance(session.TombstoneLife + time.Minute)
	if n, err := s.DeleteExpired(t.Context(), c.Now(), 10); n != 0 || err != nil {
		t.Errorf("DeleteExpired with nothing left = %d, %v", n, err)
	}
}

func listSelects(t *testing.T, s session.Store, c *Clock) {
	foreign := record(c, "alice", "s1")
	foreign.Issuer = "https://other"
	for _, r := range []session.Record{record(c, "alice", "s1"), record(c, "alice", ""), record(c, "bob", "s1"), foreign} {
		must(t, s.Create(t.Context(), r))
	}
	for name, l := range map[string]struct {
		m    session.Match
		want int
	}{
		"sid":           {session.Match{Issuer: "https://op", SID: "s1", Subject: "alice"}, 2},
		"subject":       {session.Match{Issuer: "https://op", Subject: "alice"}, 2},
		"everyone":      {session.Match{Everyone: true}, 4},
		"nobody":        {session.Match{Issuer: "https://op"}, 0},
		"no such sid":   {session.Match{Issuer: "https://op", SID: "s"}, 0},
		"issuer's part": {session.Match{Issuer: "https://", Subject: "alice"}, 0},
	} {
		rs, err := s.List(t.Context(), l.m)
		if err != nil || len(rs) != l.want {
			t.Errorf("%s: List gives %d records, %v, want %d", name, len(rs), err, l.want)
		}
	}
}
