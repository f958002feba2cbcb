package session_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"portico/internal/session"
)

// A record that somebody with the database moved, mixed or changed is nobody's session.
func TestTamperedRecordsAreRefused(t *testing.T) {
	b := newBench(t)
	s, cookie := b.start()
	other, otherCookie := b.start()
	good, _ := b.store.Load(t.Context(), s.Handle.ID())
	foreign, _ := b.store.Load(t.Context(), other.Handle.ID())
	exchanged := map[string]bool{"id": true, "subject": true, "issuer": true, "sid": true, "last seen": true, "tag of another": true}
	for name, change := range map[string]func(r *session.Record){
		"id":                    func(r *session.Record) { r.ID[0]++ },
		"sealed of another":     func(r *session.Record) { r.Sealed = foreign.Sealed },
		"subject":               func(r *session.Record) { r.Subject = "mallory" },
		"issuer":                func(r *session.Record) { r.Issuer = "https://evil" },
		"sid":                   func(r *session.Record) { r.SID = "s2" },
		"version":               func(r *session.Record) { r.Version++ },
		"last seen":             func(r *session.Record) { r.LastSeen = r.LastSeen.Add(time.Hour) },
		"tag of another":        func(r *session.Record) { r.SeenTag = foreign.SeenTag },
		"nothing sealed":        func(r *session.Record) { r.Sealed = nil },
		"answer to another":     func(r *session.Record) { *r = foreign },
		"sealed, cut":           func(r *session.Record) { r.Sealed = r.Sealed[:len(r.Sealed)-1] },
		"sealed, first byte":    func(r *session.Record) { r.Sealed[0]++ },
		"sealed, in the middle": func(r *session.Record) { r.Sealed[len(r.Sealed)/2] ^= 1 },
	} {
		r := good
		r.Sealed = append([]byte(nil), good.Sealed...)
		change(&r)
		ring, err := session.NewKeyring(b.keys...)
		if err != nil {
			t.Fatal(err)
		}
		why := ""
		c, err := session.NewCookies(session.Config{Store: fixed{b.store, r}, Keys: ring, Secure: true, Now: b.clock.Now, Refused: func(_ context.Context, _ session.ID, reason string) { why += reason }})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := c.Load(request(cookie)); !errors.Is(err, session.ErrNone) {
			t.Errorf("%s: Load = %+v, %v, want ErrNone", name, got, err)
		}
		if want := map[bool]string{true: "exchanged", false: "damaged"}[exchanged[name]]; why != want {
			t.Errorf("%s: refused as %q, want %q", name, why, want)
		}
	}
	if _, err := b.cookies.Load(request(otherCookie)); err != nil {
		t.Error(err)
	}
}

// fixed is a store that answers one record to whatever it is asked for.
type fixed struct {
	session.Store
	record session.Record
}

func (f fixed) Load(context.Context, session.ID) (session.Record, error) { return f.record, nil }

func TestSealedAtEveryByte(t *testing.T) {
	ring, err := session.NewKeyring(session.NewKey(time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	h := session.NewHandle()
	sealed := ring.Seal(session.PurposeTokens, h, []byte("ad"), []byte("plain"))
	for i := range sealed {
		bad := append([]byte(nil), sealed...)
		bad[i] ^= 0x40
		if got, err := ring.Open(session.PurposeTokens, h, []byte("ad"), bad); !errors.Is(err, session.ErrSealed) {
			t.Errorf("byte %d changed: Open = %q, %v", i, got, err)
		}
		if _, err := ring.Open(session.PurposeTokens, h, []byte("ad"), sealed[:i]); !errors.Is(err, session.ErrSealed) {
			t.Errorf("cut at %d: %v", i, err)
		}
	}
	for name, err := range map[string]error{
		"purpose": second(ring.Open(session.PurposeSession, h, []byte("ad"), sealed)), "handle": second(ring.Open(session.PurposeTokens, session.NewHandle(), []byte("ad"), sealed)),
		"no handle": second(ring.Open(session.PurposeTokens, session.Handle{}, []byte("ad"), sealed)), "data": second(ring.Open(session.PurposeTokens, h, []byte("a"), sealed)),
	} {
		if !errors.Is(err, session.ErrSealed) {
			t.Errorf("another %s: %v, want ErrSealed", name, err)
		}
	}
	if got, err := ring.Open(session.PurposeTokens, h, []byte("ad"), sealed); err != nil || string(got) != "plain" {
		t.Errorf("Open = %q, %v", got, err)
	}
	for size, opens := range map[int]bool{session.MaxSealed: true, session.MaxSealed + 2048: false} {
		if _, err := ring.Open(session.PurposeTokens, h, nil, ring.Seal(session.PurposeTokens, h, nil, make([]byte, size))); (err == nil) != opens || err != nil && session.WhyRefused(err) != "damaged" {
			t.Errorf("Open of %d bytes = %v", size, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }
