package storetest

import (
	"errors"
	"testing"
	"time"

	"portico/internal/session"
	"portico/internal/token"
)

// The lines of the table at token.Store, where more than one applies.
func tokensClaimOrder(t *testing.T, b *tokenBench) {
	r := b.want("a", 1, 1, token.ClaimOK)
	b.want("b", 7, 1, token.ClaimNewer) // busy too
	if got := b.want("b", 1, 0, token.ClaimBusy); got.Attempt.ID != "a" || got.Version != r.Version || string(got.Sealed) != "one" {
		t.Errorf("the record beside a busy verdict: %+v", got) // spent too
	}
	must(t, b.s.Send(t.Context(), b.id, "a"))
	must(t, b.s.Release(t.Context(), b.id, "a", token.Outcome{State: token.Unknown, NotBefore: b.c.Now().Add(time.Minute)}))
	b.want("b", 1, 1, token.ClaimWait) // spent too
	b.c.Advance(time.Minute)
	b.want("b", 1, 1, token.ClaimSpent)
	b.want("b", 1, 2, token.ClaimOK)
	must(t, b.s.Release(t.Context(), b.id, "b", token.Outcome{State: token.Dead, NotBefore: b.c.Now().Add(time.Minute)}))
	b.want("c", 1, 1, token.ClaimDead) // waiting and spent too
	b.want("c", 2, 1, token.ClaimNewer)
	if got := b.load(); got.Attempt.ID != "" || got.State != token.Dead {
		t.Errorf("verdicts other than ok changed the record: %+v", got)
	}
}

// Leases and back-offs that were written before the clock was set back keep nobody waiting for a day. What was presented stays presented.
func tokensClockSetBack(t *testing.T, b *tokenBench) {
	b.want("a", 1, 1, token.ClaimOK)
	b.c.Advance(-24 * time.Hour)
	b.want("b", 1, 1, token.ClaimOK)
	must(t, b.s.Send(t.Context(), b.id, "b"))
	b.c.Advance(-24 * time.Hour)
	b.want("c", 1, 1, token.ClaimSpent)
	for name, err := range map[string]error{"Renew": b.s.Renew(t.Context(), b.id, "b", time.Minute), "Send": b.s.Send(t.Context(), b.id, "b"), "Release": b.s.Release(t.Context(), b.id, "b", token.Outcome{State: token.Dead})} {
		if !errors.Is(err, token.ErrLost) {
			t.Errorf("%s of an attempt whose outcome was declared unknown = %v, want ErrLost", name, err)
		}
	}
	b.want("c", 1, 2, token.ClaimOK)
	must(t, b.s.Release(t.Context(), b.id, "c", token.Outcome{State: token.Fresh, NotPresented: true, NotBefore: b.c.Now().Add(5 * time.Minute)}))
	b.want("d", 1, 2, token.ClaimWait)
	b.c.Advance(-24 * time.Hour)
	b.want("d", 1, 2, token.ClaimOK)
}

func tokensWhole(t *testing.T, b *tokenBench) {
	at := b.c.Now().Add(1234 * time.Millisecond)
	must(t, b.s.Release(t.Context(), b.id, b.want("a", 1, 1, token.ClaimOK).Attempt.ID, token.Outcome{State: token.Fresh, NotPresented: true, NotBefore: at, LastError: "dial: tcp\x00 é"}))
	if r := b.load(); !r.NotBefore.Equal(at) || r.LastError != "dial: tcp\x00 é" || r.Presented != 0 {
		t.Errorf("after Release with nothing presented: %+v", r)
	}
	b.c.Advance(2 * time.Second)
	b.want("b", 1, 1, token.ClaimOK)
	far := time.Date(2100, 1, 1, 0, 0, 0, int(time.Millisecond), time.UTC)
	big := make([]byte, session.MaxSealed+100)
	must(t, b.s.Commit(t.Context(), b.id, "b", token.NewTokens{Seen: 1, AccessIssued: at, AccessExpiry: far, Until: far.Add(time.Hour), Sealed: big}))
	r := b.load()
	if !r.AccessIssued.Equal(at) || !r.AccessExpiry.Equal(far) || !r.Until.Equal(far.Add(time.Hour)) || len(r.Sealed) != len(big) || !r.NotBefore.IsZero() || r.LastError != "" || r.Attempt != (token.Attempt{}) {
		t.Errorf("after Commit: issued %v, expiry %v, until %v, %d bytes, not before %v, error %q, attempt %+v", r.AccessIssued, r.AccessExpiry, r.Until, len(r.Sealed), r.NotBefore, r.LastError, r.Attempt)
	}
	big[0] = 1
	r.Sealed[1] = 1
	if again := b.load(); again.Sealed[0] != 0 || again.Sealed[1] != 0 {
		t.Error("the store shares memory with its callers")
	}
	for name, err := range map[string]error{"Renew": b.s.Renew(t.Context(), b.id, "", time.Minute), "Send": b.s.Send(t.Context(), b.id, ""), "Release": b.s.Release(t.Context(), b.id, "", token.Outcome{State: token.Dead})} {
		if !errors.Is(err, token.ErrLost) {
			t.Errorf("%s without an attempt = %v, want ErrLost", name, err)
		}
	}
}

func (b *tokenBench) sessionOf(id session.ID, until time.Time) session.Record {
	return session.Record{ID: id, Issuer: "https://op", Subject: "alice", SID: "s1", Created: b.c.Now(), LastSeen: b.c.Now(), Until: until, SeenTag: []byte{1}, Sealed: []byte{1}, LoginStarted: b.c.Now()}
}

// However a session ends, its tokens go in the same step.
func tokensEndedWithSession(t *testing.T, b *tokenBench) {
	for name, end := range map[string]func() error{
		"Delete": func() error { return b.sessions.Delete(t.Context(), b.id, session.ReasonLogout) },
		"DeleteMatching": func() error {
			_, err := b.sessions.DeleteMatching(t.Context(), session.Match{Issuer: "https://op", SID: "s1"}, session.ReasonBackChannel)
			return err
		},
		"DeleteExpired": func() error {
			_, err := b.sessions.DeleteExpired(t.Context(), b.c.Now().Add(2*time.Hour), 10)
			return err
		},
		"Delete before the session was made": func() error {
			return errors.Join(b.sessions.Delete(t.Context(), b.id, session.ReasonLogout), b.sessions.Delete(t.Context(), newID(), session.ReasonLogout))
		},
	} {
		b.c.Advance(time.Second)
		b.id = newID()
		kept := newID()
		for _, id := range []session.ID{b.id, kept} {
			must(t, b.s.Create(t.Context(), token.Record{ID: id, Until: b.c.Now().Add(24 * time.Hour), Sealed: []byte("x")}))
		}
		if name != "Delete before the session was made" {
			must(t, b.sessions.Create(t.Context(), b.sessionOf(b.id, b.c.Now().Add(time.Hour))))
		}
		must(t, end())
		if _, err := b.s.Load(t.Context(), b.id); !errors.Is(err, token.ErrGone) {
			t.Errorf("%s: Load of the tokens = %v, want ErrGone", name, err)
		}
		if _, err := b.s.Load(t.Context(), kept); err != nil {
			t.Errorf("%s: tokens of another session: %v", name, err)
		}
	}
}

func tokensSwept(t *testing.T, b *tokenBench) {
	if _, err := b.sessions.DeleteExpired(t.Context(), b.c.Now().Add(30*time.Minute), 10); err != nil {
		t.Fatal(err)
	}
	b.load()
	if _, err := b.sessions.DeleteExpired(t.Context(), b.c.Now().Add(61*time.Minute), 10); err != nil {
		t.Fatal(err)
	}
	if _, err := b.s.Load(t.Context(), b.id); !errors.Is(err, token.ErrGone) {
		t.Errorf("Load past Until, swept = %v, want ErrGone", err)
	}
}
