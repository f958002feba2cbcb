package session_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"portico/internal/secret"
	"portico/internal/session"
	"portico/internal/store/memory"
	"portico/internal/store/storetest"
)

// bench is a store, a key ring and cookies with a clock that the test moves.
type bench struct {
	t       *testing.T
	clock   *storetest.Clock
	store   session.Store
	keys    []session.Key
	cookies *session.Cookies
}

func newBench(t *testing.T, keys ...session.Key) *bench {
	t.Helper()
	b := &bench{t: t, clock: storetest.NewClock(), keys: keys}
	if len(keys) == 0 {
		b.keys = []session.Key{session.NewKey(time.Now())}
	}
	b.store = memory.New(b.clock.Now).Sessions()
	b.cookies = b.with(b.keys...)
	return b
}

func (b *bench) with(keys ...session.Key) *session.Cookies {
	b.t.Helper()
	ring, err := session.NewKeyring(keys...)
	if err != nil {
		b.t.Fatal(err)
	}
	c, err := session.NewCookies(session.Config{Store: b.store, Keys: ring, Secure: true, Now: b.clock.Now})
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

var alice = session.Identity{Issuer: "https://op", Subject: "alice", SID: "s1", Name: "Alice", Account: "101"}

func (b *bench) start() (*session.Session, *http.Cookie) {
	b.t.Helper()
	w := httptest.NewRecorder()
	s, err := b.cookies.Start(b.t.Context(), w, session.NewHandle(), alice, session.StartOptions{LoginStarted: b.clock.Now(), Values: map[string]string{"k": "v"}})
	if err != nil {
		b.t.Fatal(err)
	}
	return s, w.Result().Cookies()[0]
}

func request(cookies ...*http.Cookie) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	for _, c := range cookies {
		r.AddCookie(c)
	}
	return r
}

func TestStartAndLoad(t *testing.T) {
	b := newBench(t)
	_, cookie := b.start()
	if cookie.Name != "__Host-portico" || !cookie.Secure || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Domain != "" || cookie.MaxAge != 0 {
		t.Errorf("cookie %+v", cookie)
	}
	s, err := b.cookies.Load(request(cookie))
	if err != nil || s.Identity != alice || s.Values["k"] != "v" {
		t.Fatalf("Load = %+v, %v", s, err)
	}
	if s.Handle.Cookie().Reveal() != cookie.Value {
		t.Error("the loaded handle is not the cookie's")
	}
}

func TestNothingElseIsASession(t *testing.T) {
	b := newBench(t)
	_, cookie := b.start()
	other, _ := b.cookies.Start(b.t.Context(), httptest.NewRecorder(), session.NewHandle(), alice, session.StartOptions{LoginStarted: b.clock.Now()})
	id, secretOfOther := cookie.Value[:45], other.Handle.Cookie().Reveal()[45:]
	for name, value := range map[string]string{
		"unknown": session.NewHandle().Cookie().Reveal(), "empty": "", "garbage": "x", "cut": cookie.Value[:80], "longer": cookie.Value + "A", "other version": "2" + cookie.Value[1:],
		"one bit": flip(cookie.Value), "id of one, secret of another": id + secretOfOther, "padded": cookie.Value + "=", "spaces": " " + cookie.Value,
	} {
		s, err := b.cookies.Load(request(&http.Cookie{Name: cookie.Name, Value: value}))
		if !errors.Is(err, session.ErrNone) {
			t.Errorf("%s: Load = %v, %v, want ErrNone", name, s, err)
		}
	}
	double := request(cookie, &http.Cookie{Name: cookie.Name, Value: other.Handle.Cookie().Reveal()})
	if _, err := b.cookies.Load(double); !errors.Is(err, session.ErrNone) {
		t.Errorf("two different cookies: %v, want ErrNone", err)
	}
	if _, err := b.cookies.Load(request(cookie, cookie)); err != nil {
		t.Errorf("the same cookie twice: %v", err)
	}
}

func flip(s string) string {
	last := byte('A')
	if s[20] == 'A' {
		last = 'B'
	}
	return s[:20] + string(last) + s[21:]
}

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

func TestKeyRotation(t *testing.T) {
	old, next := session.NewKey(time.Now()), session.NewKey(time.Now())
	b := newBench(t, old)
	_, cookie := b.start()
	added, promoted, removed := b.with(old, next), b.with(next, old), b.with(next)
	for name, c := range map[string]*session.Cookies{"added": added, "promoted": promoted} {
		if _, err := c.Load(request(cookie)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	b.clock.Advance(2 * time.Minute)
	s, _ := promoted.Load(request(cookie))
	if err := promoted.SaveValues(t.Context(), s, func(v map[string]string) { v["x"] = "y" }); err != nil {
		t.Fatal(err)
	}
	if err := promoted.Touch(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if _, err := added.Load(request(cookie)); err != nil {
		t.Errorf("written under the new key, read by an old replica: %v", err)
	}
	if _, err := removed.Load(request(cookie)); err != nil {
		t.Errorf("sealed again under the new key, the old one removed: %v", err)
	}
	ring, err := session.NewKeyring(old)
	if err != nil {
		t.Fatal(err)
	}
	var missing missingKeys
	c, err := session.NewCookies(session.Config{Store: b.store, Keys: ring, Secure: true, Now: b.clock.Now, Observer: &missing, Refused: func(_ context.Context, _ session.ID, why string) { missing = append(missing, why) }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Load(request(cookie)); !errors.Is(err, session.ErrNone) || fmt.Sprint(missing) != "[unknown-key "+next.ID+"]" {
		t.Errorf("without the key: %v, told %v, want ErrNone and which key is missing", err, missing)
	}
}

// missingKeys are what an Observer is told.
type missingKeys []string

func (m *missingKeys) KeyMissing(id string) { *m = append(*m, id) }

func TestWeakKeysAreRefused(t *testing.T) {
	good, other := session.NewKey(time.Now()), session.NewKey(time.Now())
	bytes := func(n int) secret.Text {
		var b []byte
		for i := range n {
			b = append(b, byte(7*i))
		}
		return secret.New(base64.RawURLEncoding.EncodeToString(b))
	}
	for _, n := range []int{32, 64} {
		if _, err := session.NewKeyring(session.Key{ID: "a", Secret: bytes(n)}); err != nil {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
	for name, keys := range map[string][]session.Key{
		"none": nil, "short": {{ID: "a", Secret: secret.New("c2hvcnQ")}}, "repeated byte": {{ID: "a", Secret: secret.New(strings.Repeat("A", 43))}},
		"readable": {{ID: "a", Secret: secret.New(base64.RawURLEncoding.EncodeToString([]byte("correct horse battery staple 123")))}},
		"31 bytes": {{ID: "a", Secret: bytes(31)}}, "65 bytes": {{ID: "a", Secret: bytes(65)}}, "one id": {good, {ID: good.ID, Secret: other.Secret}}, "one secret": {good, {ID: "other", Secret: good.Secret}},
		"no id": {{Secret: good.Secret}}, "long id": {{ID: strings.Repeat("a", 33), Secret: good.Secret}},
		"twice": {good, good}, "bad id": {{ID: "A B", Secret: good.Secret}}, "not base64": {{ID: "a", Secret: secret.New(strings.Repeat("*", 43))}},
	} {
		if _, err := session.NewKeyring(keys...); err == nil {
			t.Errorf("%s: accepted", name)
		} else if len(keys) > 0 && strings.Contains(err.Error(), keys[0].Secret.Reveal()) {
			t.Errorf("%s: the error shows the key: %v", name, err)
		}
	}
	text := session.FormatKeys([]session.Key{good})
	if keys, err := session.ParseKeys(text); err != nil || len(keys) != 1 || keys[0].ID != good.ID || !keys[0].Secret.Equal(good.Secret) {
		t.Errorf("ParseKeys(FormatKeys) = %v, %v", keys, err)
	}
}

func TestLimits(t *testing.T) {
	b := newBench(t)
	_, cookie := b.start()
	for range 11 { // an hour of activity each 59 minutes
		b.clock.Advance(59 * time.Minute)
		s, err := b.cookies.Load(request(cookie))
		if err != nil {
			t.Fatalf("after %v: %v", b.clock.Now(), err)
		}
		if err := b.cookies.Touch(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	b.clock.Advance(75 * time.Minute)
	if _, err := b.cookies.Load(request(cookie)); reason(err) != session.ReasonExpired {
		t.Errorf("after twelve hours: %v, want ended by expiry", err)
	}
	_, cookie = b.start()
	b.clock.Advance(61 * time.Minute)
	if _, err := b.cookies.Load(request(cookie)); reason(err) != session.ReasonExpired {
		t.Errorf("idle for an hour: %v, want ended by expiry", err)
	}
	_, cookie = b.start()
	b.clock.Advance(-24 * time.Hour) // a clock that was set back
	if _, err := b.cookies.Load(request(cookie)); err != nil {
		t.Errorf("the clock was set back: %v", err)
	}
	b.clock.Advance(37 * time.Hour)
	if _, err := b.cookies.Load(request(cookie)); reason(err) != session.ReasonExpired {
		t.Errorf("beyond the limit: %v", err)
	}
}

func reason(err error) string {
	if e, ok := errors.AsType[*session.EndedError](err); ok {
		return e.Reason
	}
	return fmt.Sprint(err)
}

func TestOldestOfTooManySessionsEnds(t *testing.T) {
	b := newBench(t)
	w := httptest.NewRecorder()
	if _, err := b.cookies.Start(t.Context(), w, session.NewHandle(), alice, session.StartOptions{LoginStarted: b.clock.Now(), About: session.About{Screen: "Hall"}}); err != nil {
		t.Fatal(err)
	}
	var cookies []*http.Cookie
	screen := w.Result().Cookies()[0] // nobody would notice that it ended
	for range 21 {
		_, c := b.start()
		cookies = append(cookies, c)
		b.clock.Advance(time.Second)
	}
	if _, err := b.cookies.Load(request(cookies[0])); reason(err) != session.ReasonCap {
		t.Errorf("the oldest: %v, want ended by the cap", err)
	}
	for i, c := range append(cookies[1:], screen) {
		if _, err := b.cookies.Load(request(c)); err != nil {
			t.Errorf("session %d: %v", i+1, err)
		}
	}
}

func TestValuesOfTwoRequestsAreBothKept(t *testing.T) {
	b := newBench(t)
	_, cookie := b.start()
	one, _ := b.cookies.Load(request(cookie))
	two, _ := b.cookies.Load(request(cookie))
	if err := b.cookies.SaveValues(t.Context(), one, func(v map[string]string) { v["one"] = "1" }); err != nil {
		t.Fatal(err)
	}
	if err := b.cookies.SaveValues(t.Context(), two, func(v map[string]string) { v["two"] = "2" }); err != nil {
		t.Fatal(err)
	}
	if err := b.cookies.Describe(t.Context(), one, session.Identity{Name: "New Name", Email: "new@example.com", AccountName: "New account", Role: "Manager"}); err != nil {
		t.Fatal(err)
	}
	s, err := b.cookies.Load(request(cookie))
	if err != nil || s.Values["one"] != "1" || s.Values["two"] != "2" || s.Values["k"] != "v" || s.Identity.Name != "New Name" || s.Identity.Subject != one.Identity.Subject {
		t.Errorf("values %v, name %q, %v", s.Values, s.Identity.Name, err)
	}
}

func TestEnd(t *testing.T) {
	b := newBench(t)
	s, cookie := b.start()
	w := httptest.NewRecorder()
	if err := b.cookies.End(t.Context(), w, s, session.ReasonLogout); err != nil {
		t.Fatal(err)
	}
	if c := w.Result().Cookies()[0]; c.MaxAge >= 0 || c.Name != cookie.Name || c.Path != "/" || !c.Secure {
		t.Errorf("the cookie is not cleared with its own attributes: %+v", c)
	}
	if _, err := b.cookies.Load(request(cookie)); reason(err) != session.ReasonLogout {
		t.Errorf("Load after End = %v", err)
	}
	if err := b.cookies.SaveValues(t.Context(), s, func(map[string]string) {}); !errors.Is(err, session.ErrNotFound) {
		t.Errorf("SaveValues after End = %v: the session came back", err)
	}
}

// Who signs in again after the provider has ended all their sessions is signed in; who began before is not.
func TestSignInAfterAllSessionsEnded(t *testing.T) {
	b := newBench(t)
	before := b.clock.Now()
	b.clock.Advance(time.Second)
	if _, err := b.store.DeleteMatching(t.Context(), session.Match{Issuer: alice.Issuer, Subject: alice.Subject}, session.ReasonBackChannel); err != nil {
		t.Fatal(err)
	}
	b.clock.Advance(time.Second)
	w := httptest.NewRecorder()
	if _, err := b.cookies.Start(t.Context(), w, session.NewHandle(), alice, session.StartOptions{LoginStarted: before}); reason(err) != session.ReasonBackChannel || len(w.Result().Cookies()) > 0 {
		t.Errorf("began before: %v with cookies %v", err, w.Result().Cookies())
	}
	b.start()
}

// What a session keeps beside the person has a limit, and no store is asked to keep more.
func TestValuesHaveALimit(t *testing.T) {
	b := newBench(t)
	s, cookie := b.start()
	if err := b.cookies.SaveValues(t.Context(), s, func(v map[string]string) { v["much"] = strings.Repeat("x", session.MaxSealed) }); err == nil {
		t.Error("more than 64 KiB are kept")
	}
	if s, err := b.cookies.Load(request(cookie)); err != nil || s.Values["much"] != "" || s.Values["k"] != "v" {
		t.Errorf("Load = %v", err)
	}
}

func TestStoreDownLeavesTheCookieAlone(t *testing.T) {
	b := newBench(t)
	s, cookie := b.start()
	ring, _ := session.NewKeyring(b.keys...)
	c, err := session.NewCookies(session.Config{Store: broken{}, Keys: ring, Secure: true, Now: b.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Load(request(cookie)); !errors.Is(err, errBroken) || errors.Is(err, session.ErrNone) {
		t.Errorf("Load = %v, want the store's error", err)
	}
	w := httptest.NewRecorder()
	if err := c.End(t.Context(), w, s, session.ReasonLogout); !errors.Is(err, errBroken) || len(w.Result().Cookies()) != 0 {
		t.Errorf("End = %v with %d cookies, want the error and none", err, len(w.Result().Cookies()))
	}
	if _, err := c.Start(t.Context(), w, session.NewHandle(), alice, session.StartOptions{}); !errors.Is(err, errBroken) || len(w.Result().Cookies()) != 0 {
		t.Errorf("Start = %v with %d cookies, want the error and none", err, len(w.Result().Cookies()))
	}
}

var errBroken = errors.New("store is down")

type broken struct{ session.Store }

func (broken) Load(context.Context, session.ID) (session.Record, error) {
	return session.Record{}, errBroken
}
func (broken) Create(context.Context, session.Record) error     { return errBroken }
func (broken) Delete(context.Context, session.ID, string) error { return errBroken }
func (broken) List(context.Context, session.Match) ([]session.Record, error) {
	return nil, errBroken
}

func TestGorillaStore(t *testing.T) {
	b := newBench(t)
	_, cookie := b.start()
	r := request(cookie)
	gs, err := b.cookies.Get(r, "portico")
	if err != nil || gs.IsNew || gs.Values["k"] != "v" {
		t.Fatalf("Get = %+v, %v", gs, err)
	}
	gs.Values["theme"] = "dark"
	if err := gs.Save(r, httptest.NewRecorder()); err != nil {
		t.Fatal(err)
	}
	if s, _ := b.cookies.Load(request(cookie)); s.Values["theme"] != "dark" {
		t.Errorf("values %v", s.Values)
	}
	for name, value := range map[string]any{"a token": secret.New("at"), "a number": 7, "bytes": []byte("x")} {
		gs.Values["bad"] = value
		if err := gs.Save(r, httptest.NewRecorder()); err == nil {
			t.Errorf("%s is kept in the session", name)
		}
	}
}

// An id that a client made up is never adopted: that is how sessions are fixed on victims.
func TestGorillaStoreAdoptsNoID(t *testing.T) {
	b := newBench(t)
	made := &http.Cookie{Name: b.cookies.Name(), Value: session.NewHandle().Cookie().Reveal()}
	r := request(made)
	gs, err := b.cookies.Get(r, "portico")
	if err != nil || !gs.IsNew || gs.ID != "" {
		t.Fatalf("Get = %+v, %v, want a new, empty session", gs, err)
	}
	w := httptest.NewRecorder()
	if err := gs.Save(r, w); !errors.Is(err, session.ErrNotStarted) || len(w.Result().Cookies()) != 0 {
		t.Errorf("Save = %v with %d cookies, want ErrNotStarted and none", err, len(w.Result().Cookies()))
	}
	if _, err := b.cookies.Load(request(made)); !errors.Is(err, session.ErrNone) {
		t.Errorf("the made-up id became a session: %v", err)
	}
}

func FuzzParseHandle(f *testing.F) {
	f.Add(session.NewHandle().Cookie().Reveal())
	f.Add("1.")
	f.Add("1." + strings.Repeat("*", 86))
	f.Fuzz(func(t *testing.T, text string) {
		h, err := session.ParseHandle(text)
		if err == nil && h.Cookie().Reveal() != text {
			t.Fatalf("ParseHandle accepts %q, which is not what it would write", text)
		}
	})
}

func FuzzOpen(f *testing.F) {
	ring, err := session.NewKeyring(session.NewKey(time.Now()))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(ring.Seal(session.PurposeAttempt, session.Handle{}, nil, []byte("x")))
	f.Add([]byte{1, 3, 'a', 'b', 'c'})
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := ring.Open(session.PurposeSession, session.Handle{}, nil, b); err == nil {
			t.Fatalf("Open accepts %x", b)
		}
	})
}
